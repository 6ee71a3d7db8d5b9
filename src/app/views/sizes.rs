//! Sizes of trees: compressed, as they are stored and transferred, each digest counted once.

use litemap::LiteMap;

use super::tree::{Reading, Role, TreeNode};
use crate::oci::Digest;

/// Distinct contents and their sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blobs {
    sizes: LiteMap<Digest, u64>,
    /// Bytes, were each mention counted.
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

    fn add(&mut self, digest: &Digest, size: Option<u64>) {
        match size {
            Some(size) => {
                self.mentioned = self.mentioned.saturating_add(size);
                self.sizes.insert(digest.clone(), size);
            }
            None => self.is_partial = true,
        }
    }

    fn add_all(&mut self, other: &Self) {
        self.sizes.extend(other.sizes.iter().map(|(digest, size)| (digest.clone(), *size)));
        self.mentioned = self.mentioned.saturating_add(other.mentioned);
        self.is_partial |= other.is_partial;
    }
}

/// What a node's children are together: of an image its configuration and layers, of an index all
/// its images with their manifests. Attestations below an image are not part of it.
pub fn blobs_of(node: &TreeNode) -> Blobs {
    let mut blobs = Blobs::default();
    for child in node.children.iter().filter(|child| child.role != Role::Attestation) {
        blobs.add(&child.descriptor.digest, child.size);
        if child.is_document() {
            blobs.add_all(&child.total);
            let counted = matches!(child.reading, Reading::Ready(_));
            let is_statement = matches!(child.role, Role::StrayAttestation(_));
            blobs.is_partial |= !counted && !is_statement && child.cut.is_none();
        }
    }
    blobs
}
