//! A file inside a layer: the place of its content, and the content itself once it is loaded.

use std::rc::Rc;

use bytes::Bytes;

use crate::{
    app::views::files::Files,
    layers::{
        index::{Question, Stored},
        ranges::Basis,
    },
    oci::{Descriptor, Digest},
    ui::views::ViewContext,
};

/// A file and the entry of a layer that holds its content.
#[derive(Clone, PartialEq)]
pub(super) struct FileSource {
    /// The place that is shown.
    pub(super) context: ViewContext,
    /// The layers, and the path and list that are chosen.
    pub(super) files: Rc<Files>,
    /// The entry with the content.
    pub(super) stored: Stored,
    /// The path, which says in which form the content is shown and under which name it is saved.
    pub(super) path: Rc<Vec<u8>>,
    /// Grows when more was read, so that questions are asked again.
    pub(super) generation: u32,
}

/// A file whose content is here.
#[derive(Clone, PartialEq)]
pub(super) struct LoadedFile {
    pub(super) source: FileSource,
    /// The content.
    pub(super) bytes: Bytes,
    /// The basis on which the content was checked.
    pub(super) basis: Basis,
}

impl FileSource {
    /// Returns the layer that holds the content.
    pub(super) fn layer(&self) -> Option<&Descriptor> {
        self.files.layer(self.stored.layer).map(|layer| &layer.descriptor)
    }

    /// Returns the digest of that layer; without a layer one that no question finds.
    pub(super) fn layer_digest(&self) -> Digest {
        let known = self.layer().map(|layer| layer.digest.clone());
        known.unwrap_or_else(|| crate::content::verify::digest_of(b""))
    }

    /// Returns the bytes that have to be read to get the content.
    pub(super) fn cost(&self) -> u64 {
        self.layer().map_or(0, |layer| self.stored.part.unwrap_or(layer.size))
    }

    /// Asks for the content.
    pub(super) fn question(&self) -> Question {
        Question::Content { layer: self.layer_digest(), offset: self.stored.offset }
    }
}
