//! Blobs that are small enough for the page's memory.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use crate::{
    oci::{Descriptor, RepositoryName},
    registry::{ErrorKind, Registry, Result},
};

/// Reads a blob whole, up to `limit` bytes.
///
/// # Errors
/// `TooLarge`; as for [`crate::registry::Read::blob`].
pub async fn small_blob(
    registry: &dyn Registry,
    repository: &RepositoryName,
    blob: &Descriptor,
    limit: u64,
) -> Result<Bytes> {
    if blob.size > limit {
        return Err(ErrorKind::TooLarge { limit }.into());
    }
    let mut chunks = registry.blob(repository, blob).await?.chunks;
    let mut bytes = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() as u64 > limit {
            return Err(ErrorKind::TooLarge { limit }.into());
        }
    }
    Ok(bytes.freeze())
}
