//! What is answered about opened layers: small, whatever the size of the layer.

use super::{by_table::Table, inside::Inside};
use crate::{
    content::{packages::Package, tar::EntryKind},
    layers::{
        ranges::Basis,
        tree::{ChangeKind, Usage},
    },
};

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The path from the root, without a slash at its front; bytes, which need not be UTF-8.
    pub path: Vec<u8>,
    /// Directories between the top of the list and this row.
    pub depth: u16,
    /// What it is.
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
    /// What the layer of the scope did to it; `None` for merged layers, and where nothing is known
    /// of the layers below.
    pub change: Option<ChangeKind>,
    /// Whether no container sees it.
    pub removed: bool,
    /// What a directory holds, counted.
    pub children: u64,
    /// Whether its rows follow.
    pub open: bool,
    /// What a link points at, as written.
    pub link: Vec<u8>,
    /// Whether something is odd about it.
    pub odd: bool,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Rows in the whole list.
    pub total: u64,
    /// The rows that were asked for.
    pub rows: Vec<Row>,
}

/// A path whose content is brought and not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WastedPath {
    /// The path.
    pub path: Vec<u8>,
    /// Bytes that no container sees.
    pub bytes: u64,
    /// What each layer did to it: the layer, what it did, the bytes it brought.
    pub changes: Vec<(u16, ChangeKind, u64)>,
}

/// A part of the list of what is wasted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wasted {
    /// Bytes brought and bytes seen.
    pub usage: Usage,
    /// Paths in the whole list.
    pub total: u64,
    /// The paths that were asked for, most wasted first.
    pub paths: Vec<WastedPath>,
}

/// How much of a layer is on the shelf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OnShelf {
    /// Nothing.
    #[default]
    No,
    /// All of it.
    Whole,
    /// A part, or nothing of use; the reason, without a full stop.
    Part(String),
}

/// A layer in sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerSummary {
    /// How much of it is here.
    pub on_shelf: OnShelf,
    /// What became of its table of contents.
    pub table: Table,
    /// How it is compressed, by its bytes.
    pub compression: String,
    /// Bytes after decompressing; 0 where only its table of contents was read.
    pub plain_size: u64,
    /// Entries of its archive.
    pub entries: u64,
    /// Paths that it adds, changes and removes; known where all layers below are here.
    pub changes: Option<[u64; 3]>,
    /// What is odd about the archive, each a sentence without a full stop.
    pub odd: Vec<String>,
}

/// All layers in sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// Where content is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The layer, counted from the base.
    pub layer: u16,
    /// Where it begins in the uncompressed layer.
    pub offset: u64,
    /// Bytes stored there.
    pub stored: u64,
    /// Bytes of the file, with its holes.
    pub size: u64,
    /// Bytes of the layer that have to be asked for to read it; `None` where that is all of them.
    pub part: Option<u64>,
}

/// All about one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// What a list says of it.
    pub row: Row,
    /// The owner's name, where given.
    pub user: Vec<u8>,
    /// The group's name, where given.
    pub group: Vec<u8>,
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// Whether it is stored without its holes.
    pub sparse: bool,
    /// Whether it hides all that layers below have in this directory.
    pub opaque: bool,
    /// Extended attributes.
    pub xattrs: Vec<(String, Vec<u8>)>,
    /// What is odd about it, each a sentence without a full stop.
    pub odd: Vec<String>,
    /// What each layer did to it, from the base up: the layer, what it did, the bytes it brought.
    pub changes: Vec<(u16, ChangeKind, u64)>,
    /// What a link leads to in the end; `None` where it is none or leads nowhere.
    pub target: Option<Vec<u8>>,
    /// Where its content is, or its target's; `None` where there is none.
    pub stored: Option<Stored>,
}

/// The operating system and a part of the list of its packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packages {
    /// What the system calls itself; empty where it does not say.
    pub system: String,
    /// More of what it says, as name and value.
    pub facts: Vec<(String, String)>,
    /// Whether any database of packages was found.
    pub found: bool,
    /// Packages in all, before the filter.
    pub known: u64,
    /// Packages that pass the filter.
    pub total: u64,
    /// The packages that were asked for, each with the word of its kind and the path of its
    /// database.
    pub packages: Vec<(String, Vec<u8>, Package)>,
    /// What could not be read and why, each a sentence without a full stop.
    pub problems: Vec<String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The question was not understood.
    Unknown,
    /// There is no such thing.
    Nothing,
    /// Rows of the tree, of what was found, or of the largest files.
    Rows(Rows),
    /// What is wasted.
    Wasted(Wasted),
    /// Sums.
    Summary(Summary),
    /// All about one path.
    Details(Box<Details>),
    /// Packages.
    Packages(Packages),
    /// Content, and what it was held against.
    Content(Vec<u8>, Basis),
    /// What is in an archive.
    Inside(Inside),
    /// Why there is no content, without a full stop.
    Failed(String),
}
