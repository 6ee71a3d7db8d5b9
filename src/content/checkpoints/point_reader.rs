//! Reads the content that a plan is for, from the range that the plan names.

use std::ops::{ControlFlow, Range};

use sha2::{Digest as _, Sha256};

use super::{Mark, PointPlan, Restart, restart};
use crate::content::{
    decode::{Decoder, Limits, Sink, Stop},
    gunzip::Gunzip,
    ranges::RangeError,
    sniff::Compression,
    toc::overlap,
};

/// Takes in the bytes of a range and hands on the content. What was handed on is verified only when
/// [`PointReader::finish`] says so.
pub struct PointReader {
    decoder: Decoder,
    progress: Progress,
}

struct Progress {
    hash: Sha256,
    /// Plain bytes of the layer before the next ones.
    plain: u64,
    content: Range<u64>,
    end: Mark,
}

impl PointPlan {
    /// A reader for the bytes of the range.
    pub fn reader(self) -> PointReader {
        let Self { compression, restart, hash, plain, end, content, .. } = self;
        // What comes out ends at the mark, whatever the limit.
        let limits = Limits { output: u64::MAX, ..Limits::default() };
        let decoder = match restart {
            Restart::Block { window, last, unused } => {
                let inflate = restart::resume(&window, last, unused);
                let gunzip = inflate.map_or_else(Gunzip::default, Gunzip::inside);
                Decoder::inside(gunzip, limits)
            }
            Restart::Fresh if compression == Compression::None => Decoder::plain(limits),
            Restart::Fresh => Decoder::new(limits),
        };
        PointReader { decoder, progress: Progress { hash, plain, content, end } }
    }
}

impl PointReader {
    /// Takes in the next bytes. What comes behind the content, up to the next mark, is only hashed.
    ///
    /// # Errors
    /// Bytes that cannot be decompressed.
    pub fn push(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<(), RangeError> {
        let Self { decoder, progress } = self;
        if progress.is_at_end() {
            return Ok(());
        }
        outcome(decoder.push(bytes, &mut |plain| progress.take(plain, sink)))
    }

    /// Says that all bytes of the range came: the verdict.
    ///
    /// # Errors
    /// `Short` or `Changed`: what was handed on is not the content.
    pub fn finish(mut self, sink: Sink<'_>) -> Result<(), RangeError> {
        let Self { decoder, progress } = &mut self;
        if progress.content.is_empty() {
            return Ok(());
        }
        if !progress.is_at_end() {
            // Few bytes may still wait for being sniffed. That the stream ends in the middle is no
            // news: a range does.
            let _ = decoder.finish(&mut |plain| progress.take(plain, sink));
        }
        let Progress { hash, plain, end, .. } = self.progress;
        match plain == end.plain {
            false => Err(RangeError::Short),
            true if hash.finalize() != end.hash.finalize() => Err(RangeError::Changed),
            true => Ok(()),
        }
    }
}

fn outcome(pushed: Result<(), Stop>) -> Result<(), RangeError> {
    match pushed {
        Ok(()) | Err(Stop::Sink) => Ok(()),
        Err(Stop::Error(error)) => Err(RangeError::Decoding(error)),
    }
}

impl Progress {
    fn is_at_end(&self) -> bool {
        self.plain >= self.end.plain
    }

    fn take(&mut self, plain: &[u8], sink: Sink<'_>) -> ControlFlow<()> {
        let left = self.end.plain.saturating_sub(self.plain);
        let plain = plain.get(..left.min(plain.len() as u64) as usize).unwrap_or_default();
        self.hash.update(plain);
        let part = overlap(plain, self.plain, &self.content);
        self.plain += plain.len() as u64;
        if !part.is_empty() {
            sink(part)?;
        }
        if self.is_at_end() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
