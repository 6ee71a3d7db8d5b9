//! Blobs of any size that are generated while they are read.

use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body::Frame;
use sha2::{Digest, Sha256};

use crate::digest::hexed;
use crate::random::mix;

const BLOCK: u64 = 64 * 1024;

/// Pseudo-random bytes, computed for any offset. The same seed gives the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    /// The number of bytes of the whole.
    pub size: u64,
    /// The seed that determines the bytes.
    pub seed: u64,
}

impl Pattern {
    /// Returns the bytes of a range. Past the end there are none.
    #[must_use]
    pub fn bytes(&self, range: Range<u64>) -> Bytes {
        let end = range.end.min(self.size);
        let length = usize::try_from(end.saturating_sub(range.start)).unwrap_or(0);
        let mut out = Vec::with_capacity(length + 16);
        let mut word = range.start / 8;
        while word * 8 < end {
            out.extend_from_slice(
                &mix(self.seed ^ word.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_le_bytes(),
            );
            word += 1;
        }
        let skip = usize::try_from(range.start % 8).unwrap_or(0).min(out.len());
        out.drain(..skip);
        out.truncate(length);
        Bytes::from(out)
    }

    /// Returns the `sha256:…` of the whole. Computes all bytes once.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        let mut at = 0;
        while at < self.size {
            hasher.update(self.bytes(at..at + BLOCK));
            at += BLOCK;
        }
        hexed(&hasher.finalize())
    }

    pub(crate) fn body(self, range: Range<u64>) -> Body {
        Body::new(PatternBody { pattern: self, range })
    }
}

struct PatternBody {
    pattern: Pattern,
    range: Range<u64>,
}

impl HttpBody for PatternBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let start = self.range.start;
        let end = (start + BLOCK).min(self.range.end);
        if start >= end {
            return Poll::Ready(None);
        }
        self.range.start = end;
        Poll::Ready(Some(Ok(Frame::data(self.pattern.bytes(start..end)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_part_of_the_whole() {
        let pattern = Pattern { size: 1001, seed: 7 };
        let whole = pattern.bytes(0..pattern.size);
        assert_eq!(whole.len(), 1001);
        for (start, end) in [(0, 1), (3, 17), (8, 16), (990, 5000), (1001, 1002)] {
            let expected = whole.slice(start.min(1001)..end.min(1001));
            assert_eq!(pattern.bytes(start as u64..end as u64), expected, "{start}..{end}");
        }
        assert_ne!(Pattern { size: 1001, seed: 8 }.bytes(0..64), whole.slice(0..64));
    }
}
