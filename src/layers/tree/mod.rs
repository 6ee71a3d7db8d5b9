//! File trees: one layer, or several merged as a container would see them.
//!
//! Whiteouts and opaque directories (image-spec layer.md) hide what lower layers brought, never what
//! their own layer brings, in whatever order the entries stand. Links are resolved inside the image
//! only. Nothing is recursive: a path of 100,000 components must not end the stack.

mod change;
mod node;
mod nodes;
mod paths;
mod usage;
mod whiteout;

use std::{cell::Cell, rc::Rc};

pub use change::{Change, ChangeKind};
pub use node::{FileKey, FileNode};
use node::{content_size, directory, rare};
use nodes::Nodes;
pub use usage::Usage;

use crate::{
    caps,
    content::tar::{Entry, EntryKind},
};

/// The prefix of a whiteout's name.
const WHITEOUT: &[u8] = b".wh.";

/// The name that makes a directory opaque.
const OPAQUE: &[u8] = b".wh..wh..opq";

/// Bytes that the map of a directory takes from its first child on.
const DIRECTORY: usize = 256;

/// A node of a [`FileTree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// Its number, below [`FileTree::len`]: children have higher ones than their parents.
    pub fn number(self) -> usize {
        self.0 as usize
    }
}

/// The root directory.
pub const ROOT: NodeId = NodeId(0);

/// A tree of files.
#[derive(Clone, Debug)]
pub struct FileTree {
    nodes: Nodes,
    layer: u16,
    keeps_whiteouts: bool,
    /// The place of the last entry, by its path: most entries go to the same directory as the one
    /// before. Forgotten as soon as anything but a new node could lead elsewhere.
    last: Option<(Vec<u8>, NodeId)>,
    /// A bit for each node that this layer hid already: its content, and the node itself. All that
    /// the layer brings after that is its own, and stays.
    hidden: Vec<u8>,
    /// No more entries are added from so many nodes on; the last one may bring its directories.
    room: usize,
    /// Bytes of names, links, owners, attributes, changes and directories; those of replaced paths counted too.
    bytes: usize,
    /// Steps from component to component so far, also along links.
    steps: Cell<u64>,
    /// Entries that were left out because their path is too deep or leads nowhere, or the tree is full.
    pub left_out: u64,
}

impl Default for FileTree {
    fn default() -> Self {
        let mut nodes = Nodes::default();
        nodes.push(directory(Rc::from([]), ROOT, 0));
        let (last, hidden) = (None, Vec::new());
        let room = caps::TREE_PATHS + 1;
        Self {
            nodes,
            layer: 0,
            keeps_whiteouts: false,
            last,
            hidden,
            room,
            bytes: 0,
            steps: Cell::new(0),
            left_out: 0,
        }
    }
}

impl FileTree {
    /// A tree with nothing in it but the root.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tree of one layer alone: what a whiteout removes from layers below stands in it as removed.
    pub fn of_one_layer() -> Self {
        Self { keeps_whiteouts: true, ..Self::default() }
    }

    /// Begins a layer, to which the next entries belong. Its number counts from the base.
    pub fn begin_layer(&mut self, layer: u16) {
        self.layer = layer;
        self.last = None;
        self.hidden.clear();
    }

    /// The number of nodes, with those no longer visible.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns `true` if nothing was added.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    /// The node of this number.
    pub fn node(&self, id: NodeId) -> Option<&FileNode> {
        self.nodes.get(id.0 as usize)
    }

    fn node_mut(&mut self, id: NodeId) -> Option<&mut FileNode> {
        self.nodes.get_mut(id.0 as usize)
    }

    /// All nodes in the order in which they were first seen.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// Returns the content of a directory, by name; with removed paths.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let children = self.node(id).and_then(|node| node.children.as_ref());
        children.into_iter().flat_map(|children| children.values().copied())
    }

    /// The path of a node from the root, without a slash at its front.
    pub fn path(&self, id: NodeId) -> Vec<u8> {
        let mut names = Vec::new();
        let mut at = id;
        while at != ROOT
            && let Some(node) = self.node(at)
        {
            names.push(&*node.name);
            at = node.parent;
        }
        names.reverse();
        names.join(&b'/')
    }

    /// Adds an entry of the current layer.
    pub fn add(&mut self, entry: &Entry) {
        let is_full = self.nodes.len() >= self.room || self.bytes >= caps::TREE_BYTES;
        if is_full || self.steps.get() >= caps::TREE_STEPS {
            self.left_out += 1;
            return;
        }
        let place = self.beside_the_last(&entry.path).or_else(|| self.make_way(&entry.path));
        match place {
            None => self.left_out += 1,
            Some((_, b"")) => self.describe_root(entry),
            Some((parent, OPAQUE)) => self.make_opaque(parent),
            Some((parent, name)) => match name.strip_prefix(WHITEOUT) {
                Some(hidden) => self.white_out(parent, hidden),
                None => self.place(parent, name, entry),
            },
        }
    }

    /// The directory that a path goes into, and its last component, where the entry before went there.
    fn beside_the_last<'a>(&self, path: &'a [u8]) -> Option<(NodeId, &'a [u8])> {
        let (before, id) = self.last.as_ref()?;
        let name = path.strip_prefix(before.as_slice())?.strip_prefix(b"/")?;
        let is_plain = !name.contains(&b'/') && !matches!(name, b"" | b"." | b"..");
        is_plain.then_some((*id, name))
    }

    /// The directory that a path goes into, made where it is missing, and the path's last component:
    /// nothing for the root.
    fn make_way<'a>(&mut self, path: &'a [u8]) -> Option<(NodeId, &'a [u8])> {
        self.last = None;
        let mut components = components(path)?;
        let name = components.pop().unwrap_or_default();
        let parent = self.directory_for(&components)?;
        let written = path.strip_suffix(name).and_then(|rest| rest.strip_suffix(b"/"));
        self.last = written.map(|written| (written.to_vec(), parent));
        Some((parent, name))
    }

    fn describe_root(&mut self, entry: &Entry) {
        if entry.kind == EntryKind::Directory
            && let Some(root) = self.node_mut(ROOT)
        {
            root.mode = entry.mode;
            root.mtime = entry.mtime;
            root.explicit = true;
        }
    }

    /// The directory that an entry goes into. What is missing is made; symbolic links are followed
    /// inside the image, as extracting does: `bin/sh` goes to `usr/bin/sh` where `bin` is a link.
    fn directory_for(&mut self, components: &[&[u8]]) -> Option<NodeId> {
        let mut at = ROOT;
        self.step(components.len());
        for name in components {
            at = match self.child(at, name) {
                Some(id) if self.is_symlink(id) => {
                    let path = self.root_path(components)?;
                    let path: Vec<&[u8]> = path.iter().map(Vec::as_slice).collect();
                    return (path.len() <= caps::PATH_DEPTH).then(|| self.directory_for(&path))?;
                }
                Some(id) => self.enter(id)?,
                None => self.make_directory(at, name),
            };
        }
        Some(at)
    }

    /// Counts steps: a few bytes of a compressed layer can be a path of a thousand components, and lead along
    /// forty links as long.
    fn step(&self, steps: usize) {
        self.steps.set(self.steps.get().saturating_add(steps as u64));
    }

    fn is_symlink(&self, id: NodeId) -> bool {
        self.node(id).is_some_and(|node| node.visible && node.symlink().is_some())
    }

    fn child(&self, id: NodeId, name: &[u8]) -> Option<NodeId> {
        self.node(id)?.children.as_ref()?.get(name).copied()
    }

    /// Goes into a node as into a directory, making it one if it is none.
    fn enter(&mut self, id: NodeId) -> Option<NodeId> {
        let (kind, visible) = self.node(id).map(|node| (node.kind, node.visible))?;
        if kind != EntryKind::Directory || !visible {
            let layer = self.layer;
            self.hide(id);
            let node = self.node_mut(id)?;
            let changes = std::mem::take(&mut node.changes);
            let children = std::mem::take(&mut node.children);
            let fresh = directory(node.name.clone(), node.parent, layer);
            *node = FileNode { changes, children, ..fresh };
            self.note(id, ChangeKind::Added, 0);
        }
        Some(id)
    }

    fn make_directory(&mut self, parent: NodeId, name: &[u8]) -> NodeId {
        let id = self.push(directory(name.into(), parent, self.layer));
        self.note(id, ChangeKind::Added, 0);
        id
    }

    fn push(&mut self, node: FileNode) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        let (parent, name) = (node.parent, node.name.clone());
        self.bytes = self.bytes.saturating_add(name.len());
        self.nodes.push(node);
        if let Some(parent) = self.node_mut(parent) {
            let is_first = parent.children.is_none();
            parent.children.get_or_insert_default().insert(name, id);
            self.bytes += if is_first { DIRECTORY } else { 0 };
        }
        id
    }

    fn place(&mut self, parent: NodeId, name: &[u8], entry: &Entry) {
        let before = self.child(parent, name);
        let was_visible = before.and_then(|id| self.node(id)).is_some_and(|node| node.visible);
        let id = match before {
            Some(id) => {
                self.last = None;
                // A directory that comes again keeps what is in it; anything else replaces it.
                let keeps = entry.kind == EntryKind::Directory
                    && self.node(id).is_some_and(|node| node.kind == EntryKind::Directory);
                if !keeps {
                    self.hide_below(id);
                }
                id
            }
            None => self.push(directory(name.into(), parent, self.layer)),
        };
        self.describe(id, entry);
        if entry.kind == EntryKind::HardLink {
            self.name_file(id, &entry.link);
        }
        let rare = self.node(id).map_or(0, FileNode::rare_bytes);
        self.bytes = self.bytes.saturating_add(rare);
        let kind = if was_visible { ChangeKind::Changed } else { ChangeKind::Added };
        self.note(id, kind, content_size(entry));
    }

    fn describe(&mut self, id: NodeId, entry: &Entry) {
        let layer = self.layer;
        let Some(node) = self.node_mut(id) else { return };
        node.kind = entry.kind;
        node.mode = entry.mode;
        node.uid = entry.uid;
        node.gid = entry.gid;
        node.mtime = entry.mtime;
        node.size = if entry.kind == EntryKind::File { entry.size } else { 0 };
        node.offset = entry.offset;
        node.stored = entry.stored;
        node.layer = layer;
        node.explicit = true;
        node.visible = true;
        node.rare = rare(entry);
        node.named = None;
    }

    /// Makes a hard link another name of the file that it leads to now. What happens to the first name
    /// after that changes nothing here.
    fn name_file(&mut self, id: NodeId, link: &[u8]) {
        let Some(found) = self.named_file(link, id) else { return };
        let has_xattrs = self.node(id).is_some_and(|node| !node.xattrs().is_empty());
        let Some(file) = self.node(found).map(|node| node.as_named(has_xattrs)) else { return };
        let key = file.key(found);
        let path = self.path(key.0);
        if let Some(node) = self.node_mut(id) {
            node.become_name_of(&file, key, &path);
        }
    }

    /// Notes the change of the current layer to a path. Those of many layers take room too.
    fn note(&mut self, id: NodeId, kind: ChangeKind, size: u64) {
        let layer = self.layer;
        let Some(node) = self.node_mut(id) else { return };
        let before = node.changes.as_slice().len();
        node.changes.note(Change { layer, kind, size });
        let more = node.changes.as_slice().len().saturating_sub(before.max(1));
        self.bytes = self.bytes.saturating_add(more * size_of::<Change>());
    }
}

/// The components of a path; `..` goes up and stops at the root. `None` if there are too many.
fn components(path: &[u8]) -> Option<Vec<&[u8]>> {
    let mut components = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                components.pop();
            }
            name => components.push(name),
        }
        if components.len() > caps::PATH_DEPTH {
            return None;
        }
    }
    Some(components)
}

#[cfg(test)]
mod tests;
