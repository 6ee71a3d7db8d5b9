//! Reads one table of an SQLite file (<https://sqlite.org/fileformat2.html>): no index, no log beside
//! it, no text but UTF-8.

use std::borrow::Cow;

use super::{DatabaseFault, HEADER_MAX, Receive, be16, be32};

/// Levels of a tree; 20 would hold more than a file can.
const DEPTH_MAX: usize = 20;

const BROKEN: DatabaseFault = DatabaseFault::Broken;

/// Hands over one column, which holds blobs, of each row of a table.
pub(super) fn blobs(
    file: &[u8],
    table: &str,
    column: usize,
    receive: Receive<'_>,
) -> Result<(), DatabaseFault> {
    let database = Database::open(file)?;
    let mut root = None;
    database.rows(1, &mut |row| {
        let is_it = column_of(row, 0) == Some(b"table")
            && column_of(row, 2).is_some_and(|name| name.eq_ignore_ascii_case(table.as_bytes()));
        if is_it {
            root = column_of(row, 3).and_then(whole);
        }
        !is_it
    })?;
    let root = root.ok_or(DatabaseFault::NoTable)?;
    database.rows(root, &mut |row| column_of(row, column).is_none_or(&mut *receive))
}

struct Database<'a> {
    file: &'a [u8],
    page: usize,
    /// Bytes of a page that are used.
    usable: usize,
}

impl<'a> Database<'a> {
    fn open(file: &'a [u8]) -> Result<Self, DatabaseFault> {
        if !file.starts_with(b"SQLite format 3\0") {
            return Err(DatabaseFault::OtherFormat);
        }
        let page = match be16(file, 16) {
            Some(1) => 65_536,
            Some(size) if size >= 512 && size.is_power_of_two() => size,
            _ => return Err(DatabaseFault::PageSize),
        };
        let reserved = file.get(20).map_or(0, |&reserved| usize::from(reserved));
        // Less would leave no room for a cell.
        let usable = page.checked_sub(reserved).filter(|&usable| usable >= 480);
        Ok(Self { file, page, usable: usable.ok_or(DatabaseFault::PageSize)? })
    }

    fn page(&self, number: usize) -> Result<&'a [u8], DatabaseFault> {
        let start = number.checked_sub(1).and_then(|number| number.checked_mul(self.page));
        let page = start.and_then(|start| self.file.get(start..start.checked_add(self.page)?));
        page.ok_or(DatabaseFault::CutShort)
    }

    /// Walks the tree of a table. Each page is visited once at most: a tree that leads back would
    /// never end.
    fn rows(&self, root: usize, receive: Receive<'_>) -> Result<(), DatabaseFault> {
        let mut seen = vec![false; self.file.len() / self.page + 1];
        let mut stack = vec![(root, 0)];
        let mut left = self.file.len();
        while let Some((number, depth)) = stack.pop() {
            let seen = seen.get_mut(number).ok_or(BROKEN)?;
            if std::mem::replace(seen, true) || depth > DEPTH_MAX {
                return Err(DatabaseFault::Cycle);
            }
            let page = self.page(number)?;
            // The first page begins with the header of the file.
            let head = if number == 1 { 100 } else { 0 };
            let cells = be16(page, head + 3).ok_or(BROKEN)?;
            match page.get(head) {
                Some(5) => {
                    let children = self.children(page, head, cells)?;
                    stack.extend(children.into_iter().rev().map(|child| (child, depth + 1)));
                }
                Some(13) => {
                    for cell in 0..cells {
                        let at = be16(page, head + 8 + cell * 2).ok_or(BROKEN)?;
                        let payload = self.payload(page, at)?;
                        // Cells that share their bytes would make more of the file than it holds.
                        left = left.checked_sub(payload.len()).ok_or(DatabaseFault::Overlap)?;
                        if !receive(&payload) {
                            return Ok(());
                        }
                    }
                }
                _ => return Err(BROKEN),
            }
        }
        Ok(())
    }

    fn children(
        &self,
        page: &[u8],
        head: usize,
        cells: usize,
    ) -> Result<Vec<usize>, DatabaseFault> {
        let pointer = |at| be32(page, at).map(|number| number as usize).ok_or(BROKEN);
        let mut children = Vec::with_capacity(cells.min(self.page / 2) + 1);
        for cell in 0..cells {
            children.push(pointer(be16(page, head + 12 + cell * 2).ok_or(BROKEN)?)?);
        }
        children.push(pointer(head + 8)?);
        Ok(children)
    }

    /// The record of a leaf's cell. The rest that does not fit its page stands on overflow pages.
    fn payload(&self, page: &'a [u8], at: usize) -> Result<Cow<'a, [u8]>, DatabaseFault> {
        let cell = page.get(at..).ok_or(BROKEN)?;
        let (length, cell) = varint(cell).ok_or(BROKEN)?;
        let (_row, cell) = varint(cell).ok_or(BROKEN)?;
        let length = usize::try_from(length).ok().filter(|&l| l <= HEADER_MAX + 1_024);
        let length = length.filter(|&length| length <= self.file.len()).ok_or(BROKEN)?;
        let local = self.local(length);
        let here = cell.get(..local).ok_or(BROKEN)?;
        if local == length {
            return Ok(Cow::Borrowed(here));
        }
        let mut payload = Vec::with_capacity(length);
        payload.extend_from_slice(here);
        let mut next = be32(cell, local).ok_or(BROKEN)?;
        while payload.len() < length {
            let page = self.page(next as usize)?;
            let taken = (self.usable - 4).min(length - payload.len());
            payload.extend_from_slice(page.get(4..4 + taken).ok_or(BROKEN)?);
            next = be32(page, 0).ok_or(BROKEN)?;
        }
        Ok(Cow::Owned(payload))
    }

    /// Bytes of a payload that stand on the leaf itself (file format, 1.6).
    fn local(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let some = least + (length - least) % (self.usable - 4);
        if some <= most { some } else { least }
    }
}

/// A number of up to nine bytes, most significant first, and what follows it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (at, &byte) in bytes.iter().take(9).enumerate() {
        let ended = at == 8 || byte & 0x80 == 0;
        value = if at == 8 {
            value << 8 | u64::from(byte)
        } else {
            value << 7 | u64::from(byte & 0x7f)
        };
        if ended {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

/// The bytes of a column of a record.
fn column_of(record: &[u8], column: usize) -> Option<&[u8]> {
    let (head, mut kinds) = varint(record)?;
    let head = usize::try_from(head).ok()?;
    let mut at = head;
    let mut left = head.checked_sub(record.len() - kinds.len())?;
    for number in 0.. {
        let before = kinds.len();
        let (kind, rest) = varint(kinds)?;
        left = left.checked_sub(before - rest.len())?;
        kinds = rest;
        let length = content_length(kind)?;
        if number == column {
            return record.get(at..at.checked_add(length)?);
        }
        at = at.checked_add(length)?;
        if left == 0 {
            break;
        }
    }
    None
}

/// Bytes that a value of this serial type takes.
fn content_length(kind: u64) -> Option<usize> {
    match kind {
        0 | 8 | 9 => Some(0),
        1..=4 => usize::try_from(kind).ok(),
        5 => Some(6),
        6 | 7 => Some(8),
        12.. => usize::try_from((kind - 12) / 2).ok(),
        _ => None,
    }
}

/// A whole number that is not negative; no page has a number above 2³².
fn whole(bytes: &[u8]) -> Option<usize> {
    let number =
        bytes.iter().try_fold(0_u64, |n, &byte| n.checked_mul(256)?.checked_add(byte.into()))?;
    usize::try_from(number).ok().filter(|_| bytes.first().is_some_and(|&first| first < 0x80))
}
