//! The answers about opened layers. They are small, whatever the size of the layer.

use serde::{Deserialize, Serialize};

use crate::{
    content::{
        codec::{self, in_one_go},
        decode::DecodeError,
        packages::Package,
        tar::{EntryKind, Warning},
    },
    layers::{
        findings::ReadFault,
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
    /// The path.
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
    /// A part, or nothing of use; the reason, without a full stop.
    Partial(Incomplete),
}

/// The reason why a layer was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Incomplete {
    /// Its bytes are not those of its digest.
    WrongBytes,
    /// Reading broke off; with the error.
    BrokeOff(String),
    /// Its inside could not be read on.
    ReadFault(ReadFault),
    /// It has more entries than are read.
    TooManyEntries,
}

/// A problem of an archive that is a file of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArchiveProblem {
    /// It is no archive.
    NotAnArchive,
    /// It cannot be decompressed.
    Decoding(DecodeError),
    /// Members beyond this many were not read.
    TooManyMembers(u64),
    /// A fault of a tar archive.
    Tar(Warning),
    /// A fault of a zip archive, without a full stop.
    Zip(String),
}

/// The state of a layer's table of contents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TocState {
    /// No table was asked for.
    #[default]
    None,
    /// The listing is that of the table; the layer itself was not read.
    Listed {
        /// The name of the table's format.
        format: String,
        /// The faults of the table, each a sentence without a full stop.
        problems: Vec<String>,
    },
    /// It is not used.
    Refused {
        /// The reason, without a full stop.
        reason: String,
        /// `true` if the table is wrong, `false` if only reading it failed.
        is_wrong: bool,
    },
    /// The layer was read too: how the table differs, each a sentence without a full stop; none where
    /// they agree.
    Compared(Vec<String>),
}

/// A layer in sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSummary {
    /// The part of the layer that was read.
    pub read_state: ReadState,
    /// The state of its table of contents.
    pub table: TocState,
    /// The compression, by the bytes.
    pub compression: String,
    /// Bytes after decompressing; 0 if only its table of contents was read.
    pub plain_size: u64,
    /// Entries of its archive.
    pub entries: u64,
    /// The number of paths that it adds, changes and removes; known if all layers below are here.
    pub changes: Option<[u64; 3]>,
    /// The faults of the archive.
    pub odd: Vec<Warning>,
}

/// All layers in sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Each layer.
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
    /// Bytes of the layer that must be asked for to read it; `None` if that is all of them.
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
    /// The last target of a chain of links; `None` if it is no link or leads nowhere.
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
    /// The packages that were asked for, each with the word of its kind and the path of its
    /// database.
    pub packages: Vec<(String, Vec<u8>, Package)>,
    /// The faults, each a sentence without a full stop.
    pub problems: Vec<String>,
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
    /// The plain bytes of a compressed file that is no archive.
    #[serde(with = "in_one_go")]
    pub unpacked: Vec<u8>,
}

/// An answer.
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
    /// Packages.
    Packages(Packages),
    /// Content, and the evidence that it was checked against.
    Content(#[serde(with = "in_one_go")] Vec<u8>, Basis),
    /// The members of an archive.
    ArchiveListing(ArchiveListing),
    /// The reason why there is no content, without a full stop.
    Failed(String),
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
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn row() -> Row {
        Row {
            path: b"a/\xff".to_vec(),
            depth: 3,
            kind: EntryKind::Other(b'w'),
            mode: 0o7777,
            uid: u64::MAX,
            gid: 2,
            mtime: -5,
            size: 1 << 40,
            layer: 7,
            change: Some(ChangeKind::Removed),
            removed: true,
            children: 9,
            open: true,
            link: b"x".to_vec(),
            odd: true,
        }
    }

    fn with_table(table: TocState) -> LayerSummary {
        LayerSummary { table, ..LayerSummary::default() }
    }

    fn samples() -> Vec<Answer> {
        let usage = Usage { total: 10, visible: 4 };
        let changes = vec![(0, ChangeKind::Added, 10), (3, ChangeKind::Changed, 4)];
        let details = Details {
            row: row(),
            user: b"u".to_vec(),
            group: b"g".to_vec(),
            device: (1, 2),
            sparse: true,
            opaque: false,
            xattrs: vec![("user.x".to_owned(), vec![1, 2])],
            odd: vec![Warning::UnknownKind(7)],
            changes: changes.clone(),
            target: Some(b"t".to_vec()),
            stored: Some(Stored { layer: 1, offset: 2, stored: 3, size: 4, part: Some(5) }),
        };
        let bare = Details { target: None, stored: None, ..details.clone() };
        let package = Package { name: "zlib".to_owned(), size: Some(7), ..Package::default() };
        let layers = vec![
            LayerSummary { changes: Some([1, 2, 3]), entries: 5, ..LayerSummary::default() },
            LayerSummary {
                read_state: ReadState::Partial(Incomplete::BrokeOff("cut".to_owned())),
                ..LayerSummary::default()
            },
            LayerSummary { read_state: ReadState::Complete, ..LayerSummary::default() },
            with_table(TocState::Listed { format: "x".to_owned(), problems: vec!["p".to_owned()] }),
            with_table(TocState::Refused { reason: "r".to_owned(), is_wrong: true }),
            with_table(TocState::Compared(vec!["d".to_owned()])),
        ];
        let path = WastedPath { path: b"p".to_vec(), bytes: 6, changes };
        vec![
            Answer::Unknown,
            Answer::Nothing,
            Answer::Rows(Rows { total: 5, rows: vec![row(), Row { change: None, ..row() }] }),
            Answer::Wasted(Wasted { usage, total: 1, paths: vec![path] }),
            Answer::Summary(Summary { layers, usage, visible: 8, left_out: 9 }),
            Answer::Details(Box::new(details)),
            Answer::Details(Box::new(bare)),
            Answer::Packages(Packages {
                system: "Debian".to_owned(),
                facts: vec![("ID".to_owned(), "debian".to_owned())],
                found: true,
                known: 2,
                total: 1,
                packages: vec![("dpkg".to_owned(), b"var".to_vec(), package)],
                problems: vec!["p".to_owned()],
            }),
            Answer::Content(vec![0, 255], Basis::FirstPass),
            Answer::Content(vec![], Basis::LooseToc),
            Answer::Content(vec![1], Basis::Unhashed),
            Answer::Failed("cut".to_owned()),
            Answer::ArchiveListing(ArchiveListing {
                total: 3,
                members: vec![ArchiveMember {
                    name: b"m".to_vec(),
                    size: 4,
                    kind: EntryKind::Symlink,
                }],
                problems: vec![ArchiveProblem::Tar(Warning::BadHeader)],
                unpacked: vec![1],
            }),
        ]
    }

    #[test]
    fn answers_come_back_as_they_were_given() {
        for answer in samples() {
            let bytes = answer.to_bytes();
            assert_eq!(Answer::from_bytes(&bytes).unwrap(), answer);
            for end in 0..bytes.len() {
                assert_eq!(Answer::from_bytes(bytes.get(..end).unwrap()), None, "{answer:?}");
            }
        }
    }
}
