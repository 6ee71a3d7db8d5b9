//! Collects from a layer that is being read: its listing, or the content of one file.

use std::ops::ControlFlow;

use super::{ContentFault, Incomplete, LayerIndex, TocState};
use crate::{
    content::{
        tar::{ArchiveEvent, Entry, Warning},
        verify::Verdict,
    },
    error::ErrorKind,
    layers::{
        findings::{Findings, ReadFault},
        listing::{Lister, Listing},
        ranges::{Basis, toc::Comparison},
    },
    oci::Digest,
};

/// The knowledge about a layer that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerRecord {
    /// The content of its archive, as far as it could be read.
    pub listing: Listing,
    /// Bytes after decompressing.
    pub plain_size: u64,
    /// The reason why the layer was not read to its end.
    pub problem: Option<Incomplete>,
    /// The state of its table of contents.
    pub table: TocState,
    /// `true` if its bytes were not checked against its digest: reading broke off, or the algorithm
    /// is unknown.
    pub is_unhashed: bool,
}

/// The content of a file that is larger than what listings keep.
pub(super) struct ExtractedFile {
    pub(super) layer: Digest,
    pub(super) offset: u64,
    /// The file and the evidence that it was checked against, or the reason why there is none.
    pub(super) content: Result<(Vec<u8>, Basis), ContentFault>,
}

/// Collects from a layer that is being read.
pub enum Collector {
    /// Its listing, perhaps checked against its table of contents.
    Listing(Box<Lister>, Option<Box<Comparison>>),
    /// The content of one file, at its place in the archive.
    File(Box<FileCollector>),
}

impl Collector {
    /// Takes the listing.
    pub fn listing() -> Self {
        Self::Listing(Box::default(), None)
    }

    /// Takes the content that begins at `offset` in the uncompressed layer, up to `cap` bytes.
    pub fn file(offset: u64, cap: u64) -> Self {
        Self::File(Box::new(FileCollector::new(offset, cap)))
    }

    /// Takes the next event of the archive.
    pub fn take(&mut self, event: ArchiveEvent<'_>) -> ControlFlow<()> {
        match self {
            Self::Listing(lister, comparison) => lister.take(compared(event, comparison)),
            Self::File(file) => file.take(event),
        }
    }
}

fn compared<'e>(
    event: ArchiveEvent<'e>,
    comparison: &mut Option<Box<Comparison>>,
) -> ArchiveEvent<'e> {
    match (event, comparison) {
        (ArchiveEvent::Entry(mut entry), Some(comparison)) => {
            if !comparison.seen(&entry) {
                entry.warnings.push(Warning::UnlikeTable);
            }
            ArchiveEvent::Entry(entry)
        }
        (event, _) => event,
    }
}

impl LayerIndex {
    /// Takes the diff ID that the configuration states for a layer. If the layer comes unpacked, it is
    /// checked against that.
    pub fn state_diff_id(&mut self, layer: &Digest, diff_id: &Digest) {
        self.diff_ids.insert(layer.clone(), diff_id.clone());
    }

    /// Returns the diff ID that the configuration states for a layer.
    pub fn diff_id(&self, layer: &Digest) -> Option<&Digest> {
        self.diff_ids.get(layer)
    }

    /// Ends a pass over a layer and keeps its findings. `broke` is the error if reading broke off.
    /// Bytes that are not those of the digest are never shown: then only the verdict is kept.
    pub fn finish_pass(
        &mut self,
        digest: &Digest,
        collector: Collector,
        findings: &Findings,
        broke: Option<ErrorKind>,
    ) {
        let is_unpacked = findings.came_unpacked(self.diff_ids.get(digest));
        let is_hashed = is_unpacked || findings.verdict.has_digest();
        let is_right = is_hashed || matches!(findings.verdict, Verdict::Unsupported(_));
        let is_blocked = broke.is_none() && !is_right;
        let is_encoded = findings.encoding.is_some();
        match collector {
            Collector::Listing(lister, comparison) => {
                let lister = if is_blocked { Lister::new() } else { *lister };
                let fault = if is_encoded { Incomplete::Encoded } else { Incomplete::WrongBytes };
                let wrong = is_blocked.then_some(fault);
                let wrong = broke.map(Incomplete::BrokeOff).or(wrong);
                let mut opened = opened(lister, findings, wrong);
                opened.is_unhashed = !is_hashed;
                opened.listing.odd.extend(is_unpacked.then_some(Warning::UnpackedOnTheWay));
                if let Verdict::WrongSize { stated, actual } = findings.verdict {
                    opened.listing.odd.push(Warning::WrongSize { stated, actual });
                }
                // A layer that was cut short may have more entries than were read.
                let compared = comparison.filter(|_| opened.problem.is_none());
                opened.table = match compared {
                    Some(comparison) => TocState::Compared(comparison.finish()),
                    None => self.refused.remove(digest).unwrap_or_default(),
                };
                self.put(digest.clone(), opened);
            }
            Collector::File(file) => {
                let fault =
                    if is_encoded { ContentFault::Encoded } else { ContentFault::WrongBytes };
                let wrong = is_blocked.then_some(fault);
                let wrong = broke.map(ContentFault::BrokeOff).or(wrong);
                let content = wrong.map_or_else(|| Ok(()), Err);
                let basis = if is_hashed { Basis::FirstPass } else { Basis::Unhashed };
                self.hold(digest, *file, content.map(|()| basis));
            }
        }
    }
}

impl LayerIndex {
    /// Keeps one file at hand, with the evidence that it was checked against, or the reason why
    /// there is none.
    pub fn hold(
        &mut self,
        digest: &Digest,
        file: FileCollector,
        basis: Result<Basis, ContentFault>,
    ) {
        let offset = file.offset;
        let content = basis.and_then(|basis| Ok((file.finish()?, basis)));
        self.extracted = Some(ExtractedFile { layer: digest.clone(), offset, content });
    }
}

fn opened(lister: Lister, findings: &Findings, wrong: Option<Incomplete>) -> LayerRecord {
    let is_full = lister.is_full();
    let behind = findings.problem.as_ref().filter(|fault| fault.is_behind_end());
    // The layer was read to its end; what follows that is told as a fault of the archive.
    let fault = || findings.problem.clone().filter(|_| behind.is_none()).map(Incomplete::ReadFault);
    let mut listing = lister.finish();
    listing.odd.extend(behind.map(|_| Warning::DataBehindStream));
    let problem = wrong.or_else(fault).or(is_full.then_some(Incomplete::TooManyEntries));
    if let Some(Incomplete::ReadFault(ReadFault::NotAnArchive)) = problem {
        // Faults of an archive say the same once more.
        listing.odd.clear();
    }
    LayerRecord {
        listing,
        plain_size: findings.plain_size,
        problem,
        table: TocState::None,
        is_unhashed: false,
    }
}

/// The content of one file.
pub struct FileCollector {
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

impl FileCollector {
    /// The content that begins at `offset` in the uncompressed layer, up to `cap` bytes.
    pub fn new(offset: u64, cap: u64) -> Self {
        Self { offset, cap, entry: None, content: Vec::new(), state: Finding::Before }
    }

    /// Takes the next event of the archive.
    pub fn take(&mut self, event: ArchiveEvent<'_>) -> ControlFlow<()> {
        match event {
            ArchiveEvent::Entry(entry) if entry.offset == self.offset => {
                let is_large = entry.stored.max(entry.size) > self.cap;
                self.state = if is_large { Finding::TooLarge } else { Finding::Inside };
                self.entry = Some(*entry);
            }
            ArchiveEvent::Content(bytes) if self.state == Finding::Inside => {
                self.content.extend_from_slice(bytes);
            }
            ArchiveEvent::End if self.state == Finding::Inside => self.state = Finding::Complete,
            _ => {}
        }
        match self.state {
            Finding::Complete | Finding::TooLarge => ControlFlow::Break(()),
            Finding::Before | Finding::Inside => ControlFlow::Continue(()),
        }
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, ContentFault> {
        match self.state {
            Finding::Complete => self.unfold(),
            Finding::TooLarge => Err(ContentFault::TooLarge(self.cap)),
            Finding::Inside => Err(ContentFault::CutShort),
            Finding::Before => Err(ContentFault::Absent),
        }
    }

    /// The file as a container reads it: a sparse one with its holes.
    fn unfold(self) -> Result<Vec<u8>, ContentFault> {
        let entry = self.entry.as_ref();
        let Some((map, size)) = entry.and_then(|e| Some((e.sparse.as_ref()?, e.size))) else {
            return Ok(self.content);
        };
        unfold(map, size, &self.content).ok_or(ContentFault::BadSparseMap)
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
