//! Reading: manifests, and blobs whole or in part.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_core::stream::LocalBoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::unsupported::unsupported;
use crate::error::{ErrorKind, Result};
use crate::oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName};

/// The largest configuration of an image that is read into memory, in bytes.
pub const CONFIG_MAX: u64 = 8 << 20;

/// How far the bytes of an object were checked in this page. There are only these three states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Counted and hashed here; they are the bytes of this digest.
    Verified,
    /// They are not. Such bytes are never handed out as content.
    Mismatch {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of what came.
        actual: Digest,
    },
    /// Not checked, and why: no digest was asked for, or its algorithm is not known here.
    NotVerified(String),
}

/// A manifest as received.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Media type, digest of the bytes and size. The digest is computed here, never taken from a
    /// header (R30).
    pub descriptor: Descriptor,
    /// The exact bytes.
    pub bytes: Bytes,
    /// `Content-Type` of the answer without parameters; `None` where missing or generic (R38).
    pub content_type: Option<MediaType>,
    /// Verified where a digest was asked for; otherwise the reason why it could not be.
    pub verification: Verification,
}

/// A part of a blob: the bytes from `start` on, `length` of them or all that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// First byte.
    pub start: u64,
    /// Number of bytes; `None` for the rest.
    pub length: Option<u64>,
}

/// A blob on its way. Whole blobs are counted and hashed as they stream: the last chunk is only
/// followed by the end of the stream when size and digest were right; otherwise by an error of kind
/// `DigestMismatch` or `SizeMismatch`.
pub struct BlobStream {
    /// Size in bytes of what will be delivered, where known.
    pub size: Option<u64>,
    /// The chunks.
    pub chunks: LocalBoxStream<'static, Result<Bytes>>,
}

/// Resolving and getting.
#[async_trait(?Send)]
pub trait Read {
    /// Gets a manifest. By digest, the bytes are verified before they are returned.
    ///
    /// # Errors
    /// `NotFound`, `Unauthorized`, `Denied`, `DigestMismatch`, `TooLarge`, and what sending gives.
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Manifest>;

    /// Finds out what a tag or digest stands for, without the bytes where the source can (R75).
    ///
    /// # Errors
    /// As for [`Read::manifest`].
    async fn resolve(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Descriptor> {
        Ok(self.manifest(repository, reference).await?.descriptor)
    }

    /// Streams a blob, verifying it against its descriptor.
    ///
    /// # Errors
    /// `NotFound`, `Unauthorized`, `Denied`, and what sending gives; while streaming also
    /// `DigestMismatch` and `SizeMismatch`.
    async fn blob(&self, repository: &RepositoryName, blob: &Descriptor) -> Result<BlobStream>;

    /// Streams part of a blob. A part cannot be verified.
    ///
    /// # Errors
    /// As for [`Read::blob`]; `InvalidRange` where the source refuses the range.
    async fn blob_range(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        range: ByteRange,
    ) -> Result<BlobStream> {
        let _ = (blob, range);
        unsupported("read part of the blob", repository)
    }

    /// Whether a blob is there, and its size (R75, R85). Absence is `None`, not an error.
    ///
    /// # Errors
    /// `Unauthorized`, `Denied`, and what sending gives.
    async fn stat_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        let _ = digest;
        unsupported("find the blob", repository)
    }
}

/// Reads a blob into memory, at most `limit` bytes. A whole blob is verified by then.
///
/// # Errors
/// `TooLarge` when more bytes come; and those of the stream.
pub async fn collect(mut stream: BlobStream, limit: u64) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = stream.chunks.try_next().await? {
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Err(ErrorKind::TooLarge { limit }.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

impl BlobStream {
    /// A blob that is at hand.
    pub fn of_bytes(bytes: Bytes) -> Self {
        let size = Some(bytes.len() as u64);
        let chunks = Some(bytes).filter(|bytes| !bytes.is_empty()).map(Ok);
        Self { size, chunks: stream::iter(chunks).boxed_local() }
    }
}
