//! Finds the node of a path, and the target of a link.

use super::{FileTree, NodeId, ROOT, components};
use crate::{caps, content::tar::EntryKind};

impl FileTree {
    /// Finds a path, following links in all components but the last.
    pub fn find(&self, path: &[u8]) -> Option<NodeId> {
        self.walk(ROOT, path, &mut 0)
    }

    /// Finds a path without following links; also what was removed.
    pub fn at(&self, path: &[u8]) -> Option<NodeId> {
        components(path)?.into_iter().try_fold(ROOT, |at, name| self.child(at, name))
    }

    /// Returns the target of a link, as written; nothing for what is no link.
    pub fn link(&self, id: NodeId) -> Vec<u8> {
        let Some(node) = self.node(id) else { return Vec::new() };
        match node.first() {
            Some(first) if node.link().is_empty() => self.path(first),
            _ => node.link().to_vec(),
        }
    }

    /// The directory that a node is in; the root is in itself.
    pub fn parent(&self, id: NodeId) -> NodeId {
        self.node(id).map_or(ROOT, |node| node.parent)
    }

    /// Finds the last target of a symbolic link inside the image. A node that is none is its own target,
    /// as a hard link is: that is the file itself. A hard link to nothing has none.
    pub fn follow(&self, id: NodeId) -> Option<NodeId> {
        self.follow_from(id, &mut 0)
    }

    /// Finds the file that a hard link names, as containerd does (`hardlinkRootPath`): links on the way are
    /// followed, and the last component is not. `own` is the link, which replaced what was there.
    pub(super) fn named_file(&self, link: &[u8], own: NodeId) -> Option<NodeId> {
        let found = self.find(link)?;
        let is_file = self.node(found)?.file_kind() != EntryKind::Directory;
        let is_there = self.node(found)?.file_kind() != EntryKind::HardLink;
        let mut at = found;
        while at != ROOT && at != own {
            at = self.parent(at);
        }
        (is_file && is_there && at != own).then_some(found)
    }

    /// `hops` counts the links of the whole walk, as Linux does: counted by branch, links that name
    /// each other twice would take 2⁴⁰ steps.
    fn follow_from(&self, mut id: NodeId, hops: &mut usize) -> Option<NodeId> {
        loop {
            let node = self.node(id)?;
            let Some(link) = node.symlink() else {
                return (node.file_kind() != EntryKind::HardLink).then_some(id);
            };
            *hops += 1;
            if *hops > caps::LINKS_FOLLOWED {
                return None;
            }
            id = self.walk(node.parent, link, hops)?;
        }
    }

    fn walk(&self, start: NodeId, path: &[u8], hops: &mut usize) -> Option<NodeId> {
        let mut at = if path.starts_with(b"/") { ROOT } else { start };
        let mut names = parts(path).peekable();
        while let Some(name) = names.next() {
            self.step(1);
            if name == b".." {
                at = self.node(at)?.parent;
                continue;
            }
            at = self.visible_child(at, name)?;
            if names.peek().is_some() && self.node(at)?.symlink().is_some() {
                at = self.follow_from(at, hops)?;
            }
        }
        Some(at)
    }

    fn visible_child(&self, at: NodeId, name: &[u8]) -> Option<NodeId> {
        self.child(at, name).filter(|&id| self.node(id).is_some_and(|node| node.visible))
    }

    /// Follows the symbolic links among the components of a directory as containerd does before it puts
    /// something there (`fs.RootPath`): what is missing is taken as it is written, and `..` in a
    /// relative link takes a name away, whatever that is. `None` for a loop, and for a link to
    /// something that is no directory.
    pub(super) fn root_path(&self, components: &[&[u8]]) -> Option<Vec<Vec<u8>>> {
        let mut walk = RootWalk { tree: self, done: Vec::new(), left: Vec::new(), hops: 0 };
        walk.left.extend(components.iter().rev().map(|&name| Some(name.to_vec())));
        while let Some(step) = walk.left.pop() {
            match step {
                None => {
                    walk.done.last().is_none_or(|(_, id)| self.takes_entries(*id)).then_some(())?
                }
                Some(name) => walk.step(name)?,
            }
        }
        Some(walk.done.into_iter().map(|(name, _)| name).collect())
    }

    fn takes_entries(&self, id: Option<NodeId>) -> bool {
        let node = id.and_then(|id| self.node(id));
        node.is_none_or(|node| node.kind == EntryKind::Directory)
    }
}

/// A path whose links are being followed.
struct RootWalk<'a> {
    tree: &'a FileTree,
    /// Names that are no links, with their nodes if they are there.
    done: Vec<(Vec<u8>, Option<NodeId>)>,
    /// The names that are left, the last one first. `None` stands at the end of a link.
    left: Vec<Option<Vec<u8>>>,
    hops: usize,
}

impl RootWalk<'_> {
    fn step(&mut self, name: Vec<u8>) -> Option<()> {
        self.tree.step(1);
        if name == b".." {
            self.done.pop();
            return Some(());
        }
        let directory = self.done.last().map_or(Some(ROOT), |(_, id)| *id);
        let id = directory.and_then(|directory| self.tree.visible_child(directory, &name));
        match id.and_then(|id| self.tree.node(id)?.symlink()) {
            None => self.done.push((name, id)),
            Some(link) => self.enter_link(link)?,
        }
        Some(())
    }

    fn enter_link(&mut self, link: &[u8]) -> Option<()> {
        self.hops += 1;
        let mut names: Vec<&[u8]> = parts(link).collect();
        if link.starts_with(b"/") {
            self.done.clear();
        } else {
            let up = lexical(&mut names);
            self.done.truncate(self.done.len().saturating_sub(up));
        }
        self.left.push(None);
        self.left.extend(names.iter().rev().map(|name| Some(name.to_vec())));
        (self.hops <= caps::LINKS_FOLLOWED && self.left.len() <= 2 * caps::PATH_DEPTH).then_some(())
    }
}

/// Takes away each name that `..` follows. Returns how often `..` is left over.
fn lexical(names: &mut Vec<&[u8]>) -> usize {
    let (mut up, mut kept) = (0, Vec::new());
    for name in names.drain(..) {
        if name != b".." {
            kept.push(name);
        } else if kept.pop().is_none() {
            up += 1;
        }
    }
    *names = kept;
    up
}

fn parts(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b"."))
}
