//! Holds a table of contents against the archive it stands in, once both were read.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::content::tar::{Entry, EntryKind};

/// Differences told one by one.
const DIFFERENCES_MAX: usize = 20;

/// Names that are in the archive only for the table's sake.
const OWN: &[u8] = b"stargz.index.json";

/// What the table and the archive say of each path. Both are handed in entry by entry.
#[derive(Default)]
pub struct Comparison {
    told: BTreeMap<Vec<u8>, Told>,
    differences: Vec<String>,
    more: u64,
}

#[derive(Clone, PartialEq, Eq)]
struct Told {
    kind: EntryKind,
    size: u64,
    mode: u32,
    owner: (u64, u64),
    link: Vec<u8>,
    seen: bool,
}

impl Comparison {
    /// Takes an entry of the table.
    pub fn told(&mut self, entry: &Entry) {
        self.told.insert(clean(&entry.path), brief(entry));
    }

    /// Takes an entry of the archive. Of a path that is there twice, the last counts: call this for
    /// all, in their order. Says whether the table agrees.
    pub fn seen(&mut self, entry: &Entry) -> bool {
        let path = clean(&entry.path);
        if path == OWN {
            return true;
        }
        let Some(told) = self.told.get_mut(&path) else {
            self.differ(&path, "is in the archive and not in the table");
            return false;
        };
        let actual = Told { seen: true, ..brief(entry) };
        told.seen = true;
        let agrees = *told == actual;
        if !agrees {
            let words = differences(told, &actual);
            self.differ(&path, &words);
        }
        agrees
    }

    /// What differs, each a sentence without a full stop; none where they agree. Contents are not
    /// compared: each is held against its digest when it is read.
    pub fn finish(mut self) -> Vec<String> {
        for (path, told) in std::mem::take(&mut self.told) {
            if !told.seen {
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

fn brief(entry: &Entry) -> Told {
    Told {
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

fn differences(told: &Told, actual: &Told) -> String {
    let mut words = String::new();
    let mut note = |name: &str, told: &dyn std::fmt::Display, actual: &dyn std::fmt::Display| {
        let comma = if words.is_empty() { "" } else { ", " };
        // Writing to a text does not fail.
        let _ = write!(words, "{comma}{name} {told} in the table and {actual} in the archive");
    };
    if told.kind != actual.kind {
        note("is a", &told.kind.words(), &actual.kind.words());
    }
    if told.size != actual.size {
        note("has size", &told.size, &actual.size);
    }
    if told.mode != actual.mode {
        note("has mode", &format!("{:o}", told.mode), &format!("{:o}", actual.mode));
    }
    if told.owner != actual.owner {
        let owner = |(uid, gid)| format!("{uid}:{gid}");
        note("belongs to", &owner(told.owner), &owner(actual.owner));
    }
    if told.link != actual.link {
        let link =
            |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(200).collect::<String>();
        note("links to", &link(&told.link), &link(&actual.link));
    }
    words
}
