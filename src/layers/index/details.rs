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
        let kind = details.row.kind;
        let is_link = matches!(kind, EntryKind::Symlink | EntryKind::HardLink);
        if !is_link || details.target.is_some() || details.is_another_name {
            return;
        }
        // A hard link names what was there when its layer came, whatever later layers do.
        let layer = scope.only.filter(|_| kind == EntryKind::HardLink);
        let is_now = |layer| tree.tree.node(id).is_some_and(|n| n.visible && n.layer == layer);
        let found = match layer.filter(|&layer| !is_now(layer)) {
            None => describe(tree, id),
            Some(layer) => {
                let layers = scope.layers.iter().take(usize::from(layer) + 1).cloned().collect();
                let tree = self.grow(&Scope { only: None, with_removed: true, layers });
                tree.tree.at(&details.row.path).and_then(|id| describe(&tree, id))
            }
        };
        if let Some(found) = found {
            details.is_another_name = found.is_another_name;
            details.row.size = found.row.size;
            if found.first_name.is_some() && kind == EntryKind::HardLink {
                (details.row.kind, details.row.link) = (found.row.kind, found.row.link);
                details.first_name = found.first_name;
            }
            (details.target, details.stored) = (found.target, found.stored);
        }
    }
}

fn describe(tree: &SortedTree, id: NodeId) -> Option<Details> {
    let node = tree.tree.node(id)?;
    let row = tree.row(id, 0, false)?;
    let (user, group) = node.owner();
    let end = tree.tree.follow(id);
    // The path that brought a file, if that is its other name still.
    let other = tree.tree.first_name(id);
    let is_symlink = row.kind == EntryKind::Symlink;
    let target = end.filter(|&end| end != id).or(other.filter(|_| !is_symlink));
    let is_named = is_symlink && node.is_another_name();
    Some(Details {
        user: user.to_vec(),
        group: group.to_vec(),
        device: node.device(),
        sparse: node.is_sparse(),
        opaque: node.opaque,
        xattrs: node.xattrs().to_vec(),
        odd: node.warnings().to_vec(),
        changes: changes(node),
        is_another_name: node.is_another_name(),
        first_name: is_named.then(|| (tree.tree.link(id), other.is_some())),
        target: target.map(|target| tree.tree.path(target)),
        // A link to nothing has no content.
        stored: stored(tree, end.unwrap_or(id)),
        row,
    })
}

/// Returns the place of a regular file's content. A removed file still has its content in its
/// layer.
fn stored(tree: &SortedTree, id: NodeId) -> Option<Stored> {
    let node = tree.tree.node(id).filter(|node| node.file_kind() == EntryKind::File)?;
    let (layer, offset) = (node.content_layer(), node.offset);
    Some(Stored { layer, offset, stored: node.stored, size: node.size, part: None })
}
