//! Counts bytes: those that layers bring, those of them that a container sees, and those below each
//! directory. A file with several names is counted once.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use serde::{Deserialize, Serialize};

use super::{FileTree, NodeId, ROOT, node::FileKey};
use crate::content::tar::EntryKind;

/// Bytes that layers bring and that no container sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Bytes of files in all layers.
    pub total: u64,
    /// Of these, bytes that a container sees.
    pub visible: u64,
}

impl Usage {
    /// Bytes that were overwritten or removed by a later layer.
    pub fn wasted(self) -> u64 {
        self.total.saturating_sub(self.visible)
    }

    /// Visible bytes of all bytes, in thousandths; 1,000 if there are none.
    pub fn efficiency(self) -> u32 {
        let share = u128::from(self.visible) * 1_000;
        share.checked_div(u128::from(self.total)).map_or(1_000, |share| share as u32)
    }
}

impl FileTree {
    /// Bytes in all layers against bytes that a container sees.
    pub fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        for node in self.nodes.iter() {
            let brought = node.changes().iter().map(|change| change.size);
            usage.total = brought.fold(usage.total, u64::saturating_add);
            if node.visible && node.kind == EntryKind::File {
                usage.visible = usage.visible.saturating_add(node.size);
            }
        }
        let kept = self.kept_by_links().into_values();
        usage.visible = kept.fold(usage.visible, u64::saturating_add);
        usage
    }

    /// Returns the bytes of files that are seen by hard links only, by the path that brought them.
    pub fn kept_by_links(&self) -> BTreeMap<NodeId, u64> {
        let mut kept: BTreeMap<NodeId, u64> = BTreeMap::new();
        let mut last = None;
        for (key, id) in self.links() {
            let size = self.node(id).map_or(0, |node| node.size);
            if last.replace(key) != Some(key) && !self.shows(key) {
                let sum = kept.entry(key.0).or_default();
                *sum = sum.saturating_add(size);
            }
        }
        kept
    }

    /// Returns `true` if the path that brought a file still shows it.
    fn shows(&self, key: FileKey) -> bool {
        let first =
            self.node(key.0).filter(|node| node.visible && node.kind != EntryKind::HardLink);
        first.is_some_and(|node| node.key(key.0) == key)
    }

    /// Returns the path that brought the file that a hard link names, if it has that file still.
    pub fn first_name(&self, link: NodeId) -> Option<NodeId> {
        let node = self.node(link).filter(|node| node.is_another_name())?;
        let key = node.key(link);
        self.shows(key).then_some(key.0)
    }

    /// The visible hard links to files with content, those of one file beside each other.
    fn links(&self) -> Vec<(FileKey, NodeId)> {
        let link = |id: NodeId| {
            let node = self.node(id)?;
            let is_file = node.file_kind() == EntryKind::File && node.size > 0;
            (node.visible && node.is_another_name() && is_file).then(|| (node.key(id), id))
        };
        let mut links: Vec<_> = self.ids().filter_map(link).collect();
        links.sort_unstable();
        links
    }

    /// The size of everything visible below each node, by its number.
    pub fn sizes(&self) -> Vec<u64> {
        let mut sizes = Vec::with_capacity(self.nodes.len());
        sizes.extend(self.nodes.iter().map(|node| if node.visible { node.size } else { 0 }));
        let again = self.counted_again();
        // Children are always made after their parents.
        for at in (0..self.nodes.len()).rev() {
            let Some(size) = sizes.get_mut(at) else { continue };
            *size = size.saturating_sub(again.get(&at).copied().unwrap_or_default());
            let size = *size;
            let parent = self.nodes.get(at).map_or(0, |node| node.parent.number());
            if let Some(sum) = sizes.get_mut(parent).filter(|_| at > 0) {
                *sum = sum.saturating_add(size);
            }
        }
        sizes
    }

    /// The bytes that a sum of names counts once too often, by the directory in which names of one file
    /// meet.
    fn counted_again(&self) -> BTreeMap<usize, u64> {
        let links = self.links();
        let (mut again, mut group) = (BTreeMap::<usize, u64>::new(), 0_u32);
        // The last file below each directory.
        let mut seen = vec![0_u32; if links.is_empty() { 0 } else { self.len() }];
        let mut last = None;
        for (key, id) in links {
            if last.replace(key) != Some(key) {
                group += 1;
                if self.shows(key) {
                    self.meet(key.0, group, &mut seen);
                }
            }
            if let Some(at) = self.meet(id, group, &mut seen) {
                let size = self.node(id).map_or(0, |node| node.size);
                let sum = again.entry(at.number()).or_default();
                *sum = sum.saturating_add(size);
            }
        }
        again
    }

    /// Marks the directories above a name, up to the first that is marked for this file.
    fn meet(&self, id: NodeId, group: u32, seen: &mut [u32]) -> Option<NodeId> {
        let mut at = id;
        while at != ROOT {
            at = self.parent(at);
            let mark = seen.get_mut(at.number())?;
            if *mark == group {
                return Some(at);
            }
            *mark = group;
        }
        None
    }

    /// The largest visible files, largest first, then by path. Of several names of one file, one.
    pub fn largest(&self, count: usize) -> Vec<NodeId> {
        let is_file = |id: &NodeId| {
            self.node(*id).is_some_and(|n| n.visible && n.file_kind() == EntryKind::File)
        };
        let mut files: Vec<_> = self.ids().filter(is_file).collect();
        let size = |id: &NodeId| self.node(*id).map_or(0, |node| node.size);
        files.sort_by_cached_key(|id| (Reverse(size(id)), *id));
        let mut named: BTreeSet<FileKey> = self.links().into_iter().map(|(key, _)| key).collect();
        named.retain(|key| !self.shows(*key));
        files.retain(|&id| match self.node(id) {
            Some(node) if node.is_another_name() && node.size > 0 => named.remove(&node.key(id)),
            _ => true,
        });
        files.truncate(count);
        files
    }
}
