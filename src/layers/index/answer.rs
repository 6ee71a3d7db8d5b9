//! The answers about opened layers. They are small, whatever the size of the layer.

use serde::{Deserialize, Serialize};

use super::reasons::{ArchiveProblem, ContentFault, DatabaseProblem, Incomplete, TocState};
use crate::{
    content::{
        codec::{self, in_one_go},
        packages::Package,
        tar::{EntryKind, Warning},
    },
    layers::{
        ranges::Basis,
        tree::{ChangeKind, Usage},
    },
};

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The path from the root, without a slash at its front; bytes, which need not be UTF-8.
    pub path: Vec<u8>,
    /// Directories between the top of the list and this row.
    pub depth: u16,
    /// The kind of the entry.
    pub kind: EntryKind,
    /// Permission bits.
    pub mode: u32,
    /// The owner's number.
    pub uid: u64,
    /// The group's number.
    pub gid: u64,
    /// Seconds since 1970.
    pub mtime: i64,
    /// Size in bytes; of a directory, all that is in it.
    pub size: u64,
    /// The layer that brought it, counted from the base.
    pub layer: u16,
    /// The change that the layer of the scope made; `None` for merged layers, and if the layers
    /// below are not known.
    pub change: Option<ChangeKind>,
    /// `true` if no container sees it.
    pub removed: bool,
    /// The number of things in a directory.
    pub children: u64,
    /// `true` if its rows follow.
    pub open: bool,
    /// The target of a link, as written.
    pub link: Vec<u8>,
    /// `true` if something is odd about it.
    pub odd: bool,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Rows in the whole list.
    pub total: u64,
    /// The rows that were asked for.
    pub rows: Vec<Row>,
}

/// A path whose content is brought and not seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WastedPath {
    /// The path from the root, without a slash in front.
    pub path: Vec<u8>,
    /// Bytes that no container sees.
    pub bytes: u64,
    /// The changes from the base up, each with its layer and the bytes that the layer brought.
    pub changes: Vec<(u16, ChangeKind, u64)>,
}

/// A part of the list of what is wasted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wasted {
    /// Bytes brought and bytes seen.
    pub usage: Usage,
    /// Paths in the whole list.
    pub total: u64,
    /// The paths that were asked for, most wasted first.
    pub paths: Vec<WastedPath>,
}

/// The part of a layer that the index holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadState {
    /// Nothing.
    #[default]
    Unread,
    /// The whole layer.
    Complete,
    /// A part, or nothing of use, for this reason.
    Partial(Incomplete),
}

/// A layer in sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSummary {
    /// The part of the layer that was read.
    pub read_state: ReadState,
    /// The state of its table of contents.
    pub table: TocState,
    /// Bytes after decompressing; 0 if only its table of contents was read.
    pub plain_size: u64,
    /// Entries of its archive.
    pub entries: u64,
    /// The number of paths that it adds, changes and removes; known if it was read whole and all layers
    /// below were read.
    pub changes: Option<[u64; 3]>,
    /// The layers below that could not be read whole: the numbers are right for what is known of them.
    pub unknown_below: u16,
    /// The faults of the archive.
    pub odd: Vec<Warning>,
}

impl LayerSummary {
    /// Returns the size of the bytes that came, if the descriptor states another one.
    pub fn actual_size(&self) -> Option<u64> {
        self.odd.iter().find_map(|odd| match odd {
            Warning::WrongSize { actual, .. } => Some(*actual),
            _ => None,
        })
    }
}

/// All layers in sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The sums of each layer, the lowest first.
    pub layers: Vec<LayerSummary>,
    /// Bytes brought and bytes seen.
    pub usage: Usage,
    /// Files, directories and other things that a container sees, counted.
    pub visible: u64,
    /// Entries that no tree can hold: too deep, or behind a link that leads nowhere.
    pub left_out: u64,
}

/// The place of some content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The layer, counted from the base.
    pub layer: u16,
    /// The offset of its first byte in the uncompressed layer.
    pub offset: u64,
    /// Bytes stored there.
    pub stored: u64,
    /// Bytes of the file, with its holes.
    pub size: u64,
    /// Bytes of the layer that must be asked for to read it; `None` if that is the whole layer.
    pub part: Option<u64>,
}

/// All about one path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The row of a list.
    pub row: Row,
    /// The owner's name; empty if not given.
    pub user: Vec<u8>,
    /// The group's name; empty if not given.
    pub group: Vec<u8>,
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// `true` if it is stored without its holes.
    pub sparse: bool,
    /// `true` if it hides all that layers below have in this directory.
    pub opaque: bool,
    /// Extended attributes.
    pub xattrs: Vec<(String, Vec<u8>)>,
    /// The faults.
    pub odd: Vec<Warning>,
    /// The changes from the base up, each with its layer and the bytes that the layer brought.
    pub changes: Vec<(u16, ChangeKind, u64)>,
    /// `true` if it is a hard link to a file that is there: another name of that file.
    pub is_another_name: bool,
    /// Of a hard link to a symbolic link: the first name of that, and `true` if it is still there.
    pub first_name: Option<(Vec<u8>, bool)>,
    /// The last target of a chain of links; of a hard link, the path that brought the file. `None` if
    /// it is no link or leads nowhere, and if that path has another file now or none.
    pub target: Option<Vec<u8>>,
    /// The place of its content, or of its target's; `None` if there is none.
    pub stored: Option<Stored>,
}

/// The operating system and a part of the list of its packages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packages {
    /// The name that the system gives itself; empty if it gives none.
    pub system: String,
    /// More of what it says, as name and value.
    pub facts: Vec<(String, String)>,
    /// `true` if a database of packages was found.
    pub found: bool,
    /// Packages in all, before the filter.
    pub known: u64,
    /// Packages that pass the filter.
    pub total: u64,
    /// The packages that were asked for, each with the name of its package manager and the path of its
    /// database.
    pub packages: Vec<(String, Vec<u8>, Package)>,
    /// The problems, each with the path of its database.
    pub problems: Vec<(Vec<u8>, DatabaseProblem)>,
}

/// One member of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveMember {
    /// Its name as written; bytes, which need not be UTF-8.
    pub name: Vec<u8>,
    /// Its size in bytes.
    pub size: u64,
    /// The kind of the member.
    pub kind: EntryKind,
}

/// The content of an archive, or of a compressed file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveListing {
    /// Members in all.
    pub total: u64,
    /// The members that were asked for, in the order of the archive.
    pub members: Vec<ArchiveMember>,
    /// The problems of the archive.
    pub problems: Vec<ArchiveProblem>,
    /// The size of the plain bytes of a compressed file that is no archive.
    pub unpacked_size: u64,
    /// These bytes, if they are few enough to be shown ([`crate::caps::FILE_SHOWN`]).
    #[serde(with = "in_one_go")]
    pub unpacked: Vec<u8>,
}

/// The answer to a question about opened layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// The question was not understood.
    Unknown,
    /// There is no such thing.
    Nothing,
    /// Rows of the tree, of what was found, or of the largest files.
    Rows(Rows),
    /// Paths whose content no container sees.
    Wasted(Wasted),
    /// Sums.
    Summary(Summary),
    /// All about one path.
    Details(Box<Details>),
    /// The packages of all databases that were found.
    Packages(Packages),
    /// Content, and the evidence that it was checked against.
    Content(#[serde(with = "in_one_go")] Vec<u8>, Basis),
    /// The members of an archive.
    ArchiveListing(ArchiveListing),
    /// There is no content, for this reason.
    Failed(ContentFault),
}

impl Answer {
    /// Writes the answer as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::to_bytes(self)
    }

    /// Reads the bytes of [`Answer::to_bytes`]. Returns `None` if they are something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        codec::from_bytes(bytes)
    }
}

#[cfg(test)]
mod tests;
