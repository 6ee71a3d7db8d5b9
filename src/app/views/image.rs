//! One image as the views of its configuration, history and layers need it: the document that the
//! address names, the platform chosen from it, and its configuration.

use std::rc::Rc;

use super::{
    object::{Object, read_described, read_object},
    platform_choice::{Chosen, choose},
};
use crate::{
    app::Place,
    error::{Error, Result},
    oci::{
        Descriptor, Document, ImageConfig, ImageManifest, ManifestRef, Parsed, RepositoryName, Tag,
        parse_config,
    },
    ops::read,
    registry::{CONFIG_MAX, Source, Unverified, Verification},
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
    /// The configuration, or why there is none.
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
    /// The image manifest, where there is one.
    pub fn image_manifest(&self) -> Option<&ImageManifest> {
        match &self.manifest.as_ref()?.document.value {
            Document::Image(image) => Some(image),
            _ => None,
        }
    }

    /// The configuration, where it could be read.
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

/// Reads what the address names and, of an index, the chosen entry; not the configuration.
///
/// # Errors
/// As for [`Read::manifest`](crate::registry::Read::manifest).
pub async fn read_chosen(registry: &dyn Source, place: &Place) -> Result<Image> {
    let repository = &place.reference.repository;
    let root = Rc::new(read_object(registry, repository, &manifest_ref(place)).await?);
    let chosen = choose(&root.document.value, place.platform.as_deref());
    let manifest = match &chosen {
        Chosen::Itself => Some(Rc::clone(&root)),
        Chosen::Entry(entry) => {
            Some(Rc::new(read_described(registry, repository, &entry.descriptor).await?))
        }
        Chosen::Open | Chosen::NoSuch(_) => None,
    };
    Ok(Image { root, chosen, manifest, config: None })
}

/// Reads an image with its configuration. A configuration that cannot be read is part of the value.
///
/// # Errors
/// As for [`Read::manifest`](crate::registry::Read::manifest).
pub async fn read_image(registry: &dyn Source, place: &Place) -> Result<Image> {
    let mut image = read_chosen(registry, place).await?;
    let descriptor = image.image_manifest().and_then(|manifest| manifest.config.clone());
    if let Some(descriptor) = descriptor {
        let config = read_config(registry, &place.reference.repository, descriptor).await;
        image.config = Some(config.map_err(Rc::new));
    }
    Ok(image)
}

async fn read_config(
    registry: &dyn Source,
    repository: &RepositoryName,
    descriptor: Descriptor,
) -> Result<Config> {
    let bytes = read::blob(registry, repository, &descriptor, CONFIG_MAX).await?;
    // A whole blob ends without an error only when size and digest were right.
    let verification = if descriptor.digest.algorithm().is_supported() {
        Verification::Verified
    } else {
        Verification::NotVerified(Unverified::Algorithm(descriptor.digest.clone()))
    };
    Ok(Config { descriptor, verification, parsed: parse_config(bytes) })
}
