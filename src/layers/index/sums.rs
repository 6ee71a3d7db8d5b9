//! Sums: of each layer, of the whole, and of what is wasted.

use super::{
    LayerIndex, RowRange, Scope, Summary, Wasted, WastedPath,
    answer::{LayerSummary, ReadState},
    merged, slice,
};
use crate::{
    caps,
    layers::tree::{ChangeKind, FileNode},
};

impl LayerIndex {
    pub(super) fn wasted(&mut self, scope: &Scope, part: RowRange) -> Wasted {
        let tree = self.tree(&merged(scope));
        let all = tree.wasted().to_vec();
        let path = |&(bytes, id)| {
            tree.visit(1);
            let changes = tree.tree.node(id).map(changes).unwrap_or_default();
            WastedPath { path: tree.tree.path(id), bytes, changes }
        };
        Wasted {
            usage: tree.tree.usage(),
            total: all.len() as u64,
            paths: slice(&all, part).iter().map(path).collect(),
        }
    }

    pub(super) fn summary(&mut self, scope: &Scope) -> Summary {
        let mut layers: Vec<LayerSummary> =
            scope.layers.iter().map(|digest| self.layer_summary(digest)).collect();
        let unknown = self.unknown_below_each(scope);
        let tree = self.tree(&merged(scope));
        let mut counts = vec![[0_u64; 3]; layers.len()];
        for node in tree.tree.ids().filter_map(|id| tree.tree.node(id)) {
            for change in node.changes().iter() {
                let kind = match change.kind {
                    ChangeKind::Added => 0,
                    ChangeKind::Changed => 1,
                    ChangeKind::Removed => 2,
                };
                let count = counts.get_mut(usize::from(change.layer)).and_then(|c| c.get_mut(kind));
                if let Some(count) = count {
                    *count += 1;
                }
            }
        }
        for ((layer, counts), unknown) in layers.iter_mut().zip(counts).zip(unknown) {
            layer.changes = unknown.map(|_| counts);
            layer.unknown_below = unknown.unwrap_or_default();
        }
        let (usage, visible) = (tree.tree.usage(), tree.visible());
        Summary { layers, usage, visible, left_out: tree.tree.left_out }
    }

    /// Counts for each layer the layers below it that were read and not whole, in one pass. `None` as for one.
    fn unknown_below_each(&self, scope: &Scope) -> Vec<Option<u16>> {
        let mut below = Some(0);
        let unknown = |digest| {
            let is_whole = self.layer(digest).map(|opened| opened.problem.is_none());
            let own = below.filter(|_| is_whole == Some(true));
            below = below.zip(is_whole).map(|(count, is_whole)| count + u16::from(!is_whole));
            own
        };
        scope.layers.iter().map(unknown).collect()
    }

    fn layer_summary(&self, digest: &crate::oci::Digest) -> LayerSummary {
        let Some(opened) = self.layer(digest) else {
            let table = self.refused.get(digest).cloned().unwrap_or_default();
            return LayerSummary { table, ..LayerSummary::default() };
        };
        LayerSummary {
            read_state: match &opened.problem {
                Some(reason) => ReadState::Partial(reason.clone()),
                None => ReadState::Complete,
            },
            table: opened.table.clone(),
            plain_size: opened.plain_size,
            entries: opened.listing.count,
            changes: None,
            unknown_below: 0,
            odd: opened.listing.odd.iter().take(caps::FAULTS_SHOWN).cloned().collect(),
        }
    }
}

/// Returns the changes that layers made to a node, in the form of answers.
pub(super) fn changes(node: &FileNode) -> Vec<(u16, ChangeKind, u64)> {
    let changes = node.changes().iter().take(caps::PATH_CHANGES);
    changes.map(|change| (change.layer, change.kind, change.size)).collect()
}
