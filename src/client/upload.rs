//! An upload whose bytes come bit by bit: keeps the bytes that the registry does not have yet (R111
//! to R118).

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};

use super::upload_session::{UploadBytes, UploadSession, blob_descriptor};
use crate::{
    error::{Error, ErrorKind, Operation, Result},
    oci::{Descriptor, Digest},
    registry::BlobUpload,
};

/// A chunked upload to a remote registry.
pub(super) struct RemoteUpload {
    session: UploadSession,
    /// The bytes that were handed in and are not stored yet.
    pending: Bytes,
    location: String,
    id: String,
    state: UploadState,
    started_at: Duration,
}

/// The states of an upload.
enum UploadState {
    Open,
    /// Left open; with the outcome, which a second call returns again (R118).
    Left(Result<()>),
    Committed,
    Cancelled,
}

impl RemoteUpload {
    pub(super) fn new(session: UploadSession) -> Self {
        let started_at = session.registry.core.clock.now();
        let mut upload = Self {
            session,
            started_at,
            pending: Bytes::new(),
            location: String::new(),
            id: String::new(),
            state: UploadState::Open,
        };
        upload.settle();
        upload
    }

    fn buffer(&self) -> (u64, Bytes) {
        let first = self.session.machine.size() - self.pending.len() as u64;
        (first, self.pending.clone())
    }

    /// Drops the bytes that the registry has, and follows the session.
    fn settle(&mut self) {
        let machine = &self.session.machine;
        let missing = machine.size().saturating_sub(machine.stored());
        let missing = usize::try_from(missing).unwrap_or(usize::MAX).min(self.pending.len());
        let stored = self.pending.len() - missing;
        drop(self.pending.split_to(stored));
        self.location = machine.location().map(ToString::to_string).unwrap_or_default();
        machine.id().clone_into(&mut self.id);
    }

    fn check_open(&self) -> Result<()> {
        match self.state {
            UploadState::Open => Ok(()),
            _ => Err(self.session.explained(ErrorKind::AlreadyClosed.into(), None)),
        }
    }
}

#[async_trait(?Send)]
impl BlobUpload for RemoteUpload {
    fn size(&self) -> u64 {
        self.session.machine.size()
    }

    fn chunk_size(&self) -> u64 {
        self.session.machine.chunk_size()
    }

    fn started_at(&self) -> Option<Duration> {
        Some(self.started_at)
    }

    fn explain(&self, error: Error) -> Error {
        self.session.explained(error, None)
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn location(&self) -> &str {
        &self.location
    }

    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.check_open()?;
        let mut pending = BytesMut::from(std::mem::take(&mut self.pending));
        pending.extend_from_slice(&bytes);
        self.pending = pending.freeze();
        let step = self.session.machine.write(bytes.len() as u64);
        let (first, pending) = self.buffer();
        let outcome = self.session.drive(step, &UploadBytes::Buffer(first, &pending)).await;
        drop(pending);
        self.settle();
        outcome.map(drop)
    }

    async fn commit(&mut self, digest: &Digest) -> Result<Descriptor> {
        // Until now it was unknown which blob this is.
        self.session.operation = Operation::PushBlob(Some(digest.clone()));
        self.check_open()?;
        let (first, pending) = self.buffer();
        self.session.commit(digest, &UploadBytes::Buffer(first, &pending)).await?;
        self.state = UploadState::Committed;
        self.pending = Bytes::new();
        Ok(blob_descriptor(digest, self.size()))
    }

    async fn close(&mut self) -> Result<()> {
        if let UploadState::Left(outcome) = &self.state {
            return outcome.clone();
        }
        self.check_open()?;
        let step = self.session.machine.flush();
        let (first, pending) = self.buffer();
        let outcome =
            self.session.drive(step, &UploadBytes::Buffer(first, &pending)).await.map(drop);
        self.settle();
        self.state = UploadState::Left(outcome.clone());
        outcome
    }

    async fn cancel(&mut self) {
        if matches!(self.state, UploadState::Open | UploadState::Left(_)) {
            self.session.cancel().await;
            self.state = UploadState::Cancelled;
            self.pending = Bytes::new();
        }
    }
}
