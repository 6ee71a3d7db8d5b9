//! Holds a table of contents against the archive it stands in, once both were read.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::content::tar::{Entry, EntryKind};

/// Differences listed one by one.
const DIFFERENCES_MAX: usize = 20;

/// Names that are in the archive only for the table's sake.
const OWN: &[u8] = b"stargz.index.json";

/// The entries of the table and of the archive, by path. Both are handed in one by one.
#[derive(Default)]
pub struct Comparison {
    listed: BTreeMap<Vec<u8>, EntryBrief>,
    differences: Vec<String>,
    more: u64,
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

    /// Takes an entry of the archive. Of a path that is there twice, the last counts: call this for
    /// all, in their order. Says whether the table agrees.
    pub fn seen(&mut self, entry: &Entry) -> bool {
        let path = clean(&entry.path);
        if path == OWN {
            return true;
        }
        let Some(listed) = self.listed.get_mut(&path) else {
            self.differ(&path, "is in the archive and not in the table");
            return false;
        };
        let actual = EntryBrief { seen: true, ..brief(entry) };
        listed.seen = true;
        let agrees = *listed == actual;
        if !agrees {
            let words = differences(listed, &actual);
            self.differ(&path, &words);
        }
        agrees
    }

    /// Returns the differences, each a sentence without a full stop; none if they agree. Contents
    /// are not compared: each is checked against its digest when it is read.
    pub fn finish(mut self) -> Vec<String> {
        for (path, listed) in std::mem::take(&mut self.listed) {
            if !listed.seen {
                self.differ(&path, "is in the table and not in the archive");
            }
        }
        if self.more > 0 {
            self.differences.push(format!("there are {} more differences", self.more));
        }
        self.differences
    }

    fn differ(&mut self, path: &[u8], what: &str) {
        if self.differences.len() >= DIFFERENCES_MAX {
            self.more += 1;
            return;
        }
        let path = String::from_utf8_lossy(path.get(..1_024).unwrap_or(path)).into_owned();
        self.differences.push(format!("“{path}” {what}"));
    }
}

/// The path without what writers differ in.
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

fn differences(listed: &EntryBrief, actual: &EntryBrief) -> String {
    let mut words = String::new();
    let mut note = |name: &str, listed: &dyn std::fmt::Display, actual: &dyn std::fmt::Display| {
        let comma = if words.is_empty() { "" } else { ", " };
        // Writing to a text does not fail.
        let _ = write!(words, "{comma}{name} {listed} in the table and {actual} in the archive");
    };
    if listed.kind != actual.kind {
        note("is a", &listed.kind.words(), &actual.kind.words());
    }
    if listed.size != actual.size {
        note("has size", &listed.size, &actual.size);
    }
    if listed.mode != actual.mode {
        note("has mode", &format!("{:o}", listed.mode), &format!("{:o}", actual.mode));
    }
    if listed.owner != actual.owner {
        let owner = |(uid, gid)| format!("{uid}:{gid}");
        note("belongs to", &owner(listed.owner), &owner(actual.owner));
    }
    if listed.link != actual.link {
        let link =
            |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(200).collect::<String>();
        note("links to", &link(&listed.link), &link(&actual.link));
    }
    words
}
