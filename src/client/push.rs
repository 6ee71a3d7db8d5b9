//! Pushing blobs: drives the state machine of [`crate::wire::upload`] (R109 to R123).

use std::{ops::Range, rc::Rc};

use bytes::Bytes;

use super::{
    exchange::{self, Answer, Call, Core},
    upload::RemoteUpload,
};
use crate::{
    content::verify::{Verdict, Verifier},
    error::{Error, ErrorKind, Result},
    oci::{Descriptor, Digest, MediaType, RepositoryName},
    registry::BlobSource,
    transport::{Body, Replay},
    wire::{
        Action, Endpoint, ScopeSet, Url,
        upload::{self, Step, Upload, UploadError},
    },
};

/// Blobs up to this size go out in one request; larger ones in chunks, so that memory stays flat.
/// In bytes.
const WHOLE: u64 = 64 * 1024 * 1024;

/// What is left of a session's chunk when it goes out whole.
const ONE_CHUNK: u64 = u64::MAX;

/// Where the bytes of an upload come from.
pub(super) enum Supply<'a> {
    /// Something that can be read again.
    Source(&'a dyn BlobSource),
    /// What was handed in and is not stored yet, with the place of its first byte.
    Buffer(u64, &'a Bytes),
}

impl Supply<'_> {
    /// The bytes of a range as a body.
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
            Self::Buffer(start, bytes) => {
                let from = range.start.checked_sub(*start);
                let from = from.and_then(|from| usize::try_from(from).ok());
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let part = from.and_then(|from| bytes.get(from..from.checked_add(length)?));
                // The registry has lost what it had, and here it is gone too.
                let part = part.ok_or(ErrorKind::InvalidRange { location: None, stored: None })?;
                Ok(exchange::body(bytes.slice_ref(part)))
            }
        }
    }
}

/// An upload session with the registry that it is on.
pub(super) struct Session {
    pub(super) core: Rc<Core>,
    pub(super) repository: RepositoryName,
    pub(super) machine: Upload,
    /// To be read after “could not”.
    pub(super) operation: String,
}

impl Session {
    /// Opens a session.
    pub(super) async fn start(
        core: Rc<Core>,
        repository: &RepositoryName,
        digest: Option<&Digest>,
        chunk_size: u64,
    ) -> Result<Self> {
        let algorithm = digest.map(Digest::algorithm);
        let (machine, request) = Upload::start(repository, algorithm.as_ref(), chunk_size);
        let operation = match digest {
            Some(digest) => format!("push the blob {digest} to {repository}"),
            None => format!("push a blob to {repository}"),
        };
        let mut session = Self { core, repository: repository.clone(), machine, operation };
        session.drive(Step::Send(Box::new(request)), &Supply::Buffer(0, &Bytes::new())).await?;
        Ok(session)
    }

    /// Sends what the machine wants sent until it wants nothing more.
    pub(super) async fn drive(&mut self, mut step: Step, supply: &Supply<'_>) -> Result<Step> {
        let mut last: Option<Result<Answered>> = None;
        loop {
            step = match step {
                Step::Send(request) => {
                    let outcome = self.send(&request, supply).await;
                    let next = match &outcome {
                        Ok(answered) => {
                            let Answer { request, response } = &answered.answer;
                            self.machine.answered(&request.url, response.status, &response.headers)
                        }
                        Err(error) if error.is_retryable() => self.machine.broken(),
                        Err(error) => return Err(error.clone()),
                    };
                    last = Some(outcome);
                    next
                }
                Step::Failed(error) => return Err(self.failure(error, last).await),
                done => return Ok(done),
            };
        }
    }

    async fn send(&self, request: &upload::Request, supply: &Supply<'_>) -> Result<Answered> {
        let call = Call::new(self.operation.clone(), request.endpoint.clone());
        let call = call.within(&self.repository);
        let mut http = self.core.request(&call);
        http.url = self.core.connection.base.restore_prefix(http.url);
        http.scopes = scopes(&request.endpoint, &self.repository);
        for (name, value) in request.headers.iter() {
            http.headers.set(name, value);
        }
        http.body =
            supply.body(&request.body).await.map_err(|e| self.core.explain(&call, None, e))?;
        if http.body.size() == 0 && matches!(request.endpoint, Endpoint::CommitUpload { .. }) {
            http.replay = Replay::IfRefused;
        }
        let answer = self.core.send(&call, http).await?;
        Ok(Answered { call, answer })
    }

    /// Why it does not go on, in the words of every source.
    async fn failure(&self, error: UploadError, last: Option<Result<Answered>>) -> Error {
        let (kind, last) = match (error, last) {
            (UploadError::Answer, Some(Ok(Answered { call, answer }))) => {
                return self.core.refusal(&call, answer).await;
            }
            (UploadError::Answer | UploadError::Unclear, Some(Err(error))) => return error,
            (error, Some(Ok(last))) => (kind_of(error), Some(last)),
            (error, _) => (kind_of(error), None),
        };
        let endpoint =
            Endpoint::StartUpload { repository: self.repository.clone(), algorithm: None };
        let call = Call::new(self.operation.clone(), endpoint);
        let request = last.as_ref().map(|last| &last.answer.request);
        let mut error = self.core.explain(&call, request, kind.into());
        error.context.status = last.as_ref().map(|last| last.answer.response.status);
        error
    }

    /// Sends the rest and closes the session.
    pub(super) async fn commit(&mut self, digest: &Digest, supply: &Supply<'_>) -> Result<()> {
        let step = self.machine.commit(digest);
        match self.drive(step, supply).await {
            // The connection broke on the closing request: perhaps the registry has it all.
            Err(error) if error.is_retryable() => {
                match self.core.stat_blob(&self.repository, digest).await {
                    Ok(Some(_)) => Ok(()),
                    _ => Err(error),
                }
            }
            outcome => outcome.map(drop),
        }
    }

    /// Ends the session; what comes of it is of no interest (R118).
    pub(super) async fn cancel(&mut self) {
        let step = self.machine.cancel();
        let _ = self.drive(step, &Supply::Buffer(0, &Bytes::new())).await;
    }
}

/// An answer with the question.
struct Answered {
    call: Call,
    answer: Answer,
}

/// What a session needs is that of its repository; distribution wants `delete` for cancelling.
fn scopes(endpoint: &Endpoint, repository: &RepositoryName) -> ScopeSet {
    match endpoint {
        Endpoint::CancelUpload { .. } => ScopeSet::repository(repository, &[Action::Delete]),
        _ => ScopeSet::repository(repository, &[Action::Pull, Action::Push]),
    }
}

fn kind_of(error: UploadError) -> ErrorKind {
    match error {
        UploadError::Answer | UploadError::Unclear => {
            ErrorKind::BadAnswer("nobody knows whether the blob arrived".to_owned())
        }
        UploadError::Unknown => ErrorKind::UploadUnknown,
        UploadError::NoLocation => ErrorKind::HiddenHeader("Location"),
        UploadError::BadLocation(error) => {
            ErrorKind::Refused(format!("the upload's location: {error}"))
        }
        UploadError::NotResumable => ErrorKind::HiddenHeader("Range"),
        UploadError::OutOfStep { location, stored, .. } => {
            ErrorKind::InvalidRange { location: Some(location), stored }
        }
        UploadError::AlreadyClosed => ErrorKind::AlreadyClosed,
        UploadError::Busy => ErrorKind::InvalidInput("another answer is still awaited".to_owned()),
    }
}

impl Core {
    /// Pushes a blob whose digest is known, from a source that can be read again: after a break the
    /// session is taken up, or, where that is not possible, begun anew (R109, R112, R115).
    pub(super) async fn push_blob(
        self: Rc<Self>,
        repository: &RepositoryName,
        blob: &Descriptor,
        source: &dyn BlobSource,
    ) -> Result<Descriptor> {
        if source.size() != blob.size {
            return Err(ErrorKind::SizeMismatch {
                digest: Some(blob.digest.clone()),
                expected: blob.size,
                actual: source.size(),
            }
            .into());
        }
        self.check_source(repository, blob, source).await?;
        let tries = self.retry.as_ref().map_or(1, |policy| policy.backoff.tries);
        let mut failures = 0;
        loop {
            match self.push_once(repository, blob, source).await {
                Err(error) if failures + 1 < tries && may_begin_anew(&error) => {
                    failures += 1;
                    let random = self.clock.random();
                    let policy = self.retry.clone().unwrap_or_default();
                    self.clock.sleep(policy.backoff.wait(failures, random)).await;
                }
                outcome => return outcome.map(|()| blob.clone()),
            }
        }
    }

    async fn push_once(
        self: &Rc<Self>,
        repository: &RepositoryName,
        blob: &Descriptor,
        source: &dyn BlobSource,
    ) -> Result<()> {
        let whole = blob.size <= WHOLE || source.handle().is_some();
        let chunk_size = if whole { ONE_CHUNK } else { upload::DEFAULT_CHUNK_SIZE };
        let core = Rc::clone(self);
        let mut session = Session::start(core, repository, Some(&blob.digest), chunk_size).await?;
        let supply = Supply::Source(source);
        let outcome = async {
            let mut handed_in = 0;
            while !whole && handed_in < blob.size {
                // One byte more than a chunk makes a chunk go out (R113).
                let length = (chunk_size + 1).min(blob.size - handed_in);
                let step = session.machine.write(length);
                session.drive(step, &supply).await?;
                handed_in += length;
            }
            if whole {
                session.machine.write(blob.size);
            }
            session.commit(&blob.digest, &supply).await
        };
        let outcome = outcome.await;
        if outcome.is_err() {
            session.cancel().await;
        }
        outcome
    }

    /// Hashes what is at hand before it goes out, so that a wrong digest costs no transfer. What the
    /// platform sends itself is judged by the registry.
    async fn check_source(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        source: &dyn BlobSource,
    ) -> Result<()> {
        if source.handle().is_some() {
            return Ok(());
        }
        let mut verifier = Verifier::new(&blob.digest, Some(blob.size));
        let mut start = 0;
        while start < blob.size {
            let part = source.slice(start, upload::DEFAULT_CHUNK_SIZE).await?;
            if part.is_empty() || verifier.update(&part).is_err() {
                break;
            }
            start += part.len() as u64;
        }
        let kind = match verifier.finish() {
            Verdict::Verified | Verdict::Unsupported(_) => return Ok(()),
            Verdict::DigestMismatch { expected, actual } => {
                ErrorKind::DigestMismatch { expected, actual }
            }
            Verdict::SizeMismatch { expected, actual } => {
                ErrorKind::SizeMismatch { digest: Some(blob.digest.clone()), expected, actual }
            }
        };
        let endpoint = Endpoint::StartUpload { repository: repository.clone(), algorithm: None };
        let operation = format!("push the blob {} to {repository}", blob.digest);
        Err(self.explain(&Call::new(operation, endpoint), None, kind.into()))
    }

    /// Mounts a blob. `false`: the registry wants it uploaded; the session that it opened instead is
    /// ended (R119).
    pub(super) async fn mount_blob(
        self: &Rc<Self>,
        repository: &RepositoryName,
        from: &RepositoryName,
        digest: &Digest,
    ) -> Result<bool> {
        let endpoint = Endpoint::MountBlob {
            repository: repository.clone(),
            digest: digest.clone(),
            from: from.clone(),
        };
        let operation = format!("mount the blob {digest} of {from} in {repository}");
        let call = Call::new(operation.clone(), endpoint);
        let answer = self.expect(&call, self.request(&call)).await?;
        if answer.response.status != 202 {
            return Ok(true);
        }
        let Answer { request, response } = &answer;
        if let Ok(machine) = Upload::opened(&request.url, &response.headers, 0) {
            let (core, repository) = (Rc::clone(self), repository.clone());
            Session { core, repository, machine, operation }.cancel().await;
        }
        Ok(false)
    }

    /// Opens a chunked upload.
    pub(super) async fn start_upload(
        self: Rc<Self>,
        repository: &RepositoryName,
        chunk_size: u64,
    ) -> Result<RemoteUpload> {
        Session::start(self, repository, None, chunk_size).await.map(RemoteUpload::new)
    }

    /// Takes an upload up again, by its location or by its name (R116).
    pub(super) async fn resume_upload(
        self: Rc<Self>,
        repository: &RepositoryName,
        location: &str,
        offset: Option<u64>,
        chunk_size: u64,
    ) -> Result<RemoteUpload> {
        let operation = format!("take up an upload to {repository}");
        let location = self.upload_location(repository, location)?;
        let (machine, step) = Upload::resume(location, offset, chunk_size);
        let repository = repository.clone();
        let mut session = Session { core: self, repository, machine, operation };
        session.drive(step, &Supply::Buffer(0, &Bytes::new())).await?;
        Ok(RemoteUpload::new(session))
    }

    fn upload_location(&self, repository: &RepositoryName, location: &str) -> Result<Url> {
        let base = &self.connection.base;
        let bad = |what: String| Error::from(ErrorKind::InvalidInput(what));
        match location {
            "" => Err(bad("an upload needs a location or a name".to_owned())),
            name if !name.contains('/') => Ok(upload::location_of_id(base, repository, name)),
            url => base.at("/v2/").join(url).map_err(|error| bad(format!("the location: {error}"))),
        }
    }
}

/// Whether a new session may succeed where this one did not.
fn may_begin_anew(error: &Error) -> bool {
    let lost = matches!(error.kind, ErrorKind::UploadUnknown | ErrorKind::InvalidRange { .. });
    // How far it got cannot be read, so the whole goes again (R116).
    lost || error.is_retryable() || error.kind == ErrorKind::HiddenHeader("Range")
}

/// The descriptor of a blob that was pushed.
pub(super) fn pushed(digest: &Digest, size: u64) -> Descriptor {
    Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), size)
}
