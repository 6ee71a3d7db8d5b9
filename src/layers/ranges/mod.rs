//! Files of a layer by ranges of the blob: one interface, whether a first pass left checkpoints or the
//! layer brings a table of contents.
//!
//! If a server knows no ranges, or a layer has neither, the layer is read as a whole again with
//! [`LayerReader`](crate::layers::pass::LayerReader).

pub mod checkpoints;
mod error;
mod overlap;
pub mod toc;

use std::ops::{ControlFlow, Range};

use crate::{
    content::{decode::Sink, tar::Entry},
    layers::ranges::{
        checkpoints::{Checkpoints, PointPlan, PointReader},
        toc::{ChunkPlan, ChunkReader, Toc},
    },
};
pub use error::{Basis, RangeError};

/// The way to read a layer in parts.
#[derive(Clone)]
pub enum Ranges {
    /// Checkpoints that a first pass left.
    FirstPass(Checkpoints),
    /// A table of contents.
    Toc(Toc),
}

impl Ranges {
    /// Returns a plan to read the content of an entry, as stored. The entry must come from the
    /// listing that was made with these. Returns `None` if it cannot be read by a range.
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

/// A plan to read some content by a range.
#[derive(Clone)]
pub struct Plan(Way);

#[derive(Clone)]
enum Way {
    Point(Box<PointPlan>),
    Chunks(ChunkPlan),
}

impl Plan {
    /// The compressed bytes to ask for. If it is empty, nothing needs to be asked.
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

    /// Reads content from the bytes of the whole range.
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

    /// Ends the range. Only now the evidence is known that the content was checked against.
    ///
    /// # Errors
    /// `Short` or `Changed`: the bytes that were handed on are not the content.
    pub fn finish(self, sink: Sink<'_>) -> Result<Basis, RangeError> {
        match self.0 {
            WayReader::Point(reader) => reader.finish(sink).map(|()| Basis::FirstPass),
            WayReader::Chunks(reader) => reader.finish(sink),
        }
    }
}
