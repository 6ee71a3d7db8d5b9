//! Cuts a piece of a stream to the bytes that are wanted.

use std::ops::Range;

/// The part of a piece that begins at some position which lies in a range.
pub(crate) fn overlap<'a>(piece: &'a [u8], at: u64, range: &Range<u64>) -> &'a [u8] {
    let inside = |position: u64| position.saturating_sub(at).min(piece.len() as u64) as usize;
    piece.get(inside(range.start)..inside(range.end)).unwrap_or_default()
}
