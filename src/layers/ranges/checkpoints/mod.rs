//! Checkpoints: places from which a layer can be read again. The first pass makes them, and this tab
//! keeps them.
//!
//! A second look at a file then costs one range request. A range cannot be checked against the digest
//! of the layer. So the first pass keeps midstates of the layer's hash. If bytes take the hash from
//! one midstate to the next, or to the digest at the end, they are the bytes of the first pass. That
//! hash is computed in any case, so keeping its midstates costs next to nothing.
//!
//! Reading can begin at blocks in gzip, with the 32 KiB before them, and at members. In zstd it can
//! begin at frames, of which most layers have one; without compression anywhere.

mod midstates;
mod point_reader;
mod recorder;
mod restart;
mod thin_out;

use std::ops::Range;

pub(crate) use midstates::Midstates;
pub use point_reader::PointReader;
pub(crate) use recorder::Recorder;

use crate::content::{sha256_lanes::Midstate, sniff::Compression};
use crate::oci::Digest;

/// Plain bytes between two places where reading can begin: the most that a second look decompresses
/// without need. In large layers they are further apart.
pub const SPACING: u64 = 1 << 20;

/// The places from which a layer can be read again.
#[derive(Clone)]
pub struct Checkpoints {
    compression: Compression,
    /// The points at which reading can begin, in order; the first at 0.
    points: Vec<Point>,
    /// The compressed bytes that are needed for so many plain ones, in order; one at the end.
    steps: Vec<OutputStep>,
    /// The states of the hash of the compressed bytes, in order; the first at 0.
    midstates: Vec<Midstate>,
    /// The size of the compressed bytes, and their digest.
    size: u64,
    digest: Digest,
}

#[derive(Clone)]
struct Point {
    /// Plain bytes before it.
    plain: u64,
    /// Compressed bytes before it.
    packed: u64,
    restart: Restart,
}

/// The data that a decoder needs to begin.
#[derive(Clone)]
enum Restart {
    /// Nothing: a member or frame begins.
    Fresh,
    /// In front of a block of DEFLATE, with the last `unused` bits of the byte `last`.
    Block { window: Box<[u8]>, last: u8, unused: u8 },
}

/// The number of compressed bytes that are needed for a number of plain ones.
#[derive(Clone, Copy)]
struct OutputStep {
    plain: u64,
    packed: u64,
}

/// The state that the hash must have behind a range.
#[derive(Clone)]
enum End {
    Midstate(Midstate),
    Digest(Digest),
}

/// A plan to read some content of a layer again.
#[derive(Clone)]
pub struct PointPlan {
    /// The compressed bytes to ask for. Empty if there is no content.
    pub range: Range<u64>,
    compression: Compression,
    /// The point where decompressing begins: in the range, or at its start.
    point: Point,
    /// The hash in front of the range, and behind it.
    start: Midstate,
    end: End,
    content: Range<u64>,
}

impl PointPlan {
    /// Bytes of the content.
    pub fn length(&self) -> u64 {
        self.content.end - self.content.start
    }
}

impl Checkpoints {
    /// Returns the number of compressed bytes of the layer, as they were counted.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns a plan to read content again that is at an offset of the uncompressed layer, both in
    /// bytes. Returns `None` if the first pass did not get that far.
    pub fn plan(&self, offset: u64, length: u64) -> Option<PointPlan> {
        let content = offset..offset.checked_add(length)?;
        let point = self.point_before(offset)?;
        let start = *last_at_most(&self.midstates, point.packed, |midstate| midstate.at)?;
        let enough = self.packed_for(content.end)?;
        let (at, end) = self.end_behind(enough);
        let range = if length == 0 { start.at..start.at } else { start.at..at };
        let compression = self.compression;
        Some(PointPlan { range, compression, point, start, end, content })
    }

    /// The last place before an offset where reading can begin.
    fn point_before(&self, offset: u64) -> Option<Point> {
        if self.compression == Compression::None {
            return Some(Point { plain: offset, packed: offset, restart: Restart::Fresh });
        }
        last_at_most(&self.points, offset, |point| point.plain).cloned()
    }

    /// Compressed bytes that are enough for so many plain ones.
    fn packed_for(&self, plain: u64) -> Option<u64> {
        let step = self.steps.partition_point(|step| step.plain < plain);
        let step = self.steps.get(step)?;
        Some(if self.compression == Compression::None { plain } else { step.packed })
    }

    /// The first place at or behind so many compressed bytes where the hash is known.
    fn end_behind(&self, packed: u64) -> (u64, End) {
        let at = self.midstates.partition_point(|midstate| midstate.at < packed);
        match self.midstates.get(at) {
            Some(midstate) => (midstate.at, End::Midstate(*midstate)),
            None => (self.size, End::Digest(self.digest.clone())),
        }
    }

    /// Drops every other place where reading can begin. `false` if there was only one.
    pub fn thin(&mut self) -> bool {
        let before = self.points.len();
        thin_out::thin_out(&mut self.points);
        self.points.len() < before
    }

    /// Bytes that they take.
    pub fn weight(&self) -> usize {
        let windows = self.points.iter().map(|point| match &point.restart {
            Restart::Fresh => 0,
            Restart::Block { window, .. } => window.len(),
        });
        windows.sum::<usize>()
            + self.points.len() * size_of::<Point>()
            + self.steps.len() * size_of::<OutputStep>()
            + self.midstates.len() * size_of::<Midstate>()
    }
}

fn last_at_most<T>(items: &[T], most: u64, of: impl Fn(&T) -> u64) -> Option<&T> {
    let after = items.partition_point(|item| of(item) <= most);
    items.get(after.checked_sub(1)?)
}

#[cfg(test)]
mod tests;
