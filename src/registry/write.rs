//! Writing: blobs whole, in chunks and resumed; mounts; manifests.

use std::{any::Any, rc::Rc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::future::LocalBoxFuture;

use super::{Read, unsupported::read_only};
use crate::error::{Error, ErrorKind, InputFault, Operation, Result};
use crate::oci::{Algorithm, Descriptor, Digest, MediaType, RepositoryName, Tag};

/// Bytes to be pushed that can be read again and in parts: a slice of memory, of a `Blob`, of a
/// file. Requests are never streamed: not every browser can, and a retry reads again (R49).
pub trait BlobSource {
    /// Number of bytes.
    fn size(&self) -> u64;

    /// Returns the bytes from `start` on, at most `length` of them.
    fn slice(&self, start: u64, length: u64) -> LocalBoxFuture<'_, Result<Bytes>>;

    /// Returns the whole as a value that the platform can send without reading it into memory, such
    /// as a `Blob` in a browser.
    fn handle(&self) -> Option<Rc<dyn Any>> {
        None
    }
}

/// Bytes in memory, to be pushed.
impl BlobSource for Bytes {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn slice(&self, start: u64, length: u64) -> LocalBoxFuture<'_, Result<Bytes>> {
        let part = usize::try_from(start).ok().filter(|start| *start <= self.len()).map(|start| {
            let length = usize::try_from(length).unwrap_or(usize::MAX).min(self.len() - start);
            Self::slice(self, start..start + length)
        });
        let size = self.len() as u64;
        let beyond =
            move || ErrorKind::InvalidInput(InputFault::BeyondEnd { position: start, size });
        Box::pin(async move { Ok(part.ok_or_else(beyond)?) })
    }
}

/// An upload in progress (R112 to R118).
#[async_trait(?Send)]
pub trait BlobUpload {
    /// Bytes handed in so far, whether sent or buffered.
    fn size(&self) -> u64;

    /// The smallest number of bytes that goes out as one chunk.
    fn chunk_size(&self) -> u64;

    /// Time since the Unix epoch at which the session was opened or taken up here, if the source tells (R118).
    fn started_at(&self) -> Option<Duration> {
        None
    }

    /// Hands in everything that a source has, a chunk at a time, and returns the number of bytes (R118).
    ///
    /// # Errors
    /// As for [`BlobUpload::write`], and those of the source.
    async fn read_from(&mut self, source: &dyn BlobSource) -> Result<u64> {
        let (mut done, size) = (0, source.size());
        while done < size {
            let bytes = source.slice(done, self.chunk_size().max(1)).await;
            let bytes = bytes.map_err(|error| self.explain(error))?;
            if bytes.is_empty() {
                break;
            }
            done += bytes.len() as u64;
            self.write(bytes).await?;
        }
        Ok(done)
    }

    /// Names the registry, the repository and the operation in an error of a source.
    fn explain(&self, error: Error) -> Error {
        error
    }

    /// The session's name: `Docker-Upload-UUID` or the last segment of its location.
    fn id(&self) -> &str;

    /// The location at which the session is taken up again, with every query parameter. A secret:
    /// never shown.
    fn location(&self) -> &str;

    /// Hands in bytes; sends a chunk once more than a chunk is buffered.
    ///
    /// # Errors
    /// `InvalidRange` with the facts that are needed to take the upload up again, `UploadUnknown`.
    async fn write(&mut self, bytes: Bytes) -> Result<()>;

    /// Sends the rest and closes the upload under this digest.
    ///
    /// # Errors
    /// `DigestMismatch` if the source computed another one, `AlreadyClosed` after the end.
    async fn commit(&mut self, digest: &Digest) -> Result<Descriptor>;

    /// Sends the buffered bytes and leaves the session open, to be resumed.
    ///
    /// # Errors
    /// As for [`BlobUpload::write`]; a second call gives the outcome of the first.
    async fn close(&mut self) -> Result<()>;

    /// Ends the session. Failures are ignored; nothing happens after a commit.
    async fn cancel(&mut self);
}

/// Pushing. A source that implements none of these methods is read-only.
#[async_trait(?Send)]
pub trait Write: Read {
    /// Pushes a blob whose digest and size are known (R109).
    ///
    /// # Errors
    /// `DigestMismatch`, `Denied`, `Unsupported`, and errors of sending.
    async fn push_blob(
        &self,
        repository: &RepositoryName,
        descriptor: &Descriptor,
        source: &dyn BlobSource,
    ) -> Result<Descriptor> {
        let _ = source;
        read_only(
            self.source_name(),
            Operation::PushBlob(Some(descriptor.digest.clone())),
            repository,
        )
    }

    /// Opens a chunked upload. A `chunk_size` of 0 takes the default.
    ///
    /// # Errors
    /// `Denied`, `Unsupported`; `HiddenHeader` if `Location` cannot be read.
    async fn start_upload(
        &self,
        repository: &RepositoryName,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        let _ = chunk_size;
        read_only(self.source_name(), Operation::PushBlob(None), repository)
    }

    /// Takes an upload up again. An `offset` of `None` asks the registry how far it got (R116).
    ///
    /// # Errors
    /// `UploadUnknown`; `HiddenHeader` if the answer cannot be read.
    async fn resume_upload(
        &self,
        repository: &RepositoryName,
        location: &str,
        offset: Option<u64>,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        let _ = (location, offset, chunk_size);
        read_only(self.source_name(), Operation::ResumeUpload, repository)
    }

    /// Mounts a blob from another repository of the same registry; `false` if it must be uploaded.
    ///
    /// # Errors
    /// `Denied`, `Unsupported`, and errors of sending.
    async fn mount_blob(
        &self,
        repository: &RepositoryName,
        from: &RepositoryName,
        digest: &Digest,
    ) -> Result<bool> {
        let (digest, from) = (digest.clone(), from.clone());
        read_only(self.source_name(), Operation::MountBlob { digest, from }, repository)
    }

    /// Pushes a manifest, byte for byte, under its digest and every tag given (R124 to R127).
    ///
    /// # Errors
    /// `BlobUnknown` if something it points at is missing, `DigestMismatch`, `Denied`.
    async fn push_manifest(
        &self,
        repository: &RepositoryName,
        media_type: &MediaType,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        let _ = (media_type, bytes);
        let reference = tags.first().map(|tag| tag.clone().into());
        read_only(self.source_name(), Operation::PushManifest(reference), repository)
    }

    /// Pushes a manifest under this very digest, which may be of another algorithm than SHA-256, and under
    /// every tag given. It is refused before anything is sent if that is not possible.
    ///
    /// # Errors
    /// `DigestMismatch` if the bytes do not have the digest, `UnsupportedDigest`; as for
    /// [`Write::push_manifest`].
    async fn push_manifest_as(
        &self,
        repository: &RepositoryName,
        manifest: &Descriptor,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        match manifest.digest.algorithm() {
            Algorithm::Sha256 => {
                let pushed =
                    self.push_manifest(repository, &manifest.media_type, bytes, tags).await;
                pushed.map_err(|mut error| {
                    if let Some(Operation::PushManifest(name @ None)) = &mut error.context.operation
                    {
                        *name = Some(manifest.digest.clone().into());
                    }
                    error
                })
            }
            _ => {
                let operation = Operation::PushManifest(Some(manifest.digest.clone().into()));
                let kind = ErrorKind::UnsupportedDigest(manifest.digest.clone());
                Err(Error::new(kind).during(operation, repository).on(self.source_name()))
            }
        }
    }
}
