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
    /// Of a hard link, the file that it names.
    pub(super) named: Option<NamedFile>,
    pub(super) changes: Changes,
}

/// Values that few nodes have.
#[derive(Clone, Debug, Default)]
pub(super) struct Rare {
    link: Box<[u8]>,
    user: Box<[u8]>,
    group: Box<[u8]>,
    xattrs: Vec<(String, Vec<u8>)>,
    warnings: Vec<Warning>,
    device: (u32, u32),
    sparse: bool,
    /// The target of the symbolic link that a hard link names.
    symlink: Box<[u8]>,
}

impl Rare {
    fn bytes(&self) -> usize {
        let xattrs = self.xattrs.iter().map(|(name, value)| name.len() + value.len());
        let fixed = size_of::<Self>() + self.link.len() + self.user.len() + self.group.len();
        fixed + self.symlink.len() + xattrs.sum::<usize>()
    }

    fn is_common(&self) -> bool {
        self.link.is_empty()
            && matches!(&*self.user, b"" | b"root")
            && matches!(&*self.group, b"" | b"root")
            && self.xattrs.is_empty()
            && self.warnings.is_empty()
            && self.device == (0, 0)
            && !self.sparse
            && self.symlink.is_empty()
    }
}

/// A file as it was when a hard link became another name of it. Its first name may be replaced or removed
/// after that; the file stays. Few bytes: every file of a bootable container is one.
#[derive(Clone, Copy, Debug)]
pub(super) struct NamedFile {
    kind: EntryKind,
    /// The layer that brought the content.
    layer: u16,
    /// The path that brought it.
    first: NodeId,
}

/// Tells files apart, whatever they are called: the path that brought the content, the layer that did, and
/// the place in it.
pub type FileKey = (NodeId, u16, u64);

impl FileNode {
    /// The last component of the path; bytes, which need not be UTF-8.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Returns the target of a link, as written. Of a hard link it is left out if it is the path that
    /// brought the file ([`super::FileTree::link`] has it).
    pub(super) fn link(&self) -> &[u8] {
        self.rare.as_ref().map_or(&[], |rare| &rare.link)
    }

    /// The kind of the file: of a hard link, that of the file it names; `HardLink` if there is none.
    pub fn file_kind(&self) -> EntryKind {
        self.named().map_or(self.kind, |file| file.kind)
    }

    /// The layer that holds the content. A hard link can come from a later one.
    pub fn content_layer(&self) -> u16 {
        self.named().map_or(self.layer, |file| file.layer)
    }

    /// Returns the target of a symbolic link, as written; also if a hard link names it.
    pub fn symlink(&self) -> Option<&[u8]> {
        match self.file_kind() {
            EntryKind::Symlink if self.named.is_none() => Some(self.link()),
            EntryKind::Symlink => Some(self.rare.as_ref().map_or(&[], |rare| &rare.symlink)),
            _ => None,
        }
    }

    /// Tells the content from that of other files. `id` is the number of this node.
    pub fn key(&self, id: NodeId) -> FileKey {
        (self.named().map_or(id, |file| file.first), self.content_layer(), self.offset)
    }

    /// Returns `true` if the node is a hard link to a file that is there.
    pub fn is_another_name(&self) -> bool {
        self.named().is_some()
    }

    fn named(&self) -> Option<NamedFile> {
        self.named
    }

    /// The path that brought the file of a hard link.
    pub(super) fn first(&self) -> Option<NodeId> {
        self.named.map(|file| file.first)
    }

    /// Returns what another name of the file takes over. Attributes may be a megabyte: they are copied only for
    /// a name that has none of its own.
    pub(super) fn as_named(&self, has_xattrs: bool) -> Self {
        let rare = self.rare.as_ref().map(|rare| {
            let xattrs = if has_xattrs { Vec::new() } else { rare.xattrs.clone() };
            let (symlink, link) = (rare.symlink.clone(), rare.link.clone());
            let (device, sparse) = (rare.device, rare.sparse);
            Box::new(Rare { xattrs, symlink, link, device, sparse, ..Rare::default() })
        });
        let (children, changes) = (None, Changes::None);
        Self { name: Rc::clone(&self.name), children, changes, rare, ..*self }
    }

    /// Makes a hard link another name of a file, of which `key` is the key and `path` the first name.
    pub(super) fn become_name_of(&mut self, file: &Self, key: FileKey, path: &[u8]) {
        let (first, layer, offset) = key;
        self.named = Some(NamedFile { kind: file.file_kind(), layer, first });
        (self.size, self.stored, self.offset) = (file.size, file.stored, offset);
        let mut rare = self.rare.take().unwrap_or_default();
        if *rare.link == *path {
            rare.link = Box::default();
        }
        rare.symlink = file.symlink().unwrap_or_default().into();
        rare.device = file.device();
        rare.sparse = file.is_sparse();
        if rare.xattrs.is_empty() {
            rare.xattrs = file.xattrs().to_vec();
        }
        self.rare = Some(rare).filter(|rare| !rare.is_common());
    }

    /// Bytes of its link, its owners and its attributes.
    pub(super) fn rare_bytes(&self) -> usize {
        self.rare.as_ref().map_or(0, |rare| rare.bytes())
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
        named: None,
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
        link: entry.link.as_slice().into(),
        user: entry.user.as_slice().into(),
        group: entry.group.as_slice().into(),
        xattrs: entry.xattrs.clone(),
        warnings: entry.warnings.clone(),
        device: entry.device,
        sparse: entry.sparse.is_some(),
        symlink: Box::default(),
    };
    (!is_common).then(|| Box::new(rare()))
}
