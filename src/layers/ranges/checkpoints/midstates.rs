//! Keeps states of the hash of the compressed bytes during a first pass.

use super::thin_out::thin_out;
use crate::content::sha256_lanes::Midstate;

/// Midstates kept, of 40 bytes each. If there would be more, every other one is dropped.
const MIDSTATES_MAX: usize = 4_096;

/// The states of a layer's hash, in order.
pub(crate) struct Midstates {
    every: u64,
    pub(super) list: Vec<Midstate>,
}

impl Default for Midstates {
    fn default() -> Self {
        Self { every: Self::EVERY, list: vec![Midstate::START] }
    }
}

impl Midstates {
    /// Compressed bytes between two midstates, at first: the most that a second look reads without need
    /// in front of the bytes it needs, and behind them.
    pub(crate) const EVERY: u64 = 64 << 10;

    /// Takes the present state of the hash.
    pub(crate) fn passed(&mut self, midstate: Midstate) {
        let last = self.list.last().map_or(0, |last| last.at);
        if midstate.at < last.saturating_add(self.every) {
            return;
        }
        self.list.push(midstate);
        if self.list.len() > MIDSTATES_MAX {
            self.every *= 2;
            thin_out(&mut self.list);
        }
    }
}
