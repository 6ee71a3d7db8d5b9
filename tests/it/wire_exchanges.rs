//! Replays recorded answers of Docker's distribution registry through the wire protocol.
//! Compares the requests that we would send, and the results that we read from the answers. Each test states
//! a rule for one sort of exchange, whichever of it were recorded.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use porthole::{
    client::{Connection, RemoteRegistry},
    error::Result,
    oci::{Descriptor, Digest, ManifestRef, RepositoryName, Tag},
    registry::Read,
    testing::{Reply, Scripted, VirtualClock},
    transport::Stack,
    wire::{
        BaseUrl, Endpoint, ErrorDocument, FailureKind, Headers, Rejection, ScopeSet, Subject, Url,
        Window,
        accept::Accept,
        challenge::{self, Demand},
        describe,
        headers::name,
        link::{self, NextLink},
        list, page, range,
    },
};
use serde_json::Value;

use crate::fixtures::{chosen, text};

/// A recorded request with its answer.
struct Exchange {
    name: String,
    method: String,
    path: String,
    asked: Headers,
    status: u16,
    headers: Headers,
    body: Bytes,
}

impl Exchange {
    fn read(case: &Value) -> Self {
        let (request, response) = (&case["request"], &case["response"]);
        let body = match response["bodyBase64"].as_str() {
            Some(text) => STANDARD.decode(text).unwrap(),
            None => response["body"].as_str().unwrap_or_default().into(),
        };
        Self {
            name: text(case, "name"),
            method: text(request, "method"),
            asked: headers_of(&request["headers"]),
            path: request["path"].as_str().unwrap().to_owned(),
            status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            headers: headers_of(&response["headers"]),
            body: body.into(),
        }
    }

    fn url(&self) -> Url {
        Url::parse(&format!("https://registry.example.com{}", self.path)).unwrap()
    }

    fn digest_in_path(&self) -> Option<Digest> {
        self.path.rsplit('/').next()?.parse().ok()
    }

    /// Returns the endpoint that we would request, from the recorded path.
    fn endpoint(&self) -> Option<Endpoint> {
        let path = self.url().path().trim_start_matches("/v2/").to_owned();
        let parameter = |key| self.url().parameters().find(|(name, _)| name == key);
        let n = parameter("n").and_then(|(_, n)| n.parse().ok());
        let window = Window { n, last: parameter("last").map(|(_, last)| last) };
        if path == "_catalog" {
            return Some(Endpoint::Catalog { window });
        }
        let (name, kind, last) = split(&path)?;
        let repository: RepositoryName = name.parse().unwrap();
        let is_head = self.method == "HEAD";
        if !matches!(self.method.as_str(), "GET" | "HEAD" | "PUT") {
            return None;
        }
        Some(match kind {
            "tags" => Endpoint::Tags { repository, window },
            "blobs" if is_head => Endpoint::StatBlob { repository, digest: last.parse().ok()? },
            "blobs" => Endpoint::GetBlob { repository, digest: last.parse().ok()? },
            "referrers" => {
                let (digest, artifact_type) = (last.parse().ok()?, None);
                Endpoint::Referrers { repository, digest, artifact_type }
            }
            "manifests" if self.method == "PUT" => {
                let (reference, tags) = (last.parse().ok()?, Vec::new());
                Endpoint::PutManifest { repository, reference, tags }
            }
            "manifests" if is_head => {
                Endpoint::StatManifest { repository, reference: last.parse().ok()? }
            }
            "manifests" => Endpoint::GetManifest { repository, reference: last.parse().ok()? },
            _ => return None,
        })
    }

    fn failure(&self) -> FailureKind {
        let document = ErrorDocument::read(self.status, &self.body);
        let error = challenge::parse(self.headers.all(name::WWW_AUTHENTICATE)).unwrap();
        let error = error.iter().find_map(challenge::Challenge::error);
        FailureKind::of(&self.endpoint().unwrap(), &document, error.as_ref())
    }
}

/// Reads header fields, as pairs in their order or as the members of an object.
fn headers_of(fields: &Value) -> Headers {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = fields.as_array().into_iter().flatten().map(|f| (word(&f[0]), word(&f[1])));
    let members = fields.as_object().into_iter().flatten();
    pairs.chain(members.map(|(name, value)| (name.clone(), word(value)))).collect()
}

/// Splits a path such as `built/multi/tags/list` into repository, kind and last part.
fn split(path: &str) -> Option<(&str, &str, &str)> {
    let (rest, last) = path.rsplit_once('/')?;
    let (repository, kind) = rest.rsplit_once('/')?;
    Some((repository, kind, last))
}

/// Returns the recorded exchanges that a test is about.
fn exchanges(about: &str, is_chosen: impl Fn(&Exchange) -> bool) -> Vec<Exchange> {
    let cases = chosen("http-exchange", about, |case| is_chosen(&Exchange::read(case)));
    cases.iter().map(Exchange::read).collect()
}

#[test]
fn our_endpoints_make_the_recorded_urls() {
    let base = BaseUrl::parse("https://registry.example.com").unwrap();
    let sorted = |url: &Url| {
        let mut parameters: Vec<_> = url.parameters().collect();
        parameters.sort();
        (url.path().to_owned(), parameters)
    };
    for exchange in exchanges("requests of ours", |exchange| exchange.endpoint().is_some()) {
        let ours = exchange.endpoint().unwrap().url(&base);
        assert_eq!(sorted(&ours), sorted(&exchange.url()), "{}", exchange.name);
    }
}

/// Returns what a failure means by the specification's codes (distribution-spec, Error Codes), else by the
/// status and the place. `None` if neither says.
fn meaning(exchange: &Exchange) -> Option<FailureKind> {
    let document: Value = serde_json::from_slice(&exchange.body).unwrap_or_default();
    let error = &document["errors"][0];
    let is_put = exchange.method == "PUT";
    let (_, place, _) = split(exchange.path.split('?').next()?)?;
    Some(match (exchange.status, text(error, "code").as_str()) {
        (304, _) => FailureKind::NotModified,
        (401, _) => FailureKind::Unauthorized,
        (_, "DENIED") => FailureKind::Denied,
        (_, "NAME_UNKNOWN") => FailureKind::Unknown(Subject::Repository),
        (_, "MANIFEST_UNKNOWN") if !is_put => FailureKind::Unknown(Subject::Manifest),
        (_, "BLOB_UNKNOWN") if !is_put => FailureKind::Unknown(Subject::Blob),
        (_, "BLOB_UNKNOWN" | "MANIFEST_BLOB_UNKNOWN") => {
            let detail = error["detail"].as_str().or(error["detail"]["digest"].as_str());
            FailureKind::ReferencesUnknown(detail.and_then(|detail| detail.parse().ok()))
        }
        (_, "DIGEST_INVALID") => FailureKind::Rejected(Rejection::Digest),
        (_, "NAME_INVALID") => FailureKind::Rejected(Rejection::Name),
        (_, "TAG_INVALID") => FailureKind::Rejected(Rejection::Tag),
        (_, "SIZE_INVALID") => FailureKind::Rejected(Rejection::Size),
        (404, "") if place == "blobs" => FailureKind::Unknown(Subject::Blob),
        (404, "") if place == "manifests" => FailureKind::Unknown(Subject::Manifest),
        (404, "") if place == "tags" => FailureKind::Unknown(Subject::Repository),
        _ => return None,
    })
}

#[test]
fn r023_recorded_failures_have_their_kinds() {
    let is_known =
        |exchange: &Exchange| exchange.endpoint().is_some() && meaning(exchange).is_some();
    for exchange in exchanges("failures", is_known) {
        assert_eq!(Some(exchange.failure()), meaning(&exchange), "{}", exchange.name);
    }
}

#[test]
fn r063_recorded_challenges_name_realm_service_and_scope() {
    let is_asked = |exchange: &Exchange| exchange.status == 401 && exchange.endpoint().is_some();
    for exchange in exchanges("answers that ask for credentials", is_asked) {
        let field = exchange.headers.get("www-authenticate").unwrap();
        let parameter = |name: &str| {
            let (_, rest) = field.split_once(&format!("{name}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let challenges = challenge::parse(exchange.headers.all("www-authenticate")).unwrap();
        match challenge::choose(&challenges) {
            Some(Demand::Bearer { realm, service, scope, .. }) => {
                assert_eq!((Some(realm), service), (parameter("realm"), parameter("service")));
                let asked: ScopeSet = scope.unwrap().parse().unwrap();
                assert_eq!(Some(asked.to_string()), parameter("scope"));
                // We request this scope even before the registry asks for it.
                let ours = ScopeSet::for_endpoint(&exchange.endpoint().unwrap());
                assert_eq!(asked, ours, "{}", exchange.name);
            }
            Some(Demand::Basic { realm }) => assert_eq!(realm, parameter("realm")),
            other => panic!("{}: {other:?}", exchange.name),
        }
    }
}

/// Returns what the client makes of one recorded answer to a question about a manifest.
pub(crate) fn resolved(headers: &Headers, asked: &ManifestRef) -> Result<Descriptor> {
    let clock = VirtualClock::default();
    let mut reply = Reply::status(200);
    for (name, value) in headers.iter() {
        reply = reply.header(name, value);
    }
    let script = Scripted::answering(clock.shared(), move |_, _| reply.clone());
    let stack = Stack::over(script, clock.shared());
    let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
    let registry = RemoteRegistry::new(connection, &stack);
    let repository = "a/b".parse().unwrap();
    clock.run(registry.resolve(&repository, asked)).unwrap()
}

#[test]
fn r029_recorded_answers_describe_themselves() {
    let is_whole = |exchange: &Exchange| {
        exchange.status == 200 && exchange.headers.contains("docker-content-digest")
    };
    for exchange in exchanges("answers that describe themselves", is_whole) {
        let asked = exchange.digest_in_path();
        let reference = asked.clone().map_or(Tag::latest().into(), ManifestRef::from);
        let found = resolved(&exchange.headers, &reference).unwrap();
        if !exchange.body.is_empty() {
            assert_eq!(found.size, exchange.body.len() as u64, "{}", exchange.name);
        }
        assert!(asked.is_none_or(|asked| asked == found.digest), "{}", exchange.name);
    }
}

#[test]
fn r164_distribution_answers_a_wrong_accept_with_schema_1_or_404() {
    // The tag names a Docker list or manifest, and the request accepted no type of Docker's.
    let is_wrong = |exchange: &Exchange| {
        let tag = matches!(exchange.endpoint(), Some(Endpoint::GetManifest { ref reference, .. })
            if matches!(reference, ManifestRef::Tag(_)));
        let found = describe::content_type(&exchange.headers);
        let is_old = exchange.status == 200 && found.is_some_and(|found| found.is_schema1());
        let accepts = exchange.asked.get("accept").unwrap_or_default();
        tag && !accepts.contains("docker") && (exchange.status == 404 || is_old)
    };
    for exchange in exchanges("answers to a wrong Accept", is_wrong) {
        let found = describe::content_type(&exchange.headers);
        let second = Accept::Oci.second(exchange.status, found.as_ref(), true);
        assert_eq!(second, Some(Accept::Docker), "{}", exchange.name);
    }
}

#[test]
fn r083_a_recorded_range_is_as_asked() {
    let asked_from = |exchange: &Exchange| {
        let range =
            exchange.asked.get("range")?.strip_prefix("bytes=")?.split_once('-')?.0.to_owned();
        range.parse::<u64>().ok()
    };
    let is_part = |exchange: &Exchange| exchange.status == 206 && asked_from(exchange).is_some();
    for exchange in exchanges("parts of blobs", is_part) {
        let total = exchange.headers.get("content-range").and_then(|field| field.rsplit_once('/'));
        let total = total.and_then(|(_, total)| total.parse().ok());
        let start = asked_from(&exchange).unwrap();
        let judged = |start| range::judge(start, total, exchange.status, &exchange.headers);
        assert_eq!(judged(start), range::Part::AsAsked, "{}", exchange.name);
        assert_eq!(judged(start + 1), range::Part::WrongStart, "{}", exchange.name);
    }
}

#[test]
fn r105_distribution_has_no_referrers_api() {
    let is_absent = |exchange: &Exchange| {
        exchange.status == 404
            && exchange.path.contains("/referrers/")
            && !exchange.body.starts_with(b"{")
    };
    for exchange in exchanges("answers of a registry without the API", is_absent) {
        let document = ErrorDocument::read(exchange.status, &exchange.body);
        assert!(document.entries.is_empty(), "{}", exchange.name);
        let body = String::from_utf8(exchange.body.to_vec()).unwrap();
        let shown = format!("HTTP 404 Not Found: {:?}", body.trim_end());
        assert_eq!(document.to_string(), shown, "{}", exchange.name);
    }
}

#[test]
fn r098_recorded_pages_lead_on() {
    let is_page = |exchange: &Exchange| {
        let endpoint = exchange.endpoint();
        exchange.status == 200
            && matches!(endpoint, Some(Endpoint::Catalog { .. } | Endpoint::Tags { .. }))
    };
    for exchange in exchanges("pages of lists", is_page) {
        let (window, listed) = match exchange.endpoint() {
            Some(Endpoint::Catalog { window }) => {
                let listed = list::repositories(exchange.body.clone()).unwrap();
                assert!(listed.issues.is_empty(), "{}", exchange.name);
                (window, listed.items)
            }
            Some(Endpoint::Tags { window, .. }) => {
                (window, list::tags(exchange.body.clone()).unwrap().items)
            }
            other => panic!("{other:?}"),
        };
        let target = exchange.headers.get("link").and_then(|field| field.split_once('<'));
        let target = target.and_then(|(_, rest)| Some(rest.split_once('>')?.0));
        let link = link::next(&exchange.url(), exchange.headers.all("link"));
        let found = page::next(&exchange.url(), &window, &listed, link);
        // A full page with a hidden link continues after its last item.
        let is_full = window.n.is_some_and(|n| listed.len() == n as usize);
        let last = listed.last().filter(|_| is_full).cloned();
        let after =
            last.map_or(page::Next::End, |last| page::Next::Page(page::Cursor::After(last)));
        let expected = match target {
            Some(path) => page::Next::Page(page::Cursor::Url(exchange.url().join(path).unwrap())),
            None => after.clone(),
        };
        assert_eq!(found, expected, "{}", exchange.name);
        let blind = page::next(&exchange.url(), &window, &listed, NextLink::None);
        assert_eq!(blind, after, "{}", exchange.name);
    }
}
