//! An entry of an archive: what a header and its extensions say together.

use serde::{Deserialize, Serialize};

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// Another name for a file that came before.
    HardLink,
    /// A symbolic link.
    Symlink,
    /// A character device.
    CharDevice,
    /// A block device, with its numbers in the header.
    BlockDevice,
    /// A directory; its path may end in a slash.
    Directory,
    /// A named pipe.
    Fifo,
    /// Anything else, by its flag.
    Other(u8),
}

impl EntryKind {
    /// Returns the kind for a type flag. `7` is a contiguous file, which is a file everywhere, and
    /// `S` a GNU sparse file.
    pub fn from_flag(flag: u8) -> Self {
        match flag {
            0 | b'0' | b'7' | b'S' => Self::File,
            b'1' => Self::HardLink,
            b'2' => Self::Symlink,
            b'3' => Self::CharDevice,
            b'4' => Self::BlockDevice,
            b'5' => Self::Directory,
            b'6' => Self::Fifo,
            other => Self::Other(other),
        }
    }
}

/// A fault of an entry or an archive. Readers of tar often differ over it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Warning {
    /// The size in the header is no number; nothing behind it can be found.
    BadSize,
    /// A PAX record gives another size than the header, and some readers follow the header
    /// (RUSTSEC-2026-0068).
    SizeOverridden {
        /// Size in the header, in bytes.
        header: u64,
        /// Size in the PAX record, in bytes.
        pax: u64,
    },
    /// A PAX record that is not `length key=value`.
    BadPaxRecord,
    /// A PAX or GNU extension that is larger than the cap, in bytes; its contents were not read.
    ExtensionTooLarge(u64),
    /// An extension that no entry follows.
    DanglingExtension,
    /// A link or device with content behind its header: some readers skip it, some do not.
    ContentBehindLink,
    /// The path leads out of the archive by `..`.
    EscapingPath,
    /// The path holds a NUL byte.
    NulInPath,
    /// The path is empty, so that nothing can be placed there.
    EmptyPath,
    /// A flag that is not known.
    UnknownKind(u8),
    /// A sparse map that overlaps or does not fit its file.
    BadSparseMap,
    /// A block that is no header stands where a header should be.
    BadHeader,
    /// The archive ends in the middle of an entry.
    Truncated,
    /// There is no end marker of two empty blocks.
    NoEndMarker,
    /// There is something behind the end marker; GNU tar stops there, others may read on.
    DataBehindEnd,
    /// Something follows the end of the compressed stream.
    DataBehindStream,
    /// The layer came unpacked, and what came has its diff ID.
    UnpackedOnTheWay,
    /// The layer has the right digest and another size than its descriptor states.
    WrongSize {
        /// The size of the descriptor.
        stated: u64,
        /// The bytes that came.
        actual: u64,
    },
    /// Entries beyond the cap were not read.
    TooManyEntries(u64),
    /// An entry whose path has so many bytes, more than [`crate::caps::PATH_BYTES`], is left out.
    PathTooLong(u64),
    /// An entry whose link has so many bytes, more than [`crate::caps::LINK_BYTES`], is left out.
    LinkTooLong(u64),
    /// Extended attributes beyond [`crate::caps::XATTR_BYTES`] are left out.
    XattrsTooLong,
    /// The layer's table of contents has another entry for this path, or none.
    UnlikeTable,
}

/// An entry of an archive: its header, with what pax and GNU extensions say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path as written: bytes, which need not be UTF-8.
    pub path: Vec<u8>,
    /// The kind of the entry.
    pub kind: EntryKind,
    /// The target of a link, as written.
    pub link: Vec<u8>,
    /// Permission bits.
    pub mode: u32,
    /// The owner's number.
    pub uid: u64,
    /// The group's number.
    pub gid: u64,
    /// The owner's name, if given.
    pub user: Vec<u8>,
    /// The group's name, if given.
    pub group: Vec<u8>,
    /// Time of the last change, in seconds since 1970.
    pub mtime: i64,
    /// Size of the file in bytes, with its holes.
    pub size: u64,
    /// Bytes stored in the archive.
    pub stored: u64,
    /// The offset of the stored bytes in the uncompressed archive.
    pub offset: u64,
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// The pieces that a sparse file has, as offset and length; `None` for an ordinary file.
    pub sparse: Option<Vec<(u64, u64)>>,
    /// Names of the extended attributes, with their values.
    pub xattrs: Vec<(String, Vec<u8>)>,
    /// The faults of the entry.
    pub warnings: Vec<Warning>,
}
