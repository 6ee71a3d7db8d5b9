//! One question and its answer: builds the request for an endpoint, sends it, and turns what is no
//! success into an error that says what was tried.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use litemap::LiteMap;

use bytes::Bytes;

use super::{Connection, Warnings, keep_referrers::Waiting};
use crate::{
    error::{Error, ErrorKind, Result},
    oci::{Descriptor, MediaType, RepositoryName},
    transport::{
        Auth, Body, Cache, Lane, Replay, Request, Response, RetryPolicy, SharedClock, Stack,
        Transport,
    },
    wire::{
        Accept, BaseUrl, Endpoint, Headers, Method, ScopeSet, Subject, Url, describe,
        headers::name, list,
    },
};

/// The most bytes of a manifest that are read unless more is allowed (R51).
pub(super) const MANIFEST_LIMIT: u64 = 4 * 1024 * 1024;

/// The most bytes of any other answer that is read whole.
pub(super) const LIST_LIMIT: u64 = list::MAX_ANSWER as u64;

/// What all handles of one registry share.
pub(super) struct Core {
    pub(super) connection: Connection,
    pub(super) transport: Rc<Auth>,
    pub(super) clock: SharedClock,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) warnings: Warnings,
    pub(super) memory: Memory,
    /// Where the answer to a question is: an endpoint of the protocol, or a file.
    pub(super) url_of: fn(&Endpoint, &BaseUrl) -> Url,
    /// Whether short requests can do without a preflight (R164).
    pub(super) spares_preflights: bool,
}

/// What was learnt about the registry, so as not to ask twice.
pub(super) struct Memory {
    /// Which types a repository answers to (R164).
    pub(super) accept: RefCell<LiteMap<RepositoryName, Accept>>,
    /// Whether the digest of a HEAD answer cannot be read; then only GET helps (R30).
    pub(super) digest_hidden: Cell<bool>,
    /// Whether there is a referrers API (R107).
    pub(super) referrers_api: Cell<Option<bool>>,
    /// The most bytes of a manifest that are read.
    pub(super) manifest_limit: Cell<u64>,
    /// Whether several tags can be pushed in one request (R126).
    pub(super) many_tags: Cell<Option<bool>>,
    /// Updates of fallback tags that are on their way (R127).
    pub(super) referrers: RefCell<Waiting>,
}

/// A question: an endpoint, and words for what it is to achieve.
pub(super) struct Call {
    pub(super) endpoint: Endpoint,
    /// To be read after “could not”.
    pub(super) operation: String,
    /// The repository, which upload sessions do not know from their endpoint.
    pub(super) repository: Option<RepositoryName>,
    /// The content it is about.
    pub(super) subject: Option<Descriptor>,
}

impl Call {
    pub(super) fn new(operation: impl Into<String>, endpoint: Endpoint) -> Self {
        let repository = endpoint.repository().cloned();
        Self { endpoint, operation: operation.into(), repository, subject: None }
    }

    pub(super) fn about(mut self, subject: Option<&Descriptor>) -> Self {
        self.subject = subject.cloned();
        self
    }

    pub(super) fn within(mut self, repository: &RepositoryName) -> Self {
        self.repository = Some(repository.clone());
        self
    }
}

/// An answer with the request that it is for, as errors want both.
pub(super) struct Answer {
    pub(super) request: Request,
    pub(super) response: Response,
}

/// An answer whose body was read.
pub(super) struct Document {
    pub(super) request: Request,
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) bytes: Bytes,
}

impl Document {
    /// `Content-Type` without parameters; `None` where missing or generic (R29, R38).
    pub(super) fn content_type(&self) -> Option<MediaType> {
        describe::content_type(&self.headers)
    }
}

impl Core {
    pub(super) fn new(connection: Connection, stack: &Stack, transport: Rc<Auth>) -> Self {
        Self {
            connection,
            transport,
            clock: Rc::clone(stack.clock()),
            retry: stack.retry().cloned(),
            warnings: Warnings::default(),
            memory: Memory {
                accept: RefCell::default(),
                digest_hidden: Cell::new(false),
                referrers_api: Cell::new(None),
                manifest_limit: Cell::new(MANIFEST_LIMIT),
                many_tags: Cell::new(None),
                referrers: RefCell::default(),
            },
            url_of: Endpoint::url,
            spares_preflights: stack.is_page(),
        }
    }

    /// The request for a question: its whole answer is read, up to the cap of its kind.
    pub(super) fn request(&self, call: &Call) -> Request {
        let endpoint = &call.endpoint;
        let base = match endpoint.method().is_read() {
            true => self.connection.read_base(),
            false => &self.connection.base,
        };
        let mut request = Request::new(endpoint.method(), (self.url_of)(endpoint, base));
        request.lane = lane(endpoint);
        request.cache = cache(endpoint);
        request.replay = replay(endpoint);
        request.scopes = ScopeSet::for_endpoint(endpoint);
        request.read_up_to = Some(match endpoint {
            Endpoint::GetManifest { .. } => self.memory.manifest_limit.get(),
            _ => LIST_LIMIT,
        });
        match endpoint.accept(self.is_preflighted()) {
            Some(accept) => request.header(name::ACCEPT, accept),
            None => request,
        }
    }

    /// Whether reading may ask for all types at once: outside a page nothing is preflighted, and
    /// what carries `Authorization` is preflighted anyway (R164).
    pub(super) fn is_preflighted(&self) -> bool {
        !self.spares_preflights
            || self.transport.would_authorize(self.connection.read_base().origin())
    }

    /// Sends, whatever the status of the answer.
    pub(super) async fn send(&self, call: &Call, request: Request) -> Result<Answer> {
        match self.transport.send(request.clone()).await {
            Ok(response) => {
                self.warnings.note(&request.url, &response.headers);
                Ok(Answer { request, response })
            }
            Err(error) => Err(self.explain(call, Some(&request), error)),
        }
    }

    /// Sends, and takes anything but success for an error.
    pub(super) async fn expect(&self, call: &Call, request: Request) -> Result<Answer> {
        let answer = self.send(call, request).await?;
        match answer.response.is_success() {
            true => Ok(answer),
            false => Err(self.refusal(call, answer).await),
        }
    }

    /// Asks in the usual way and reads the answer.
    pub(super) async fn ask(&self, call: &Call) -> Result<Document> {
        let answer = self.expect(call, self.request(call)).await?;
        let document = self.read(call, answer).await?;
        // A login page with status 200 has neither deleted anything nor is it a registry.
        match super::body::is_page(&document) {
            Some(what) => Err(self.unusable(call, &document, ErrorKind::BadAnswer(what))),
            None => Ok(document),
        }
    }

    /// Reads the body of an answer, up to the cap that its request names.
    pub(super) async fn read(&self, call: &Call, answer: Answer) -> Result<Document> {
        let Answer { request, response } = answer;
        let (status, headers) = (response.status, response.headers.clone());
        if request.method == Method::Head {
            return Ok(Document { request, status, headers, bytes: Bytes::new() });
        }
        let limit = request.read_up_to.unwrap_or(LIST_LIMIT);
        match response.bytes(limit).await {
            Ok(bytes) => Ok(Document { request, status, headers, bytes }),
            Err(error) => Err(self.explain(call, Some(&request), error)),
        }
    }

    /// An error about an answer that came and cannot be used.
    pub(super) fn unusable(&self, call: &Call, document: &Document, kind: ErrorKind) -> Error {
        let mut error = self.explain(call, Some(&document.request), kind.into());
        error.context.status = Some(document.status);
        error
    }
}

fn lane(endpoint: &Endpoint) -> Lane {
    match endpoint {
        Endpoint::GetBlob { .. } => Lane::Blob,
        Endpoint::PostBlob { .. } | Endpoint::SendChunk { .. } | Endpoint::CommitUpload { .. } => {
            Lane::Upload
        }
        _ => Lane::Metadata,
    }
}

/// What is named by its digest never changes; everything else is asked again (R93).
fn cache(endpoint: &Endpoint) -> Cache {
    use crate::oci::ManifestRef::Digest;
    match endpoint {
        Endpoint::GetBlob { .. } | Endpoint::StatBlob { .. } => Cache::Default,
        Endpoint::GetManifest { reference: Digest(_), .. }
        | Endpoint::StatManifest { reference: Digest(_), .. } => Cache::Default,
        _ if endpoint.method().is_read() && endpoint.subject() != Subject::Upload => {
            Cache::Revalidate
        }
        _ => Cache::Off,
    }
}

/// Deletions and moved tags are not sent twice unseen; of a chunk only when it was refused.
fn replay(endpoint: &Endpoint) -> Replay {
    use crate::oci::ManifestRef::Tag;
    match endpoint {
        // What comes of a cancellation is of no interest.
        Endpoint::CancelUpload { .. }
        | Endpoint::DeleteManifest { .. }
        | Endpoint::DeleteBlob { .. }
        | Endpoint::PutManifest { reference: Tag(_), .. } => Replay::Never,
        Endpoint::PutManifest { tags, .. } if !tags.is_empty() => Replay::Never,
        Endpoint::SendChunk { .. } | Endpoint::CommitUpload { .. } => Replay::IfRefused,
        _ => Replay::Always,
    }
}

/// A body in memory, as requests carry it.
pub(super) fn body(bytes: Bytes) -> Body {
    if bytes.is_empty() { Body::Empty } else { Body::Bytes(bytes) }
}
