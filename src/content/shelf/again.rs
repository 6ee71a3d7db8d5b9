//! One file of a layer that was read before, by a range of its bytes.

use super::Shelf;
use crate::{
    content::{
        checkpoints::{Checkpoints, PointPlan},
        tar::Entry,
    },
    oci::Digest,
};

/// Layers of which is kept where they can be read again: up to 18 MiB each.
const LAYERS_MAX: usize = 4;

impl Shelf {
    /// Keeps where a layer can be read again, and forgets that of the one longest on the shelf.
    pub fn keep_checkpoints(&mut self, digest: &Digest, checkpoints: Checkpoints) {
        self.checkpoints.retain(|(kept, _)| kept != digest);
        if self.checkpoints.len() >= LAYERS_MAX {
            self.checkpoints.remove(0);
        }
        self.checkpoints.push((digest.clone(), checkpoints));
    }

    /// How to read again the file whose content begins at an offset of a layer, if it has no more bytes
    /// than `cap`; with its entry. `None` where the layer was not read so far, or left no checkpoints.
    pub fn plan(&self, digest: &Digest, offset: u64, cap: u64) -> Option<(Entry, PointPlan)> {
        let (_, checkpoints) = self.checkpoints.iter().find(|(kept, _)| kept == digest)?;
        let mut entries = self.layer(digest)?.listing.entries();
        while let Some(entry) = entries.next() {
            if entry.offset == offset && entry.stored > 0 {
                let fits = entry.stored.max(entry.size) <= cap;
                let plan = fits.then(|| checkpoints.plan(entry.offset, entry.stored)).flatten()?;
                return Some((entry.clone(), plan));
            }
        }
        None
    }
}
