//! The connection doctor finds out step by step why a page cannot read a registry (R167).
//!
//! A browser gives the same answer to a wrong name, a bad certificate and a missing CORS header
//! (R27). So the doctor sends a series of requests, and the first step that fails names the cause.
//! Nothing is written. The credential that tests the preflight is made up: only the client itself
//! sends a real one, and only to its own registry.

mod recipe;

use crate::{
    client::{Connection, RemoteRegistry},
    error::{Error, ErrorKind, RefusedAddress, Result},
    oci::{Descriptor, ManifestRef, RepositoryName, parse_document},
    registry::{List, Read},
    transport::{Cache, Mode, Redirect, Request, Response, Stack},
    wire::{
        Accept, Headers, Method, Origin, Url,
        challenge::{self, Demand},
        exposure,
        headers::name,
        local_network::{self, Prospect},
        realm::{self, Decision, Refusal},
    },
};

pub use recipe::{RegistryKind, recipe};

/// A step of the examination, in the order in which they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DoctorStep {
    /// The address: a page may reach it or not.
    Address,
    /// The page's own policy: it lets the page ask there or not.
    Policy,
    /// `GET /v2/`, as a page may send it without asking first.
    Answer,
    /// The same with a credential, for which a browser sends a preflight.
    SignIn,
    /// The same with a long `Accept`, for which a browser sends a preflight too.
    LongAccept,
    /// The headers of the answers: a page may read them or not.
    Headers,
    /// The configuration of an image, as an example of a blob.
    Blob,
    /// The token server that the registry names.
    TokenServer,
}

impl DoctorStep {
    /// Every step, in order.
    pub const ALL: [Self; 8] = [
        Self::Address,
        Self::Policy,
        Self::Answer,
        Self::SignIn,
        Self::LongAccept,
        Self::Headers,
        Self::Blob,
        Self::TokenServer,
    ];
}

/// The result of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// All is well.
    Good,
    /// Not tried: there is nothing to try it on, or an earlier step failed.
    Untried,
    /// It works with a loss.
    Limited(Fault),
    /// It does not work.
    Failed(Fault),
}

/// A cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An https page may not read plain http.
    MixedContent,
    /// Only some browsers let an https page read plain http of this machine.
    SomeBrowsers,
    /// The browser asks the user first; a refusal looks like a network error.
    Prompt,
    /// The page was built or is hosted for certain hosts, and this is none of them.
    OwnPolicy,
    /// Nothing answers: name, port, certificate, or something that blocks the request.
    Unreachable(ErrorKind),
    /// Something answers, and the answer has no `Access-Control-Allow-Origin` that fits, or two.
    NoAllowOrigin,
    /// The server that answers is no registry; with its status.
    NotARegistry(u16),
    /// No preflight is answered as it must be: `OPTIONS` with 2xx and the CORS headers.
    PreflightRefused,
    /// The preflight does not allow this request header; or, for `Authorization`, the refusal that
    /// follows lacks the CORS headers.
    NotAllowed(&'static str),
    /// These response headers cannot be read.
    Hidden(Vec<&'static str>),
    /// Blobs cannot be read: they, or the storage that they are redirected to, lack CORS headers.
    BlobUnreadable(ErrorKind),
    /// The token server does not answer pages.
    TokenServerUnreadable(String),
    /// The token server is on another origin and was not approved, so it was not asked.
    TokenServerNotApproved(String),
    /// The token server is one that is never asked, for this reason.
    TokenServerRefused(Refusal),
}

impl Fault {
    /// Returns true if headers that the registry or a proxy in front of it sends mend this.
    pub fn is_mended_by_headers(&self) -> bool {
        matches!(
            self,
            Self::NoAllowOrigin
                | Self::PreflightRefused
                | Self::NotAllowed(_)
                | Self::Hidden(_)
                | Self::BlobUnreadable(_)
                | Self::TokenServerUnreadable(_)
        )
    }
}

/// The results of all steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// Each step once, in order.
    pub steps: Vec<(DoctorStep, Finding)>,
}

impl Diagnosis {
    /// Returns the first step that failed, with the cause.
    pub fn first_failing(&self) -> Option<(DoctorStep, &Fault)> {
        self.steps.iter().find_map(|(step, finding)| match finding {
            Finding::Failed(fault) => Some((*step, fault)),
            _ => None,
        })
    }

    /// Notes that the steps from this one on are not tried.
    fn leave_out_from(&mut self, first: DoctorStep) {
        for step in DoctorStep::ALL.into_iter().filter(|step| *step >= first) {
            self.note(step, Finding::Untried);
        }
    }

    fn note(&mut self, step: DoctorStep, finding: Finding) {
        self.steps.push((step, finding));
    }
}

/// A made-up credential. If an answer to it cannot be read, the preflight was refused.
const MADE_UP: &str = "Bearer porthole-asks-whether-it-may-ask";

/// An `Accept` longer than a page may send without a preflight.
fn long_accept() -> &'static str {
    Accept::All.value()
}

/// Examines the way to a registry. `page` is the origin of the page, if there is one.
pub async fn diagnose(connection: Connection, stack: &Stack, page: Option<&Origin>) -> Diagnosis {
    let stack = stack.clone().with_retry(None);
    let mut found = Diagnosis::default();
    let prospect = page.map(|page| local_network::judge(page, connection.base.origin()));
    found.note(DoctorStep::Address, address(prospect));
    let probe = Probe { transport: stack.layers(), url: connection.base.at("/v2/") };
    let answer = probe.get(&[]).await;
    if answer.as_ref().is_err_and(is_own_policy) {
        found.note(DoctorStep::Policy, Finding::Failed(Fault::OwnPolicy));
        found.leave_out_from(DoctorStep::Answer);
        return found;
    }
    found.note(DoctorStep::Policy, Finding::Good);
    let is_readable = answer.is_ok();
    found.note(DoctorStep::Answer, probe.judge_answer(&answer).await);
    let [sign_in, accept] = probe.preflights(is_readable).await;
    found.note(DoctorStep::SignIn, sign_in);
    found.note(DoctorStep::LongAccept, accept);
    let Ok(answer) = answer else {
        found.leave_out_from(DoctorStep::Headers);
        return found;
    };
    let registry = RemoteRegistry::new(connection, &stack);
    let sample = sample(&registry).await;
    found.note(DoctorStep::Headers, probe.headers(&registry, &answer, sample.as_ref()).await);
    found.note(DoctorStep::Blob, blob(&registry, sample.as_ref()).await);
    found.note(DoctorStep::TokenServer, probe.token_server(&answer.headers, &stack).await);
    found
}

fn is_own_policy(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::Refused(RefusedAddress::OwnPolicy(_) | RefusedAddress::OwnPolicyRedirect(_))
    )
}

fn address(prospect: Option<Prospect>) -> Finding {
    match prospect {
        None | Some(Prospect::Open) => Finding::Good,
        Some(Prospect::Prompt) => Finding::Limited(Fault::Prompt),
        Some(Prospect::SomeBrowsers) => Finding::Limited(Fault::SomeBrowsers),
        Some(Prospect::MixedContent) => Finding::Failed(Fault::MixedContent),
    }
}

/// Sends requests apart from the client, which would try its own ways around a failure.
struct Probe {
    transport: crate::transport::SharedTransport,
    /// `/v2/` of the registry.
    url: Url,
}

impl Probe {
    async fn send(&self, url: Url, headers: &[(&str, &str)], mode: Mode) -> Result<Response> {
        let mut request = Request::new(Method::Get, url);
        request.headers = headers.iter().copied().collect();
        request.mode = mode;
        request.cache = Cache::Off;
        self.transport.send(request).await
    }

    async fn get(&self, headers: &[(&str, &str)]) -> Result<Response> {
        self.send(self.url.clone(), headers, Mode::Cors).await
    }

    /// Judges the answer to the first request. If it cannot be read, asks again without CORS, to see
    /// if there is an answer at all.
    async fn judge_answer(&self, answer: &Result<Response>) -> Finding {
        match answer {
            Ok(answer) if matches!(answer.status, 200..300 | 401 | 403) => Finding::Good,
            Ok(answer) => Finding::Failed(Fault::NotARegistry(answer.status)),
            Err(error) if !error.is_cors_or_network() => {
                Finding::Failed(unreachable(error.clone()))
            }
            Err(error) => match self.send(self.url.clone(), &[], Mode::NoCors).await {
                Ok(_) => Finding::Failed(Fault::NoAllowOrigin),
                Err(_) => Finding::Failed(unreachable(error.clone())),
            },
        }
    }

    /// Asks with a credential, and with a long `Accept`: either may be refused for a reason of its
    /// own.
    async fn preflights(&self, is_readable: bool) -> [Finding; 2] {
        let signed = self.get(&[(name::AUTHORIZATION, MADE_UP)]).await.is_ok();
        let long = self.get(&[(name::ACCEPT, long_accept())]).await.is_ok();
        match (signed, long) {
            (true, true) => [Finding::Good, Finding::Good],
            _ if !is_readable => [Finding::Untried, Finding::Untried],
            (false, false) => [
                Finding::Failed(Fault::PreflightRefused),
                Finding::Limited(Fault::PreflightRefused),
            ],
            (false, true) => [Finding::Failed(Fault::NotAllowed("Authorization")), Finding::Good],
            // Two types are asked for at a time where four may not be (R164).
            (true, false) => [Finding::Good, Finding::Limited(Fault::NotAllowed("Accept"))],
        }
    }

    /// Finds the required headers that cannot be read.
    async fn headers(
        &self,
        registry: &RemoteRegistry,
        answer: &Response,
        sample: Option<&Sample>,
    ) -> Finding {
        let mut hidden = hidden(answer, false);
        if let Some(sample) = sample {
            let path = format!("/v2/{}/manifests/{}", sample.repository, sample.reference);
            let url = registry.connection().read_base().at(&path);
            let accept = Accept::first(false).value();
            if let Ok(answer) = self.send(url, &[(name::ACCEPT, accept)], Mode::Cors).await {
                hidden.extend(self::hidden(&answer, true));
            }
        }
        match hidden.is_empty() {
            true => Finding::Good,
            false => Finding::Limited(Fault::Hidden(hidden)),
        }
    }

    /// Asks the token server that a refusal names, without any credential.
    async fn token_server(&self, headers: &Headers, stack: &Stack) -> Finding {
        let challenges = challenge::parse(headers.all(name::WWW_AUTHENTICATE));
        let demand = challenges.ok().as_deref().and_then(challenge::choose);
        let Some(Demand::Bearer { realm, .. }) = demand else { return Finding::Untried };
        match realm::decide(self.url.origin(), &realm, &stack.approvals().pairs()) {
            Decision::Refused(why) => Finding::Failed(Fault::TokenServerRefused(why)),
            Decision::Ask { pair, .. } => {
                let server = pair.token_server.to_string();
                Finding::Limited(Fault::TokenServerNotApproved(server))
            }
            Decision::Allowed(url) => self.ask_token_server(url).await,
        }
    }

    async fn ask_token_server(&self, url: Url) -> Finding {
        let origin = url.origin().to_string();
        let mut request = Request::new(Method::Get, url);
        request.redirect = Redirect::Error;
        request.cache = Cache::Off;
        match self.transport.send(request).await {
            Ok(_) => Finding::Good,
            Err(_) => Finding::Failed(Fault::TokenServerUnreadable(origin)),
        }
    }
}

fn unreachable(error: Error) -> Fault {
    Fault::Unreachable(error.kind)
}

fn hidden(answer: &Response, is_manifest: bool) -> Vec<&'static str> {
    let must_have = exposure::must_have(answer.status, is_manifest);
    let report = exposure::Report::of(&answer.headers, must_have);
    report.hidden.iter().map(|header| header.name).collect()
}

/// A sample of the registry: the first tag of the first repository.
struct Sample {
    repository: RepositoryName,
    reference: ManifestRef,
    config: Option<Descriptor>,
}

async fn sample(registry: &RemoteRegistry) -> Option<Sample> {
    for repository in registry.repositories(None).await.ok()?.items.into_iter().take(4) {
        let Ok(tags) = registry.tags(&repository, None).await else { continue };
        let Some(tag) = tags.items.into_iter().next() else { continue };
        let reference = ManifestRef::Tag(tag);
        let config = config(registry, &repository, &reference).await;
        return Some(Sample { repository, reference, config });
    }
    None
}

/// The configuration of an image, or of the first image of an index.
async fn config(
    registry: &RemoteRegistry,
    repository: &RepositoryName,
    reference: &ManifestRef,
) -> Option<Descriptor> {
    let mut reference = reference.clone();
    for _ in 0..3 {
        let manifest = registry.manifest(repository, &reference).await.ok()?;
        let document = parse_document(manifest.bytes, manifest.content_type.as_ref()).value;
        let first = document.references().first().map(|first| (*first).clone())?;
        if !first.media_type.is_manifest() && !first.media_type.is_index() {
            return Some(first);
        }
        reference = ManifestRef::Digest(first.digest);
    }
    None
}

async fn blob(registry: &RemoteRegistry, sample: Option<&Sample>) -> Finding {
    let Some(Sample { repository, config: Some(config), .. }) = sample else {
        return Finding::Untried;
    };
    // What a descriptor carries itself is not asked for.
    let config = Descriptor { data: None, ..config.clone() };
    match registry.blob(repository, &config).await {
        Ok(_) => Finding::Good,
        Err(error) => Finding::Failed(Fault::BlobUnreadable(error.kind)),
    }
}

#[cfg(test)]
mod tests;
