//! The limits of a traversal: documents that nest or list without an end stop here.

/// The most steps from the root of an image to a manifest.
pub const MAX_DEPTH: usize = 32;
/// The most objects of one image, each mention counted.
pub const MAX_NODES: usize = 10_000;
/// The most bytes of manifests of one image: they stay in memory.
const MAX_BYTES: u64 = 64 << 20;

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
        Self { depth: MAX_DEPTH, nodes: MAX_NODES, bytes: MAX_BYTES }
    }
}
