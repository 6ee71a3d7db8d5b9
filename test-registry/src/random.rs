//! Random numbers that are the same for the same seed.

use std::sync::atomic::{AtomicU64, Ordering};

/// A SplitMix64 generator that many requests may share.
#[derive(Debug)]
pub(crate) struct Random(AtomicU64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Returns the next number.
    pub(crate) fn next(&self) -> u64 {
        let step = 0x9e37_79b9_7f4a_7c15_u64;
        let state = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        mix(state)
    }

    /// Returns true with this probability, which is from 0 to 1.
    pub(crate) fn happens(&self, probability: f64) -> bool {
        let throw = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        throw < probability
    }
}

/// Mixes the bits of a number.
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
