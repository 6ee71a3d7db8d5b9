//! The limits of a traversal: documents that nest or list without an end stop here.

use crate::caps;

/// The part of an image that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageLimits {
    /// Steps from the root.
    pub depth: usize,
    /// The most documents of one traversal.
    pub nodes: usize,
    /// Bytes of manifests in all.
    pub bytes: u64,
}

impl Default for ImageLimits {
    fn default() -> Self {
        Self { depth: caps::IMAGE_DEPTH, nodes: caps::IMAGE_OBJECTS, bytes: caps::IMAGE_BYTES }
    }
}
