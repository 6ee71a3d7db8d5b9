//! The work that an engine does with the bytes of a blob.

use serde::{Deserialize, Serialize};

use crate::{
    layers::{file_location::FileLocation, pass::Wanted, ranges::toc::is_annotation},
    oci::{Algorithm, Descriptor, Digest},
};

/// The work to do with a blob. In any case its bytes are counted and hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The digest that the blob should have.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Decompress it, and hash what comes out by this algorithm (for `rootfs.diff_ids`).
    pub diff_id: Option<Algorithm>,
    /// The diff ID that the configuration states, if it is known: a layer that comes unpacked is checked
    /// against it.
    pub stated: Option<Digest>,
    /// Read the archive inside, and keep its listing or one file of it.
    pub retain: Option<Retain>,
    /// Take the listing from the layer's table of contents.
    pub toc: Option<TocRequest>,
}

/// The part of a layer that an engine keeps for questions about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retain {
    /// The layers that belong together, mostly those of one image: all are in one engine. The number
    /// comes from [`Engine::new_set`](super::Engine::new_set).
    pub set: u64,
    /// Only the content of one file; `None` for the listing.
    pub file: Option<FileLocation>,
}

/// A wish to list a layer by its table of contents, without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TocRequest {
    /// The annotations of the layer that name its table of contents.
    pub annotations: Vec<(String, String)>,
    /// True if the whole layer is read when its table cannot be used. Otherwise only the reason is
    /// kept.
    pub or_whole: bool,
    /// The largest table that is read, in bytes as it is stored.
    pub most: u64,
}

impl Job {
    /// Only counts and hashes.
    pub fn verify(blob: &Descriptor) -> Self {
        Self {
            digest: blob.digest.clone(),
            size: blob.size,
            diff_id: None,
            stated: None,
            retain: None,
            toc: None,
        }
    }

    /// Also hashes what comes out of the decompressor.
    #[must_use]
    pub fn with_diff_id(mut self, algorithm: Algorithm) -> Self {
        self.diff_id = Some(algorithm);
        self
    }

    /// Also keeps the listing of the archive inside.
    #[must_use]
    pub fn retaining(mut self, set: u64) -> Self {
        self.retain = Some(Retain { set, file: None });
        self
    }

    /// Also keeps the content of one file.
    #[must_use]
    pub fn retaining_file(mut self, set: u64, file: FileLocation) -> Self {
        self.retain = Some(Retain { set, file: Some(file) });
        self
    }

    /// Takes the listing from the table of contents that the layer's annotations name.
    #[must_use]
    pub fn by_toc(mut self, layer: &Descriptor, most: u64, or_whole: bool) -> Self {
        let annotations = layer.annotations.iter().filter(|(name, _)| is_annotation(name));
        let annotations = annotations.cloned().collect();
        self.toc = Some(TocRequest { annotations, or_whole, most });
        self
    }

    /// The parts of the work that the reader of a layer does.
    pub(in crate::engine) fn wanted(&self) -> Wanted {
        Wanted { diff_id: self.diff_id.clone(), archive: None }
    }
}
