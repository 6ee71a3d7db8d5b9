//! Notes during a first pass the places where reading can begin again, and how far it has to go.

use super::thin_out::thin_out;
use super::{Checkpoints, Midstates, OutputStep, Point, Restart, restart};
use crate::{
    caps,
    content::{decode::Trace, sniff::Compression},
    oci::Digest,
};

/// The window of DEFLATE in bytes.
const WINDOW: usize = 32 << 10;

/// Steps kept, of 16 bytes each, and how many there are for a point, at first.
const STEPS_MAX: usize = 4_096;
const STEPS_EACH: u64 = 8;

/// Plain bytes that must come out right before a place in a byte is believed, and that are compared.
const PROOF_MIN: usize = 64;
const PROOF_MAX: usize = 4 << 10;

/// Takes notes while a layer is decompressed.
pub(crate) struct Recorder {
    point_every: u64,
    step_every: u64,
    plain: u64,
    packed: u64,
    /// The last output of this member, if it is wanted soon.
    window: Vec<u8>,
    pending: Option<BlockEnd>,
    points: Vec<Point>,
    steps: Vec<OutputStep>,
}

/// The end of a block. Its place in the byte is not known, since inflaters do not report it.
struct BlockEnd {
    packed: u64,
    last: u8,
}

impl Trace for Recorder {
    fn made(&mut self, plain: &[u8], packed: u64) {
        self.plain += plain.len() as u64;
        self.packed = packed;
        if self.plain.saturating_add(WINDOW as u64) >= self.due() {
            self.slide(plain);
        }
        let last = self.steps.last().map_or(0, |step| step.plain);
        if self.plain - last >= self.step_every {
            self.step();
        }
    }

    fn member(&mut self, packed: u64) {
        self.window.clear();
        self.pending = None;
        if self.plain >= self.due() {
            self.point(packed, Restart::Fresh);
        }
    }

    fn block_ended(&mut self, packed: u64, last: Option<u8>) {
        let is_due = self.plain >= self.due();
        self.pending = last.filter(|_| is_due).map(|last| BlockEnd { packed, last });
    }

    fn confirm(&mut self, input: &[u8], plain: &[u8]) {
        let Some(BlockEnd { packed, last }) = self.pending.take() else { return };
        if plain.len() < PROOF_MIN {
            return;
        }
        let proof = plain.get(..PROOF_MAX).unwrap_or(plain);
        // The bytes that came out show at which bit the block began.
        let fits = |unused: &u8| restart::fits(&self.window, last, *unused, input, proof);
        // Bits can be chosen so that other places make the same bytes, for a while.
        let mut fitting = (0..8).filter(fits);
        let stored = |&unused: &u8| stored(last, unused, input);
        if let Some(unused) = fitting.next()
            && let alike = stored(&unused)
            && fitting.all(|other| alike.is_some() && stored(&other) == alike)
        {
            let window = self.window.as_slice().into();
            self.point(packed, Restart::Block { window, last, unused });
        }
    }
}

impl Recorder {
    /// Notes with so many plain bytes between points, at first.
    pub(crate) fn new(point_every: u64) -> Self {
        Self {
            point_every,
            step_every: point_every / STEPS_EACH,
            plain: 0,
            packed: 0,
            window: Vec::new(),
            pending: None,
            points: vec![Point { plain: 0, packed: 0, restart: Restart::Fresh }],
            steps: Vec::new(),
        }
    }

    /// Of what came out more than a window before the next point, nothing is needed: what came since
    /// is as long as a window, and takes the place of all before it.
    fn slide(&mut self, plain: &[u8]) {
        let tail = plain.get(plain.len().saturating_sub(WINDOW)..).unwrap_or_default();
        let room = WINDOW - tail.len();
        let surplus = self.window.len().saturating_sub(room);
        self.window.drain(..surplus);
        self.window.extend_from_slice(tail);
    }

    /// Plain bytes before the next point, at least.
    fn due(&self) -> u64 {
        let last = self.points.last().map_or(0, |point| point.plain);
        last.saturating_add(self.point_every)
    }

    fn point(&mut self, packed: u64, restart: Restart) {
        self.points.push(Point { plain: self.plain, packed, restart });
        if self.points.len() > caps::CHECKPOINTS {
            self.point_every *= 2;
            thin_out(&mut self.points);
        }
    }

    fn step(&mut self) {
        self.steps.push(OutputStep { plain: self.plain, packed: self.packed });
        if self.steps.len() > STEPS_MAX {
            self.step_every *= 2;
            thin_out(&mut self.steps);
        }
    }

    /// Ends the notes, whether or not the stream was whole; of a blob of this size and digest.
    pub(crate) fn finish(
        mut self,
        compression: Compression,
        midstates: Midstates,
        (size, digest): (u64, Digest),
    ) -> Checkpoints {
        self.step();
        let (points, steps, midstates) = (self.points, self.steps, midstates.list);
        Checkpoints { compression, points, steps, midstates, size, digest }
    }
}

/// Returns where a stored block goes on, if one begins there. The header's own padding may end with
/// this byte (`false`) or the next (`true`). So places that give the same are one.
fn stored(last: u8, unused: u8, input: &[u8]) -> Option<bool> {
    let next = u16::from(*input.first()?);
    let bits = u16::from(last) >> (8 - unused) | next << unused;
    (bits & 0b111 == 0).then_some(unused < 3)
}
