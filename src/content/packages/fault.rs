//! The faults of a database of packages.

use serde::{Deserialize, Serialize};

/// A fault of a file that lists packages. The rest of the file is read if that is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DatabaseFault {
    /// The file is larger than this many bytes, and was not read.
    TooLarge(u64),
    /// Packages beyond this many were not read.
    TooManyPackages(u64),
    /// The file has more faults than are kept.
    MoreFaults,
    /// The paragraph that begins at this line names no package.
    UnnamedParagraph(u64),
    /// The file is about one package, and does not name it.
    Unnamed,
    /// The file does not have the format that its name stands for.
    OtherFormat,
    /// The format has a version that is not known.
    UnknownVersion,
    /// The database is encrypted.
    Encrypted,
    /// The size of the database's pages cannot be used.
    PageSize,
    /// The database has no table of packages. A write-ahead log beside it is not read.
    NoTable,
    /// The database ends before a page that it names.
    CutShort,
    /// A page, a slot or a value of the database is broken.
    Broken,
    /// The pages of the database lead back into themselves.
    Cycle,
    /// Entries of the database share their bytes.
    Overlap,
    /// The record of a package cannot be read.
    BadRecord,
}
