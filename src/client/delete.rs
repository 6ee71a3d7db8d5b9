//! Deleting manifests, tags and blobs (R131 to R134).

use async_trait::async_trait;

use super::{RemoteRegistry, exchange::Call};
use crate::{
    error::{Operation, Result},
    oci::{self, Digest, ManifestRef, RepositoryName},
    registry::{Delete, Read},
    wire::Endpoint,
};

#[async_trait(?Send)]
impl Delete for RemoteRegistry {
    async fn delete_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<()> {
        let endpoint = Endpoint::DeleteManifest {
            repository: repository.clone(),
            reference: reference.clone(),
        };
        let subject = self.subject_of(repository, reference).await;
        self.core.ask(&Call::new(Operation::DeleteManifest(reference.clone()), endpoint)).await?;
        match (subject, reference) {
            (Some(subject), ManifestRef::Digest(deleted)) => {
                self.forget_referrer(repository, &subject, deleted).await
            }
            _ => Ok(()),
        }
    }

    async fn delete_blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<()> {
        let endpoint =
            Endpoint::DeleteBlob { repository: repository.clone(), digest: digest.clone() };
        let call = Call::new(Operation::DeleteBlob(digest.clone()), endpoint);
        self.core.ask(&call).await.map(drop)
    }
}

impl RemoteRegistry {
    /// Finds out the subject of a manifest before it is deleted. Only by digest: deleting a tag may
    /// delete nothing but the tag. Needless if the registry keeps referrers itself.
    async fn subject_of(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Option<Digest> {
        if self.core.memory.referrers_api.is_present() || reference.digest().is_none() {
            return None;
        }
        let manifest = self.manifest(repository, reference).await.ok()?;
        let media_type = Some(&manifest.descriptor.media_type);
        let document = oci::parse_document(manifest.bytes.clone(), media_type).value;
        document.subject().map(|subject| subject.digest.clone())
    }

    /// Removes a deleted manifest from the referrers of its subject (R133).
    async fn forget_referrer(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        deleted: &Digest,
    ) -> Result<()> {
        if self.core.has_referrers_api(repository).await? {
            return Ok(());
        }
        self.remove_referrer(repository, subject, deleted).await
    }
}
