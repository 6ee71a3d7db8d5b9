//! Where a layer can be read again from the middle: made in the first pass, kept for this tab.
//!
//! A second look at a file then costs one range request. A range cannot be held against the digest of
//! the layer. So it is kept where the hash of the layer stood at marks on the way: bytes that take it
//! from one mark to the next, or to the digest at the end, are the bytes of then. That hash is made in
//! any case, so keeping its marks costs next to nothing.
//!
//! Where reading can begin: in gzip at blocks, with the 32 KiB before them, and at members; in zstd at
//! frames, of which most layers have one; without compression anywhere.

mod midstates;
mod point_reader;
mod recorder;
mod restart;

use std::ops::Range;

pub(crate) use midstates::Marks;
pub use point_reader::PointReader;
pub(crate) use recorder::Recorder;

use crate::content::{sha256_lanes::Mark, sniff::Compression};
use crate::oci::Digest;

/// Plain bytes between two places where reading can begin: what a second look decompresses for
/// nothing, at most. In large layers they are further apart.
pub const SPACING: u64 = 1 << 20;

/// Where a layer can be read again.
#[derive(Clone)]
pub struct Checkpoints {
    compression: Compression,
    /// Where reading can begin, in order; the first at 0.
    points: Vec<Point>,
    /// How far the compressed bytes have to be read, in order; one at the end.
    steps: Vec<Step>,
    /// Where the hash of the compressed bytes stood, in order; the first at 0.
    marks: Vec<Mark>,
    /// Where that ends, and what it was.
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

/// What is needed to begin.
#[derive(Clone)]
enum Restart {
    /// Nothing: a member or frame begins.
    Fresh,
    /// In front of a block of DEFLATE, with the last `unused` bits of the byte `last`.
    Block { window: Box<[u8]>, last: u8, unused: u8 },
}

/// So many plain bytes come out of so many compressed ones.
#[derive(Clone, Copy)]
struct Step {
    plain: u64,
    packed: u64,
}

/// What the hash must be behind a range.
#[derive(Clone)]
enum End {
    Mark(Mark),
    Digest(Digest),
}

/// How some content of a layer is read again.
#[derive(Clone)]
pub struct PointPlan {
    /// The compressed bytes to ask for. Empty where there is no content.
    pub range: Range<u64>,
    compression: Compression,
    /// Where decompressing begins: in the range, or at its start.
    point: Point,
    /// The hash in front of the range, and behind it.
    start: Mark,
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
    /// How to read content again that is at an offset of the uncompressed layer, both in bytes. `None`
    /// where the first pass did not get that far.
    pub fn plan(&self, offset: u64, length: u64) -> Option<PointPlan> {
        let content = offset..offset.checked_add(length)?;
        let point = self.point_before(offset)?;
        let start = *last_at_most(&self.marks, point.packed, |mark| mark.at)?;
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
        let at = self.marks.partition_point(|mark| mark.at < packed);
        match self.marks.get(at) {
            Some(mark) => (mark.at, End::Mark(*mark)),
            None => (self.size, End::Digest(self.digest.clone())),
        }
    }

    /// Drops every other place where reading can begin. `false` where there was only one.
    pub fn thin(&mut self) -> bool {
        let before = self.points.len();
        recorder::every_other(&mut self.points);
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
            + self.steps.len() * size_of::<Step>()
            + self.marks.len() * size_of::<Mark>()
    }
}

fn last_at_most<T>(items: &[T], most: u64, of: impl Fn(&T) -> u64) -> Option<&T> {
    let after = items.partition_point(|item| of(item) <= most);
    items.get(after.checked_sub(1)?)
}

#[cfg(test)]
mod tests;
