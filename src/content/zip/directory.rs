//! The directory at the end of an archive (APPNOTE 4.3.12 to 4.3.16), with its 64-bit form.

use super::{Method, ZipError, ZipFault, ZipListing, ZipMember};
use crate::caps;

/// The last record, without its comment.
const END: usize = 22;
/// The 64-bit one, and what points at it.
const END_64: usize = 56;
const LOCATOR: usize = 20;
/// A member in the directory, without its name.
const HEAD: usize = 46;

/// The value of a 32-bit field whose number stands in 64 bits elsewhere.
const ELSEWHERE: u64 = 0xffff_ffff;

/// Lists an archive. Members that cannot be read end the list; what was read stays.
///
/// # Errors
/// `NotZip` and `SeveralParts`.
pub fn list(archive: &[u8]) -> Result<ZipListing, ZipError> {
    let end = End::find(archive).ok_or(ZipError::NotZip)?;
    if end.disk != 0 {
        return Err(ZipError::SeveralParts);
    }
    // Offsets count from the start of the archive, which may stand behind a program.
    let start = end.at.checked_sub(end.size).ok_or(ZipError::NotZip)?;
    let before = start.checked_sub(end.offset).ok_or(ZipError::NotZip)?;
    let directory = slice(archive, start, end.at).ok_or(ZipError::NotZip)?;
    let mut listing = ZipListing { announced: end.count, before, ..ZipListing::default() };
    read(directory, &mut listing);
    Ok(listing)
}

fn read(mut directory: &[u8], listing: &mut ZipListing) {
    let mut names = 0;
    for number in 0..listing.announced {
        if number >= caps::INNER_MEMBERS as u64 {
            return listing.problems.push(ZipFault::TooManyMembers(number));
        }
        let Some((member, rest)) = member(directory) else {
            return listing.problems.push(ZipFault::BrokenAt(number));
        };
        names += member.name.len();
        if names > caps::ZIP_NAMES {
            return listing.problems.push(ZipFault::TooManyMembers(number));
        }
        directory = rest;
        if member.name.len() <= caps::PATH_BYTES {
            listing.members.push(member);
        } else if listing.problems.len() < caps::FAULTS_SHOWN {
            listing.problems.push(ZipFault::NameTooLong(number));
        }
    }
    if !directory.is_empty() {
        listing.problems.push(ZipFault::MoreThanAnnounced);
    }
}

fn member(bytes: &[u8]) -> Option<(ZipMember, &[u8])> {
    let head = bytes.get(..HEAD).filter(|head| head.starts_with(b"PK\x01\x02"))?;
    let (name, extra, comment) = (le16(head, 28)?, le16(head, 30)?, le16(head, 32)?);
    let rest = bytes.get(HEAD..)?;
    let written = rest.get(..name)?;
    let extra_field = rest.get(name..name + extra)?;
    let rest = rest.get(name + extra + comment..)?;
    let mut wide = extra_64(extra_field);
    // The extra field holds each number that does not fit, in this order.
    let mut number = |at| match le32(head, at)? {
        ELSEWHERE => wide.next(),
        number => Some(number),
    };
    let (size, packed, offset) = (number(24)?, number(20)?, number(42)?);
    let member = ZipMember {
        name: written.to_vec(),
        size,
        packed,
        method: match le16(head, 10)? {
            0 => Method::Stored,
            8 => Method::Deflated,
            other => Method::Other(other as u16),
        },
        encrypted: le16(head, 8)? & 1 != 0,
        offset,
        crc: le32(head, 16)? as u32,
    };
    Some((member, rest))
}

/// The 64-bit numbers of the extra field number 1.
fn extra_64(mut field: &[u8]) -> impl Iterator<Item = u64> {
    let mut numbers: &[u8] = &[];
    while let (Some(kind), Some(length)) = (le16(field, 0), le16(field, 2)) {
        let Some(content) = field.get(4..4 + length) else { break };
        if kind == 1 {
            numbers = content;
        }
        field = field.get(4 + length..).unwrap_or_default();
    }
    numbers.chunks_exact(8).filter_map(|number| le64(number, 0))
}

/// The last record: the end of the directory, its length, and its start as the record states it.
struct End {
    at: u64,
    size: u64,
    offset: u64,
    count: u64,
    disk: u64,
}

impl End {
    /// Looks from the end, behind which there may be a comment.
    fn find(archive: &[u8]) -> Option<Self> {
        let last = archive.len().checked_sub(END)?;
        let first = last.saturating_sub(usize::from(u16::MAX));
        let at = (first..=last).rev().find(|&at| {
            let comment = le16(archive, at + 20);
            archive.get(at..at + 4) == Some(b"PK\x05\x06") && comment == Some(last - at)
        })?;
        let end = Self {
            at: at as u64,
            size: le32(archive, at + 12)?,
            offset: le32(archive, at + 16)?,
            count: le16(archive, at + 10)? as u64,
            disk: le16(archive, at + 4)? as u64,
        };
        let is_full = end.size == ELSEWHERE || end.offset == ELSEWHERE || end.count == 0xffff;
        Some(if is_full { Self::wide(archive, at).unwrap_or(end) } else { end })
    }

    fn wide(archive: &[u8], end: usize) -> Option<Self> {
        let locator = archive.get(end.checked_sub(LOCATOR)?..end)?;
        if !locator.starts_with(b"PK\x06\x07") {
            return None;
        }
        // The record stands right in front of what points at it, whatever is before the archive.
        let at = end.checked_sub(LOCATOR + END_64)?;
        let record = archive.get(at..).filter(|record| record.starts_with(b"PK\x06\x06"))?;
        Some(Self {
            at: at as u64,
            size: le64(record, 40)?,
            offset: le64(record, 48)?,
            count: le64(record, 32)?,
            disk: le32(record, 16)?,
        })
    }
}

fn slice(bytes: &[u8], start: u64, end: u64) -> Option<&[u8]> {
    bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}

fn le16(bytes: &[u8], at: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(usize::from(u16::from_le_bytes(field)))
}

fn le32(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u64::from(u32::from_le_bytes(field)))
}

fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}
