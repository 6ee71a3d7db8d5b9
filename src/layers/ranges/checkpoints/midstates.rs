//! Keeps states of the hash of the compressed bytes during a first pass.

use super::thin_out::thin_out;
use crate::{caps, content::sha256_lanes::Midstate};

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
        if self.list.len() > caps::MIDSTATES {
            self.every *= 2;
            thin_out(&mut self.list);
        }
    }
}
