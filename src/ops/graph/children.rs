//! The objects that a document points at. Every traversal and the tree view take them from here.

use std::borrow::Cow;

use super::Role;
use crate::oci::{Descriptor, Document, MediaType, UnknownDocument};

/// The media type of the layers of a Docker schema 1 manifest, which states none.
const SCHEMA1_LAYER: &str = "application/vnd.docker.container.image.rootfs.diff+x-gtar";

/// An object that a document points at.
#[derive(Clone, Debug, PartialEq)]
pub struct Child<'a> {
    /// Its part in the image: a manifest, a configuration or a layer.
    pub role: Role,
    /// The pointer to it.
    pub descriptor: Cow<'a, Descriptor>,
    /// False for the layers of Docker schema 1: the document states no size for them.
    pub has_size: bool,
}

impl<'a> Child<'a> {
    fn new(role: Role, descriptor: &'a Descriptor) -> Self {
        Self { role, descriptor: Cow::Borrowed(descriptor), has_size: true }
    }
}

/// Returns the children of a document, in document order. The subject of a referrer is no child of it.
pub fn children(document: &Document) -> Vec<Child<'_>> {
    match document {
        Document::Index(index) => manifests(&index.manifests).collect(),
        Document::Image(image) => blobs(image.config.as_ref(), &image.layers).collect(),
        Document::Unknown(UnknownDocument { children, .. }) => manifests(&children.manifests)
            .chain(blobs(children.config.as_ref(), &children.layers))
            .collect(),
        Document::Schema1(old) => old
            .layers
            .iter()
            .map(|digest| {
                let media_type = MediaType::new(SCHEMA1_LAYER);
                let descriptor = Cow::Owned(Descriptor::new(media_type, digest.clone(), 0));
                Child { role: Role::Layer, descriptor, has_size: false }
            })
            .collect(),
    }
}

fn manifests(entries: &[Descriptor]) -> impl Iterator<Item = Child<'_>> {
    entries.iter().map(|entry| Child::new(Role::Manifest, entry))
}

fn blobs<'a>(
    config: Option<&'a Descriptor>,
    layers: &'a [Descriptor],
) -> impl Iterator<Item = Child<'a>> {
    let config = config.into_iter().map(|config| Child::new(Role::Config, config));
    config.chain(layers.iter().map(|layer| Child::new(Role::Layer, layer)))
}
