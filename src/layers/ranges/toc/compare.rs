//! Compares a table of contents with the archive it stands in, once both were read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    caps,
    content::tar::{Entry, EntryKind},
};

/// Bytes of a path that a difference holds.
const PATH_SHOWN: usize = 1_024;

/// The file of the table itself, which is in the archive and not in the table.
const OWN: &[u8] = b"stargz.index.json";

/// The entries of the table and of the archive, by path. Both are handed in one by one.
#[derive(Default)]
pub struct Comparison {
    listed: BTreeMap<Vec<u8>, EntryBrief>,
    differences: Vec<TocDifference>,
    more: u64,
}

/// A difference between a table of contents and its archive. Paths are cut after 1,024 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TocDifference {
    /// The path is in the archive and not in the table.
    OnlyInArchive(Vec<u8>),
    /// The path is in the table and not in the archive.
    OnlyInTable(Vec<u8>),
    /// The path is in both, with these differences.
    Entry(Vec<u8>, Vec<FieldDifference>),
    /// There are this many more differences.
    More(u64),
}

/// A field in which an entry of a table differs from the one of its archive. The first value is that
/// of the table, the second that of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldDifference {
    /// The kind of the entry.
    Kind(EntryKind, EntryKind),
    /// The size in bytes.
    Size(u64, u64),
    /// The permission bits.
    Mode(u32, u32),
    /// The numbers of the owner and the group.
    Owner((u64, u64), (u64, u64)),
    /// The target of a link.
    Link(Vec<u8>, Vec<u8>),
}

#[derive(Clone, PartialEq, Eq)]
struct EntryBrief {
    kind: EntryKind,
    size: u64,
    mode: u32,
    owner: (u64, u64),
    link: Vec<u8>,
    seen: bool,
}

impl Comparison {
    /// Takes an entry of the table.
    pub fn listed(&mut self, entry: &Entry) {
        self.listed.insert(clean(&entry.path), brief(entry));
    }

    /// Takes an entry of the archive. Returns `true` if the table agrees. Of a path that is there
    /// twice, the last counts: call this for all, in their order.
    pub fn seen(&mut self, entry: &Entry) -> bool {
        let path = clean(&entry.path);
        if path == OWN {
            return true;
        }
        let Some(listed) = self.listed.get_mut(&path) else {
            self.differ(TocDifference::OnlyInArchive(start_of(&path)));
            return false;
        };
        let actual = EntryBrief { seen: true, ..brief(entry) };
        listed.seen = true;
        let agrees = *listed == actual;
        if !agrees {
            let fields = differences(listed, &actual);
            self.differ(TocDifference::Entry(start_of(&path), fields));
        }
        agrees
    }

    /// Returns the differences; none if table and archive agree. Contents are not compared: each is
    /// checked against its digest when it is read.
    pub fn finish(mut self) -> Vec<TocDifference> {
        for (path, listed) in std::mem::take(&mut self.listed) {
            if !listed.seen {
                self.differ(TocDifference::OnlyInTable(start_of(&path)));
            }
        }
        if self.more > 0 {
            self.differences.push(TocDifference::More(self.more));
        }
        self.differences
    }

    fn differ(&mut self, difference: TocDifference) {
        if self.differences.len() >= caps::TOC_FAULTS {
            self.more += 1;
            return;
        }
        self.differences.push(difference);
    }
}

/// Returns a path without the parts in which writers differ.
fn clean(path: &[u8]) -> Vec<u8> {
    let parts = path.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b"."));
    parts.collect::<Vec<_>>().join(&b'/')
}

fn brief(entry: &Entry) -> EntryBrief {
    EntryBrief {
        kind: entry.kind,
        size: if entry.kind == EntryKind::File { entry.size } else { 0 },
        mode: entry.mode & 0o7777,
        owner: (entry.uid, entry.gid),
        link: match entry.kind {
            EntryKind::HardLink => clean(&entry.link),
            _ => entry.link.clone(),
        },
        seen: false,
    }
}

/// The fields in which an entry of the table and of the archive differ.
fn differences(listed: &EntryBrief, actual: &EntryBrief) -> Vec<FieldDifference> {
    let mut all = Vec::new();
    if listed.kind != actual.kind {
        all.push(FieldDifference::Kind(listed.kind, actual.kind));
    }
    if listed.size != actual.size {
        all.push(FieldDifference::Size(listed.size, actual.size));
    }
    if listed.mode != actual.mode {
        all.push(FieldDifference::Mode(listed.mode, actual.mode));
    }
    if listed.owner != actual.owner {
        all.push(FieldDifference::Owner(listed.owner, actual.owner));
    }
    if listed.link != actual.link {
        all.push(FieldDifference::Link(start_of(&listed.link), start_of(&actual.link)));
    }
    all
}

/// As much of a path as is shown.
fn start_of(path: &[u8]) -> Vec<u8> {
    path.get(..PATH_SHOWN).unwrap_or(path).to_vec()
}
