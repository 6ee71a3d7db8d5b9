//! One question and its answer: builds the request for an endpoint, sends it, and turns an answer
//! without success into an error that names the operation.

use std::rc::Rc;

use bytes::Bytes;

use super::{Connection, Warnings, html_page::html_page, memory::Memory};
use crate::{
    caps,
    error::{Error, ErrorKind, Operation, Result},
    oci::{Descriptor, MediaType, RepositoryName},
    transport::{
        Auth, Body, Cache, Lane, Replay, Request, Response, RetryPolicy, SharedClock, Stack,
        Transport, TryWaits,
    },
    wire::{Endpoint, Headers, Method, ScopeSet, Subject, describe, headers::name},
};

/// The largest answer that is read whole, manifests apart, in bytes.
pub(super) const LIST_LIMIT: u64 = caps::LIST_BYTES as u64;

/// The state that all handles of one registry share.
pub(super) struct Core {
    pub(super) connection: Connection,
    pub(super) transport: Rc<Auth>,
    pub(super) clock: SharedClock,
    pub(super) retry: Option<RetryPolicy>,
    /// The waits before the tries that no layer of the stack makes.
    pub(super) waits: TryWaits,
    pub(super) warnings: Warnings,
    pub(super) memory: Memory,
    /// Set if short requests can do without a preflight (R164).
    pub(super) spares_preflights: bool,
    /// Set if the requests are those of a page: it cannot read an answer without CORS headers.
    pub(super) is_page: bool,
    /// Set if manifests of contradicting types are handed out.
    pub(super) is_viewer: bool,
}

/// A question: an endpoint, and its purpose.
pub(super) struct Call {
    pub(super) endpoint: Endpoint,
    pub(super) operation: Operation,
    /// The repository. The endpoint of an upload session does not contain it.
    pub(super) repository: Option<RepositoryName>,
    /// The content that it is about.
    pub(super) subject: Option<Descriptor>,
}

impl Call {
    pub(super) fn new(operation: Operation, endpoint: Endpoint) -> Self {
        let repository = endpoint.repository().cloned();
        Self { endpoint, operation, repository, subject: None }
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

/// An answer whose body is not read yet, with its request: errors need both.
pub(super) struct UnreadAnswer {
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
    /// Returns `Content-Type` without parameters; `None` if missing or generic (R29, R38).
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
            waits: stack.waits(),
            warnings: Warnings::default(),
            memory: Memory::default(),
            spares_preflights: stack.is_page(),
            is_page: stack.is_page(),
            is_viewer: stack.is_viewer(),
        }
    }

    /// Builds the request for a question: its whole answer is read, up to the cap of its kind.
    pub(super) fn request(&self, call: &Call) -> Request {
        let endpoint = &call.endpoint;
        let base = match endpoint.method().is_read() {
            true => self.connection.read_base(),
            false => &self.connection.base,
        };
        let mut request = Request::new(endpoint.method(), endpoint.url(base));
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

    /// Tells whether reading may ask for all types at once: outside a page nothing is preflighted, and
    /// a request with `Authorization` is preflighted anyway (R164).
    pub(super) fn is_preflighted(&self) -> bool {
        !self.spares_preflights
            || self.transport.would_authorize(self.connection.read_base().origin())
    }

    /// Makes a question of a page cost one quick try: routers answer paths that they do not know
    /// without CORS headers, and waiting does not mend that.
    pub(super) fn quick(&self, mut request: Request) -> Request {
        if self.is_page {
            request.replay = Replay::Never;
        }
        request
    }

    /// Sends, and returns the answer with any status.
    pub(super) async fn send(&self, call: &Call, request: Request) -> Result<UnreadAnswer> {
        match self.transport.send(request.clone()).await {
            Ok(response) => {
                self.warnings.note(&request.url, &response.headers);
                self.memory.answered.set(true);
                Ok(UnreadAnswer { request, response })
            }
            Err(error) => Err(self.explain(call, Some(&request), error)),
        }
    }

    /// Sends, and returns an error unless the answer is a success.
    pub(super) async fn expect(&self, call: &Call, request: Request) -> Result<UnreadAnswer> {
        let answer = self.send(call, request).await?;
        match is_done(call, &answer) {
            true => Ok(answer),
            false => Err(self.refusal(call, answer).await),
        }
    }

    /// Asks in the usual way and reads the answer.
    pub(super) async fn ask(&self, call: &Call) -> Result<Document> {
        let answer = self.expect(call, self.request(call)).await?;
        let document = self.read(call, answer).await?;
        // A login page with status 200 has neither deleted anything nor is it a registry.
        match html_page(&document.bytes) {
            Some(fault) => Err(self.unusable(call, &document, ErrorKind::BadAnswer(fault))),
            None => Ok(document),
        }
    }

    /// Reads the body of an answer, up to the cap that its request names.
    pub(super) async fn read(&self, call: &Call, answer: UnreadAnswer) -> Result<Document> {
        let UnreadAnswer { request, response } = answer;
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

    /// Returns an error about an answer that cannot be used.
    pub(super) fn unusable(&self, call: &Call, document: &Document, kind: ErrorKind) -> Error {
        let mut error = self.explain(call, Some(&document.request), kind.into());
        error.context.status = Some(document.status);
        error
    }
}

/// Tells whether an answer says that what was asked for was done: it is no login page with status 200.
pub(super) fn is_done(call: &Call, answer: &UnreadAnswer) -> bool {
    let UnreadAnswer { request, response } = answer;
    // What the registry names by its digest is no page of another program.
    if response.status == 200 && response.headers.contains(name::DOCKER_CONTENT_DIGEST) {
        return !matches!(call.endpoint, Endpoint::MountBlob { .. });
    }
    let is_page = request.method == Method::Head && is_html(&response.headers);
    !is_page && call.endpoint.is_done_by(response.status)
}

/// Tells whether an answer says that it is an HTML page. The answer to HEAD has no bytes that show it.
pub(super) fn is_html(headers: &Headers) -> bool {
    let content_type = describe::content_type(headers);
    content_type.is_some_and(|found| found.as_str().eq_ignore_ascii_case("text/html"))
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

/// Content that is named by its digest never changes; everything else is asked for again (R93).
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

/// Deletions and moved tags are never repeated by themselves, a chunk only if it was refused.
fn replay(endpoint: &Endpoint) -> Replay {
    use crate::oci::ManifestRef::Tag;
    match endpoint {
        // The outcome of a cancellation does not matter.
        Endpoint::CancelUpload { .. }
        | Endpoint::DeleteManifest { .. }
        | Endpoint::DeleteBlob { .. }
        | Endpoint::PutManifest { reference: Tag(_), .. } => Replay::Never,
        Endpoint::PutManifest { tags, .. } if !tags.is_empty() => Replay::Never,
        Endpoint::SendChunk { .. } | Endpoint::CommitUpload { .. } => Replay::IfRefused,
        _ => Replay::Always,
    }
}

/// Returns the body of a request for bytes in memory.
pub(super) fn body(bytes: Bytes) -> Body {
    if bytes.is_empty() { Body::Empty } else { Body::Bytes(bytes) }
}
