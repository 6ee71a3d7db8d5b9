//! The blobs of a repository, as a handle (R136).

use bytes::Bytes;

use super::{Repository, SeekableBlob};
use crate::{
    client::{CreatedUpload, MountFrom},
    error::{ErrorKind, Missing, Operation, Result},
    oci::{Descriptor, Digest},
    registry::{BlobSource, BlobStream, BlobUpload, Delete, Read, Write, collect},
};

/// The blobs of a repository (R136).
pub struct Blobs<'a>(pub(super) &'a Repository);

impl Blobs<'_> {
    /// Finds out the size of a blob; `None` if it is not there.
    ///
    /// # Errors
    /// As for [`Read::stat_blob`].
    pub async fn stat(&self, digest: &Digest) -> Result<Option<Descriptor>> {
        self.0.registry.stat_blob(&self.0.name, digest).await
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

    /// Creates an upload of a blob that another repository of the registry may have (R111): it is mounted,
    /// or a session is open, or there is an error.
    ///
    /// ```
    /// use porthole::{
    ///     client::{Clients, CreatedUpload, MountFrom},
    ///     content::verify::digest_of,
    ///     testing::{Reply, Scripted, VirtualClock},
    ///     transport::Stack,
    /// };
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // Stands for a registry that mounts: `Stack::native()` asks a real one.
    /// let script = Scripted::answering(VirtualClock::default().shared(), |_, _| Reply::status(201));
    /// let stack = Stack::over(script, VirtualClock::default().shared());
    /// let registry = Clients::new(stack).get(&"registry.example".parse()?, None)?;
    /// let repository = registry.repository("team/app".parse()?);
    /// let mount = MountFrom {
    ///     repository: "team/base".parse()?,
    ///     digest: digest_of(b"layer"),
    ///     size: Some(5),
    /// };
    /// match repository.blobs().create(&mount, 0).await? {
    ///     CreatedUpload::Mounted(blob) => assert_eq!(blob.size, 5),
    ///     CreatedUpload::Open(mut upload) => {
    ///         upload.write("layer".into()).await?;
    ///         upload.commit(&mount.digest).await?;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Denied`, `NotFound`, `HiddenHeader` if `Location` cannot be read, `BadAnswer` for any other
    /// success than 201 and 202, and errors of sending.
    pub async fn create(&self, mount: &MountFrom, chunk_size: u64) -> Result<CreatedUpload> {
        self.0.registry.create_upload(&self.0.name, mount, chunk_size).await
    }

    /// Takes an upload up again by its location, or by its id where the registry keeps all of a session's
    /// state under that (R116). Distribution needs the location.
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
