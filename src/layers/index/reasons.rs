//! The reasons why a layer, its table of contents or a file in it is not read, or not as a whole.

use serde::{Deserialize, Serialize};

use crate::{
    content::{
        decode::DecodeError,
        packages::DatabaseFault,
        tar::{EntryKind, Warning},
        zip::{ZipError, ZipFault},
    },
    error::ErrorKind,
    layers::{
        findings::ReadFault,
        ranges::{
            RangeError,
            toc::{Format, TocDifference, TocError, TocFault},
        },
        read_error,
    },
};

/// The reason why a layer was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Incomplete {
    /// Its bytes are not those of its digest.
    WrongBytes,
    /// It was sent with an encoding of the transport, so that its bytes cannot be checked.
    Encoded,
    /// Reading broke off with an error.
    BrokeOff(#[serde(with = "read_error")] ErrorKind),
    /// Its inside could not be read on.
    ReadFault(ReadFault),
    /// It has more entries than are read.
    TooManyEntries,
}

/// The state of a layer's table of contents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TocState {
    /// No table was asked for.
    #[default]
    None,
    /// The listing is that of the table; the layer itself was not read.
    Listed {
        /// The format of the table.
        format: Format,
        /// The faults of the table.
        faults: Vec<TocFault>,
    },
    /// The table is not used.
    Refused(TocRefusal),
    /// The layer was read too; with the differences between the table and the layer.
    Compared(Vec<TocDifference>),
}

/// The reason why a layer's table of contents is not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TocRefusal {
    /// No annotation of the layer gives the digest of its table.
    NoDigest,
    /// The server knows no ranges: it sends the whole layer.
    NoRanges,
    /// A part of the layer could not be read.
    Unread(#[serde(with = "read_error")] ErrorKind),
    /// The table itself cannot be used.
    Table(TocError),
}

impl TocRefusal {
    /// Returns `true` if the table is wrong, `false` if it is only missing or out of reach.
    pub fn is_wrong(&self) -> bool {
        match self {
            Self::NoDigest => true,
            Self::NoRanges | Self::Unread(_) => false,
            Self::Table(error) => !matches!(
                error,
                TocError::NoFooter | TocError::Short { .. } | TocError::TooLarge(_)
            ),
        }
    }
}

/// The reason why the content of a file is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentFault {
    /// The bytes of the layer are not those of its digest.
    WrongBytes,
    /// The layer was sent with an encoding of the transport, so that its bytes cannot be checked.
    Encoded,
    /// Reading the layer broke off with an error.
    BrokeOff(#[serde(with = "read_error")] ErrorKind),
    /// The table of contents does not give the place of the file.
    NoPlace,
    /// The part of the layer that should hold the file does not hold it.
    WrongPart(RangeError),
    /// The file is larger than this many bytes.
    TooLarge(u64),
    /// The layer or the archive ends before the file does.
    CutShort,
    /// No file begins at this place of the layer.
    Absent,
    /// The map of a sparse file does not fit its content.
    BadSparseMap,
    /// The file is no archive.
    NotAnArchive,
    /// The archive has no member of that name.
    NoMember,
    /// The member of the archive is no file, but of this kind.
    NotAFile(EntryKind),
    /// The archive cannot be decompressed.
    Decoding(DecodeError),
    /// The zip archive or its member cannot be read.
    Zip(ZipError),
}

/// A problem of an archive that is a file of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArchiveProblem {
    /// The file is no zip and no tar.
    NotAnArchive,
    /// It cannot be decompressed.
    Decoding(DecodeError),
    /// Members beyond this many were not read.
    TooManyMembers(u64),
    /// A fault of a tar archive.
    Tar(Warning),
    /// A zip archive that cannot be listed.
    NotListed(ZipError),
    /// A fault of a zip archive.
    Zip(ZipFault),
}

/// A problem of a file that lists packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DatabaseProblem {
    /// Of the file's layer only the table of contents was read.
    OnlyListed,
    /// The file is too large to be kept, and was not read.
    NotKept,
    /// The file has a fault.
    Fault(DatabaseFault),
    /// There are so many more problems, of this file and of others.
    More(u64),
}
