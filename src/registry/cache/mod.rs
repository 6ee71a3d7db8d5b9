//! A cache around a source (R86 to R93).
//!
//! Content by digest never changes, so it is kept as long as there is room. The digest of a tag is
//! kept for a while. A digest is known per repository: to be allowed to read it in one says nothing
//! about another. Lists and referrers always ask the source.

mod contents;
mod request;

use std::{cell::RefCell, rc::Rc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};

use self::{
    contents::{ContentKind, Contents},
    request::CacheRequest,
};
use super::{
    BlobSource, BlobStream, BlobUpload, ByteRange, Delete, List, Manifest, ManifestRef, Page, Read,
    Referrers, Registry, Unverified, Verification, Write,
};
use crate::error::Result;
use crate::oci::{Algorithm, Descriptor, Digest, MediaType, RepositoryName, Tag};
use crate::sync::SingleFlight;

/// Time that only goes forward, since any fixed moment. The cache has no clock of its own.
pub type Clock = Rc<dyn Fn() -> Duration>;

/// The room of a cache, and the time that it keeps tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// The largest object whose bytes are kept, in bytes; of larger ones only the descriptor is kept
    /// (R87).
    pub object_bytes: u64,
    /// Bytes in all. The least recently used object goes first (R93).
    pub total_bytes: u64,
    /// The time for which the answer for a tag holds (R93).
    pub tag_age: Duration,
    /// Number of tags in all.
    pub tags: usize,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            object_bytes: 4 * 1024 * 1024,
            total_bytes: 64 * 1024 * 1024,
            tag_age: Duration::from_secs(60),
            tags: 10_000,
        }
    }
}

/// A question, and the generation of the cache in which it was asked.
type ManifestKey = (RepositoryName, ManifestRef, u64);
type BlobKey = (RepositoryName, Digest, u64, u64);
type StatKey = (RepositoryName, Digest, u64);

/// A source with a cache in front. It can do what the source can.
pub struct Cache<R: ?Sized = dyn Registry> {
    inner: Rc<R>,
    clock: Clock,
    contents: Rc<RefCell<Contents>>,
    manifests: SingleFlight<ManifestKey, Result<Manifest>>,
    resolving: SingleFlight<ManifestKey, Result<Descriptor>>,
    blobs: SingleFlight<BlobKey, Result<Bytes>>,
    stats: SingleFlight<StatKey, Result<Option<Descriptor>>>,
}

impl<R: ?Sized> Cache<R> {
    /// An empty cache in front of `inner`.
    pub fn new(inner: Rc<R>, limits: CacheLimits, clock: Clock) -> Self {
        Self {
            inner,
            clock,
            contents: Rc::new(RefCell::new(Contents::new(limits))),
            manifests: SingleFlight::default(),
            resolving: SingleFlight::default(),
            blobs: SingleFlight::default(),
            stats: SingleFlight::default(),
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.contents.borrow_mut().clear();
    }

    /// Forgets the tags of a repository, so that they are asked for again.
    pub fn forget_tags(&self, repository: &RepositoryName) {
        self.contents.borrow_mut().forget_tags(repository);
    }

    /// Returns the bytes held, with the cost of the entries.
    pub fn held(&self) -> u64 {
        self.contents.borrow().held()
    }

    fn manifest_key(&self, repository: &RepositoryName, reference: &ManifestRef) -> ManifestKey {
        (repository.clone(), reference.clone(), self.contents.borrow().generation)
    }

    /// Returns a request that asks the source and records its answer.
    fn request(&self, repository: &RepositoryName) -> CacheRequest<R> {
        let generation = self.contents.borrow().generation;
        CacheRequest {
            inner: Rc::clone(&self.inner),
            contents: self.contents.clone(),
            repository: repository.clone(),
            now: (self.clock)(),
            generation,
        }
    }

    fn cached_blob(&self, repository: &RepositoryName, blob: &Descriptor) -> Option<Bytes> {
        let (_, bytes) = self.contents.borrow_mut().blob(repository, &blob.digest)?;
        // A descriptor with another size is left to the source.
        bytes.filter(|bytes| bytes.len() as u64 == blob.size)
    }

    fn is_small(&self, blob: &Descriptor) -> bool {
        blob.digest.algorithm().is_supported() && blob.size <= self.contents.borrow().object_bytes()
    }
}

fn stream_of(bytes: Bytes) -> BlobStream {
    let size = Some(bytes.len() as u64);
    BlobStream { size, encoding: None, chunks: stream::iter([Ok(bytes)]).boxed_local() }
}

#[async_trait(?Send)]
impl<R: Read + ?Sized + 'static> Read for Cache<R> {
    fn source_name(&self) -> &str {
        self.inner.source_name()
    }

    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Manifest> {
        let hit = self.contents.borrow_mut().manifest(repository, reference, (self.clock)());
        if let Some(manifest) = hit {
            return Ok(manifest);
        }
        let key = self.manifest_key(repository, reference);
        let request = self.request(repository);
        let start = || request.manifest(reference.clone()).boxed_local();
        self.manifests.join(key, start).await
    }

    async fn resolve(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Descriptor> {
        let hit = self.contents.borrow_mut().resolved(repository, reference, (self.clock)());
        if let Some(descriptor) = hit {
            return Ok(descriptor);
        }
        let key = self.manifest_key(repository, reference);
        if let Some(flight) = self.manifests.running(&key) {
            return Ok(flight.await?.descriptor);
        }
        let request = self.request(repository);
        let start = || request.resolve(reference.clone()).boxed_local();
        self.resolving.join(key, start).await
    }

    async fn blob(&self, repository: &RepositoryName, blob: &Descriptor) -> Result<BlobStream> {
        if let Some(bytes) = self.cached_blob(repository, blob) {
            return Ok(stream_of(bytes));
        }
        if !self.is_small(blob) {
            return self.inner.blob(repository, blob).await;
        }
        let request = self.request(repository);
        let key = (repository.clone(), blob.digest.clone(), blob.size, request.generation);
        let start = || request.blob(blob.clone()).boxed_local();
        self.blobs.join(key, start).await.map(stream_of)
    }

    /// Never kept: what is kept here is under the size that its descriptor states.
    async fn blob_by_digest(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        most: u64,
    ) -> Result<BlobStream> {
        self.inner.blob_by_digest(repository, blob, most).await
    }

    async fn blob_range(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        range: ByteRange,
    ) -> Result<BlobStream> {
        match self.cached_blob(repository, blob) {
            Some(bytes) if range.start <= blob.size => {
                let length = range.length.unwrap_or(blob.size);
                BlobSource::slice(&bytes, range.start, length).await.map(stream_of)
            }
            _ => self.inner.blob_range(repository, blob, range).await,
        }
    }

    async fn stat_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        let hit = self.contents.borrow_mut().blob(repository, digest);
        if let Some((descriptor, _)) = hit {
            return Ok(Some(descriptor));
        }
        let request = self.request(repository);
        let key = (repository.clone(), digest.clone(), request.generation);
        self.stats.join(key, || request.stat(digest.clone()).boxed_local()).await
    }
}

#[async_trait(?Send)]
impl<R: List + ?Sized + 'static> List for Cache<R> {
    async fn repositories(&self, from: Option<&str>) -> Result<Page<RepositoryName>> {
        self.inner.repositories(from).await
    }

    async fn tags(&self, repository: &RepositoryName, from: Option<&str>) -> Result<Page<Tag>> {
        self.inner.tags(repository, from).await
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        self.inner.referrers(repository, subject, artifact_type).await
    }

    fn forget_referrers_api(&self) {
        self.inner.forget_referrers_api();
    }
}

#[async_trait(?Send)]
impl<R: Write + ?Sized + 'static> Write for Cache<R> {
    async fn push_blob(
        &self,
        repository: &RepositoryName,
        descriptor: &Descriptor,
        source: &dyn BlobSource,
    ) -> Result<Descriptor> {
        let pushed = self.inner.push_blob(repository, descriptor, source).await?;
        self.contents.borrow_mut().record(ContentKind::Blob, repository, &pushed, None);
        Ok(pushed)
    }

    async fn start_upload(
        &self,
        repository: &RepositoryName,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        self.inner.start_upload(repository, chunk_size).await
    }

    async fn resume_upload(
        &self,
        repository: &RepositoryName,
        location: &str,
        offset: Option<u64>,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        self.inner.resume_upload(repository, location, offset, chunk_size).await
    }

    async fn mount_blob(
        &self,
        repository: &RepositoryName,
        from: &RepositoryName,
        digest: &Digest,
    ) -> Result<bool> {
        let mounted = self.inner.mount_blob(repository, from, digest).await?;
        if mounted {
            self.contents.borrow_mut().record_mount(repository, digest);
        }
        Ok(mounted)
    }

    async fn push_manifest(
        &self,
        repository: &RepositoryName,
        media_type: &MediaType,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        // A tag may move even if the registry then fails, so the old answer goes first.
        for tag in tags {
            let reference = ManifestRef::Tag(tag.clone());
            self.contents.borrow_mut().forget_manifest(repository, &reference);
        }
        let pushed = self.inner.push_manifest(repository, media_type, bytes.clone(), tags).await?;
        let mut contents = self.contents.borrow_mut();
        contents.generation += 1;
        contents.record(ContentKind::Manifest, repository, &pushed, Some(&bytes));
        for tag in tags {
            let why = Verification::NotVerified(Unverified::Pushed);
            contents.record_tag(repository, tag, &pushed.digest, why, (self.clock)());
        }
        Ok(pushed)
    }

    async fn push_manifest_as(
        &self,
        repository: &RepositoryName,
        manifest: &Descriptor,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        if manifest.digest.algorithm() == Algorithm::Sha256 {
            return self.push_manifest(repository, &manifest.media_type, bytes, tags).await;
        }
        for tag in tags {
            let reference = ManifestRef::Tag(tag.clone());
            self.contents.borrow_mut().forget_manifest(repository, &reference);
        }
        let pushed = self.inner.push_manifest_as(repository, manifest, bytes, tags).await;
        self.contents.borrow_mut().generation += 1;
        pushed
    }
}

#[async_trait(?Send)]
impl<R: Delete + ?Sized + 'static> Delete for Cache<R> {
    async fn delete_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<()> {
        self.contents.borrow_mut().forget_manifest(repository, reference);
        let done = self.inner.delete_manifest(repository, reference).await;
        // Again: an answer that came meanwhile may be from before.
        self.contents.borrow_mut().forget_manifest(repository, reference);
        done
    }

    async fn delete_blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<()> {
        self.contents.borrow_mut().forget_blob(repository, digest);
        let done = self.inner.delete_blob(repository, digest).await;
        self.contents.borrow_mut().forget_blob(repository, digest);
        done
    }
}

#[cfg(test)]
mod tests;
