//! Choosing the manifest types to ask for, and asking for the other ones if need be (R164).

use super::exchange::{Call, Core, UnreadAnswer, is_done};
use crate::{
    error::Result,
    transport::{ERROR_BODY, Request},
    wire::{
        Accept, Endpoint, Method, describe,
        error_document::{Code, Entry, ErrorDocument},
        headers::name,
    },
};

impl Core {
    /// Asks for two types at a time: a page may ask another origin for no more without a preflight.
    /// Remembers the right pair per repository (R164).
    pub(super) async fn negotiate(&self, call: &Call, request: Request) -> Result<UnreadAnswer> {
        let first = self.accept_for(call);
        let answer = self.send(call, with_accept(&request, first)).await?;
        let (answer, second) = second_pair(call, first, answer).await?;
        let Some(second) = second else {
            return self.accepted(call, answer, first).await;
        };
        let other = self.send(call, with_accept(&request, second)).await?;
        match other.response.is_success() {
            true => self.accepted(call, other, second).await,
            // The answer to the first pair: schema 1, or the refusal.
            false => self.accepted(call, answer, first).await,
        }
    }

    /// Asks once, for OCI types, without regard to the pair that the repository answers to.
    pub(super) async fn expect_artifact(&self, call: &Call) -> Result<UnreadAnswer> {
        let accept = Accept::first(self.is_preflighted());
        self.expect(call, with_accept(&self.quick(self.request(call)), accept)).await
    }

    fn accept_for(&self, call: &Call) -> Accept {
        if self.is_preflighted() {
            return Accept::All;
        }
        let known =
            call.repository.as_ref().and_then(|r| self.memory.accept.borrow().get(r).copied());
        known.unwrap_or(Accept::first(false))
    }

    async fn accepted(
        &self,
        call: &Call,
        answer: UnreadAnswer,
        accept: Accept,
    ) -> Result<UnreadAnswer> {
        if !is_done(call, &answer) {
            return Err(self.refusal(call, answer).await);
        }
        if let (Some(repository), true) = (&call.repository, accept != Accept::All) {
            self.memory.accept.borrow_mut().insert(repository.clone(), accept);
        }
        Ok(answer)
    }
}

/// Returns the pair to ask for after an answer. The answer is handed back with its body unread.
async fn second_pair(
    call: &Call,
    first: Accept,
    answer: UnreadAnswer,
) -> Result<(UnreadAnswer, Option<Accept>)> {
    let content_type = describe::content_type(&answer.response.headers);
    // Content that is asked for by digest is not rewritten: it would be other content.
    let by_tag = !matches!(&call.endpoint, Endpoint::GetManifest { reference, .. }
        | Endpoint::StatManifest { reference, .. } if reference.digest().is_some());
    let second = first.second(answer.response.status, content_type.as_ref(), by_tag);
    if second.is_none() || answer.response.status != 404 || answer.request.method == Method::Head {
        return Ok((answer, second));
    }
    let UnreadAnswer { request, response } = answer;
    let response = response.read_whole(ERROR_BODY).await?;
    let (status, headers) = (response.status, response.headers.clone());
    let bytes = response.bytes(ERROR_BODY).await?;
    let second = second.filter(|_| !says_unknown(&ErrorDocument::read(status, &bytes)));
    let response = crate::transport::Response::with_bytes(status, headers, bytes);
    Ok((UnreadAnswer { request, response }, second))
}

/// Tells whether the registry knows no such manifest or repository of any type. Distribution, Docker
/// Hub, GitHub and Google use the same code for manifests of another type, with a message about
/// `Accept`, so the code alone does not decide.
fn says_unknown(document: &ErrorDocument) -> bool {
    let unknown = |entry: &Entry| {
        let text = entry.message.to_ascii_lowercase();
        let about_types = text.contains("accept") || text.contains("media type");
        matches!(entry.code, Code::ManifestUnknown | Code::NameUnknown) && !about_types
    };
    !document.entries.is_empty() && document.entries.iter().all(unknown)
}

fn with_accept(request: &Request, accept: Accept) -> Request {
    let mut request = request.clone();
    request.headers.set(name::ACCEPT, accept.value());
    request
}
