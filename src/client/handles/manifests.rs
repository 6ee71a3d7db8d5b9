//! The manifests of a repository, as a handle (R137, R139).

use bytes::Bytes;

use super::Repository;
use crate::{
    client::exchange::{Call, Core},
    error::{ErrorKind, Operation, Result},
    oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag},
    registry::{Delete, Manifest, Read, Write},
    wire::{Endpoint, headers::name},
};

/// The manifests of a repository (R137).
pub struct Manifests<'a>(pub(super) &'a Repository);

impl Manifests<'_> {
    /// Finds out what a tag or digest stands for; `None` if it is not there.
    ///
    /// # Errors
    /// As for [`Read::resolve`](crate::registry::Read::resolve), but for absence.
    pub async fn stat(&self, reference: &ManifestRef) -> Result<Option<Descriptor>> {
        match self.0.registry.resolve(&self.0.name, reference).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Tells whether a manifest is there.
    ///
    /// # Errors
    /// As for [`Manifests::stat`].
    pub async fn exists(&self, reference: &ManifestRef) -> Result<bool> {
        Ok(self.stat(reference).await?.is_some())
    }

    /// Gets the manifest that a descriptor points at.
    ///
    /// # Errors
    /// `WrongSize` if it has the digest and is longer or shorter, and as for [`Read::manifest`].
    pub async fn fetch(&self, descriptor: &Descriptor) -> Result<Manifest> {
        let manifest = self.get(&descriptor.digest.clone().into()).await?;
        let (stated, actual) = (descriptor.size, manifest.descriptor.size);
        if stated != actual {
            let reference = descriptor.digest.clone().into();
            let digest = Some(descriptor.digest.clone());
            let kind = ErrorKind::WrongSize { digest, stated, actual };
            return Err(self.0.fail(Operation::ReadManifest(reference), kind));
        }
        Ok(manifest)
    }

    /// Gets a manifest by tag or digest.
    ///
    /// # Errors
    /// As for [`Read::manifest`].
    pub async fn get(&self, reference: &ManifestRef) -> Result<Manifest> {
        self.0.registry.manifest(&self.0.name, reference).await
    }

    /// Gets a manifest by tag or digest, asking for these types in this order and no others (R34).
    ///
    /// # Errors
    /// As for [`Read::manifest`].
    pub async fn get_as(&self, reference: &ManifestRef, types: &[MediaType]) -> Result<Manifest> {
        self.0.registry.core.manifest_as(&self.0.name, reference, types).await
    }

    /// Gets a manifest by tag and verifies it by digest, so that caches on the way learn the tag
    /// (R79).
    ///
    /// # Errors
    /// As for [`Read::manifest`].
    pub async fn get_tag_verified(&self, tag: &Tag, digest: &Digest) -> Result<Manifest> {
        let reference = ManifestRef::Tag(tag.clone());
        self.0.registry.core.manifest_verified(&self.0.name, &reference, Some(digest)).await
    }

    /// Gets a manifest, unless it is still the one that is known (R139).
    ///
    /// # Errors
    /// `NotModified` if it is; otherwise as for [`Read::manifest`].
    pub async fn get_unless(&self, reference: &ManifestRef, known: &Digest) -> Result<Manifest> {
        self.0.registry.core.manifest_unless(&self.0.name, reference, known).await
    }

    /// Pushes a manifest under its digest.
    ///
    /// # Errors
    /// As for [`Write::push_manifest`].
    pub async fn push(&self, media_type: &MediaType, bytes: Bytes) -> Result<Descriptor> {
        self.0.registry.push_manifest(&self.0.name, media_type, bytes, &[]).await
    }

    /// Deletes a manifest with all its tags.
    ///
    /// # Errors
    /// As for [`Delete::delete_manifest`].
    pub async fn delete(&self, digest: &Digest) -> Result<()> {
        self.0.registry.delete_manifest(&self.0.name, &digest.clone().into()).await
    }
}

impl Core {
    async fn manifest_as(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        types: &[MediaType],
    ) -> Result<Manifest> {
        let endpoint =
            Endpoint::GetManifest { repository: repository.clone(), reference: reference.clone() };
        let call = Call::new(Operation::ReadManifest(reference.clone()), endpoint);
        let types: Vec<&str> = types.iter().map(MediaType::as_str).collect();
        let mut request = self.request(&call);
        request.headers.set(name::ACCEPT, types.join(", "));
        let answer = self.expect(&call, request).await?;
        let document = self.read(&call, answer).await?;
        self.check_manifest(&call, &document, reference.digest())
    }

    /// Asks with `If-None-Match`, which distribution compares with the quoted digest; for other
    /// registries the digest of the answer decides (R139).
    async fn manifest_unless(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        known: &Digest,
    ) -> Result<Manifest> {
        let endpoint =
            Endpoint::GetManifest { repository: repository.clone(), reference: reference.clone() };
        let call = Call::new(Operation::ReadManifest(reference.clone()), endpoint);
        let request = self.request(&call).header(name::IF_NONE_MATCH, format!("\"{known}\""));
        let manifest = self.manifest_by(&call, request, reference.digest()).await?;
        if manifest.descriptor.digest == *known {
            return Err(self.explain(&call, None, ErrorKind::NotModified.into()));
        }
        Ok(manifest)
    }
}
