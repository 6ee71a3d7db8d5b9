//! Pushing a blob whose digest is known, from a source that can be read again: after a break the
//! session is taken up, or, where that is not possible, begun anew (R109, R112, R115).

use super::{
    RemoteRegistry,
    exchange::Call,
    upload_session::{UploadBytes, UploadSession},
};
use crate::{
    content::verify::Verifier,
    error::{Error, ErrorKind, Operation, Result},
    oci::{Descriptor, RepositoryName},
    registry::BlobSource,
    wire::{Endpoint, upload},
};

/// Blobs up to this size go out in one request; larger ones in chunks, so that memory stays flat.
/// In bytes.
const WHOLE: u64 = 64 * 1024 * 1024;

/// The chunk size of a session that sends its blob whole.
const ONE_CHUNK: u64 = u64::MAX;

/// A blob that is pushed.
pub(super) struct BlobPush<'a> {
    pub(super) registry: &'a RemoteRegistry,
    pub(super) repository: &'a RepositoryName,
    pub(super) blob: &'a Descriptor,
    pub(super) source: &'a dyn BlobSource,
}

impl BlobPush<'_> {
    /// Counts and hashes what is at hand, so that a wrong digest costs no transfer. The registry
    /// judges what the platform sends itself.
    pub(super) async fn check(&self) -> Result<()> {
        let Self { blob, source, .. } = self;
        let (expected, actual) = (blob.size, source.size());
        if expected != actual {
            let digest = Some(blob.digest.clone());
            return Err(self.explain(ErrorKind::SizeMismatch { digest, expected, actual }.into()));
        }
        if source.handle().is_some() {
            return Ok(());
        }
        let mut verifier = Verifier::new(&blob.digest, Some(blob.size));
        let mut start = 0;
        while start < blob.size {
            let part = source.slice(start, upload::DEFAULT_CHUNK_SIZE).await;
            let part = part.map_err(|error| self.explain(error))?;
            if part.is_empty() || verifier.update(&part).is_err() {
                break;
            }
            start += part.len() as u64;
        }
        let verdict = verifier.finish().reject_mismatch();
        verdict.map_err(|kind| self.explain(kind.about(&blob.digest).into()))
    }

    fn explain(&self, error: Error) -> Error {
        let Self { registry, repository, blob, .. } = self;
        let endpoint = Endpoint::StartUpload { repository: (*repository).clone(), algorithm: None };
        let operation = Operation::PushBlob(Some(blob.digest.clone()));
        registry.core.explain(&Call::new(operation, endpoint), None, error)
    }

    /// Pushes, in further sessions if one fails in a way that allows it.
    pub(super) async fn run(&self) -> Result<()> {
        let core = &self.registry.core;
        let mut failures = 0;
        loop {
            match self.once().await {
                Err(error) if may_begin_anew(&error) => {
                    failures += 1;
                    let Some(wait) = core.waits.after(failures, &core.clock) else {
                        return Err(error);
                    };
                    core.clock.sleep(wait).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn once(&self) -> Result<()> {
        let Self { registry, repository, blob, source } = *self;
        let is_whole = blob.size <= WHOLE || source.handle().is_some();
        let chunk_size = if is_whole { ONE_CHUNK } else { upload::DEFAULT_CHUNK_SIZE };
        let digest = Some(&blob.digest);
        let mut session = UploadSession::start(registry, repository, digest, chunk_size).await?;
        let outcome = match is_whole {
            true => self.send_whole(&mut session).await,
            false => self.send_chunks(&mut session, chunk_size).await,
        };
        if outcome.is_err() {
            session.cancel().await;
        }
        outcome
    }

    async fn send_whole(&self, session: &mut UploadSession) -> Result<()> {
        session.machine.write(self.blob.size);
        session.commit(&self.blob.digest, &UploadBytes::Source(self.source)).await
    }

    async fn send_chunks(&self, session: &mut UploadSession, chunk_size: u64) -> Result<()> {
        let bytes = UploadBytes::Source(self.source);
        let mut handed_in = 0;
        while handed_in < self.blob.size {
            // One byte more than a chunk makes a chunk go out (R113).
            let length = (chunk_size + 1).min(self.blob.size - handed_in);
            let step = session.machine.write(length);
            session.drive(step, &bytes).await?;
            handed_in += length;
        }
        session.commit(&self.blob.digest, &bytes).await
    }
}

/// Tells whether a new session may succeed after this error.
fn may_begin_anew(error: &Error) -> bool {
    let is_lost =
        matches!(error.kind, ErrorKind::UploadUnknown { .. } | ErrorKind::InvalidRange { .. });
    // How far it got cannot be read, so the whole goes again (R116).
    is_lost || error.is_retryable() || error.kind == ErrorKind::HiddenHeader("Range")
}
