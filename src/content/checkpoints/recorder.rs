//! Notes in a first pass where reading can begin again, and what the hash was there.

use sha2::{Digest as _, Sha256};

use super::{Checkpoints, Mark, Point, Restart, restart};
use crate::{content::sniff::Compression, oci::Digest};

/// The window of DEFLATE in bytes.
const WINDOW: usize = 32 << 10;

/// Points kept; with their windows 16 MiB. Where there would be more, every other one is dropped.
const POINTS_MAX: usize = 512;

/// Marks kept, of 150 bytes each.
const MARKS_MAX: usize = 8_192;

/// Marks between two points, at first.
const MARKS_EACH: u64 = 4;

/// Plain bytes that must come out right before a place in a byte is believed, and that are compared.
const PROOF_MIN: usize = 64;
const PROOF_MAX: usize = 4 << 10;

/// Takes notes while a layer is decompressed.
pub(in crate::content) struct Recorder {
    point_every: u64,
    mark_every: u64,
    plain: u64,
    packed: u64,
    hash: Sha256,
    /// What came out last of this member.
    window: Vec<u8>,
    pending: Option<Pending>,
    points: Vec<Point>,
    marks: Vec<Mark>,
}

/// The end of a block whose place in a byte is not known: inflaters do not tell.
struct Pending {
    packed: u64,
    last: u8,
}

impl Recorder {
    /// Notes with so many plain bytes between points, at first.
    pub(in crate::content) fn new(point_every: u64) -> Self {
        let mut recorder = Self {
            point_every,
            mark_every: point_every / MARKS_EACH,
            plain: 0,
            packed: 0,
            hash: Sha256::new(),
            window: Vec::new(),
            pending: None,
            points: Vec::new(),
            marks: Vec::new(),
        };
        recorder.point(0, Restart::Fresh);
        recorder
    }

    /// The hash of all that came out.
    pub(in crate::content) fn digest(&self) -> Digest {
        Digest::from_sha256(self.hash.clone().finalize().into())
    }

    /// Plain bytes came out that need the compressed ones up to a position.
    pub(in crate::content) fn made(&mut self, plain: &[u8], packed: u64) {
        self.hash.update(plain);
        self.plain += plain.len() as u64;
        self.packed = packed;
        self.slide(plain);
        let last = self.marks.last().map_or(0, |mark| mark.plain);
        if self.plain - last >= self.mark_every {
            self.mark(packed);
        }
    }

    fn slide(&mut self, plain: &[u8]) {
        let tail = plain.get(plain.len().saturating_sub(WINDOW)..).unwrap_or_default();
        let room = WINDOW - tail.len();
        let surplus = self.window.len().saturating_sub(room);
        self.window.drain(..surplus);
        self.window.extend_from_slice(tail);
    }

    /// A member or frame begins.
    pub(in crate::content) fn member(&mut self, packed: u64) {
        self.window.clear();
        self.pending = None;
        if self.is_due() {
            self.point(packed, Restart::Fresh);
        }
    }

    /// A block ended in front of a position, somewhere in the last byte before it.
    pub(in crate::content) fn block_ended(&mut self, packed: u64, last: Option<u8>) {
        self.pending = last.filter(|_| self.is_due()).map(|last| Pending { packed, last });
    }

    /// What came out next, not yet counted, and the input from which it came: they tell at which bit
    /// the block began.
    pub(in crate::content) fn confirm(&mut self, input: &[u8], plain: &[u8]) {
        let Some(Pending { packed, last }) = self.pending.take() else { return };
        if plain.len() < PROOF_MIN {
            return;
        }
        let proof = plain.get(..PROOF_MAX).unwrap_or(plain);
        let fits = |unused: &u8| restart::fits(&self.window, last, *unused, input, proof);
        if let Some(unused) = (0..8).find(fits) {
            let window = self.window.as_slice().into();
            self.point(packed, Restart::Block { window, last, unused });
        }
    }

    fn is_due(&self) -> bool {
        let last = self.points.last().map_or(0, |point| point.plain);
        self.plain - last >= self.point_every
    }

    /// Reading can begin here. What is read from here is checked from here.
    fn point(&mut self, packed: u64, restart: Restart) {
        if self.marks.last().is_none_or(|mark| mark.plain != self.plain) {
            self.mark(packed);
        }
        self.points.push(Point { plain: self.plain, packed, restart });
        if self.points.len() > POINTS_MAX {
            self.point_every *= 2;
            every_other(&mut self.points, |_| false);
        }
    }

    fn mark(&mut self, packed: u64) {
        self.marks.push(Mark { plain: self.plain, packed, hash: self.hash.clone() });
        if self.marks.len() > MARKS_MAX {
            self.mark_every *= 2;
            let points = &self.points;
            let is_point =
                |mark: &Mark| points.binary_search_by_key(&mark.plain, |point| point.plain).is_ok();
            every_other(&mut self.marks, is_point);
        }
    }

    /// Ends the notes, whether or not the stream was whole.
    pub(in crate::content) fn finish(mut self, compression: Compression) -> Checkpoints {
        if self.marks.last().is_none_or(|mark| mark.plain != self.plain) {
            self.mark(self.packed);
        }
        Checkpoints { compression, points: self.points, marks: self.marks }
    }
}

/// Drops every other item, but the first, the last, and those that must stay.
fn every_other<T>(items: &mut Vec<T>, stays: impl Fn(&T) -> bool) {
    let last = items.len() - 1;
    let mut at = 0;
    items.retain(|item| {
        let keeps = at % 2 == 0 || at == last || stays(item);
        at += 1;
        keeps
    });
}
