//! Deleting from memory.

use async_trait::async_trait;

use super::{Holdings, MemoryRegistry};
use crate::{
    error::{ErrorKind, Missing, Operation, Result},
    oci::{Digest, RepositoryName},
    registry::{Delete, ManifestRef},
};

#[async_trait(?Send)]
impl Delete for MemoryRegistry {
    async fn delete_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<()> {
        let done = self.state.borrow_mut().delete_manifest(repository, reference);
        done.map_err(|kind| {
            self.error(kind, Operation::DeleteManifest(reference.clone()), repository)
        })
    }

    async fn delete_blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<()> {
        let done = self.state.borrow_mut().delete_blob(repository, digest);
        done.map_err(|kind| self.error(kind, Operation::DeleteBlob(digest.clone()), repository))
    }
}

impl Holdings {
    /// A tag goes alone; a manifest goes with all its tags (R131).
    fn delete_manifest(
        &mut self,
        name: &RepositoryName,
        reference: &ManifestRef,
    ) -> std::result::Result<(), ErrorKind> {
        self.existing(name)?;
        let held = self.repository(name);
        let found = match reference {
            ManifestRef::Tag(tag) => held.tags.remove(tag).is_some(),
            ManifestRef::Digest(digest) => {
                held.tags.retain(|_, tagged| tagged != digest);
                held.manifests.remove(digest).is_some()
            }
        };
        if found { Ok(()) } else { Err(ErrorKind::NotFound(Missing::Manifest)) }
    }

    fn delete_blob(
        &mut self,
        name: &RepositoryName,
        digest: &Digest,
    ) -> std::result::Result<(), ErrorKind> {
        self.existing(name)?;
        let found = self.repository(name).blobs.remove(digest);
        if found { Ok(()) } else { Err(ErrorKind::NotFound(Missing::Blob)) }
    }
}
