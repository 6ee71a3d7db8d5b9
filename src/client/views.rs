//! Handles: a registry, its repositories, and of each the blobs, the manifests and the tags
//! (R135 to R141).

use bytes::Bytes;
use futures_util::StreamExt;

use super::{RemoteRegistry, Scope, Tags, exchange::Call};
use crate::{
    error::{ErrorKind, Missing, Result},
    oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag},
    registry::{
        BlobSource, BlobStream, BlobUpload, ByteRange, Delete, Manifest, Read, Write, collect,
    },
    wire::{Endpoint, headers::name},
};

impl RemoteRegistry {
    /// The registry's name as shown.
    pub fn name(&self) -> &str {
        self.connection().host.as_str()
    }

    /// The names that it can hold: all of them (R140).
    pub fn scope(&self) -> Scope {
        Scope::Global
    }

    /// A handle for a repository, whether it exists or not (R140).
    pub fn repository(&self, name: RepositoryName) -> Repository {
        Repository { registry: self.clone(), name }
    }
}

/// One repository of a remote registry.
#[derive(Clone)]
pub struct Repository {
    pub(super) registry: RemoteRegistry,
    pub(super) name: RepositoryName,
}

impl Repository {
    /// Its name.
    pub fn name(&self) -> &RepositoryName {
        &self.name
    }

    /// The registry that it is in.
    pub fn registry(&self) -> &RemoteRegistry {
        &self.registry
    }

    /// Its blobs.
    pub fn blobs(&self) -> Blobs<'_> {
        Blobs(self)
    }

    /// Its manifests.
    pub fn manifests(&self) -> Manifests<'_> {
        Manifests(self)
    }

    /// Its tags.
    pub fn tags(&self) -> Tags<'_> {
        Tags(self)
    }
}

/// The blobs of a repository (R136).
pub struct Blobs<'a>(&'a Repository);

impl Blobs<'_> {
    /// What is known of a blob; `None` where it is not there.
    ///
    /// # Errors
    /// As for [`Read::stat_blob`].
    pub async fn stat(&self, digest: &Digest) -> Result<Option<Descriptor>> {
        self.0.registry.stat_blob(&self.0.name, digest).await
    }

    /// Whether a blob is there.
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
            None => Err(ErrorKind::NotFound(Missing::Blob).into()),
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
            return Err(ErrorKind::TooLarge { limit }.into());
        }
        collect(self.fetch(blob).await?, limit).await
    }

    /// A blob in which one can go to and fro (R82).
    pub fn open(&self, blob: Descriptor) -> SeekableBlob {
        SeekableBlob { repository: self.0.clone(), blob, position: 0, stream: None }
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

/// A blob with a place in it. Going somewhere asks for nothing; the next read does (R82).
pub struct SeekableBlob {
    repository: Repository,
    blob: Descriptor,
    position: u64,
    stream: Option<BlobStream>,
}

impl SeekableBlob {
    /// Where the next read begins.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Size of the blob in bytes.
    pub fn size(&self) -> u64 {
        self.blob.size
    }

    /// Goes to a byte.
    ///
    /// # Errors
    /// `InvalidInput` beyond the end; the place stays.
    pub fn seek(&mut self, position: u64) -> Result<()> {
        if position > self.blob.size {
            let what = format!("byte {position} of a blob of {} bytes", self.blob.size);
            return Err(ErrorKind::InvalidInput(what).into());
        }
        if position != self.position {
            self.stream = None;
            self.position = position;
        }
        Ok(())
    }

    /// The next bytes; `None` at the end. What is read from the beginning to the end is verified.
    ///
    /// # Errors
    /// As for [`Read::blob_range`].
    pub async fn read(&mut self) -> Result<Option<Bytes>> {
        if self.position == self.blob.size && self.stream.is_none() {
            return Ok(None);
        }
        if self.stream.is_none() {
            self.stream = Some(self.reopen().await?);
        }
        let next = match &mut self.stream {
            Some(stream) => stream.chunks.next().await.transpose()?,
            None => None,
        };
        self.position += next.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Ok(next)
    }

    async fn reopen(&self) -> Result<BlobStream> {
        let Repository { registry, name } = &self.repository;
        match self.position {
            0 => registry.blob(name, &self.blob).await,
            start => registry.blob_range(name, &self.blob, ByteRange { start, length: None }).await,
        }
    }
}

/// The manifests of a repository (R137).
pub struct Manifests<'a>(&'a Repository);

impl Manifests<'_> {
    /// What a tag or digest stands for; `None` where it is not there.
    ///
    /// # Errors
    /// As for [`Read::resolve`](crate::registry::Read::resolve), but for absence.
    pub async fn stat(&self, reference: &ManifestRef) -> Result<Option<Descriptor>> {
        match self.0.registry.resolve(&self.0.name, reference).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a manifest is there.
    ///
    /// # Errors
    /// As for [`Manifests::stat`].
    pub async fn exists(&self, reference: &ManifestRef) -> Result<bool> {
        Ok(self.stat(reference).await?.is_some())
    }

    /// Gets the manifest that a descriptor points at.
    ///
    /// # Errors
    /// `SizeMismatch` where it is longer or shorter, and as for [`Read::manifest`].
    pub async fn fetch(&self, descriptor: &Descriptor) -> Result<Manifest> {
        let manifest = self.get(&descriptor.digest.clone().into()).await?;
        let (expected, actual) = (descriptor.size, manifest.descriptor.size);
        if expected != actual {
            let digest = Some(descriptor.digest.clone());
            return Err(ErrorKind::SizeMismatch { digest, expected, actual }.into());
        }
        Ok(manifest)
    }

    /// Gets a manifest by tag or digest.
    ///
    /// # Errors
    /// As for [`Read::manifest`].
    pub async fn get(&self, reference: &ManifestRef) -> Result<Manifest> {
        self.0.registry.manifest(&self.0.name, reference).await
    }

    /// Gets a manifest by tag and verifies it by digest, so that caches on the way learn the tag
    /// (R79).
    ///
    /// # Errors
    /// As for [`Read::manifest`].
    pub async fn get_tag_verified(&self, tag: &Tag, digest: &Digest) -> Result<Manifest> {
        let reference = ManifestRef::Tag(tag.clone());
        self.0.registry.core.manifest_verified(&self.0.name, &reference, Some(digest)).await
    }

    /// Gets a manifest, unless it is still the one that is known (R139).
    ///
    /// # Errors
    /// `NotModified` where it is; otherwise as for [`Read::manifest`].
    pub async fn get_unless(&self, reference: &ManifestRef, known: &Digest) -> Result<Manifest> {
        self.0.registry.core.manifest_unless(&self.0.name, reference, known).await
    }

    /// Pushes a manifest under its digest.
    ///
    /// # Errors
    /// As for [`Write::push_manifest`].
    pub async fn push(&self, media_type: &MediaType, bytes: Bytes) -> Result<Descriptor> {
        self.0.registry.push_manifest(&self.0.name, media_type, bytes, &[]).await
    }

    /// Deletes a manifest with all its tags.
    ///
    /// # Errors
    /// As for [`Delete::delete_manifest`].
    pub async fn delete(&self, digest: &Digest) -> Result<()> {
        self.0.registry.delete_manifest(&self.0.name, &digest.clone().into()).await
    }
}

impl super::exchange::Core {
    /// Asks with `If-None-Match`, which distribution compares with the quoted digest; elsewhere the
    /// digest of what came tells (R139).
    async fn manifest_unless(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        known: &Digest,
    ) -> Result<Manifest> {
        let endpoint =
            Endpoint::GetManifest { repository: repository.clone(), reference: reference.clone() };
        let call = Call::new(format!("read the manifest {reference} of {repository}"), endpoint);
        let request = self.request(&call).header(name::IF_NONE_MATCH, format!("\"{known}\""));
        let manifest = self.manifest_by(&call, request, reference.digest()).await?;
        if manifest.descriptor.digest == *known {
            return Err(self.explain(&call, None, ErrorKind::NotModified.into()));
        }
        Ok(manifest)
    }
}
