//! The blobs of a repository, as a handle (R136).

use bytes::Bytes;

use super::{Repository, SeekableBlob, StartedUpload};
use crate::{
    error::{ErrorKind, Missing, Operation, Result},
    oci::{Descriptor, Digest, RepositoryName},
    registry::{BlobSource, BlobStream, BlobUpload, Delete, Read, Write, collect},
};

/// The blobs of a repository (R136).
pub struct Blobs<'a>(pub(super) &'a Repository);

impl Blobs<'_> {
    /// Finds out the size of a blob; `None` if it is not there. A digest that is noted as another name of the
    /// content is answered by the canonical descriptor (R141).
    ///
    /// # Errors
    /// As for [`Read::stat_blob`].
    pub async fn stat(&self, digest: &Digest) -> Result<Option<Descriptor>> {
        let canonical = self.0.registry.aliases().stat(digest).map(|known| known.digest);
        self.0.registry.stat_blob(&self.0.name, canonical.as_ref().unwrap_or(digest)).await
    }

    /// Tells whether a blob is there.
    ///
    /// # Errors
    /// As for [`Read::stat_blob`].
    pub async fn exists(&self, digest: &Digest) -> Result<bool> {
        Ok(self.stat(digest).await?.is_some())
    }

    /// Streams a blob of which only the digest is known: its size is asked for first.
    ///
    /// # Errors
    /// `NotFound`, and as for [`Blobs::stat`] and [`Blobs::fetch`].
    pub async fn fetch_digest(&self, digest: &Digest) -> Result<BlobStream> {
        match self.stat(digest).await? {
            Some(blob) => self.fetch(&blob).await,
            None => Err(self
                .0
                .fail(Operation::ReadBlob(digest.clone()), ErrorKind::NotFound(Missing::Blob))),
        }
    }

    /// Streams a blob, verified.
    ///
    /// # Errors
    /// As for [`Read::blob`].
    pub async fn fetch(&self, blob: &Descriptor) -> Result<BlobStream> {
        self.0.registry.blob(&self.0.name, blob).await
    }

    /// Reads a whole blob into memory, verified, at most `limit` bytes (R85).
    ///
    /// # Errors
    /// `TooLarge` before anything is sent, and as for [`Read::blob`].
    pub async fn get(&self, blob: &Descriptor, limit: u64) -> Result<Bytes> {
        if blob.size > limit {
            let operation = Operation::ReadBlob(blob.digest.clone());
            return Err(self.0.fail(operation, ErrorKind::TooLarge { limit }));
        }
        collect(self.fetch(blob).await?, limit).await
    }

    /// Opens a blob that can be read from any byte on (R82).
    pub fn open(&self, blob: Descriptor) -> SeekableBlob {
        SeekableBlob::new(self.0, blob)
    }

    /// Opens a blob as Tokio's reader that seeks (R82).
    #[cfg(all(feature = "native", not(target_arch = "wasm32")))]
    pub fn reader(&self, blob: Descriptor) -> super::AsyncBlob {
        super::AsyncBlob::new(self.0, blob)
    }

    /// Pushes a blob.
    ///
    /// # Errors
    /// As for [`Write::push_blob`].
    pub async fn push(&self, blob: &Descriptor, source: &dyn BlobSource) -> Result<Descriptor> {
        self.0.registry.push_blob(&self.0.name, blob, source).await
    }

    /// Begins an upload in chunks.
    ///
    /// # Errors
    /// As for [`Write::start_upload`].
    pub async fn start(&self, chunk_size: u64) -> Result<Box<dyn BlobUpload>> {
        self.0.registry.start_upload(&self.0.name, chunk_size).await
    }

    /// Begins an upload of a blob that another repository of the registry may have (R111).
    ///
    /// # Errors
    /// As for [`Write::mount_blob`] and [`Write::start_upload`].
    pub async fn start_or_mount(
        &self,
        from: &RepositoryName,
        blob: &Descriptor,
        chunk_size: u64,
    ) -> Result<StartedUpload> {
        self.0.start_or_mount(from, blob, chunk_size).await
    }

    /// Takes an upload up again.
    ///
    /// # Errors
    /// As for [`Write::resume_upload`].
    pub async fn resume(
        &self,
        location: &str,
        offset: Option<u64>,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        self.0.registry.resume_upload(&self.0.name, location, offset, chunk_size).await
    }

    /// Deletes a blob.
    ///
    /// # Errors
    /// As for [`Delete::delete_blob`].
    pub async fn delete(&self, digest: &Digest) -> Result<()> {
        self.0.registry.delete_blob(&self.0.name, digest).await
    }
}
