//! Layers that bring a table of contents: eStargz and zstd:chunked. They list at once, and each
//! file is read by its own range.
//!
//! Opening a table is a conversation without I/O: [`Opening::range`] names the bytes of the blob
//! that are needed next, [`Opening::give`] takes them. The table is checked against the digest that
//! the layer's annotations give. The archive may still hold something else: that is known only when
//! the layer was read as a whole ([`Comparison`]).

mod chunk_reader;
mod compare;
mod fault;
mod open;
mod read;

pub use chunk_reader::{ChunkPlan, ChunkReader};
pub use compare::{Comparison, FieldDifference, TocDifference};
pub use fault::TocFault;
pub use open::{Opening, OpeningStep, TocError, is_annotation};

use serde::{Deserialize, Serialize};

use crate::{caps, oci::Digest};

/// A kind of table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// eStargz: gzip, a member for each file.
    Estargz,
    /// zstd:chunked: zstd, a frame for each file.
    ZstdChunked,
}

impl Format {
    /// The name of the format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Estargz => "eStargz",
            Self::ZstdChunked => "zstd:chunked",
        }
    }
}

/// A table of contents that was read: where the content of each file is.
#[derive(Clone, Debug)]
pub struct Toc {
    /// The kind of table.
    pub format: Format,
    /// `true` if the table has the digest that an annotation of the layer gives, `false` if there
    /// is no such annotation. A table with another digest is never read.
    pub is_verified: bool,
    /// The faults of the table.
    pub faults: Vec<TocFault>,
    files: Vec<File>,
    chunks: Vec<Chunk>,
}

/// A file that has content. Its entry has `start` as its offset: the table does not give its place
/// in the archive, so files are counted one behind the other.
#[derive(Clone, Debug)]
struct File {
    start: u64,
    size: u64,
    first: usize,
    digest: Option<Digest>,
}

/// A part of a file, compressed by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Chunk {
    /// The place in the blob, up to the start of the next thing.
    packed: std::ops::Range<u64>,
    /// Bytes that come out before it begins: small files may share a member.
    inner: u64,
    size: u64,
    /// Nothing but zeros, of which nothing is stored.
    zeros: bool,
    digest: Option<Digest>,
}

impl Toc {
    /// Returns a plan to read content that an entry of this table names, as offset and stored
    /// bytes. Returns `None` if the table does not give its place, or contradicts itself.
    pub fn plan(&self, offset: u64, length: u64) -> Option<ChunkPlan> {
        let end = offset.checked_add(length)?;
        let at = self.files.partition_point(|file| file.start <= offset).checked_sub(1)?;
        let file = self.files.get(at)?;
        let last = self.files.get(at + 1).map_or(self.chunks.len(), |next| next.first);
        let chunks = self.chunks.get(file.first..last)?;
        let content = offset - file.start..end.checked_sub(file.start)?;
        if content.end > file.size {
            return None;
        }
        ChunkPlan::new(self, file, chunks, content)
    }

    fn note(&mut self, fault: TocFault) {
        if self.faults.len() < caps::TOC_FAULTS {
            self.faults.push(fault);
        } else if self.faults.len() == caps::TOC_FAULTS {
            self.faults.push(TocFault::MoreFaults);
        }
    }
}

#[cfg(test)]
mod tests;
