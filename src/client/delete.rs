//! Deleting manifests, tags and blobs (R131 to R134).

use super::exchange::{Call, Core};
use crate::{
    oci::{Digest, ManifestRef, RepositoryName},
    registry::Result,
    wire::Endpoint,
};

impl Core {
    /// Deletes a tag, or a manifest with all its tags.
    pub(super) async fn delete_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<()> {
        let endpoint = Endpoint::DeleteManifest {
            repository: repository.clone(),
            reference: reference.clone(),
        };
        let what = if reference.digest().is_some() { "manifest" } else { "tag" };
        self.ask(&Call::new(format!("delete the {what} {reference} of {repository}"), endpoint))
            .await
            .map(drop)
    }

    /// Deletes a blob.
    pub(super) async fn delete_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<()> {
        let endpoint =
            Endpoint::DeleteBlob { repository: repository.clone(), digest: digest.clone() };
        self.ask(&Call::new(format!("delete the blob {digest} of {repository}"), endpoint))
            .await
            .map(drop)
    }
}
