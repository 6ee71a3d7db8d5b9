//! All about one path.

use super::{
    Answer, Details, LayerIndex, Scope, Stored, merged, sorted_tree::SortedTree, sums::changes,
};
use crate::{content::tar::EntryKind, layers::tree::NodeId};

impl LayerIndex {
    pub(super) fn details(&mut self, scope: &Scope, path: &[u8]) -> Answer {
        let tree = self.tree(scope);
        let Some(mut details) = tree.find(path).and_then(|id| describe(tree, id)) else {
            return Answer::Nothing;
        };
        self.mark_changes(scope, std::slice::from_mut(&mut details.row));
        if scope.only.is_some() {
            self.add_from_below(scope, &mut details);
        }
        if let Some(stored) = &mut details.stored {
            stored.part = self.part(scope, stored);
        }
        Answer::Details(Box::new(details))
    }

    /// Returns the bytes to ask for if the layer can be read in parts.
    fn part(&self, scope: &Scope, stored: &Stored) -> Option<u64> {
        let digest = scope.layers.get(usize::from(stored.layer))?;
        let (_, plan) = self.plan(digest, stored.offset, u64::MAX)?;
        let range = plan.range();
        range.end.checked_sub(range.start)
    }

    /// Adds the facts that one layer alone does not have: changes by other layers, and targets in
    /// them.
    fn add_from_below(&mut self, scope: &Scope, details: &mut Details) {
        let tree = self.tree(&merged(scope));
        let Some(id) = tree.tree.at(&details.row.path) else { return };
        details.changes = tree.tree.node(id).map(changes).unwrap_or_default();
        let is_link = matches!(details.row.kind, EntryKind::Symlink | EntryKind::HardLink);
        if is_link && details.target.is_none() {
            let target = tree.tree.follow(id).filter(|&target| target != id);
            details.target = target.map(|target| tree.tree.path(target));
            details.stored = target.and_then(|target| stored(tree, target));
        }
    }
}

fn describe(tree: &SortedTree, id: NodeId) -> Option<Details> {
    let node = tree.tree.node(id)?;
    let row = tree.row(id, 0, false)?;
    let (user, group) = node.owner();
    let is_link = matches!(node.kind, EntryKind::Symlink | EntryKind::HardLink);
    let target = tree.tree.follow(id).filter(|&target| is_link && target != id);
    Some(Details {
        user: user.to_vec(),
        group: group.to_vec(),
        device: node.device(),
        sparse: node.is_sparse(),
        opaque: node.opaque,
        xattrs: node.xattrs().to_vec(),
        odd: node.warnings().to_vec(),
        changes: changes(node),
        target: target.map(|target| tree.tree.path(target)),
        stored: stored(tree, target.unwrap_or(id)),
        row,
    })
}

/// Returns the place of a regular file's content. A removed file still has its content in its
/// layer.
fn stored(tree: &SortedTree, id: NodeId) -> Option<Stored> {
    let node = tree.tree.node(id).filter(|node| node.kind == EntryKind::File)?;
    let (layer, offset) = (node.layer, node.offset);
    Some(Stored { layer, offset, stored: node.stored, size: node.size, part: None })
}
