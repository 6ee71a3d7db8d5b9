//! What is taken from a layer that passes by: its listing, or the content of one file.

use std::ops::ControlFlow;

use super::{Shelf, Table};
use crate::{
    content::{
        tar::{Entry, Event, Warning},
        verify::Verdict,
    },
    layers::{
        findings::Findings,
        listing::{Lister, Listing},
        ranges::{Basis, toc::Comparison},
    },
    oci::Digest,
};

/// Why nothing of a layer is shown.
const BLOCKED: &str = "its bytes are not those of its digest, so nothing of it is shown";

/// What is known of a layer that was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// What its archive holds, as far as it could be read.
    pub listing: Listing,
    /// How it is compressed, by its bytes, in a word.
    pub compression: String,
    /// Bytes after decompressing.
    pub plain_size: u64,
    /// Why not all of it was read, without a full stop.
    pub problem: Option<String>,
    /// What became of its table of contents.
    pub table: Table,
    /// Whether its bytes were not held against its digest: it broke off, or nobody can.
    pub is_unhashed: bool,
}

/// The content of a file that is larger than what listings keep.
pub(super) struct Held {
    pub(super) layer: Digest,
    pub(super) offset: u64,
    /// The file and what it was held against, or why there is none.
    pub(super) content: Result<(Vec<u8>, Basis), String>,
}

/// What is taken from a layer that passes by.
pub enum Taking {
    /// Its listing, perhaps held against its table of contents.
    Listing(Box<Lister>, Option<Box<Comparison>>),
    /// One file.
    File(Box<OneFile>),
}

impl Taking {
    /// Takes the listing.
    pub fn listing() -> Self {
        Self::Listing(Box::default(), None)
    }

    /// Takes the content that begins at `offset` in the uncompressed layer, up to `cap` bytes.
    pub fn file(offset: u64, cap: u64) -> Self {
        Self::File(Box::new(OneFile::new(offset, cap)))
    }

    /// Takes in what the reader of the archive found.
    pub fn take(&mut self, event: Event<'_>) -> ControlFlow<()> {
        match self {
            Self::Listing(lister, comparison) => lister.take(compared(event, comparison)),
            Self::File(file) => file.take(event),
        }
    }
}

fn compared<'e>(event: Event<'e>, comparison: &mut Option<Box<Comparison>>) -> Event<'e> {
    match (event, comparison) {
        (Event::Entry(mut entry), Some(comparison)) => {
            if !comparison.seen(&entry) {
                entry.warnings.push(Warning::UnlikeTable);
            }
            Event::Entry(entry)
        }
        (event, _) => event,
    }
}

impl Shelf {
    /// Puts on the shelf what was taken from a layer that was read, or that `broke` off for a
    /// reason. Bytes that are not those of the digest are never shown: then only that is kept.
    pub fn settle(
        &mut self,
        digest: &Digest,
        taking: Taking,
        findings: &Findings,
        broke: Option<String>,
    ) {
        let is_right = matches!(findings.verdict, Verdict::Verified | Verdict::Unsupported(_));
        let is_blocked = broke.is_none() && !is_right;
        let wrong = broke.or_else(|| is_blocked.then(|| BLOCKED.to_owned()));
        match taking {
            Taking::Listing(lister, comparison) => {
                let lister = if is_blocked { Lister::new() } else { *lister };
                let mut opened = opened(lister, findings, wrong);
                // Of a layer that was cut short nobody knows what else it has.
                let compared = comparison.filter(|_| opened.problem.is_none());
                opened.table = match compared {
                    Some(comparison) => Table::Compared(comparison.finish()),
                    None => self.refused.remove(digest).unwrap_or_default(),
                };
                self.put(digest.clone(), opened);
            }
            Taking::File(file) => {
                let content = wrong.map_or_else(|| Ok(()), Err);
                let is_right = findings.verdict.is_verified();
                let basis = if is_right { Basis::FirstPass } else { Basis::Unhashed };
                self.hold(digest, *file, content.map(|()| basis));
            }
        }
    }
}

impl Shelf {
    /// Keeps one file at hand, with what it was held against; or why it is not there.
    pub fn hold(&mut self, digest: &Digest, file: OneFile, basis: Result<Basis, String>) {
        let offset = file.offset;
        let content = basis.and_then(|basis| Ok((file.finish()?, basis)));
        self.held = Some(Held { layer: digest.clone(), offset, content });
    }
}

fn opened(lister: Lister, findings: &Findings, wrong: Option<String>) -> Opened {
    let is_full = lister.is_full();
    let full = || is_full.then(|| "it has more entries than are read".to_owned());
    Opened {
        listing: lister.finish(),
        compression: findings.compression.map_or("", |compression| compression.name()).to_owned(),
        plain_size: findings.plain_size,
        problem: wrong.or_else(|| findings.problem.clone()).or_else(full),
        table: Table::None,
        is_unhashed: !findings.verdict.is_verified(),
    }
}

/// The content of one file.
pub struct OneFile {
    offset: u64,
    cap: u64,
    entry: Option<Entry>,
    content: Vec<u8>,
    state: Finding,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Finding {
    Before,
    Inside,
    Complete,
    TooLarge,
}

impl OneFile {
    /// The content that begins at `offset` in the uncompressed layer, up to `cap` bytes.
    pub fn new(offset: u64, cap: u64) -> Self {
        Self { offset, cap, entry: None, content: Vec::new(), state: Finding::Before }
    }

    /// Takes in what the reader of the archive found.
    pub fn take(&mut self, event: Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Entry(entry) if entry.offset == self.offset => {
                let is_large = entry.stored.max(entry.size) > self.cap;
                self.state = if is_large { Finding::TooLarge } else { Finding::Inside };
                self.entry = Some(*entry);
            }
            Event::Content(bytes) if self.state == Finding::Inside => {
                self.content.extend_from_slice(bytes);
            }
            Event::End if self.state == Finding::Inside => self.state = Finding::Complete,
            _ => {}
        }
        match self.state {
            Finding::Complete | Finding::TooLarge => ControlFlow::Break(()),
            Finding::Before | Finding::Inside => ControlFlow::Continue(()),
        }
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, String> {
        match self.state {
            Finding::Complete => self.unfold(),
            Finding::TooLarge => Err(format!("the file is larger than {} bytes", self.cap)),
            Finding::Inside => Err("the file is cut short".to_owned()),
            Finding::Before => Err("the file is not in the layer".to_owned()),
        }
    }

    /// The file as a container reads it: a sparse one with its holes.
    fn unfold(self) -> Result<Vec<u8>, String> {
        let entry = self.entry.as_ref();
        let Some((map, size)) = entry.and_then(|e| Some((e.sparse.as_ref()?, e.size))) else {
            return Ok(self.content);
        };
        unfold(map, size, &self.content)
            .ok_or_else(|| "the map of the sparse file does not fit".to_owned())
    }
}

fn unfold(map: &[(u64, u64)], size: u64, mut stored: &[u8]) -> Option<Vec<u8>> {
    let mut file = vec![0; usize::try_from(size).ok()?];
    for &(offset, length) in map {
        let (offset, length) = (usize::try_from(offset).ok()?, usize::try_from(length).ok()?);
        let (piece, rest) = stored.split_at_checked(length)?;
        file.get_mut(offset..offset.checked_add(length)?)?.copy_from_slice(piece);
        stored = rest;
    }
    Some(file)
}
