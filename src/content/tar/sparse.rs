//! Maps of sparse files that stand in blocks of their own: GNU's old ones behind the header, and those
//! of PAX version 1.0 at the head of the content.

use std::ops::ControlFlow;

use super::{
    PendingEntry, Reader, ReaderState, Visitor,
    entry::Warning,
    header::{self, BLOCK},
    pax,
};
use crate::{caps, content::tar::ArchiveEvent};

impl Reader {
    /// A block of 21 more pieces, with a flag that says whether another follows.
    pub(super) fn sparse_map(
        &mut self,
        mut pending: PendingEntry,
        block: &[u8; BLOCK],
        visitor: Visitor<'_>,
    ) -> ControlFlow<()> {
        let map = pending.entry.sparse.get_or_insert_default();
        map.extend(header::sparse_pieces(block.get(..504).unwrap_or_default()));
        pending.entry.offset += BLOCK as u64;
        let more = block.get(504).is_some_and(|&byte| byte != 0);
        if map.len() + usize::from(more) > caps::SPARSE_PIECES {
            self.state = ReaderState::Lost;
            return visitor(ArchiveEvent::Odd(Warning::BadSparseMap));
        }
        if more {
            self.state = ReaderState::SparseMap(Box::new(pending));
            return ControlFlow::Continue(());
        }
        self.open(pending, visitor)
    }

    /// Reads lines of decimal numbers, the first their count of pieces, padded to a block. They are
    /// read once all are there: reading them again with each block would take quadratic time for a
    /// map without end.
    pub(super) fn sparse_head(
        &mut self,
        mut pending: PendingEntry,
        mut text: Vec<u8>,
        lines: usize,
        block: &[u8; BLOCK],
        end: u64,
        visitor: Visitor<'_>,
    ) -> ControlFlow<()> {
        let lines = lines + block.iter().filter(|&&byte| byte == b'\n').count();
        text.extend_from_slice(block);
        pending.left = pending.left.saturating_sub(BLOCK as u64);
        let is_last = pending.left == 0 || text.len() as u64 > caps::TAR_EXTENSIONS;
        if !is_last && sparse_lines(&text).is_some_and(|needed| lines < needed) {
            self.state = ReaderState::SparseHead { pending: Box::new(pending), text, lines };
            return ControlFlow::Continue(());
        }
        match read_sparse_head(&text) {
            Some(map) => {
                pending.entry.sparse = Some(map);
                pending.entry.offset = end;
                pending.entry.stored = pending.left;
            }
            None => pending.entry.warnings.push(Warning::BadSparseMap),
        }
        self.open(pending, visitor)
    }
}

/// Returns the number of lines of a map at the head of the content, by its first line. Returns `None` if
/// that line is no count that can be.
pub(super) fn sparse_lines(text: &[u8]) -> Option<usize> {
    let end = text.iter().take(32).position(|&byte| byte == b'\n')?;
    let count = usize::try_from(pax::decimal(text.get(..end)?)?).ok()?;
    (count <= caps::SPARSE_PIECES).then_some(1 + 2 * count)
}

pub(super) fn read_sparse_head(text: &[u8]) -> Option<Vec<(u64, u64)>> {
    let mut lines = text.split(|&byte| byte == b'\n').map(pax::decimal);
    let count =
        usize::try_from(lines.next()??).ok().filter(|&count| count <= caps::SPARSE_PIECES)?;
    let mut map = Vec::new();
    for _ in 0..count {
        map.push((lines.next()??, lines.next()??));
    }
    // A number at the very end of the text may go on in the next block.
    lines.next().is_some().then_some(map)
}

/// Returns `true` if pieces are in order, inside the file, and together as long as the stored
/// bytes.
pub(super) fn map_fits(map: &[(u64, u64)], size: u64, stored: u64) -> bool {
    let mut end = 0_u64;
    let mut total = 0_u64;
    for &(offset, length) in map {
        let Some(next) = offset.checked_add(length) else { return false };
        if offset < end || next > size {
            return false;
        }
        end = next;
        total = total.saturating_add(length);
    }
    total == stored
}
