//! One image as the views of its configuration, history and layers need it: the document that the
//! address names, the platform chosen from it, and its configuration.

use std::rc::Rc;

use super::{
    object::{Object, read_described, read_object},
    platform_choice::{Chosen, choose},
};
use crate::{
    app::{Place, ReadDepth},
    caps,
    error::{Error, Result},
    oci::{
        Descriptor, Document, DocumentFault, ImageConfig, ImageManifest, Issue, ManifestRef,
        Parsed, RepositoryName, Severity, Tag, parse_config,
    },
    ops::read,
    registry::{Source, Unverified, Verification},
};

/// An image as far as it could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// The object that the address names.
    pub root: Rc<Object>,
    /// The platform that was chosen in it.
    pub chosen: Chosen,
    /// The manifest of the image: `root` itself or the chosen entry.
    pub manifest: Option<Rc<Object>>,
    /// The configuration, or the reason why there is none.
    pub config: Option<std::result::Result<Config, Rc<Error>>>,
}

/// A configuration as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The manifest's pointer to it.
    pub descriptor: Descriptor,
    /// The state of verification of the bytes.
    pub verification: Verification,
    /// The configuration itself.
    pub parsed: Parsed<ImageConfig>,
}

impl Image {
    /// The image manifest, if there is one.
    pub fn image_manifest(&self) -> Option<&ImageManifest> {
        match &self.manifest.as_ref()?.document.value {
            Document::Image(image) => Some(image),
            _ => None,
        }
    }

    /// The configuration, if it could be read.
    pub fn config(&self) -> Option<&Config> {
        self.config.as_ref()?.as_ref().ok()
    }
}

/// The part of an address that says which manifest to read.
pub fn manifest_ref(place: &Place) -> ManifestRef {
    let reference = &place.reference;
    match (&reference.digest, &reference.tag) {
        (Some(digest), _) => ManifestRef::Digest(digest.clone()),
        (None, Some(tag)) => ManifestRef::Tag(tag.clone()),
        (None, None) => ManifestRef::Tag(Tag::latest()),
    }
}

/// Reads what the address names; then, as far as `depth` goes, the manifest of the chosen platform and
/// its configuration. A configuration that cannot be read is part of the value.
///
/// # Errors
/// As for [`Read::manifest`](crate::registry::Read::manifest).
pub async fn read_image(registry: &dyn Source, place: &Place, depth: ReadDepth) -> Result<Image> {
    let repository = &place.reference.repository;
    let root = Rc::new(read_object(registry, repository, &manifest_ref(place)).await?);
    let chosen = choose(&root.document.value, place.platform.as_deref());
    let mut image = Image { root, chosen, manifest: None, config: None };
    if depth == ReadDepth::Root {
        return Ok(image);
    }
    image.manifest = match &image.chosen {
        Chosen::Itself => Some(Rc::clone(&image.root)),
        Chosen::Entry(entry) => {
            Some(Rc::new(read_described(registry, repository, &entry.descriptor).await?))
        }
        Chosen::Open | Chosen::NoSuch(_) => None,
    };
    let config = image.image_manifest().and_then(|manifest| manifest.config.clone());
    if let Some(descriptor) = config.filter(|_| depth == ReadDepth::Config) {
        let config = read_config(registry, repository, descriptor).await;
        image.config = Some(config.map_err(Rc::new));
    }
    Ok(image)
}

async fn read_config(
    registry: &dyn Source,
    repository: &RepositoryName,
    descriptor: Descriptor,
) -> Result<Config> {
    let bytes =
        read::blob_of_any_size(registry, repository, &descriptor, caps::CONFIG_BYTES).await?;
    let (stated, actual) = (descriptor.size, bytes.len() as u64);
    let mut parsed = parse_config(bytes);
    if stated != actual {
        let fault = DocumentFault::OtherSize { stated, actual };
        let pointer = String::new();
        parsed.issues.push(Issue { severity: Severity::Error, pointer, fault });
    }
    // A whole blob ends without an error only when its digest was right.
    let verification = if descriptor.digest.algorithm().is_supported() {
        Verification::Verified
    } else {
        Verification::NotVerified(Unverified::Algorithm(descriptor.digest.clone()))
    };
    Ok(Config { descriptor, verification, parsed })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{
        app::RegistryAddress, oci::MediaType, sources::memory::MemoryRegistry,
        testing::recorder::run,
    };

    #[test]
    fn bytes_with_another_digest_than_a_configuration_are_kept_as_text_and_not_believed() {
        for text in
            ["not that", r#"{"os":"linux"}"#, r#"{"os":"linux","x":"more than was stated"}"#]
        {
            let memory = MemoryRegistry::new("memory");
            let reference: crate::oci::Reference = "memory.example/a/b:v1".parse().unwrap();
            let place = Place::new(RegistryAddress::new(reference.host.clone()), reference);
            let repository = &place.reference.repository;
            let config = memory.add_blob(repository, MediaType::OCI_CONFIG, r#"{"os":"plan9"}"#);
            memory.add_blob_as(repository, &config.digest, text.into());
            let manifest = format!(
                r#"{{"schemaVersion":2,"layers":[],"config":{{"mediaType":"{}","digest":"{}","size":14}}}}"#,
                MediaType::OCI_CONFIG,
                config.digest,
            );
            let tag = place.reference.tag.clone();
            memory.add_manifest(repository, MediaType::OCI_MANIFEST, manifest, tag.as_ref());
            let image = run(read_image(&memory, &place, ReadDepth::Config)).unwrap();
            let error = image.config.unwrap().unwrap_err();
            assert!(matches!(error.kind, crate::error::ErrorKind::DigestMismatch { .. }), "{text}");
            assert_eq!(error.context.body.as_deref(), Some(text));
        }
    }

    #[test]
    fn a_configuration_of_another_size_than_stated_is_shown() {
        let text =
            r#"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}"#;
        let actual = text.len() as u64;
        for stated in [0, actual - 1, actual + 1, actual] {
            let memory = MemoryRegistry::new("memory");
            let reference: crate::oci::Reference = "memory.example/a/b:v1".parse().unwrap();
            let place = Place::new(RegistryAddress::new(reference.host.clone()), reference);
            let repository = &place.reference.repository;
            let config = memory.add_blob(repository, MediaType::OCI_CONFIG, text);
            let manifest = format!(
                r#"{{"schemaVersion":2,"layers":[],"config":{{"mediaType":"{}","digest":"{}","size":{stated}}}}}"#,
                MediaType::OCI_CONFIG,
                config.digest,
            );
            let tag = place.reference.tag.clone();
            memory.add_manifest(repository, MediaType::OCI_MANIFEST, manifest, tag.as_ref());
            let image = run(read_image(&memory, &place, ReadDepth::Config)).unwrap();
            let config = image.config().unwrap();
            assert_eq!(config.parsed.value.platform.to_string(), "linux/amd64");
            let expected = DocumentFault::OtherSize { stated, actual };
            let is_told = config.parsed.issues.iter().any(|issue| issue.fault == expected);
            assert_eq!(is_told, stated != actual, "{stated}");
        }
    }
}
