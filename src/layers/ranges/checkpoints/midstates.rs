//! Keeps in a first pass where the hash of the compressed bytes stood.

use super::recorder::every_other;
use crate::content::sha256_lanes::Mark;

/// Marks kept, of 40 bytes each. Where there would be more, every other one is dropped.
const MARKS_MAX: usize = 4_096;

/// Where the hash of a layer stood, in order.
pub(crate) struct Marks {
    every: u64,
    pub(super) list: Vec<Mark>,
}

impl Default for Marks {
    fn default() -> Self {
        Self { every: Self::EVERY, list: vec![Mark::START] }
    }
}

impl Marks {
    /// Compressed bytes between two marks, at first: what a second look reads for nothing, at most, in
    /// front of what it needs and behind that.
    pub(crate) const EVERY: u64 = 64 << 10;

    /// Takes in where the hash stands now.
    pub(crate) fn passed(&mut self, mark: Mark) {
        let last = self.list.last().map_or(0, |last| last.at);
        if mark.at < last.saturating_add(self.every) {
            return;
        }
        self.list.push(mark);
        if self.list.len() > MARKS_MAX {
            self.every *= 2;
            every_other(&mut self.list);
        }
    }
}
