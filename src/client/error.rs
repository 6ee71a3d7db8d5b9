//! From answers to errors: what was tried, where, what came back, and what it means (R15 to R27).

use bytes::Bytes;

use super::exchange::{Answer, Call, Core};
use crate::{
    oci::json::{self, Node},
    registry::{Error, ErrorKind, Missing, ServerMessage},
    transport::{ERROR_BODY, Request, Response},
    wire::{Endpoint, Subject},
};

/// The most bytes of an answer's text that an error keeps (R16).
const KEPT_TEXT: usize = 2048;

impl Core {
    /// Completes an error with what was being done.
    pub(super) fn explain(
        &self,
        call: &Call,
        request: Option<&Request>,
        mut error: Error,
    ) -> Error {
        let context = &mut error.context;
        if context.operation.is_empty() {
            context.operation.clone_from(&call.operation);
            self.connection.host.as_str().clone_into(&mut context.registry);
        }
        if context.repository.is_none() {
            context.repository.clone_from(&call.repository);
        }
        if context.request.is_none() {
            context.request = request.map(Request::redacted);
        }
        if context.subject.is_none() {
            context.subject = call.subject.clone().map(Box::new);
        }
        error
    }

    /// The error that an answer without success is.
    pub(super) async fn refusal(&self, call: &Call, answer: Answer) -> Error {
        let Answer { request, response } = answer;
        let status = response.status;
        let wait = response.retry_after(self.clock.now());
        let body = read_error(response).await;
        let messages = messages(&body);
        let kind = match kind_of(&call.endpoint, status, &messages) {
            ErrorKind::RateLimited(_) => ErrorKind::RateLimited(wait),
            kind => kind,
        };
        let mut error = self.explain(call, Some(&request), kind.into());
        error.context.status = Some(status);
        error.context.body = text_of(&body).filter(|_| messages.is_empty());
        error.context.messages = messages;
        error
    }
}

/// The body as far as it can be had; the status matters more.
async fn read_error(response: Response) -> Bytes {
    response.bytes(ERROR_BODY).await.unwrap_or_default()
}

/// Text of an answer that is no error document; nothing where it is too long (R16).
fn text_of(body: &Bytes) -> Option<String> {
    let fits = !body.is_empty() && body.len() <= KEPT_TEXT;
    fits.then(|| String::from_utf8_lossy(body).trim().to_owned())
}

/// The entries of an error document, whatever its `Content-Type` (R15).
fn messages(body: &Bytes) -> Vec<ServerMessage> {
    let node = json::parse(body.clone()).value;
    match node.get("errors") {
        Some(errors) => errors.items().iter().map(message).collect(),
        // Token servers send a single object.
        None if node.get("code").is_some() || node.get("details").is_some() => vec![message(&node)],
        None => Vec::new(),
    }
}

fn message(node: &Node) -> ServerMessage {
    let text = |key| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    let message = if node.get("message").is_some() { text("message") } else { text("details") };
    ServerMessage { code: text("code"), message, detail: text("detail") }
}

/// The meaning of an answer: by the registry's code, else by status and endpoint (R23, R24).
fn kind_of(endpoint: &Endpoint, status: u16, messages: &[ServerMessage]) -> ErrorKind {
    let by_code = messages.iter().find_map(|message| kind_of_code(&message.code, endpoint));
    match (status, by_code) {
        (400 | 405, _) if deletes(endpoint) => ErrorKind::DeleteDisabled,
        (429, _) => ErrorKind::RateLimited(None),
        (501, _) => ErrorKind::Unsupported("the registry does not do this".to_owned()),
        (500.., _) => ErrorKind::Unavailable,
        (_, Some(kind)) => kind,
        (401, _) => ErrorKind::Unauthorized,
        (403, _) => ErrorKind::Denied,
        (404, _) => missing(endpoint.subject()),
        (405, _) => ErrorKind::Unsupported("the registry does not do this".to_owned()),
        (413, _) => ErrorKind::Rejected,
        (416, _) => ErrorKind::InvalidRange { location: None, stored: None },
        (400 | 422, _) => ErrorKind::Rejected,
        _ => ErrorKind::Status(status),
    }
}

fn kind_of_code(code: &str, endpoint: &Endpoint) -> Option<ErrorKind> {
    Some(match code {
        "BLOB_UNKNOWN" => ErrorKind::NotFound(Missing::Blob),
        "BLOB_UPLOAD_UNKNOWN" => ErrorKind::UploadUnknown,
        "MANIFEST_UNKNOWN" => ErrorKind::NotFound(Missing::Manifest),
        "NAME_UNKNOWN" => ErrorKind::NotFound(Missing::Repository),
        "MANIFEST_BLOB_UNKNOWN" => ErrorKind::BlobUnknown(None),
        "DENIED" => ErrorKind::Denied,
        "UNAUTHORIZED" => ErrorKind::Unauthorized,
        "TOOMANYREQUESTS" => ErrorKind::RateLimited(None),
        "UNSUPPORTED" if deletes(endpoint) => ErrorKind::DeleteDisabled,
        "UNSUPPORTED" => ErrorKind::Unsupported("the registry does not do this".to_owned()),
        "RANGE_INVALID" => ErrorKind::InvalidRange { location: None, stored: None },
        "BLOB_UPLOAD_INVALID"
        | "DIGEST_INVALID"
        | "MANIFEST_INVALID"
        | "MANIFEST_UNVERIFIED"
        | "NAME_INVALID"
        | "SIZE_INVALID"
        | "TAG_INVALID"
        | "PAGINATION_NUMBER_INVALID" => ErrorKind::Rejected,
        _ => return None,
    })
}

fn deletes(endpoint: &Endpoint) -> bool {
    matches!(endpoint, Endpoint::DeleteManifest { .. } | Endpoint::DeleteBlob { .. })
}

fn missing(subject: Subject) -> ErrorKind {
    ErrorKind::NotFound(match subject {
        Subject::Registry => Missing::Unknown,
        Subject::Repository => Missing::Repository,
        Subject::Manifest => Missing::Manifest,
        Subject::Blob => Missing::Blob,
        Subject::Upload => return ErrorKind::UploadUnknown,
    })
}
