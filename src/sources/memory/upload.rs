//! An upload into memory. It outlives its handle, so that it can be taken up again.

use async_trait::async_trait;
use bytes::Bytes;

use super::MemoryRegistry;
use crate::{
    error::{Error, ErrorKind, Operation, Result},
    oci::{Descriptor, Digest, MediaType, RepositoryName},
    registry::BlobUpload,
};

/// The size of a chunk in bytes, if none is asked for.
const CHUNK: u64 = 64 * 1024;

pub(super) struct Upload {
    registry: MemoryRegistry,
    repository: RepositoryName,
    session: u64,
    name: String,
    chunk_size: u64,
    ended: bool,
}

impl Upload {
    pub(super) fn new(
        registry: MemoryRegistry,
        repository: RepositoryName,
        session: u64,
        chunk_size: u64,
    ) -> Self {
        let chunk_size = if chunk_size == 0 { CHUNK } else { chunk_size };
        let name = session.to_string();
        Self { registry, repository, session, name, chunk_size, ended: false }
    }

    /// Bytes that the registry holds of this upload.
    pub(super) fn stored(&self) -> std::result::Result<u64, ErrorKind> {
        let state = self.registry.state.borrow();
        let bytes = state.uploads.get(&self.session).ok_or_else(|| self.unknown())?;
        Ok(bytes.len() as u64)
    }

    fn unknown(&self) -> ErrorKind {
        ErrorKind::UploadUnknown { location: Some(self.name.clone()) }
    }

    fn fail(&self, kind: ErrorKind) -> Error {
        self.explain(kind.into())
    }

    fn finish(&mut self, digest: &Digest) -> std::result::Result<u64, ErrorKind> {
        if self.ended {
            return Err(ErrorKind::AlreadyClosed);
        }
        let taken = self.registry.state.borrow_mut().uploads.remove(&self.session);
        let bytes = Bytes::from(taken.ok_or_else(|| self.unknown())?);
        self.ended = true;
        let size = bytes.len() as u64;
        self.registry.store_blob(&self.repository, digest, bytes)?;
        Ok(size)
    }
}

#[async_trait(?Send)]
impl BlobUpload for Upload {
    fn size(&self) -> u64 {
        self.stored().unwrap_or(0)
    }

    fn chunk_size(&self) -> u64 {
        self.chunk_size
    }

    fn explain(&self, error: Error) -> Error {
        error.during(Operation::PushBlob(None), &self.repository).on(&self.registry.name)
    }

    fn id(&self) -> &str {
        &self.name
    }

    fn location(&self) -> &str {
        &self.name
    }

    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        if self.ended {
            return Err(self.fail(ErrorKind::AlreadyClosed));
        }
        let mut state = self.registry.state.borrow_mut();
        let Some(stored) = state.uploads.get_mut(&self.session) else {
            return Err(self.fail(self.unknown()));
        };
        stored.extend_from_slice(&bytes);
        Ok(())
    }

    async fn commit(&mut self, digest: &Digest) -> Result<Descriptor> {
        let size = self.finish(digest).map_err(|kind| {
            let operation = Operation::PushBlob(Some(digest.clone()));
            self.registry.error(kind, operation, &self.repository)
        })?;
        Ok(Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), size))
    }

    async fn close(&mut self) -> Result<()> {
        self.ended = true;
        Ok(())
    }

    async fn cancel(&mut self) {
        if !self.ended {
            self.ended = true;
            self.registry.state.borrow_mut().uploads.remove(&self.session);
        }
    }
}
