//! Finds the node of a path, and the target of a link.

use super::{FileTree, NodeId, ROOT, components};
use crate::content::tar::EntryKind;

/// Links that are followed one after the other, as Linux does.
const HOPS_MAX: usize = 40;

impl FileTree {
    /// Finds a path, following links in all components but the last.
    pub fn find(&self, path: &[u8]) -> Option<NodeId> {
        self.walk(ROOT, path, &mut 0)
    }

    /// Finds a path without following links; also what was removed.
    pub fn at(&self, path: &[u8]) -> Option<NodeId> {
        components(path)?.into_iter().try_fold(ROOT, |at, name| self.child(at, name))
    }

    /// The directory that a node is in; the root is in itself.
    pub fn parent(&self, id: NodeId) -> NodeId {
        self.node(id).map_or(ROOT, |node| node.parent)
    }

    /// Finds the last target of a link, hard or symbolic, inside the image. A node that is no link
    /// is its own target.
    pub fn follow(&self, id: NodeId) -> Option<NodeId> {
        self.follow_from(id, &mut 0)
    }

    /// `hops` counts the links of the whole walk, as Linux does: counted by branch, links that name
    /// each other twice would take 2⁴⁰ steps.
    fn follow_from(&self, mut id: NodeId, hops: &mut usize) -> Option<NodeId> {
        loop {
            let node = self.node(id)?;
            let start = match node.kind {
                EntryKind::Symlink if !node.link().starts_with(b"/") => node.parent,
                EntryKind::Symlink | EntryKind::HardLink => ROOT,
                _ => return Some(id),
            };
            *hops += 1;
            if *hops > HOPS_MAX {
                return None;
            }
            id = self.walk(start, node.link(), hops)?;
        }
    }

    fn walk(&self, start: NodeId, path: &[u8], hops: &mut usize) -> Option<NodeId> {
        let mut at = if path.starts_with(b"/") { ROOT } else { start };
        let mut names =
            path.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b".")).peekable();
        while let Some(name) = names.next() {
            if name == b".." {
                at = self.node(at)?.parent;
                continue;
            }
            at = self.child(at, name).filter(|&id| self.node(id).is_some_and(|n| n.visible))?;
            let is_link = self.node(at)?.kind == EntryKind::Symlink;
            if is_link && names.peek().is_some() {
                at = self.follow_from(at, hops)?;
            }
        }
        Some(at)
    }
}
