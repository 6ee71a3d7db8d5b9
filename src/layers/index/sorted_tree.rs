//! A tree that is ready to be asked: which children a directory shows, in which order, and how large
//! everything is. Made once for a scope; after that a question looks only at what it shows.

use std::{cell::Cell, cmp::Reverse};

use super::{answer::Row, question::Sort};
use crate::{
    content::{glob::Pattern, tar::EntryKind},
    layers::tree::{FileNode, FileTree, NodeId},
};

/// A tree that is ready to be asked.
#[derive(Default)]
pub(super) struct SortedTree {
    pub(super) tree: FileTree,
    with_removed: bool,
    sizes: Vec<u64>,
    /// The start of each node's children in an order; one more at the end.
    starts: Vec<u32>,
    by_name: Order,
    by_size: Option<Order>,
    largest: Option<Vec<NodeId>>,
    wasted: Option<Vec<(u64, NodeId)>>,
    found: Option<(Pattern, Vec<NodeId>)>,
    /// Nodes looked at since the count was last taken: the cost of a question.
    pub(super) visited_nodes: Cell<u64>,
}

/// Children one directory behind the other.
#[derive(Default)]
struct Order {
    children: Vec<NodeId>,
    /// By node: its place among its siblings.
    places: Vec<u32>,
}

impl SortedTree {
    pub(super) fn new(tree: FileTree, with_removed: bool) -> Self {
        let sizes = tree.sizes();
        let mut indexed = Self { tree, with_removed, sizes, ..Self::default() };
        indexed.sort_by_name();
        indexed
    }

    fn sort_by_name(&mut self) {
        let mut children = Vec::with_capacity(self.tree.len());
        let mut starts = Vec::with_capacity(self.tree.len() + 1);
        for id in self.tree.ids() {
            starts.push(children.len() as u32);
            children.extend(self.tree.children(id).filter(|&child| self.shows(child)));
        }
        starts.push(children.len() as u32);
        self.starts = starts;
        self.by_name = self.order(children);
        self.visit(self.tree.len());
    }

    fn order(&self, children: Vec<NodeId>) -> Order {
        let mut places = vec![0; self.tree.len()];
        for directory in self.tree.ids() {
            let range = self.range(directory);
            for (place, child) in children.get(range).unwrap_or_default().iter().enumerate() {
                if let Some(slot) = places.get_mut(child.number()) {
                    *slot = place as u32;
                }
            }
        }
        Order { children, places }
    }

    fn range(&self, directory: NodeId) -> std::ops::Range<usize> {
        let start = |at: usize| self.starts.get(at).copied().unwrap_or_default() as usize;
        start(directory.number())..start(directory.number() + 1)
    }

    /// Makes an order ready; done once.
    pub(super) fn sort(&mut self, sort: Sort) {
        if sort == Sort::Name || self.by_size.is_some() {
            return;
        }
        let mut children = self.by_name.children.clone();
        for directory in self.tree.ids() {
            let siblings = children.get_mut(self.range(directory)).unwrap_or_default();
            // Stable: equal sizes stay in the order of their names.
            siblings.sort_by_key(|&id| Reverse(self.size(id)));
        }
        self.visit(self.tree.len());
        self.by_size = Some(self.order(children));
    }

    fn sorted(&self, sort: Sort) -> &Order {
        match (sort, &self.by_size) {
            (Sort::Size, Some(order)) => order,
            _ => &self.by_name,
        }
    }

    /// Returns the shown children of a directory, in an order that is ready.
    pub(super) fn children(&self, directory: NodeId, sort: Sort) -> &[NodeId] {
        self.sorted(sort).children.get(self.range(directory)).unwrap_or_default()
    }

    /// The place of a node among its siblings.
    pub(super) fn place(&self, id: NodeId, sort: Sort) -> usize {
        self.sorted(sort).places.get(id.number()).copied().unwrap_or_default() as usize
    }

    pub(super) fn visit(&self, nodes: usize) {
        self.visited_nodes.set(self.visited_nodes.get() + nodes as u64);
    }

    fn shows(&self, id: NodeId) -> bool {
        self.with_removed || self.tree.node(id).is_some_and(|node| node.visible)
    }

    /// Bytes of a file, or of all that is in a directory.
    pub(super) fn size(&self, id: NodeId) -> u64 {
        self.sizes.get(id.number()).copied().unwrap_or_default()
    }

    /// The node of a path: exactly, else with links followed on the way.
    pub(super) fn find(&self, path: &[u8]) -> Option<NodeId> {
        self.tree.at(path).filter(|&id| self.shows(id)).or_else(|| self.tree.find(path))
    }

    /// The node as a row of a list.
    pub(super) fn row(&self, id: NodeId, depth: usize, open: bool) -> Option<Row> {
        let node = self.tree.node(id)?;
        self.visit(1);
        let removed_size = || node.changes().iter().rev().map(|c| c.size).find(|&size| size > 0);
        let size = if node.visible { self.size(id) } else { removed_size().unwrap_or_default() };
        // Another name of a symbolic link is that link.
        let (kind, link) = match node.symlink() {
            Some(link) => (EntryKind::Symlink, link.to_vec()),
            None => (node.kind, self.tree.link(id)),
        };
        Some(Row {
            path: self.tree.path(id),
            depth: u16::try_from(depth).unwrap_or(u16::MAX),
            kind,
            mode: node.mode,
            uid: node.uid,
            gid: node.gid,
            mtime: node.mtime,
            size,
            layer: last_layer(node),
            change: None,
            removed: !node.visible,
            children: self.range(id).len() as u64,
            open,
            link,
            odd: !node.warnings().is_empty(),
        })
    }

    /// Files that are shown, largest first.
    pub(super) fn largest(&mut self) -> &[NodeId] {
        if self.largest.is_none() {
            self.visit(self.tree.len());
            self.largest = Some(self.tree.largest(usize::MAX));
        }
        self.largest.as_deref().unwrap_or_default()
    }

    /// Paths with bytes that no container sees, most first.
    pub(super) fn wasted(&mut self) -> &[(u64, NodeId)] {
        if self.wasted.is_none() {
            self.visit(self.tree.len());
            let kept = self.tree.kept_by_links();
            let unseen = |id: NodeId| {
                let bytes = self.tree.node(id).map(unseen)?;
                Some((bytes.saturating_sub(kept.get(&id).copied().unwrap_or_default()), id))
            };
            let mut all: Vec<_> = self.tree.ids().filter_map(unseen).filter(|w| w.0 > 0).collect();
            all.sort_by_key(|&(bytes, id)| (Reverse(bytes), id));
            self.wasted = Some(all);
        }
        self.wasted.as_deref().unwrap_or_default()
    }

    /// Returns the shown nodes that match, by path as the tree is walked.
    pub(super) fn matching(&mut self, pattern: &Pattern) -> &[NodeId] {
        if self.found.as_ref().is_none_or(|(known, _)| known != pattern) {
            self.visit(self.tree.len());
            let found = self.tree.ids().skip(1).filter(|&id| self.matches(pattern, id)).collect();
            self.found = Some((pattern.clone(), found));
        }
        self.found.as_ref().map(|(_, found)| found.as_slice()).unwrap_or_default()
    }

    fn matches(&self, pattern: &Pattern, id: NodeId) -> bool {
        let Some(node) = self.tree.node(id).filter(|_| self.shows(id)) else { return false };
        if pattern.is_of_paths() {
            pattern.matches(&self.tree.path(id))
        } else {
            pattern.matches(node.name())
        }
    }

    /// Things that a container sees, counted.
    pub(super) fn visible(&self) -> u64 {
        let visible = |id: &NodeId| self.tree.node(*id).is_some_and(|node| node.visible);
        self.tree.ids().skip(1).filter(visible).count() as u64
    }
}

/// The layer that made the node what it is: brought it, or removed it.
fn last_layer(node: &FileNode) -> u16 {
    match node.changes().last() {
        Some(change) if !node.visible => change.layer,
        _ => node.layer,
    }
}

/// Bytes brought for a path that no container sees.
fn unseen(node: &FileNode) -> u64 {
    let brought = node.changes().iter().fold(0_u64, |sum, change| sum.saturating_add(change.size));
    let seen = if node.visible && node.kind == EntryKind::File { node.size } else { 0 };
    brought.saturating_sub(seen)
}
