//! Files of a layer by ranges of the blob: one interface, whether a first pass left checkpoints or the
//! layer brings a table of contents.
//!
//! Where a server knows no ranges, or neither is there, the layer is read as a whole again with
//! [`LayerReader`](crate::layers::pass::LayerReader).

pub mod checkpoints;
pub mod toc;

use std::{
    fmt,
    ops::{ControlFlow, Range},
};

use crate::{
    content::{
        decode::{DecodeError, Sink},
        tar::Entry,
    },
    layers::ranges::{
        checkpoints::{Checkpoints, PointPlan, PointReader},
        toc::{ChunkPlan, ChunkReader, Toc},
    },
};

/// Why content could not be read by a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeError {
    /// The bytes cannot be decompressed, so they are not those that were expected.
    Decoding(DecodeError),
    /// There were fewer bytes than the plan asked for.
    Short,
    /// The bytes are others than in the first pass, or than the table of contents says.
    Changed,
    /// The content is larger than the caller wanted, in bytes.
    TooLarge(u64),
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decoding(error) => error.fmt(f),
            Self::Short => f.write_str("fewer bytes came than there should be"),
            Self::Changed => {
                f.write_str("there is a mismatch: these are not the bytes that were announced")
            }
            Self::TooLarge(limit) => write!(f, "the content is larger than {limit} bytes"),
        }
    }
}

impl std::error::Error for RangeError {}

/// What content that was read by a range was held against. A range can never be held against the
/// digest of its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The first pass, in which the whole layer had its digest.
    FirstPass,
    /// Digests in the table of contents, and that against the digest in the layer's annotation.
    Toc,
    /// Nothing: the table of contents has no digest of it.
    NoDigest,
    /// Nothing: nobody says that the table of contents is right.
    LooseToc,
    /// Nothing: the layer was not read to its end, or its digest cannot be computed here.
    Unhashed,
}

/// Where a layer can be read in parts.
#[derive(Clone)]
pub enum Ranges {
    /// Checkpoints that a first pass left.
    FirstPass(Checkpoints),
    /// A table of contents.
    Toc(Toc),
}

impl Ranges {
    /// How to read the content of an entry, as stored. The entry must come from the listing that was
    /// made with these. `None` where it cannot be read by a range.
    pub fn plan_for(&self, entry: &Entry) -> Option<Plan> {
        self.plan(entry.offset, entry.stored)
    }

    /// The same for an entry's offset and stored bytes, or a part of these.
    pub fn plan(&self, offset: u64, length: u64) -> Option<Plan> {
        Some(Plan(match self {
            Self::FirstPass(checkpoints) => Way::Point(Box::new(checkpoints.plan(offset, length)?)),
            Self::Toc(toc) => Way::Chunks(toc.plan(offset, length)?),
        }))
    }
}

/// How some content is read by a range.
#[derive(Clone)]
pub struct Plan(Way);

#[derive(Clone)]
enum Way {
    Point(Box<PointPlan>),
    Chunks(ChunkPlan),
}

impl Plan {
    /// The compressed bytes to ask for. Where it is empty, nothing needs to be asked.
    pub fn range(&self) -> Range<u64> {
        match &self.0 {
            Way::Point(plan) => plan.range.clone(),
            Way::Chunks(plan) => plan.range.clone(),
        }
    }

    /// Bytes of the content.
    pub fn length(&self) -> u64 {
        match &self.0 {
            Way::Point(plan) => plan.length(),
            Way::Chunks(plan) => plan.length(),
        }
    }

    /// A reader for the bytes of the range.
    pub fn reader(self) -> RangeReader {
        RangeReader(match self.0 {
            Way::Point(plan) => WayReader::Point(Box::new(plan.reader())),
            Way::Chunks(plan) => WayReader::Chunks(Box::new(plan.reader())),
        })
    }

    /// Reads content from bytes that are all at hand.
    ///
    /// # Errors
    /// As [`RangeError`] lists them; no more than `limit` bytes are made.
    pub fn read(self, range: &[u8], limit: u64) -> Result<(Vec<u8>, Basis), RangeError> {
        if self.length() > limit {
            return Err(RangeError::TooLarge(limit));
        }
        let mut content = Vec::new();
        let mut sink = |bytes: &[u8]| {
            content.extend_from_slice(bytes);
            ControlFlow::Continue(())
        };
        let mut reader = self.reader();
        reader.push(range, &mut sink)?;
        let basis = reader.finish(&mut sink)?;
        Ok((content, basis))
    }
}

/// Takes in the bytes of a range and hands on the content.
pub struct RangeReader(WayReader);

enum WayReader {
    Point(Box<PointReader>),
    Chunks(Box<ChunkReader>),
}

impl RangeReader {
    /// Takes in the next bytes.
    ///
    /// # Errors
    /// Bytes that are not those that were expected.
    pub fn push(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<(), RangeError> {
        match &mut self.0 {
            WayReader::Point(reader) => reader.push(bytes, sink),
            WayReader::Chunks(reader) => reader.push(bytes, sink),
        }
    }

    /// Says that all bytes of the range came. Only now it is known what the content was held against.
    ///
    /// # Errors
    /// `Short` or `Changed`: what was handed on is not the content.
    pub fn finish(self, sink: Sink<'_>) -> Result<Basis, RangeError> {
        match self.0 {
            WayReader::Point(reader) => reader.finish(sink).map(|()| Basis::FirstPass),
            WayReader::Chunks(reader) => reader.finish(sink),
        }
    }
}
