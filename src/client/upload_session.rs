//! An upload session: drives the state machine of [`crate::wire::upload`] against a registry (R109 to
//! R123).

use std::ops::Range;

use bytes::Bytes;

use super::{
    RemoteRegistry,
    exchange::{self, Call, UnreadAnswer},
};
use crate::{
    error::{AnswerFault, Error, ErrorKind, InputFault, Operation, RefusedAddress, Result},
    oci::{Descriptor, Digest, MediaType, RepositoryName},
    registry::{BlobSource, Read},
    transport::{Body, Replay, Request},
    wire::{
        Action, Endpoint, ScopeSet,
        upload::{self, Step, Upload, UploadError},
    },
};

/// The source of the bytes of an upload.
pub(super) enum UploadBytes<'a> {
    /// A source that can be read again.
    Source(&'a dyn BlobSource),
    /// Bytes that were handed in and are not stored yet, with the position of the first.
    Buffer(u64, &'a Bytes),
}

impl UploadBytes<'_> {
    /// Returns the bytes of a range as a body.
    async fn body(&self, range: &Range<u64>) -> Result<Body> {
        let length = range.end - range.start;
        match self {
            _ if length == 0 => Ok(Body::Empty),
            Self::Source(source) => match source.handle() {
                Some(handle) if length == source.size() => {
                    Ok(Body::Handle { handle, size: length })
                }
                _ => source.slice(range.start, length).await.map(exchange::body),
            },
            Self::Buffer(start, buffer) => {
                let from = range.start.checked_sub(*start);
                let from = from.and_then(|from| usize::try_from(from).ok());
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let part = from.and_then(|from| buffer.get(from..from.checked_add(length)?));
                // The registry has lost bytes that it had, and they are gone here too.
                let part = part.ok_or(ErrorKind::invalid_range(None))?;
                Ok(exchange::body(buffer.slice_ref(part)))
            }
        }
    }
}

/// An upload session with the registry that it is on.
pub(super) struct UploadSession {
    pub(super) registry: RemoteRegistry,
    pub(super) repository: RepositoryName,
    pub(super) machine: Upload,
    pub(super) operation: Operation,
}

impl UploadSession {
    /// Opens a session.
    pub(super) async fn start(
        registry: &RemoteRegistry,
        repository: &RepositoryName,
        digest: Option<&Digest>,
        chunk_size: u64,
    ) -> Result<Self> {
        let algorithm = digest.map(Digest::algorithm);
        let (machine, request) = Upload::start(repository, algorithm.as_ref(), chunk_size);
        let operation = Operation::PushBlob(digest.cloned());
        let (registry, repository) = (registry.clone(), repository.clone());
        let mut session = Self { registry, repository, machine, operation };
        session
            .drive(Step::Send(Box::new(request)), &UploadBytes::Buffer(0, &Bytes::new()))
            .await?;
        Ok(session)
    }

    /// Sends requests until the state machine has no more.
    pub(super) async fn drive(&mut self, mut step: Step, bytes: &UploadBytes<'_>) -> Result<Step> {
        let mut last: Option<Result<AnsweredCall>> = None;
        loop {
            match step {
                Step::Send(request) => {
                    let outcome = self.send(&request, bytes).await;
                    step = self.next_step(&outcome)?;
                    last = Some(outcome);
                }
                Step::Failed(error) => return Err(self.failure(error, last).await),
                done => return Ok(done),
            }
        }
    }

    fn next_step(&mut self, outcome: &Result<AnsweredCall>) -> Result<Step> {
        match outcome {
            Ok(AnsweredCall { answer, .. }) => {
                let UnreadAnswer { request, response } = answer;
                Ok(self.machine.answered(&request.url, response.status, &response.headers))
            }
            Err(error) if error.is_retryable() => Ok(self.machine.broken()),
            Err(error) => Err(error.clone()),
        }
    }

    async fn send(
        &self,
        request: &upload::Request,
        bytes: &UploadBytes<'_>,
    ) -> Result<AnsweredCall> {
        let call = Call::new(self.operation.clone(), request.endpoint.clone());
        let call = call.within(&self.repository);
        let mut http = self.registry.core.request(&call);
        http.url = self.registry.core.connection.base.restore_prefix(http.url);
        http.scopes = scopes(&request.endpoint, &self.repository);
        for (name, value) in request.headers.iter() {
            http.headers.set(name, value);
        }
        http.body = bytes
            .body(&request.body)
            .await
            .map_err(|e| self.registry.core.explain(&call, None, e))?;
        if http.body.size() == 0 && matches!(request.endpoint, Endpoint::CommitUpload { .. }) {
            http.replay = Replay::IfRefused;
        }
        let answer = self.registry.core.send(&call, http).await?;
        Ok(AnsweredCall { call, answer })
    }

    /// Returns the error for an upload that cannot go on.
    async fn failure(&self, error: UploadError, last: Option<Result<AnsweredCall>>) -> Error {
        let (kind, last) = match (error, last) {
            (UploadError::Answer, Some(Ok(AnsweredCall { call, answer }))) => {
                return self.registry.core.refusal(&call, answer).await;
            }
            (UploadError::Answer | UploadError::Unclear, Some(Err(error))) => return error,
            (error, Some(Ok(last))) => (self.kind_of(error), Some(last)),
            (error, _) => (self.kind_of(error), None),
        };
        let mut error = self.explained(kind.into(), last.as_ref().map(|last| &last.answer.request));
        // The status of a success would be no reason: the facts in the answer are.
        error.context.status =
            last.map(|last| last.answer.response.status).filter(|status| *status >= 300);
        error
    }

    /// Returns an error that names the registry, the repository and the operation.
    pub(super) fn explained(&self, error: Error, request: Option<&Request>) -> Error {
        let endpoint =
            Endpoint::StartUpload { repository: self.repository.clone(), algorithm: None };
        let call = Call::new(self.operation.clone(), endpoint);
        self.registry.core.explain(&call, request, error)
    }

    fn kind_of(&self, error: UploadError) -> ErrorKind {
        match error {
            UploadError::Answer | UploadError::Unclear => {
                ErrorKind::BadAnswer(AnswerFault::UploadUnclear)
            }
            UploadError::Unknown => ErrorKind::UploadUnknown {
                location: self.machine.location().map(ToString::to_string),
            },
            UploadError::NoLocation => ErrorKind::HiddenHeader("Location"),
            UploadError::BadLocation(error) => {
                ErrorKind::Refused(RefusedAddress::UploadLocation(error))
            }
            UploadError::NotResumable => ErrorKind::HiddenHeader("Range"),
            UploadError::OutOfStep { location, stored, size } => {
                ErrorKind::InvalidRange { location: Some(location), stored, size: Some(size) }
            }
            UploadError::AlreadyClosed => ErrorKind::AlreadyClosed,
            UploadError::Busy => ErrorKind::InvalidInput(InputFault::UploadBusy),
        }
    }

    /// Sends the rest and closes the session.
    pub(super) async fn commit(&mut self, digest: &Digest, bytes: &UploadBytes<'_>) -> Result<()> {
        let step = self.machine.commit(digest);
        match self.drive(step, bytes).await {
            // The connection broke on the closing request: perhaps the registry has it all.
            Err(error) if error.is_retryable() => {
                match self.registry.stat_blob(&self.repository, digest).await {
                    Ok(Some(_)) => Ok(()),
                    _ => Err(error),
                }
            }
            outcome => outcome.map(drop),
        }
    }

    /// Ends the session. The outcome does not matter (R118).
    pub(super) async fn cancel(&mut self) {
        let step = self.machine.cancel();
        let _ = self.drive(step, &UploadBytes::Buffer(0, &Bytes::new())).await;
    }
}

/// An answer with its question.
struct AnsweredCall {
    call: Call,
    answer: UnreadAnswer,
}

/// Returns the scopes of a request. Distribution asks for `delete` to cancel an upload.
fn scopes(endpoint: &Endpoint, repository: &RepositoryName) -> ScopeSet {
    match endpoint {
        Endpoint::CancelUpload { .. } => ScopeSet::repository(repository, &[Action::Delete]),
        _ => ScopeSet::repository(repository, &[Action::Pull, Action::Push]),
    }
}

/// Returns the descriptor of a blob that was pushed.
pub(super) fn blob_descriptor(digest: &Digest, size: u64) -> Descriptor {
    Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), size)
}
