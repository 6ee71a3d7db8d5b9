//! Work cut into slices, between which the engine looks for messages: a cancelled job ends there, and a question
//! is answered.
//!
//! Bytes are counted, not time, so that it can be tested: those taken in and those that they became. A few
//! bytes may become many (DEFLATE 1,032 for one, zstd 32,768), so the piece that is handed on next depends on
//! what the last one became.

use std::time::Duration;

use crate::{caps, transport::Clock};

/// The smallest piece of a body that is handed on. Of zstd it becomes at most 2 MiB.
const SMALLEST: usize = 64;

/// The largest piece. Of gzip it becomes at most 17 MB.
const LARGEST: usize = 16 << 10;

/// The course of one job, counted in bytes.
pub(super) struct Slices {
    piece: usize,
    /// Bytes since the engine last looked for messages.
    worked: u64,
}

impl Default for Slices {
    fn default() -> Self {
        Self { piece: SMALLEST, worked: 0 }
    }
}

impl Slices {
    /// Splits off the piece that is handed on next.
    pub(super) fn split<'a>(&self, bytes: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        bytes.split_at(self.piece.min(bytes.len()))
    }

    /// Counts a piece and what it became. Returns true at the end of a slice.
    pub(super) fn count(&mut self, taken: usize, made: u64) -> bool {
        let work = made.saturating_add(taken as u64);
        self.piece = match work {
            _ if work > caps::ENGINE_SLICE => (self.piece / 2).max(SMALLEST),
            _ if work < caps::ENGINE_SLICE / 4 => (self.piece * 2).min(LARGEST),
            _ => self.piece,
        };
        self.worked = self.worked.saturating_add(work);
        self.worked >= caps::ENGINE_SLICE
    }

    /// Lets the messages in that wait.
    pub(super) async fn look(&mut self, clock: &dyn Clock) {
        self.worked = 0;
        clock.sleep(Duration::ZERO).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a body whose bytes become `ratio` bytes each. Returns the longest slice.
    fn longest(ratio: u64) -> u64 {
        let (body, mut slices) = (vec![0; 1 << 20], Slices::default());
        let (mut rest, mut longest, mut since) = (&body[..], 0, 0);
        while !rest.is_empty() {
            let (piece, after) = slices.split(rest);
            let made = piece.len() as u64 * ratio;
            since += made + piece.len() as u64;
            longest = longest.max(since);
            if slices.count(piece.len(), made) {
                (slices.worked, since) = (0, 0);
            }
            rest = after;
        }
        longest
    }

    #[test]
    fn cap_engine_slice_is_kept_whatever_the_bytes_become() {
        assert!(longest(0) <= caps::ENGINE_SLICE, "bytes that are hashed only");
        for ratio in [1, 3, 100, 1_032, 10_000, 32_768] {
            let longest = longest(ratio);
            assert!(longest < 2 * caps::ENGINE_SLICE, "{ratio}: {longest}");
        }
    }

    #[test]
    fn cap_engine_slice_ends_at_its_last_byte() {
        let one_below = caps::ENGINE_SLICE - 2;
        assert!(!Slices::default().count(1, one_below));
        assert!(Slices::default().count(1, one_below + 1));
        assert!(Slices::default().count(1, one_below + 2));
    }
}
