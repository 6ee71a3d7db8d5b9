//! A source that can only be read: writing and deleting are refused before anything is sent.

use std::rc::Rc;

use async_trait::async_trait;

use super::{
    BlobStream, ByteRange, Delete, List, Manifest, ManifestRef, Page, Read, Referrers, Write,
};
use crate::error::Result;
use crate::oci::{Descriptor, Digest, RepositoryName, Tag};

/// A registry without its writing half, or a source that has none as a registry.
pub struct ReadOnly<S: ?Sized> {
    inner: Rc<S>,
}

impl<S: Read + List + ?Sized> ReadOnly<S> {
    /// Reads from `inner`, and never writes to it.
    pub fn new(inner: Rc<S>) -> Self {
        Self { inner }
    }
}

#[async_trait(?Send)]
impl<S: Read + List + ?Sized> Read for ReadOnly<S> {
    fn source_name(&self) -> &str {
        self.inner.source_name()
    }

    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Manifest> {
        self.inner.manifest(repository, reference).await
    }

    async fn resolve(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Descriptor> {
        self.inner.resolve(repository, reference).await
    }

    async fn blob(&self, repository: &RepositoryName, blob: &Descriptor) -> Result<BlobStream> {
        self.inner.blob(repository, blob).await
    }

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
        self.inner.blob_range(repository, blob, range).await
    }

    async fn stat_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        self.inner.stat_blob(repository, digest).await
    }
}

#[async_trait(?Send)]
impl<S: Read + List + ?Sized> List for ReadOnly<S> {
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

impl<S: Read + List + ?Sized> Write for ReadOnly<S> {}

impl<S: Read + List + ?Sized> Delete for ReadOnly<S> {}
