//! Reading from memory. Bytes are hashed at each read: they may have been added wrong on purpose.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::MemoryRegistry;
use crate::{
    content::verify::{Verdict, digest_of, verify},
    error::{Error, ErrorKind, Operation, Result},
    oci::{Descriptor, Digest, MediaType, RepositoryName},
    registry::{BlobStream, ByteRange, Manifest, ManifestRef, Read, Unverified, Verification},
};

/// The size of one chunk of a stream in bytes, about that of a network.
const CHUNK: usize = 64 * 1024;

#[async_trait(?Send)]
impl Read for MemoryRegistry {
    fn source_name(&self) -> &str {
        &self.name
    }

    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Manifest> {
        let fail = |kind| self.error(kind, Operation::ReadManifest(reference.clone()), repository);
        let (bytes, media_type) = self.stored_manifest(repository, reference).map_err(fail)?;
        let (digest, verification) = check(reference, &bytes).map_err(fail)?;
        let descriptor = Descriptor::new(media_type.clone(), digest, bytes.len() as u64);
        Ok(Manifest { descriptor, bytes, content_type: Some(media_type), verification })
    }

    async fn blob(&self, repository: &RepositoryName, blob: &Descriptor) -> Result<BlobStream> {
        let bytes = self.stored_blob(repository, &blob.digest)?;
        let end = verify(&bytes, &blob.digest, Some(blob.size)).reject_mismatch();
        Ok(self.ending(repository, blob, bytes, end))
    }

    async fn blob_by_digest(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        _: u64,
    ) -> Result<BlobStream> {
        let bytes = self.stored_blob(repository, &blob.digest)?;
        let by_digest = verify(&bytes, &blob.digest, None).reject_mismatch();
        let by_size = || verify(&bytes, &blob.digest, Some(blob.size)).reject_mismatch();
        let end = by_digest.and_then(|()| by_size());
        Ok(self.ending(repository, blob, bytes, end))
    }

    async fn blob_range(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        range: ByteRange,
    ) -> Result<BlobStream> {
        let bytes = self.stored_blob(repository, &blob.digest)?;
        let part = part_of(&bytes, range).ok_or_else(|| {
            let kind = ErrorKind::invalid_range(Some(blob.size));
            self.error(kind, Operation::ReadBlobPart(blob.digest.clone()), repository)
        })?;
        Ok(stream_of(part, None))
    }

    async fn stat_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        let found = self.state.borrow().blob(repository, digest).ok();
        Ok(found.map(|bytes| {
            Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), bytes.len() as u64)
        }))
    }
}

impl MemoryRegistry {
    fn stored_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> std::result::Result<(Bytes, MediaType), ErrorKind> {
        let state = self.state.borrow();
        let (digest, media_type) = state.find(repository, reference)?;
        let bytes = state.content.get(digest).cloned().unwrap_or_default();
        Ok((bytes, media_type.clone()))
    }

    fn stored_blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Bytes> {
        let found = self.state.borrow().blob(repository, digest);
        found.map_err(|kind| self.error(kind, Operation::ReadBlob(digest.clone()), repository))
    }
}

/// Digest and verification of a manifest's bytes.
fn check(
    reference: &ManifestRef,
    bytes: &Bytes,
) -> std::result::Result<(Digest, Verification), ErrorKind> {
    let ManifestRef::Digest(expected) = reference else {
        return Ok((digest_of(bytes), Verification::NotVerified(Unverified::ByTag)));
    };
    match verify(bytes, expected, None) {
        Verdict::Unsupported(digest) => {
            let why = Unverified::Algorithm(digest.clone());
            Ok((digest, Verification::NotVerified(why)))
        }
        verdict => verdict.require_verified().map(|()| (expected.clone(), Verification::Verified)),
    }
}

/// Returns a part of some bytes, shortened at their end; `None` if it starts beyond.
impl MemoryRegistry {
    /// Streams a blob that ends with this verdict.
    fn ending(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        bytes: Bytes,
        end: std::result::Result<(), ErrorKind>,
    ) -> BlobStream {
        let end = end.err().map(|kind| {
            let operation = Operation::ReadBlob(blob.digest.clone());
            self.error(kind.about(&blob.digest), operation, repository)
        });
        stream_of(bytes, end)
    }
}

fn part_of(bytes: &Bytes, range: ByteRange) -> Option<Bytes> {
    let start = usize::try_from(range.start).ok().filter(|start| *start <= bytes.len())?;
    let rest = bytes.slice(start..);
    let length = range.length.and_then(|length| usize::try_from(length).ok());
    Some(rest.slice(..length.unwrap_or(rest.len()).min(rest.len())))
}

fn stream_of(bytes: Bytes, end: Option<Error>) -> BlobStream {
    let size = Some(bytes.len() as u64);
    let chunks = stream::unfold(bytes, |mut rest| async move {
        let length = rest.len().min(CHUNK);
        (length > 0).then(|| (Ok(rest.split_to(length)), rest))
    });
    BlobStream {
        size,
        encoding: None,
        chunks: chunks.chain(stream::iter(end.map(Err))).boxed_local(),
    }
}
