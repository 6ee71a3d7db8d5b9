//! The faults of a table of contents that is used all the same.

use serde::{Deserialize, Serialize};

/// A fault of a table of contents. The entry that has it is left out, or its content is not read by a
/// range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TocFault {
    /// Entries beyond this many were not read.
    TooManyEntries(u64),
    /// The entry of this name has a type that is not known.
    UnknownType(String),
    /// A chunk belongs to no file.
    ChunkWithoutFile,
    /// The chunks of the file of this name overlap or leave a gap.
    ChunksDoNotFit(String),
    /// The entry whose name begins so has a path or a link longer than
    /// [`crate::caps::PATH_BYTES`] or [`crate::caps::LINK_BYTES`].
    TooLong(String),
    /// The table has more faults than are kept.
    MoreFaults,
}
