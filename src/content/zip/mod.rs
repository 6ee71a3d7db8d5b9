//! Zip archives (jar, war, wheel) in memory: the directory at their end, and the content of one
//! member.
//!
//! Readers of zip differ if the directory and the header in front of a member do, so such differences
//! are reported. Archives in several parts, encrypted members, and methods other than stored and
//! deflated are not read.

mod directory;

use std::fmt;

use serde::{Deserialize, Serialize};
use zlib_rs::{InflateFlush, Status, crc32::crc32};

use crate::content::decode::gzip::headless;
pub use directory::list;

/// The way in which a member is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Method 0: the bytes as they are.
    Stored,
    /// Method 8: raw deflate.
    Deflated,
    /// Anything else, by its number (APPNOTE 4.4.5).
    Other(u16),
}

/// A member, as the directory lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipMember {
    /// The name as written: bytes, which need not be UTF-8. A directory's ends in a slash.
    pub name: Vec<u8>,
    /// Size in bytes.
    pub size: u64,
    /// Bytes that it takes in the archive.
    pub packed: u64,
    /// The way in which it is stored.
    pub method: Method,
    /// `true` if a password is needed.
    pub encrypted: bool,
    /// The offset of its header in the archive.
    offset: u64,
    crc: u32,
}

impl ZipMember {
    /// Returns `true` if it is a directory.
    pub fn is_directory(&self) -> bool {
        self.name.ends_with(b"/")
    }
}

/// The content of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZipListing {
    /// The members in the order of the directory.
    pub members: Vec<ZipMember>,
    /// Members that the archive says it has.
    pub announced: u64,
    /// The faults of the archive.
    pub problems: Vec<ZipFault>,
    /// Bytes in front of the archive, such as a program that unpacks it.
    before: u64,
}

/// A fault of an archive that can be read all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ZipFault {
    /// Members beyond this many were not read.
    TooManyMembers(u64),
    /// The name of the member of this number is longer than [`crate::caps::PATH_BYTES`]. It is left out.
    NameTooLong(u64),
    /// The directory is broken at the member of this number.
    BrokenAt(u64),
    /// The directory holds more members than it announces. Readers differ in this case.
    MoreThanAnnounced,
}

/// The reason why an archive or a member cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ZipError {
    /// There is no directory at the end.
    NotZip,
    /// The archive is one of several parts.
    SeveralParts,
    /// The member needs a password.
    Encrypted,
    /// The member is stored by a method that is not read, by its number.
    Method(u16),
    /// The member is not where the directory says, or its header names another.
    Misplaced,
    /// The member's data are broken.
    Corrupt,
    /// The member is larger than the caller wanted, in bytes.
    TooLarge(u64),
    /// The member's content has another size or checksum than the directory says.
    Changed,
}

impl fmt::Display for ZipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotZip => "there is no zip directory at the end",
            Self::SeveralParts => "the archive is one of several parts",
            Self::Encrypted => "the member needs a password",
            Self::Method(number) => return write!(f, "compression method {number} is not read"),
            Self::Misplaced => "the directory and the member's own header differ",
            Self::Corrupt => "the member's data are broken",
            Self::TooLarge(limit) => return write!(f, "the member is larger than {limit} bytes"),
            Self::Changed => "the content has another size or checksum than the directory says",
        })
    }
}

impl std::error::Error for ZipError {}

impl ZipListing {
    /// Returns the content of a member, checked against its checksum.
    ///
    /// # Errors
    /// As [`ZipError`] lists them; more than `limit` bytes are never made.
    pub fn read(
        &self,
        archive: &[u8],
        member: &ZipMember,
        limit: u64,
    ) -> Result<Vec<u8>, ZipError> {
        if member.encrypted {
            return Err(ZipError::Encrypted);
        }
        if member.size > limit {
            return Err(ZipError::TooLarge(limit));
        }
        let packed = self.packed(archive, member).ok_or(ZipError::Misplaced)?;
        let content = match member.method {
            Method::Stored => packed.to_vec(),
            Method::Deflated => inflate(packed, member.size)?,
            Method::Other(number) => return Err(ZipError::Method(number)),
        };
        let is_it = content.len() as u64 == member.size && crc32(0, &content) == member.crc;
        if is_it { Ok(content) } else { Err(ZipError::Changed) }
    }

    /// The member's data behind its own header, which must name it.
    fn packed<'a>(&self, archive: &'a [u8], member: &ZipMember) -> Option<&'a [u8]> {
        let at = usize::try_from(member.offset.checked_add(self.before)?).ok()?;
        let header = archive.get(at..at.checked_add(30)?)?;
        if !header.starts_with(b"PK\x03\x04") {
            return None;
        }
        let length = |at: usize| {
            Some(usize::from(u16::from_le_bytes(header.get(at..at + 2)?.try_into().ok()?)))
        };
        let (name, extra) = (length(26)?, length(28)?);
        if archive.get(at + 30..at + 30 + name)? != member.name {
            return None;
        }
        let start = at + 30 + name + extra;
        archive.get(start..start.checked_add(usize::try_from(member.packed).ok()?)?)
    }
}

/// Inflates to a size that was announced, and not further.
fn inflate(packed: &[u8], size: u64) -> Result<Vec<u8>, ZipError> {
    let size = usize::try_from(size).map_err(|_| ZipError::TooLarge(size))?;
    let mut inflate = headless();
    let mut content = Vec::new();
    // Memory is taken as data come, since the size may lie. One byte more than announced is enough
    // to see that.
    let mut piece = vec![0; size.min(64 << 10) + 1];
    loop {
        let (used, made) = (inflate.total_in() as usize, inflate.total_out());
        let input = packed.get(used..).unwrap_or_default();
        let status = inflate.decompress(input, &mut piece, InflateFlush::NoFlush);
        let status = status.map_err(|_| ZipError::Corrupt)?;
        let fresh = (inflate.total_out() - made) as usize;
        content.extend_from_slice(piece.get(..fresh).unwrap_or_default());
        match status {
            _ if content.len() > size => return Err(ZipError::Changed),
            Status::StreamEnd => return Ok(content),
            _ if fresh == 0 && inflate.total_in() as usize == used => {
                return Err(ZipError::Corrupt);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
