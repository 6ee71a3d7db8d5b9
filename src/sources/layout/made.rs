//! Content that was found while manifests were made, and the place of each part of it.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{files::FilePath, saved::SavedImage};
use crate::oci::{Descriptor, Digest};

/// The place of some content.
#[derive(Clone, Debug)]
pub(super) enum Held {
    /// In memory.
    Bytes(Bytes),
    File(FilePath),
}

/// The manifests that were made of one archive, and the files that they name.
#[derive(Default)]
pub(super) struct Made {
    /// The manifest of each image.
    pub(super) manifests: BTreeMap<SavedImage, Descriptor>,
    /// The layer in each file.
    pub(super) layers: BTreeMap<String, Descriptor>,
    /// The place of every manifest, configuration and layer.
    pub(super) content: BTreeMap<Digest, Held>,
}

impl Made {
    /// Notes the file of some content.
    pub(super) fn hold(&mut self, described: &Descriptor, path: FilePath) {
        self.content.insert(described.digest.clone(), Held::File(path));
    }
}
