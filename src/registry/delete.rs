//! Deleting: manifests, tags and blobs.

use async_trait::async_trait;

use super::{ManifestRef, Read, unsupported::read_only};
use crate::error::{Operation, Result};
use crate::oci::{Digest, RepositoryName};

/// Deleting. A source that implements none of these methods is read-only. R131 has three outcomes:
/// done, `NotFound`, `DeleteDisabled`.
#[async_trait(?Send)]
pub trait Delete: Read {
    /// Deletes a tag, or a manifest with all its tags.
    ///
    /// # Errors
    /// `NotFound`, `DeleteDisabled`, `Denied`.
    async fn delete_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<()> {
        read_only(self.source_name(), Operation::DeleteManifest(reference.clone()), repository)
    }

    /// Deletes a blob.
    ///
    /// # Errors
    /// `NotFound`, `DeleteDisabled`, `Denied`.
    async fn delete_blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<()> {
        read_only(self.source_name(), Operation::DeleteBlob(digest.clone()), repository)
    }
}
