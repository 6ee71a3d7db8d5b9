//! A source that can only be read: writing and deleting are refused before anything is sent.

use std::rc::Rc;

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    BlobSource, BlobStream, BlobUpload, ByteRange, Delete, List, Manifest, ManifestRef, Page, Read,
    Referrers, Write,
};
use crate::error::{Error, ErrorKind, Result};
use crate::oci::{Descriptor, Digest, MediaType, RepositoryName, Tag};

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

fn refused<T>(operation: &str, repository: &RepositoryName) -> Result<T> {
    let mut error = Error::new(ErrorKind::Unsupported("this source is read-only".to_owned()));
    error.context.operation = operation.to_owned();
    error.context.repository = Some(repository.clone());
    Err(error)
}

#[async_trait(?Send)]
impl<S: Read + List + ?Sized> Read for ReadOnly<S> {
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
}

#[async_trait(?Send)]
impl<S: Read + List + ?Sized> Write for ReadOnly<S> {
    async fn push_blob(
        &self,
        repository: &RepositoryName,
        _: &Descriptor,
        _: &dyn BlobSource,
    ) -> Result<Descriptor> {
        refused("push the blob", repository)
    }

    async fn start_upload(
        &self,
        repository: &RepositoryName,
        _: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        refused("start an upload", repository)
    }

    async fn resume_upload(
        &self,
        repository: &RepositoryName,
        _: &str,
        _: Option<u64>,
        _: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        refused("resume the upload", repository)
    }

    async fn mount_blob(
        &self,
        repository: &RepositoryName,
        _: &RepositoryName,
        _: &Digest,
    ) -> Result<bool> {
        refused("mount the blob", repository)
    }

    async fn push_manifest(
        &self,
        repository: &RepositoryName,
        _: &MediaType,
        _: Bytes,
        _: &[Tag],
    ) -> Result<Descriptor> {
        refused("push the manifest", repository)
    }
}

#[async_trait(?Send)]
impl<S: Read + List + ?Sized> Delete for ReadOnly<S> {
    async fn delete_manifest(&self, repository: &RepositoryName, _: &ManifestRef) -> Result<()> {
        refused("delete the manifest", repository)
    }

    async fn delete_blob(&self, repository: &RepositoryName, _: &Digest) -> Result<()> {
        refused("delete the blob", repository)
    }
}
