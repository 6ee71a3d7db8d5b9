//! Takes away what a layer hides: by whiteouts, by opaque directories, and by other things in the
//! same place. Each node is visited once in a layer, however often it is named.

use super::{ChangeKind, FileNode, FileTree, NodeId, directory};
use crate::content::tar::EntryKind;

/// Bits of what a layer hid of a node.
const BELOW: u8 = 1;
const ITSELF: u8 = 2;

impl FileTree {
    /// Takes away the content of lower layers under a name.
    pub(super) fn white_out(&mut self, parent: NodeId, name: &[u8]) {
        self.last = None;
        match self.child(parent, name) {
            Some(id) if self.node(id).is_some_and(|node| node.visible) => self.hide(id),
            None if self.keeps_whiteouts && !name.is_empty() => {
                let kind = EntryKind::Other(b'w');
                let gone =
                    FileNode { kind, visible: false, ..directory(name.into(), parent, self.layer) };
                let id = self.push(gone);
                self.note(id, ChangeKind::Removed, 0);
            }
            _ => {}
        }
    }

    /// Takes away the content of lower layers in a directory.
    pub(super) fn make_opaque(&mut self, id: NodeId) {
        self.last = None;
        if let Some(node) = self.node_mut(id) {
            node.opaque = true;
        }
        self.hide_below(id);
    }

    /// Hides a node and all below it that lower layers brought.
    pub(super) fn hide(&mut self, id: NodeId) {
        if self.is_first(id, ITSELF) {
            self.hide_below(id);
            self.hide_alone(id);
        }
    }

    fn hide_alone(&mut self, id: NodeId) {
        let layer = self.layer;
        let has_visible = self.children(id).any(|c| self.node(c).is_some_and(|n| n.visible));
        if let Some(node) = self.node_mut(id)
            && node.visible
            && node.layer < layer
            && !has_visible
        {
            node.visible = false;
            self.note(id, ChangeKind::Removed, 0);
        }
    }

    /// Hides all below a node that lower layers brought; deepest first, without recursion.
    pub(super) fn hide_below(&mut self, id: NodeId) {
        let mut order = Vec::new();
        let mut stack = self.not_yet_hidden(id);
        while let Some(at) = stack.pop() {
            order.push(at);
            stack.extend(self.not_yet_hidden(at));
        }
        order.into_iter().rev().for_each(|at| self.hide_alone(at));
    }

    /// Hides the content of a directory, once in each layer.
    fn not_yet_hidden(&mut self, id: NodeId) -> Vec<NodeId> {
        let has_children = self.node(id).is_some_and(|node| node.children.is_some());
        let is_first = has_children && self.is_first(id, BELOW);
        if is_first { self.children(id).collect() } else { Vec::new() }
    }

    /// Returns `true` if this layer did not hide the content of a node before; now it does.
    fn is_first(&mut self, id: NodeId, what: u8) -> bool {
        if self.hidden.len() <= id.number() {
            self.hidden.resize(self.nodes.len(), 0);
        }
        let Some(hidden) = self.hidden.get_mut(id.number()) else { return false };
        let is_first = *hidden & what == 0;
        *hidden |= what;
        is_first
    }
}
