//! Asking the referrers API, and judging what it says. It is no sure thing: many registries have none,
//! and their routers answer its path in any way (R103 to R107).

use std::collections::BTreeSet;

use super::exchange::{Call, Core, Document};
use crate::{
    caps,
    error::{AnswerFault, Error, ErrorKind, Missing, Operation, Result},
    oci::{Descriptor, Digest, RepositoryName},
    registry::ReferrersApi,
    wire::{
        Endpoint,
        headers::name,
        link::{self, NextLink},
        referrers::{self, ListFacts},
    },
};

/// The outcome of one question to the API.
pub(super) struct ApiList {
    pub(super) said: ApiAnswer,
    pub(super) entries: Vec<Descriptor>,
    /// Digests of entries that break the grammar.
    pub(super) unaddressable: Vec<String>,
    pub(super) may_be_incomplete: bool,
}

/// The meaning of one answer of the API.
pub(super) enum ApiAnswer {
    /// The entries are those of the API.
    Listed,
    /// It is known to give no list.
    Without(ReferrersApi),
    /// There is none, or none for this digest.
    Absent {
        /// Set if the answer was about the registry, and not about one digest.
        is_for_all: bool,
    },
    /// No answer came that can be read.
    Unreadable(Error),
    /// It says that there is no such repository. A router without the API may say so too.
    NoRepository(Error),
    /// It refused, or failed.
    Refused(Error),
}

impl Core {
    /// Tells whether the registry has a referrers API, asked for with a digest that nothing has (R107).
    pub(super) async fn has_referrers_api(&self, repository: &RepositoryName) -> Result<bool> {
        let Some(nothing) = referrers::probe_digest() else { return Ok(false) };
        let said = self.ask_referrers_api(repository, &nothing, None).await.said;
        match said {
            ApiAnswer::Listed => Ok(true),
            ApiAnswer::Without(ReferrersApi::Refused(error)) => Err(*error),
            ApiAnswer::Without(_) | ApiAnswer::Absent { .. } => Ok(false),
            ApiAnswer::Unreadable(error)
            | ApiAnswer::NoRepository(error)
            | ApiAnswer::Refused(error) => Err(error),
        }
    }

    /// Refuses an answer whose list is something else: it says nothing of what refers to a digest.
    fn with_list(&self, call: &Call, document: Document) -> Result<(Document, ListFacts)> {
        let facts = referrers::list_facts(&document.bytes);
        if facts.is_broken {
            let kind = ErrorKind::BadAnswer(AnswerFault::NotAList);
            return Err(self.unusable(call, &document, kind));
        }
        Ok((document, facts))
    }

    /// Remembers what holds for the registry as a whole, and not only for now or for one digest.
    pub(super) fn learn_api(&self, said: &ApiAnswer) {
        let api = match said {
            ApiAnswer::Listed => ReferrersApi::Listed,
            ApiAnswer::Absent { is_for_all: true } => ReferrersApi::Absent,
            ApiAnswer::Unreadable(_) => ReferrersApi::Unreadable,
            ApiAnswer::Refused(error) if is_lasting(error) => {
                ReferrersApi::Refused(Box::new(error.clone()))
            }
            _ => return,
        };
        self.memory.referrers_api.learn(api, self.transport.credential_changes());
    }

    /// Asks the API. A registry that was never asked is asked by one search at a time, quickly.
    pub(super) async fn ask_referrers_api(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> ApiList {
        let call = referrers_call(repository, subject, artifact_type);
        let changes = self.transport.credential_changes();
        let turn = match self.memory.referrers_api.get(changes).await {
            Ok(ReferrersApi::Listed) => None,
            Ok(known) => return ApiList::of(ApiAnswer::Without(known)),
            Err(turn) => Some(turn),
        };
        let mut list = ApiList::of(ApiAnswer::Listed);
        list.said = match list.read(self, &call, turn.is_some()).await {
            Ok(said) => said,
            Err(error) => judge(error, self.is_page && turn.is_some()),
        };
        // What no answer could show waits for what the tags show.
        if !matches!(list.said, ApiAnswer::Unreadable(_)) || self.memory.answered.get() {
            self.learn_api(&list.said);
        }
        drop(turn);
        list
    }
}

impl ApiList {
    fn of(said: ApiAnswer) -> Self {
        Self { said, entries: Vec::new(), unaddressable: Vec::new(), may_be_incomplete: false }
    }

    /// Reads page after page. An error is that of the first.
    async fn read(&mut self, core: &Core, call: &Call, is_first: bool) -> Result<ApiAnswer> {
        let mut request = core.request(call);
        if is_first {
            request = core.quick(request);
        }
        let mut seen = BTreeSet::new();
        for page in 0..caps::LIST_PAGES {
            let document = match core.expect(call, request.clone()).await {
                Ok(answer) => core.read(call, answer).await,
                Err(error) => Err(error),
            };
            let document = document.and_then(|document| core.with_list(call, document));
            let (document, facts) = match document {
                Err(error) if page > 0 => return Ok(ApiAnswer::Refused(error)),
                document => document?,
            };
            let known = (self.entries.len(), seen.len());
            if !self.add_page(&document, facts) {
                return Ok(ApiAnswer::Absent { is_for_all: true });
            }
            seen.extend(self.entries.iter().skip(known.0).map(|entry| entry.digest.clone()));
            // A registry whose Link leads to an earlier page would be asked for ever.
            let is_repeated = self.entries.len() > known.0 && seen.len() == known.1;
            match link::next(&document.request.url, document.headers.all(name::LINK)) {
                NextLink::Next(url) if self.entries.len() < caps::REFERRERS && !is_repeated => {
                    request.url = core.connection.read_base().restore_prefix(url);
                }
                NextLink::None => return Ok(ApiAnswer::Listed),
                _ => break,
            }
        }
        self.may_be_incomplete = true;
        Ok(ApiAnswer::Listed)
    }

    /// Adds a page of the API's list; `false` if it is none: some registries without an API serve an
    /// HTML page, or nothing with status 204, under every path.
    fn add_page(&mut self, document: &Document, facts: ListFacts) -> bool {
        let bytes = &document.bytes;
        let entries = referrers::read_index(document.content_type().as_ref(), bytes);
        // An error document under the type of an index is no list either.
        let Some((entries, stated)) = entries.zip(facts.stated) else { return false };
        // Cut on the way; the entries that can be read are still shown. One without a digest names nothing,
        // and nothing stands for it.
        let read = entries.len() + facts.unaddressable.len();
        self.may_be_incomplete |= !facts.is_sound || read < stated;
        self.entries.extend(entries);
        self.unaddressable.extend(facts.unaddressable);
        self.unaddressable.truncate(caps::REFERRERS);
        true
    }
}

fn referrers_call(
    repository: &RepositoryName,
    subject: &Digest,
    artifact_type: Option<&str>,
) -> Call {
    let endpoint = Endpoint::Referrers {
        repository: repository.clone(),
        digest: subject.clone(),
        artifact_type: artifact_type.map(str::to_owned),
    };
    Call::new(Operation::ListReferrers(subject.clone()), endpoint)
}

/// Judges a failed first question. A registry without the API answers 404 (R105); Artifactory 406, and
/// others any status that a router has for a path that it does not know.
fn judge(error: Error, is_page: bool) -> ApiAnswer {
    match error.context.status {
        Some(404) if error.kind == ErrorKind::NotFound(Missing::Repository) && names_it(&error) => {
            ApiAnswer::NoRepository(error)
        }
        Some(401 | 403 | 407 | 408 | 425 | 429) => ApiAnswer::Refused(error),
        Some(400..=499 | 501) => {
            ApiAnswer::Absent { is_for_all: !says(&error, "MANIFEST_UNKNOWN") }
        }
        None if is_page && error.is_cors_or_network() => ApiAnswer::Unreadable(error),
        _ => ApiAnswer::Refused(error),
    }
}

/// Tells whether the same question would be answered in the same way a little later.
fn is_lasting(error: &Error) -> bool {
    matches!(error.context.status, Some(401 | 403 | 407 | 500))
}

/// Tells whether an error names an unknown repository.
pub(super) fn names_it(error: &Error) -> bool {
    says(error, "NAME_UNKNOWN")
}

fn says(error: &Error, code: &str) -> bool {
    error.context.messages.iter().any(|message| message.code == code)
}
