//! Turning answers into errors: the operation, the registry, the answer and its meaning (R15 to R27).

use bytes::Bytes;

use super::{
    exchange::{Call, Core, UnreadAnswer, is_html},
    html_page::html_page,
};
use crate::{
    error::{AnswerFault, Error, ErrorKind, Limitation, Missing, Rejection, ServerMessage},
    oci::ManifestRef,
    transport::{ERROR_BODY, Request, Response},
    wire::{
        Endpoint, Subject,
        challenge::{self, ChallengeError},
        error_document::ErrorDocument,
        failure::FailureKind,
        headers::name,
    },
};

impl Core {
    /// Completes an error with the operation. Facts that are there are kept: an error about a token
    /// names the token server's URL.
    pub(super) fn explain(
        &self,
        call: &Call,
        request: Option<&Request>,
        mut error: Error,
    ) -> Error {
        let context = &mut error.context;
        if context.operation.is_none() {
            context.operation = Some(call.operation.clone());
            self.connection.host.as_str().clone_into(&mut context.registry);
            context.scheme = Some(self.connection.base.origin().scheme());
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

    /// Returns the error for an answer that does not say that what was asked for was done.
    pub(super) async fn refusal(&self, call: &Call, answer: UnreadAnswer) -> Error {
        let UnreadAnswer { request, response } = answer;
        let wait = response.retry_after(self.clock.now());
        let (is_late, is_anonymous) = (response.is_late_refusal, response.is_anonymous);
        let challenged = challenge_error(&response);
        let is_html = is_html(&response.headers);
        let (status, body) = (response.status, read_error(response).await);
        let document = ErrorDocument::read(status, &body);
        let kind = match FailureKind::of(&call.endpoint, &document, challenged.as_ref()) {
            // A token for everybody is refused, which docker.io and others give to all that ask: it says
            // nothing of an account.
            FailureKind::Unauthorized | FailureKind::Denied
                if is_anonymous && (status == 401 || is_late) =>
            {
                ErrorKind::Unauthorized
            }
            FailureKind::Unauthorized if is_late => ErrorKind::Denied,
            FailureKind::TooManyRequests => ErrorKind::RateLimited(wait),
            // A login page or a proxy: nothing of what was asked for was done.
            _ if status < 300 && (is_html || html_page(&body).is_some()) => {
                ErrorKind::BadAnswer(AnswerFault::HtmlPage)
            }
            _ if status < 300 => ErrorKind::Status(status),
            kind => meaning(&kind, &call.endpoint, status),
        };
        let mut error = self.explain(call, Some(&request), kind.into());
        error.context.status = Some(status);
        error.context.is_anonymous = is_anonymous;
        error.context.retry_after = wait;
        error.context.messages = document.entries.iter().map(ServerMessage::from).collect();
        if error.kind == ErrorKind::Rejected(Rejection::Unverified) {
            error.kind = ErrorKind::Unverified(error.context.messages.clone());
        }
        if let Some(word) = challenged.filter(|_| document.entries.is_empty()) {
            let code = word.as_str().to_owned();
            error.context.messages.push(ServerMessage { code, ..ServerMessage::default() });
        }
        error.context.body = document.body;
        error
    }
}

/// Reads the body as far as it can be read; the status matters more.
async fn read_error(response: Response) -> Bytes {
    response.bytes(ERROR_BODY).await.unwrap_or_default()
}

/// Returns the fault that the registry finds in a token (R25).
fn challenge_error(response: &Response) -> Option<ChallengeError> {
    let challenges = challenge::parse(response.headers.all(name::WWW_AUTHENTICATE)).ok()?;
    challenges.iter().find_map(challenge::Challenge::error)
}

/// Translates a failure of the protocol into a kind of error.
fn meaning(kind: &FailureKind, endpoint: &Endpoint, status: u16) -> ErrorKind {
    let deletes = matches!(endpoint, Endpoint::DeleteManifest { .. } | Endpoint::DeleteBlob { .. });
    match kind {
        // The specification gives 400 and 405 this meaning, with any code (R131).
        _ if deletes && matches!(status, 400 | 405) => not_deleted(endpoint),
        FailureKind::Unsupported if deletes => not_deleted(endpoint),
        FailureKind::Unknown(Subject::Upload) => {
            let location = endpoint.location().map(ToString::to_string);
            ErrorKind::UploadUnknown { location }
        }
        FailureKind::Unknown(subject) => ErrorKind::NotFound(missing(*subject, endpoint)),
        FailureKind::ReferencesUnknown(digest) => ErrorKind::BlobUnknown(digest.clone()),
        FailureKind::Unauthorized => ErrorKind::Unauthorized,
        FailureKind::Denied => ErrorKind::Denied,
        FailureKind::Unsupported => ErrorKind::Unsupported(Limitation::Registry),
        FailureKind::RangeInvalid => {
            let location = endpoint.location().map(ToString::to_string);
            ErrorKind::InvalidRange { location, stored: None, size: None }
        }
        FailureKind::Rejected(rejection) => ErrorKind::Rejected(*rejection),
        FailureKind::TooManyRequests => ErrorKind::RateLimited(None),
        FailureKind::Unavailable => ErrorKind::Unavailable,
        FailureKind::NotModified => ErrorKind::NotModified,
        FailureKind::Status(status) => ErrorKind::Status(*status),
    }
}

/// Returns the kind of a refused deletion. A registry that refuses a tag may still delete by digest (R131).
fn not_deleted(endpoint: &Endpoint) -> ErrorKind {
    match endpoint {
        Endpoint::DeleteManifest { reference: ManifestRef::Tag(_), .. } => {
            ErrorKind::Unsupported(Limitation::DeletingTags)
        }
        _ => ErrorKind::DeleteDisabled,
    }
}

fn missing(subject: Subject, endpoint: &Endpoint) -> Missing {
    match subject {
        Subject::Repository => Missing::Repository,
        Subject::Manifest => endpoint.reference().map_or(Missing::Manifest, Missing::manifest),
        Subject::Blob => Missing::Blob,
        Subject::Registry | Subject::Upload => Missing::Unknown,
    }
}
