//! Where a layer can be read again from the middle: made in the first pass, kept for this tab.
//!
//! A second look at a file then costs one range request. A range cannot be held against the digest of
//! the layer. So the running hash of the first pass is kept at marks on the way: bytes that take it
//! from one mark to the next are the bytes of then, and those were held against the digest.
//!
//! Where reading can begin: in gzip at blocks, with the 32 KiB before them, and at members; in zstd at
//! frames, of which most layers have one; without compression anywhere.

mod point_reader;
mod recorder;
mod restart;

use std::ops::Range;

use sha2::Sha256;

pub use point_reader::PointReader;
pub(super) use recorder::Recorder;

use super::sniff::Compression;

/// Plain bytes between two places where reading can begin: what a second look decompresses for
/// nothing, at most.
pub const SPACING: u64 = 1 << 20;

/// Where a layer can be read again.
#[derive(Clone)]
pub struct Checkpoints {
    compression: Compression,
    /// Where reading can begin, in order; the first at 0.
    points: Vec<Point>,
    /// What the hash was, in order; one at each point, and one at the end.
    marks: Vec<Mark>,
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

#[derive(Clone)]
struct Mark {
    /// Plain bytes before it.
    plain: u64,
    /// Compressed bytes that are needed to get there.
    packed: u64,
    hash: Sha256,
}

/// How some content of a layer is read again.
#[derive(Clone)]
pub struct PointPlan {
    /// The compressed bytes to ask for. Empty where there is no content.
    pub range: Range<u64>,
    compression: Compression,
    restart: Restart,
    /// The hash in front of the range, and where that is in plain bytes.
    hash: Sha256,
    plain: u64,
    /// The mark to read to.
    end: Mark,
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
        let end = self.marks.partition_point(|mark| mark.plain < content.end);
        let end = self.marks.get(end)?.clone();
        let (plain, packed, restart) = self.start(offset)?;
        let at = self.marks.binary_search_by_key(&plain, |mark| mark.plain).ok()?;
        let hash = self.marks.get(at)?.hash.clone();
        let range = if length == 0 { packed..packed } else { packed..end.packed };
        let compression = self.compression;
        Some(PointPlan { range, compression, restart, hash, plain, end, content })
    }

    /// The last place before an offset where reading can begin: plain and compressed bytes before it.
    fn start(&self, offset: u64) -> Option<(u64, u64, Restart)> {
        if self.compression == Compression::None {
            let after = self.marks.partition_point(|mark| mark.plain <= offset);
            let mark = self.marks.get(after.checked_sub(1)?)?;
            return Some((mark.plain, mark.packed, Restart::Fresh));
        }
        let after = self.points.partition_point(|point| point.plain <= offset);
        let point = self.points.get(after.checked_sub(1)?)?;
        Some((point.plain, point.packed, point.restart.clone()))
    }

    /// Bytes that they take.
    pub fn weight(&self) -> usize {
        let windows = self.points.iter().map(|point| match &point.restart {
            Restart::Fresh => 0,
            Restart::Block { window, .. } => window.len(),
        });
        windows.sum::<usize>()
            + self.points.len() * size_of::<Point>()
            + self.marks.len() * size_of::<Mark>()
    }
}

#[cfg(test)]
mod tests;
