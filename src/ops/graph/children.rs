//! The objects that a document points at. Every traversal and the tree view take them from here.

use std::borrow::Cow;

use super::Role;
use crate::oci::{Descriptor, Document, MediaType, UnknownDocument};

/// The media type of the layers of a Docker schema 1 manifest, which states none.
const SCHEMA1_LAYER: &str = "application/vnd.docker.container.image.rootfs.diff+x-gtar";

/// An object that a document points at.
#[derive(Clone, Debug, PartialEq)]
pub struct Child<'a> {
    /// Its part in the image: a manifest, a configuration, a layer or a blob of an index.
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
        Document::Index(index) => entries(&index.manifests).collect(),
        Document::Image(image) => blobs(image.config.as_ref(), &image.layers).collect(),
        Document::Unknown(UnknownDocument { children, .. }) => entries(&children.manifests)
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

/// The media type says whether an entry is a manifest or a blob. An unknown one is no error
/// (image-spec, image-index.md).
fn entries(entries: &[Descriptor]) -> impl Iterator<Item = Child<'_>> {
    let role = |entry: &Descriptor| if entry.is_document() { Role::Manifest } else { Role::Blob };
    entries.iter().map(move |entry| Child::new(role(entry), entry))
}

fn blobs<'a>(
    config: Option<&'a Descriptor>,
    layers: &'a [Descriptor],
) -> impl Iterator<Item = Child<'a>> {
    let config = config.into_iter().map(|config| Child::new(Role::Config, config));
    config.chain(layers.iter().map(|layer| Child::new(Role::Layer, layer)))
}
