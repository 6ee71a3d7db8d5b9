//! One file of a layer that was read before, or whose table of contents was, by a range of its bytes.

use super::Shelf;
use crate::{
    content::{
        ranges::{Plan, Ranges},
        tar::Entry,
    },
    oci::Digest,
};

/// Layers of which checkpoints are kept: up to 18 MiB each.
const LAYERS_MAX: usize = 4;

impl Shelf {
    /// Keeps where a layer can be read in parts, and forgets the checkpoints longest on the shelf.
    pub fn keep_ranges(&mut self, digest: &Digest, ranges: Ranges) {
        self.ranges.retain(|(kept, _)| kept != digest);
        let is_first_pass = |ranges: &Ranges| matches!(ranges, Ranges::FirstPass(_));
        if is_first_pass(&ranges) {
            let kept = self.ranges.iter().enumerate().filter(|(_, (_, kept))| is_first_pass(kept));
            let oldest = kept.clone().next().filter(|_| kept.count() >= LAYERS_MAX);
            if let Some(at) = oldest.map(|(at, _)| at) {
                self.ranges.remove(at);
            }
        }
        self.ranges.push((digest.clone(), ranges));
    }

    /// How to read again the file whose content begins at an offset of a layer, if it has no more bytes
    /// than `cap`; with its entry. `None` where the layer cannot be read in parts.
    pub fn plan(&self, digest: &Digest, offset: u64, cap: u64) -> Option<(Entry, Plan)> {
        let (_, ranges) = self.ranges.iter().find(|(kept, _)| kept == digest)?;
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
