//! The rows of a tree that are on the screen. A closed directory costs nothing. Rows that are scrolled
//! past cost one step for each open directory, not one for each row.

use std::collections::BTreeMap;

use super::{
    answer::{Row, Rows},
    question::{RowRange, Sort},
    sorted_tree::SortedTree,
};
use crate::layers::tree::{NodeId, ROOT};

/// An open directory.
#[derive(Default)]
struct Open {
    /// Rows below it, with those of the open directories in it.
    rows: u64,
    /// Open directories in it by their place among its children.
    inside: BTreeMap<usize, NodeId>,
}

/// A directory whose rows are being drawn.
struct Frame {
    directory: NodeId,
    /// The next child.
    at: usize,
}

/// Returns the rows below `top`. The `open` directories are open.
pub(super) fn rows(
    tree: &SortedTree,
    top: NodeId,
    open: &[NodeId],
    sort: Sort,
    part: RowRange,
) -> Rows {
    let open = open_below(tree, top, open, sort);
    let mut walk =
        RowWalk { tree, open: &open, sort, skip: part.offset, wanted: part.count as usize };
    let total = open.get(&top).map_or(0, |top| top.rows);
    Rows { total, rows: walk.run(top) }
}

/// The open directories that can be seen: those in closed ones cannot. Children have higher numbers
/// than their parents, so going down the numbers sums up from below.
fn open_below(
    tree: &SortedTree,
    top: NodeId,
    open: &[NodeId],
    sort: Sort,
) -> BTreeMap<NodeId, Open> {
    let mut all: BTreeMap<NodeId, Open> = BTreeMap::new();
    all.insert(top, Open::default());
    let mut wanted: Vec<NodeId> =
        open.iter().copied().filter(|&id| id != top && id != ROOT).collect();
    wanted.sort_unstable();
    wanted.dedup();
    // Parents come first, so a directory is seen when its parent was.
    for id in wanted {
        let parent = tree.tree.parent(id);
        if let Some(parent) = all.get_mut(&parent) {
            parent.inside.insert(tree.place(id, sort), id);
            all.insert(id, Open::default());
        }
    }
    let order: Vec<NodeId> = all.keys().copied().rev().collect();
    for id in order {
        tree.visit(1);
        let own = tree.children(id, sort).len() as u64;
        let Some(open) = all.get(&id) else { continue };
        let inside = open.inside.values().filter_map(|id| all.get(id)).map(|open| open.rows);
        let rows = inside.fold(own, u64::saturating_add);
        if let Some(open) = all.get_mut(&id) {
            open.rows = rows;
        }
    }
    all
}

struct RowWalk<'a> {
    tree: &'a SortedTree,
    open: &'a BTreeMap<NodeId, Open>,
    sort: Sort,
    /// Rows that are still above the part.
    skip: u64,
    wanted: usize,
}

impl RowWalk<'_> {
    fn run(&mut self, top: NodeId) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut frames = vec![Frame { directory: top, at: 0 }];
        while rows.len() < self.wanted
            && let Some(frame) = frames.last_mut()
        {
            let directory = frame.directory;
            let children = self.tree.children(directory, self.sort);
            let next = self.open.get(&directory).and_then(|open| {
                open.inside.range(frame.at..).next().map(|(place, id)| (*place, *id))
            });
            let end = next.map_or(children.len(), |(place, _)| place + 1);
            // Up to and with the next open directory, rows stand one below the other.
            let run = (end - frame.at) as u64;
            let skipped = run.min(self.skip);
            self.skip -= skipped;
            let from = frame.at + skipped as usize;
            frame.at = end;
            let depth = frames.len() - 1;
            for &id in children.get(from..end).unwrap_or_default() {
                let is_open = self.open.contains_key(&id);
                rows.extend(self.tree.row(id, depth, is_open));
                if rows.len() == self.wanted {
                    return rows;
                }
            }
            match next {
                None => {
                    frames.pop();
                }
                Some((_, id)) => self.enter(&mut frames, id),
            }
        }
        rows
    }

    /// Goes into an open directory, unless all of it is above the part.
    fn enter(&mut self, frames: &mut Vec<Frame>, id: NodeId) {
        let rows = self.open.get(&id).map_or(0, |open| open.rows);
        if rows <= self.skip {
            self.skip -= rows;
        } else {
            frames.push(Frame { directory: id, at: 0 });
        }
    }
}
