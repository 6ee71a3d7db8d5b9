//! Reading: manifests, and blobs whole or in part.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_core::stream::LocalBoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::unsupported::unsupported;
use crate::error::{ErrorKind, Operation, Result, TransportEncoding};
use crate::oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName};

/// The three states of checking the bytes of an object here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Counted and hashed here; they are the bytes of this digest.
    Verified,
    /// They are not the bytes of this digest. Such bytes are never handed out as content.
    Mismatch {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of the bytes.
        actual: Digest,
    },
    /// They were not checked, for a reason.
    NotVerified(Unverified),
}

/// A reason why bytes were not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unverified {
    /// They were asked for by tag, so there was no digest to check against.
    ByTag,
    /// They were asked for by tag, and the source named this digest, which they do not have.
    OtherThanNamed(Digest),
    /// They were pushed from here under a tag, and not read since.
    Pushed,
    /// The algorithm of this digest cannot be computed here (R3).
    Algorithm(Digest),
    /// The source has no manifest of the image, so one was made from its configuration and layers.
    Made,
}

/// A manifest as received.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Media type, digest of the bytes and size. The digest is computed here, never taken from a
    /// header (R30).
    pub descriptor: Descriptor,
    /// The exact bytes.
    pub bytes: Bytes,
    /// `Content-Type` of the answer without parameters; `None` if missing or generic (R38).
    pub content_type: Option<MediaType>,
    /// Verified if a digest was asked for; otherwise the reason why not.
    pub verification: Verification,
}

/// A part of a blob: `length` bytes from `start` on, or all that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// First byte.
    pub start: u64,
    /// Number of bytes; `None` for the rest.
    pub length: Option<u64>,
}

/// The bytes of a blob as they come. Whole blobs are counted and hashed: if size or digest is wrong,
/// the stream ends with an error of kind `DigestMismatch`, `SizeMismatch` or `WrongSize`.
pub struct BlobStream {
    /// Size in bytes of the whole stream, if known.
    pub size: Option<u64>,
    /// An encoding that the transport put on the bytes, if the answer names one.
    pub encoding: Option<TransportEncoding>,
    /// The bytes in order, as they arrive.
    pub chunks: LocalBoxStream<'static, Result<Bytes>>,
}

/// Reading manifests and blobs.
#[async_trait(?Send)]
pub trait Read {
    /// Returns its name, as errors call it: a host, or the name of an archive, a folder or a store.
    fn source_name(&self) -> &str {
        "this source"
    }

    /// Gets a manifest. By digest, the bytes are verified before they are returned.
    ///
    /// # Errors
    /// `NotFound`, `Unauthorized`, `Denied`, `DigestMismatch`, `TooLarge`, and errors of sending.
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Manifest>;

    /// Finds out what a tag or digest stands for, without the bytes if the source can (R75).
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
    /// `NotFound`, `Unauthorized`, `Denied`, and errors of sending; while streaming also
    /// `DigestMismatch` and `SizeMismatch`.
    async fn blob(&self, repository: &RepositoryName, blob: &Descriptor) -> Result<BlobStream>;

    /// Streams a blob of which the descriptor may state a wrong size, or none: at most `most` bytes.
    /// The digest decides. If it is right and the size is not, the stream ends with `WrongSize`
    /// after the last byte. A source that does not tell the two apart reads as by [`Read::blob`].
    ///
    /// # Errors
    /// As for [`Read::blob`]; while streaming also `WrongSize` and `TooLarge`.
    async fn blob_by_digest(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        most: u64,
    ) -> Result<BlobStream> {
        let _ = most;
        self.blob(repository, blob).await
    }

    /// Streams part of a blob. A part cannot be verified.
    ///
    /// # Errors
    /// As for [`Read::blob`]; `InvalidRange` if the source refuses the range.
    async fn blob_range(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        range: ByteRange,
    ) -> Result<BlobStream> {
        let _ = range;
        unsupported(self.source_name(), Operation::ReadBlobPart(blob.digest.clone()), repository)
    }

    /// Finds out the size of a blob (R75, R85); `None` if it is not there.
    ///
    /// # Errors
    /// `Unauthorized`, `Denied`, and errors of sending.
    async fn stat_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        unsupported(self.source_name(), Operation::FindBlob(digest.clone()), repository)
    }
}

/// Reads a blob into memory, at most `limit` bytes. A whole blob is verified by then.
///
/// # Errors
/// `TooLarge` when more bytes come; and those of the stream.
pub async fn collect(stream: BlobStream, limit: u64) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    collect_into(&mut bytes, stream, limit).await?;
    Ok(bytes.freeze())
}

/// Reads a blob into memory as [`collect`] does, and takes it although its descriptor states a wrong size:
/// the digest was right.
///
/// # Errors
/// As for [`collect`], but for `WrongSize`.
pub async fn collect_by_digest(stream: BlobStream, limit: u64) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    match collect_into(&mut bytes, stream, limit).await {
        Err(error) if !matches!(error.kind, ErrorKind::WrongSize { .. }) => Err(error),
        _ => Ok(bytes.freeze()),
    }
}

async fn collect_into(bytes: &mut BytesMut, mut stream: BlobStream, limit: u64) -> Result<()> {
    while let Some(chunk) = next_chunk(bytes, &mut stream).await? {
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Err(ErrorKind::TooLarge { limit }.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(())
}

/// Reads on. Bytes that are not those of the digest are kept in the error: what came says most about the reason.
async fn next_chunk(bytes: &[u8], stream: &mut BlobStream) -> Result<Option<Bytes>> {
    stream.chunks.try_next().await.map_err(|error| match error.kind {
        ErrorKind::DigestMismatch { .. } => error.with_body(bytes),
        _ => error,
    })
}

impl BlobStream {
    /// Returns a stream of bytes that are at hand.
    pub fn of_bytes(bytes: Bytes) -> Self {
        let size = Some(bytes.len() as u64);
        let chunks = Some(bytes).filter(|bytes| !bytes.is_empty()).map(Ok);
        Self { size, encoding: None, chunks: stream::iter(chunks).boxed_local() }
    }
}
