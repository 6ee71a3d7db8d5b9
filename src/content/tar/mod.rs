//! Tar archives, push-style: blocks go in, entries and their content come out.
//!
//! POSIX ustar and PAX, GNU long names and sparse files, V7, base-256 numbers. An archive is
//! hostile: sizes lie, names escape, extensions never end. A point on which readers of tar differ
//! becomes a [`Warning`] on the entry. If Go's `archive/tar` has an opinion, it is followed, since
//! it is the reader that extracts images.

mod archive;
mod compose;
pub mod entry;
pub mod header;
pub mod pax;
mod skip;
mod sparse;

use std::ops::ControlFlow;

use crate::caps;
pub use archive::{ArchiveEvent, ArchiveReader, Visitor};
use compose::compose;
pub(crate) use compose::{check_path, few_xattrs, short_owner, too_long};
pub use entry::{Entry, EntryKind, Warning};
use header::{BLOCK, Header};
use pax::Extensions;
use sparse::map_fits;

/// Reads an archive that is handed in bit by bit.
#[derive(Default)]
pub struct Reader {
    block: Vec<u8>,
    position: u64,
    state: ReaderState,
    local: Extensions,
    global: Extensions,
    has_extensions: bool,
    /// Bytes of extensions since the last entry, and of global ones since the start.
    local_size: u64,
    global_size: u64,
    saw_header: bool,
}

#[derive(Default)]
enum ReaderState {
    #[default]
    Header,
    /// The content of an extension, collected.
    Extension {
        kind: Extension,
        left: u64,
        content: Vec<u8>,
    },
    /// More of an old GNU sparse map.
    SparseMap(Box<PendingEntry>),
    /// The sparse map of PAX version 1.0, at the head of the content.
    SparseHead {
        pending: Box<PendingEntry>,
        text: Vec<u8>,
        lines: usize,
    },
    Content {
        left: u64,
    },
    /// Padding or an extension that is too large: passed over.
    Skip {
        left: u64,
    },
    /// One empty block was seen.
    HalfEnd,
    End {
        warned: bool,
    },
    /// Nothing can be found any more.
    Lost,
}

#[derive(Clone, Copy)]
enum Extension {
    Local,
    Global,
    LongName,
    LongLink,
}

/// An entry whose sparse map is not complete.
struct PendingEntry {
    entry: Entry,
    left: u64,
}

/// A reader of archives for layers.
pub fn archive() -> Box<dyn ArchiveReader> {
    Box::new(Reader::new())
}

impl ArchiveReader for Reader {
    fn push(&mut self, input: &[u8], visitor: Visitor<'_>) -> ControlFlow<()> {
        Self::push(self, input, visitor)
    }

    fn finish(&mut self, visitor: Visitor<'_>) -> ControlFlow<()> {
        Self::finish(self, visitor)
    }

    fn is_archive(&self) -> bool {
        Self::is_archive(self)
    }
}

impl Reader {
    /// A reader at the start of an archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns `true` if the end marker was read.
    pub fn is_at_end(&self) -> bool {
        matches!(self.state, ReaderState::End { .. })
    }

    /// Returns `true` if a header was read, or nothing but zeros or nothing at all: that is an empty
    /// archive, as `docker save` and Bazel make them (moby/moby#18226). Else the bytes are none.
    pub fn is_archive(&self) -> bool {
        let is_between = matches!(self.state, ReaderState::Header | ReaderState::HalfEnd);
        let is_zeros = is_between && self.block.iter().all(|&byte| byte == 0);
        self.saw_header || self.is_at_end() || is_zeros
    }

    /// Takes in the next bytes of the archive.
    pub fn push(&mut self, mut input: &[u8], visitor: Visitor<'_>) -> ControlFlow<()> {
        while !input.is_empty() {
            let used = match &mut self.state {
                ReaderState::Content { .. } => self.content(input, visitor)?,
                ReaderState::Skip { left } => {
                    let used = (*left).min(input.len() as u64);
                    *left -= used;
                    if *left == 0 {
                        self.state = ReaderState::Header;
                    }
                    used as usize
                }
                ReaderState::Lost => input.len(),
                _ => self.fill_block(input, visitor)?,
            };
            self.position += used as u64;
            input = input.get(used..).unwrap_or_default();
        }
        ControlFlow::Continue(())
    }

    /// Says that the archive ends here.
    pub fn finish(&mut self, visitor: Visitor<'_>) -> ControlFlow<()> {
        if let Some(warning) = self.end_fault() {
            visitor(ArchiveEvent::Odd(warning))?;
        }
        if self.has_extensions {
            visitor(ArchiveEvent::Odd(Warning::DanglingExtension))
        } else {
            ControlFlow::Continue(())
        }
    }

    /// The fault of an archive that ends here. Zeros that fill no block are padding, and other bytes
    /// behind the end marker belong to no entry. What is no archive has no entry to end in.
    fn end_fault(&self) -> Option<Warning> {
        let has_data = self.block.iter().any(|&byte| byte != 0);
        match self.state {
            ReaderState::End { warned } => (has_data && !warned).then_some(Warning::DataBehindEnd),
            ReaderState::Lost => None,
            _ if !self.is_archive() => None,
            ReaderState::Header | ReaderState::HalfEnd if !has_data => {
                (self.position > 0).then_some(Warning::NoEndMarker)
            }
            _ => Some(Warning::Truncated),
        }
    }

    /// Collects a block and reads it once it is whole.
    fn fill_block(&mut self, input: &[u8], visitor: Visitor<'_>) -> ControlFlow<(), usize> {
        let wanted = BLOCK - self.block.len();
        let taken = input.get(..wanted).unwrap_or(input);
        self.block.extend_from_slice(taken);
        if let Ok(block) = <[u8; BLOCK]>::try_from(self.block.as_slice()) {
            self.block.clear();
            let end = self.position + taken.len() as u64;
            self.read_block(&block, end, visitor)?;
        }
        ControlFlow::Continue(taken.len())
    }

    fn read_block(
        &mut self,
        block: &[u8; BLOCK],
        end: u64,
        visitor: Visitor<'_>,
    ) -> ControlFlow<()> {
        match std::mem::take(&mut self.state) {
            ReaderState::Header => self.header(block, end, false, visitor),
            ReaderState::HalfEnd => self.header(block, end, true, visitor),
            ReaderState::Extension { kind, left, content } => {
                self.extension(kind, left, content, block);
                ControlFlow::Continue(())
            }
            ReaderState::SparseMap(pending) => self.sparse_map(*pending, block, visitor),
            ReaderState::SparseHead { pending, text, lines } => {
                self.sparse_head(*pending, text, lines, block, end, visitor)
            }
            ReaderState::End { warned } => {
                let data = block.iter().any(|&byte| byte != 0);
                self.state = ReaderState::End { warned: warned || data };
                if data && !warned {
                    visitor(ArchiveEvent::Odd(Warning::DataBehindEnd))
                } else {
                    ControlFlow::Continue(())
                }
            }
            other => {
                self.state = other;
                ControlFlow::Continue(())
            }
        }
    }

    fn header(
        &mut self,
        block: &[u8; BLOCK],
        end: u64,
        after_empty: bool,
        visitor: Visitor<'_>,
    ) -> ControlFlow<()> {
        if block.iter().all(|&byte| byte == 0) {
            self.state =
                if after_empty { ReaderState::End { warned: false } } else { ReaderState::HalfEnd };
            return ControlFlow::Continue(());
        }
        let Some(header) = Header::new(block) else {
            self.state = ReaderState::Lost;
            return visitor(ArchiveEvent::Odd(Warning::BadHeader));
        };
        self.saw_header = true;
        match (extension_kind(header.flag()), header.size()) {
            (_, Err(warning)) => {
                self.state = ReaderState::Lost;
                visitor(ArchiveEvent::Odd(warning))
            }
            (Some(kind), Ok(size)) => self.begin_extension(kind, size, visitor),
            (None, Ok(size)) => self.begin_entry(&header, size, end, visitor),
        }
    }

    fn begin_extension(
        &mut self,
        kind: Extension,
        size: u64,
        visitor: Visitor<'_>,
    ) -> ControlFlow<()> {
        let is_global = matches!(kind, Extension::Global);
        self.has_extensions |= !is_global;
        let total = if is_global { &mut self.global_size } else { &mut self.local_size };
        // Extensions without content count as well: there could be any number of them.
        *total = total.saturating_add(size.max(1));
        if *total > caps::TAR_EXTENSIONS {
            self.state = skip(padded(size));
            return visitor(ArchiveEvent::Odd(Warning::ExtensionTooLarge(size)));
        }
        if size > 0 {
            self.state = ReaderState::Extension { kind, left: size, content: Vec::new() };
        }
        ControlFlow::Continue(())
    }

    fn extension(&mut self, kind: Extension, left: u64, mut content: Vec<u8>, block: &[u8; BLOCK]) {
        let taken = left.min(BLOCK as u64);
        content.extend_from_slice(block.get(..taken as usize).unwrap_or_default());
        if left > taken {
            self.state = ReaderState::Extension { kind, left: left - taken, content };
            return;
        }
        match kind {
            Extension::Local => self.local.read_pax(&content),
            Extension::Global => {
                self.global.read_pax(&content);
                self.global.shorten();
            }
            Extension::LongName => self.local.path = Some(header::until_nul(&content).to_vec()),
            Extension::LongLink => self.local.link = Some(header::until_nul(&content).to_vec()),
        }
    }

    fn begin_entry(
        &mut self,
        header: &Header,
        size: u64,
        end: u64,
        visitor: Visitor<'_>,
    ) -> ControlFlow<()> {
        let local = std::mem::take(&mut self.local);
        self.has_extensions = false;
        self.local_size = 0;
        let (entry, left) = compose(header, local, &self.global, size, end);
        if header.flag() == b'S' {
            let (map, extended, real) = header.gnu_sparse();
            let entry = Entry { sparse: Some(map), size: real, ..entry };
            let pending = PendingEntry { entry, left };
            if extended {
                self.state = ReaderState::SparseMap(Box::new(pending));
                return ControlFlow::Continue(());
            }
            return self.open(pending, visitor);
        }
        let head = entry.sparse.as_ref().is_some_and(Vec::is_empty) && left > 0;
        let pending = PendingEntry { entry, left };
        if head {
            let pending = Box::new(pending);
            self.state = ReaderState::SparseHead { pending, text: Vec::new(), lines: 0 };
            return ControlFlow::Continue(());
        }
        self.open(pending, visitor)
    }

    /// Announces an entry and gets ready for its content.
    fn open(&mut self, pending: PendingEntry, visitor: Visitor<'_>) -> ControlFlow<()> {
        let PendingEntry { mut entry, left } = pending;
        if let Some(map) = &entry.sparse
            && !map_fits(map, entry.size, left)
        {
            entry.warnings.push(Warning::BadSparseMap);
        }
        if let Some(fault) = too_long(&entry) {
            // Nothing is announced: the content is passed over.
            self.state = skip(padded(left));
            return visitor(ArchiveEvent::Odd(fault));
        }
        visitor(ArchiveEvent::Entry(Box::new(entry)))?;
        if left == 0 {
            return visitor(ArchiveEvent::End);
        }
        self.state = ReaderState::Content { left };
        ControlFlow::Continue(())
    }

    fn content(&mut self, input: &[u8], visitor: Visitor<'_>) -> ControlFlow<(), usize> {
        let ReaderState::Content { left } = &mut self.state else {
            return ControlFlow::Continue(0);
        };
        let used = (*left).min(input.len() as u64) as usize;
        *left -= used as u64;
        let ended = *left == 0;
        visitor(ArchiveEvent::Content(input.get(..used).unwrap_or_default()))?;
        if ended {
            let end = self.position + used as u64;
            self.state = skip(padded(end) - end);
            visitor(ArchiveEvent::End)?;
        }
        ControlFlow::Continue(used)
    }
}

fn skip(left: u64) -> ReaderState {
    if left == 0 { ReaderState::Header } else { ReaderState::Skip { left } }
}

/// The next multiple of a block. Headers start at multiples, so positions pad as sizes do.
fn padded(size: u64) -> u64 {
    size.saturating_add(BLOCK as u64 - 1) / BLOCK as u64 * BLOCK as u64
}

fn extension_kind(flag: u8) -> Option<Extension> {
    match flag {
        b'x' | b'X' => Some(Extension::Local),
        b'g' => Some(Extension::Global),
        b'L' => Some(Extension::LongName),
        b'K' => Some(Extension::LongLink),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
