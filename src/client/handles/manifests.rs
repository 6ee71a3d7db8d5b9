//! The manifests of a repository, as a handle (R137, R139).

use bytes::Bytes;

use super::Repository;
use crate::{
    client::exchange::{Call, Core},
    error::{ErrorKind, InputFault, Operation, Result},
    oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag},
    registry::{Delete, Manifest, Read, Write},
    wire::{Endpoint, headers::name},
};

/// The options of getting one manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManifestOptions {
    /// The only media types to accept (R34), sent as they are. Empty for all that are known.
    pub accept: Vec<MediaType>,
    /// The largest manifest that is read, in bytes (R51); `None` for the limit of the client.
    pub limit: Option<u64>,
}

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
    /// `SizeMismatch` if it is longer or shorter, and as for [`Read::manifest`].
    pub async fn fetch(&self, descriptor: &Descriptor) -> Result<Manifest> {
        let manifest = self.get(&descriptor.digest.clone().into()).await?;
        let (expected, actual) = (descriptor.size, manifest.descriptor.size);
        if expected != actual {
            let reference = descriptor.digest.clone().into();
            let digest = Some(descriptor.digest.clone());
            let kind = ErrorKind::SizeMismatch { digest, expected, actual };
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

    /// Gets a manifest by tag or digest, of types and up to a size that are chosen (R34, R51).
    ///
    /// ```
    /// use porthole::{
    ///     client::{Clients, ManifestOptions},
    ///     oci::{ManifestRef, MediaType},
    ///     testing::{Reply, Scripted, VirtualClock},
    ///     transport::Stack,
    /// };
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // Stands for a registry: `Stack::native()` asks a real one.
    /// let script = Scripted::answering(VirtualClock::default().shared(), |request, _| {
    ///     assert_eq!(request.headers.get("accept"), Some("application/x.bundle+json"));
    ///     Reply::ok("{}").header("Content-Type", "application/x.bundle+json")
    /// });
    /// let stack = Stack::over(script, VirtualClock::default().shared());
    /// let registry = Clients::new(stack).get(&"registry.example".parse()?, None)?;
    /// let accept = vec![MediaType::new("application/x.bundle+json")];
    /// let options = ManifestOptions { accept, limit: Some(16 << 20) };
    /// let repository = registry.repository("team/app".parse()?);
    /// let v1 = ManifestRef::Tag("v1".parse()?);
    /// assert_eq!(repository.manifests().get_with(&v1, &options).await?.bytes, "{}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `InvalidInput` for a type that cannot be sent; otherwise as for [`Read::manifest`].
    pub async fn get_with(
        &self,
        reference: &ManifestRef,
        options: &ManifestOptions,
    ) -> Result<Manifest> {
        self.0.registry.core.manifest_with(&self.0.name, reference, options).await
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
    async fn manifest_with(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        options: &ManifestOptions,
    ) -> Result<Manifest> {
        let endpoint =
            Endpoint::GetManifest { repository: repository.clone(), reference: reference.clone() };
        let call = Call::new(Operation::ReadManifest(reference.clone()), endpoint);
        let mut request = self.request(&call);
        request.read_up_to = options.limit.or(request.read_up_to);
        if options.accept.is_empty() {
            return self.manifest_by(&call, request, reference.digest()).await;
        }
        let accept = accept_of(&options.accept)
            .map_err(|fault| self.explain(&call, None, ErrorKind::InvalidInput(fault).into()))?;
        request.headers.set(name::ACCEPT, accept);
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

/// Returns the value of `Accept` for some types, which a caller may have made of any text.
fn accept_of(types: &[MediaType]) -> std::result::Result<String, InputFault> {
    let is_sound =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let texts: Vec<&str> = types.iter().map(MediaType::as_str).collect();
    match texts.iter().all(|text| is_sound(text)) {
        true => Ok(texts.join(",")),
        false => Err(InputFault::HeaderValue(name::ACCEPT.to_owned())),
    }
}
