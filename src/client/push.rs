//! Pushing blobs (R109 to R120).

use async_trait::async_trait;
use bytes::Bytes;

use super::RemoteRegistry;
use crate::{
    oci::{Descriptor, Digest, MediaType, RepositoryName, Tag},
    registry::{BlobSource, BlobUpload, ErrorKind, Result, Write},
};

fn not_yet<T>() -> Result<T> {
    Err(ErrorKind::Unsupported("pushing is not built yet".to_owned()).into())
}

#[async_trait(?Send)]
impl Write for RemoteRegistry {
    async fn push_blob(
        &self,
        _repository: &RepositoryName,
        _descriptor: &Descriptor,
        _source: &dyn BlobSource,
    ) -> Result<Descriptor> {
        not_yet()
    }

    async fn start_upload(
        &self,
        _repository: &RepositoryName,
        _chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        not_yet()
    }

    async fn resume_upload(
        &self,
        _repository: &RepositoryName,
        _location: &str,
        _offset: Option<u64>,
        _chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        not_yet()
    }

    async fn mount_blob(
        &self,
        _repository: &RepositoryName,
        _from: &RepositoryName,
        _digest: &Digest,
    ) -> Result<bool> {
        not_yet()
    }

    async fn push_manifest(
        &self,
        _repository: &RepositoryName,
        _media_type: &MediaType,
        _bytes: Bytes,
        _tags: &[Tag],
    ) -> Result<Descriptor> {
        not_yet()
    }
}
