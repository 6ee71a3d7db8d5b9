//! Sizes of trees: compressed, as they are stored and transferred, each digest counted once.

use litemap::LiteMap;

use crate::oci::Digest;

/// Distinct contents and their sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blobs {
    sizes: LiteMap<Digest, u64>,
    /// Bytes if each mention counts.
    pub mentioned: u64,
    /// True if a part is missing: not read yet, or of unknown size.
    pub is_partial: bool,
}

impl Blobs {
    /// Bytes, each digest once.
    pub fn bytes(&self) -> u64 {
        self.sizes.values().fold(0, |sum, size| sum.saturating_add(*size))
    }

    /// Returns true if there is no blob.
    pub fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Number of distinct contents.
    pub fn count(&self) -> usize {
        self.sizes.len()
    }

    /// Bytes that are mentioned more than once.
    pub fn shared(&self) -> u64 {
        self.mentioned.saturating_sub(self.bytes())
    }

    /// Adds a blob; `None` if its size is not known.
    pub(super) fn add(&mut self, digest: &Digest, size: Option<u64>) {
        match size {
            Some(size) => {
                self.mentioned = self.mentioned.saturating_add(size);
                self.sizes.insert(digest.clone(), size);
            }
            None => self.is_partial = true,
        }
    }

    /// Adds the blobs of a child.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.sizes.extend(other.sizes.iter().map(|(digest, size)| (digest.clone(), *size)));
        self.mentioned = self.mentioned.saturating_add(other.mentioned);
        self.is_partial |= other.is_partial;
    }
}
