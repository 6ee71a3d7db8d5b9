//! An index of opened layers that answers questions about them.
//!
//! It lives where the bytes are read, in a worker or natively; only questions and answers pass to
//! the page, as bytes. A layer is kept as a [`Listing`]. A tree is made from listings when a
//! question needs it, and the last few trees are kept.

mod answer;
mod archive;
mod collector;
mod details;
mod from_toc;
mod question;
mod range_read;
mod reasons;
mod rows;
mod software;
mod sorted_tree;
mod sums;

use std::collections::BTreeMap;

pub use answer::{
    Answer, ArchiveListing, ArchiveMember, Details, LayerSummary, Packages, ReadState, Row, Rows,
    Stored, Summary, Wasted, WastedPath,
};
use collector::ExtractedFile;
pub use collector::{Collector, FileCollector, LayerRecord};
pub use question::{Question, RowRange, Scope, Sort};
pub use reasons::{
    ArchiveProblem, ContentFault, DatabaseProblem, Incomplete, TocRefusal, TocState,
};
use sorted_tree::SortedTree;

use super::{
    listing::Listing,
    ranges::{Basis, Ranges},
    tree::{ChangeKind, FileTree, NodeId},
};
use crate::oci::Digest;
use crate::{
    caps,
    content::{glob::Pattern, tar::EntryKind},
};

/// Holds opened layers and answers questions about them.
#[derive(Default)]
pub struct LayerIndex {
    layers: BTreeMap<Digest, LayerRecord>,
    /// The tree that was asked last, and the one before: mostly that of a layer, and that of all layers
    /// merged.
    current: CachedTree,
    before: CachedTree,
    /// The last file that was taken from a layer.
    extracted: Option<ExtractedFile>,
    /// The ways to read layers in parts.
    ranges: BTreeMap<Digest, Ranges>,
    /// Tables of contents that are not used, of layers that were not read since.
    refused: BTreeMap<Digest, TocState>,
    /// The diff IDs that the configuration states, by layer.
    diff_ids: BTreeMap<Digest, Digest>,
    visited_nodes: u64,
}

/// The tree of a scope.
#[derive(Default)]
struct CachedTree {
    scope: Scope,
    tree: SortedTree,
}

impl LayerIndex {
    /// Returns an empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a layer. It replaces one of the same digest.
    pub fn put(&mut self, digest: Digest, opened: LayerRecord) {
        for cached in [&mut self.current, &mut self.before] {
            if cached.scope.layers.contains(&digest) {
                self.visited_nodes += cached.tree.visited_nodes.get();
                *cached = CachedTree::default();
            }
        }
        // The places in a table of contents are not those of another listing.
        let is_of_table = |ranges: &Ranges| matches!(ranges, Ranges::Toc(_));
        self.ranges.retain(|kept, ranges| *kept != digest || !is_of_table(ranges));
        let newest = digest.clone();
        self.layers.insert(digest, opened);
        self.make_room(&newest);
    }

    /// Lets go of what is kept beside the listings, the heaviest first, if all layers take too much; then of the
    /// listing of the newest.
    fn make_room(&mut self, newest: &Digest) {
        while self.weight() > caps::OPENED_BYTES {
            let heaviest =
                self.layers.values_mut().max_by_key(|opened| opened.listing.kept_bytes());
            match heaviest.filter(|opened| opened.listing.kept_bytes() > 0) {
                Some(opened) => opened.listing.forget_files(),
                None => return self.leave_out(newest),
            }
        }
    }

    /// Keeps only that a layer was read, and has too many entries for the room that is left.
    fn leave_out(&mut self, digest: &Digest) {
        if let Some(opened) = self.layers.get_mut(digest) {
            opened.listing = Listing::default();
            opened.problem = Some(Incomplete::TooManyEntries);
        }
    }

    /// Returns the record of a layer.
    pub fn layer(&self, digest: &Digest) -> Option<&LayerRecord> {
        self.layers.get(digest)
    }

    /// Forgets all layers.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Bytes that the listings take.
    pub fn weight(&self) -> usize {
        self.layers.values().map(|opened| opened.listing.weight()).sum()
    }

    /// Nodes of trees that questions looked at so far: a measure of work that no clock disturbs.
    pub fn visited_nodes(&self) -> u64 {
        self.visited_nodes
            + self.current.tree.visited_nodes.get()
            + self.before.tree.visited_nodes.get()
    }

    /// Answers a question. Question and answer pass as bytes, of which there are no more than
    /// [`caps::ANSWER_BYTES`] beside the content of a file.
    pub fn ask(&mut self, question: &[u8]) -> Vec<u8> {
        let answer = Question::from_bytes(question)
            .map_or(Answer::Unknown, |question| self.answer(&question));
        within_the_cap(&answer)
    }

    /// Answers a question from the layers that are open.
    pub fn answer(&mut self, question: &Question) -> Answer {
        match question {
            Question::Rows { scope, below, open, sort, part } => {
                self.rows(scope, below, open, *sort, *part)
            }
            Question::Find { scope, pattern, part } => match Pattern::new(pattern) {
                Some(pattern) => self.list(scope, *part, |tree| tree.matching(&pattern).to_vec()),
                None => Answer::Nothing,
            },
            Question::Largest { scope, part } => {
                self.list(scope, *part, |tree| tree.largest().to_vec())
            }
            Question::Wasted { scope, part } => Answer::Wasted(self.wasted(scope, *part)),
            Question::Summary(scope) => Answer::Summary(self.summary(scope)),
            Question::Details { scope, path } => self.details(scope, path),
            Question::Packages { scope, filter, part } => {
                Answer::Packages(self.packages(scope, filter, *part))
            }
            Question::Content { layer, offset } => self.content(layer, *offset),
            Question::ArchiveListing { layer, offset, part } => self.inside(layer, *offset, *part),
            Question::ArchiveMember { layer, offset, name } => self.member(layer, *offset, name),
        }
    }

    /// Returns content that is at hand, or the reason why it could not be extracted.
    fn content(&self, layer: &Digest, offset: u64) -> Answer {
        let opened = self.layer(layer);
        let kept = opened.and_then(|opened| opened.listing.kept(offset));
        let extracted = self
            .extracted
            .as_ref()
            .filter(|extracted| extracted.layer == *layer && extracted.offset == offset);
        match (kept, extracted.map(|extracted| &extracted.content)) {
            (Some(content), _) => {
                let is_unhashed = opened.is_some_and(|opened| opened.is_unhashed);
                let basis = if is_unhashed { Basis::Unhashed } else { Basis::FirstPass };
                Answer::Content(content.to_vec(), basis)
            }
            (None, Some(Ok((content, basis)))) => Answer::Content(content.clone(), *basis),
            (None, Some(Err(reason))) => Answer::Failed(reason.clone()),
            (None, None) => Answer::Nothing,
        }
    }

    /// Returns the tree of a scope, and makes it first if it is not kept.
    fn tree(&mut self, scope: &Scope) -> &mut SortedTree {
        if self.current.scope != *scope {
            std::mem::swap(&mut self.current, &mut self.before);
        }
        if self.current.scope != *scope {
            // The tree that was asked last is kept; the one before it is dropped first, for its memory.
            let old = std::mem::take(&mut self.current);
            self.visited_nodes += old.tree.visited_nodes.get();
            drop(old);
            self.current = CachedTree { scope: scope.clone(), tree: self.grow(scope) };
        }
        &mut self.current.tree
    }

    fn grow(&self, scope: &Scope) -> SortedTree {
        let mut tree =
            if scope.only.is_some() { FileTree::of_one_layer() } else { FileTree::new() };
        for (number, digest) in (0_u16..).zip(&scope.layers) {
            if scope.only.is_some_and(|only| only != number) {
                continue;
            }
            let Some(opened) = self.layers.get(digest) else { continue };
            tree.begin_layer(number);
            let mut entries = opened.listing.entries();
            while let Some(entry) = entries.next() {
                tree.add(entry);
            }
        }
        SortedTree::new(tree, scope.with_removed || scope.only.is_some())
    }

    fn rows(
        &mut self,
        scope: &Scope,
        below: &[u8],
        open: &[Vec<u8>],
        sort: Sort,
        part: RowRange,
    ) -> Answer {
        let tree = self.tree(scope);
        tree.sort(sort);
        let Some(top) = tree.find(below) else { return Answer::Nothing };
        let open: Vec<NodeId> = open.iter().filter_map(|path| tree.find(path)).collect();
        let mut rows = rows::rows(tree, top, &open, sort, capped(part));
        self.mark_changes(scope, &mut rows.rows);
        Answer::Rows(rows)
    }

    fn list(
        &mut self,
        scope: &Scope,
        part: RowRange,
        choose: impl FnOnce(&mut SortedTree) -> Vec<NodeId>,
    ) -> Answer {
        let tree = self.tree(scope);
        let chosen = choose(tree);
        let ids = slice(&chosen, part);
        let mut rows: Vec<Row> = ids.iter().filter_map(|&id| tree.row(id, 0, false)).collect();
        self.mark_changes(scope, &mut rows);
        Answer::Rows(Rows { total: chosen.len() as u64, rows })
    }

    /// Marks each row as added, changed or removed by the chosen layer, if all layers below it were
    /// read, as far as they can be.
    fn mark_changes(&mut self, scope: &Scope, rows: &mut [Row]) {
        let Some(only) = scope.only else { return };
        // Below the base there is nothing to change, so a second tree would add nothing.
        let is_base = only == 0;
        for row in rows.iter_mut().filter(|row| row.removed || is_base) {
            row.change = Some(if row.removed { ChangeKind::Removed } else { ChangeKind::Added });
        }
        if is_base || self.unknown_below(scope, only).is_none() {
            return;
        }
        let merged = self.tree(&merged(scope));
        for row in rows {
            merged.visit(1);
            let Some(node) = merged.tree.at(&row.path).and_then(|id| merged.tree.node(id)) else {
                continue;
            };
            let change = node.changes().iter().find(|change| change.layer == only);
            row.change = change.map(|change| change.kind).or(row.change);
            if row.removed && matches!(row.kind, EntryKind::Other(_)) {
                row.kind = node.kind;
            }
        }
    }

    /// Counts the layers below one that were read and not whole. `None` if one was not read, or if the
    /// layer itself is not whole: then its changes are not known.
    fn unknown_below(&self, scope: &Scope, layer: u16) -> Option<u16> {
        let is_whole = |digest: &Digest| Some(self.layers.get(digest)?.problem.is_none());
        if !is_whole(scope.layers.get(usize::from(layer))?)? {
            return None;
        }
        let below = scope.layers.iter().take(usize::from(layer));
        below.map(is_whole).try_fold(0, |count, whole| Some(count + u16::from(!whole?)))
    }

    /// The listing of a layer by its place in a scope.
    fn listing(&self, scope: &Scope, layer: u16) -> Option<&Listing> {
        let digest = scope.layers.get(usize::from(layer))?;
        self.layers.get(digest).map(|opened| &opened.listing)
    }
}

/// The same layers merged, with what was removed.
fn merged(scope: &Scope) -> Scope {
    Scope { only: None, with_removed: true, layers: scope.layers.clone() }
}

fn capped(part: RowRange) -> RowRange {
    RowRange { count: part.count.min(caps::ANSWER_ROWS), ..part }
}

/// The part of a list that was asked for.
fn slice<T>(list: &[T], part: RowRange) -> &[T] {
    let from = usize::try_from(part.offset).unwrap_or(usize::MAX).min(list.len());
    let to = from.saturating_add(capped(part).count as usize).min(list.len());
    list.get(from..to).unwrap_or_default()
}

/// Returns the bytes of an answer. Its rows, texts and lists are capped one by one; this is the cap on all
/// of them together.
fn within_the_cap(answer: &Answer) -> Vec<u8> {
    let content = match answer {
        Answer::Content(content, _) => content.len(),
        Answer::ArchiveListing(listing) => listing.unpacked.len(),
        _ => 0,
    };
    let bytes = answer.to_bytes();
    if bytes.len() <= caps::ANSWER_BYTES + content {
        return bytes;
    }
    Answer::Failed(ContentFault::TooLarge(caps::ANSWER_BYTES as u64)).to_bytes()
}

#[cfg(test)]
mod tests;
