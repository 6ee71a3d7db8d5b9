//! One file of a layer that was read before, or whose table of contents was, by a range of its bytes.

use super::LayerIndex;
use crate::{
    caps,
    content::tar::Entry,
    layers::ranges::{Plan, Ranges, checkpoints::Checkpoints},
    oci::Digest,
};

impl LayerIndex {
    /// Keeps the way to read a layer in parts. If the checkpoints of all layers take too much, the largest
    /// are thinned out: a file is then read from further back.
    pub fn keep_ranges(&mut self, digest: &Digest, ranges: Ranges) {
        self.ranges.insert(digest.clone(), ranges);
        while self.checkpoint_bytes() > caps::CHECKPOINT_BYTES {
            let heaviest = self.checkpoints().max_by_key(|one| one.weight());
            if !heaviest.is_some_and(Checkpoints::thin) {
                break;
            }
        }
    }

    /// Bytes that the checkpoints of all layers take.
    pub fn checkpoint_bytes(&mut self) -> usize {
        self.checkpoints().map(|one| one.weight()).sum()
    }

    fn checkpoints(&mut self) -> impl Iterator<Item = &mut Checkpoints> {
        self.ranges.values_mut().filter_map(|ranges| match ranges {
            Ranges::FirstPass(checkpoints) => Some(checkpoints),
            Ranges::Toc(_) => None,
        })
    }

    /// Returns the size of a layer's blob as a pass counted it. Its descriptor may state another.
    pub fn counted_size(&self, digest: &Digest) -> Option<u64> {
        match self.ranges.get(digest)? {
            Ranges::FirstPass(checkpoints) => Some(checkpoints.size()),
            Ranges::Toc(_) => None,
        }
    }

    /// Returns a plan to read the file whose content begins at an offset of a layer, with its
    /// entry. Returns `None` if the file has more bytes than `cap`, or if the layer cannot be read
    /// in parts.
    pub fn plan(&self, digest: &Digest, offset: u64, cap: u64) -> Option<(Entry, Plan)> {
        let ranges = self.ranges.get(digest)?;
        let mut entries = self.layer(digest)?.listing.entries();
        while let Some(entry) = entries.next() {
            if entry.offset == offset && entry.stored > 0 {
                let fits = entry.stored.max(entry.size) <= cap;
                let plan = fits.then(|| ranges.plan_for(entry)).flatten()?;
                return Some((entry.clone(), plan));
            }
        }
        None
    }
}
