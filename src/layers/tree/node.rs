//! The nodes of a tree: files, links, directories and devices.

use std::{collections::BTreeMap, rc::Rc};

use super::{Change, NodeId, change::Changes};
use crate::content::tar::{Entry, EntryKind, Warning};

/// The content of a directory, by name; most nodes have none.
pub(super) type Children = Option<Box<BTreeMap<Rc<[u8]>, NodeId>>>;

/// A file, link, directory or device.
#[derive(Clone, Debug)]
pub struct FileNode {
    /// Shared with the directory that it is in: a million names take a third of a tree.
    pub(super) name: Rc<[u8]>,
    pub(super) parent: NodeId,
    pub(super) children: Children,
    /// The kind of the node.
    pub kind: EntryKind,
    /// Permission bits.
    pub mode: u32,
    /// The owner's number.
    pub uid: u64,
    /// The group's number.
    pub gid: u64,
    /// Time of the last change, in seconds since 1970.
    pub mtime: i64,
    /// Size in bytes.
    pub size: u64,
    /// The offset of the content in the uncompressed layer.
    pub offset: u64,
    /// Bytes stored there.
    pub stored: u64,
    /// The layer that brought what is seen now.
    pub layer: u16,
    /// `true` if an entry names it. A directory can also be there only because something is in it.
    pub explicit: bool,
    /// `true` if a container would see it.
    pub visible: bool,
    /// `true` if a layer hides all that layers below have in this directory.
    pub opaque: bool,
    pub(super) rare: Option<Box<Rare>>,
    pub(super) changes: Changes,
}

/// Values that few nodes have.
#[derive(Clone, Debug, Default)]
pub(super) struct Rare {
    link: Vec<u8>,
    user: Vec<u8>,
    group: Vec<u8>,
    xattrs: Vec<(String, Vec<u8>)>,
    warnings: Vec<Warning>,
    device: (u32, u32),
    sparse: bool,
}

impl FileNode {
    /// The last component of the path; bytes, which need not be UTF-8.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Returns the target of a link, as written.
    pub fn link(&self) -> &[u8] {
        self.rare.as_ref().map_or(&[], |rare| &rare.link)
    }

    /// The names of owner and group, if given.
    pub fn owner(&self) -> (&[u8], &[u8]) {
        self.rare.as_ref().map_or((&[], &[]), |rare| (&rare.user, &rare.group))
    }

    /// Extended attributes.
    pub fn xattrs(&self) -> &[(String, Vec<u8>)] {
        self.rare.as_ref().map_or(&[], |rare| &rare.xattrs)
    }

    /// Returns the faults of the entry.
    pub fn warnings(&self) -> &[Warning] {
        self.rare.as_ref().map_or(&[], |rare| &rare.warnings)
    }

    /// Major and minor number of a device.
    pub fn device(&self) -> (u32, u32) {
        self.rare.as_ref().map_or((0, 0), |rare| rare.device)
    }

    /// Returns `true` if the content is stored without its holes.
    pub fn is_sparse(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.sparse)
    }

    /// Returns the changes that layers made to the path, from the base up.
    pub fn changes(&self) -> &[Change] {
        self.changes.as_slice()
    }
}

/// A directory that no entry names yet.
pub(super) fn directory(name: Rc<[u8]>, parent: NodeId, layer: u16) -> FileNode {
    FileNode {
        name,
        parent,
        children: None,
        kind: EntryKind::Directory,
        mode: 0o755,
        uid: 0,
        gid: 0,
        mtime: 0,
        size: 0,
        offset: 0,
        stored: 0,
        layer,
        explicit: false,
        visible: true,
        opaque: false,
        rare: None,
        changes: Changes::None,
    }
}

pub(super) fn content_size(entry: &Entry) -> u64 {
    if entry.kind == EntryKind::File { entry.size } else { 0 }
}

pub(super) fn rare(entry: &Entry) -> Option<Box<Rare>> {
    let is_common = entry.link.is_empty()
        && matches!(&*entry.user, b"" | b"root")
        && matches!(&*entry.group, b"" | b"root")
        && entry.xattrs.is_empty()
        && entry.warnings.is_empty()
        && entry.device == (0, 0)
        && entry.sparse.is_none();
    let rare = || Rare {
        link: entry.link.clone(),
        user: entry.user.clone(),
        group: entry.group.clone(),
        xattrs: entry.xattrs.clone(),
        warnings: entry.warnings.clone(),
        device: entry.device,
        sparse: entry.sparse.is_some(),
    };
    (!is_common).then(|| Box::new(rare()))
}
