//! Reads the content that a plan is for, from the range that the plan names.

use std::ops::{ControlFlow, Range};

use super::{End, PointPlan, Restart, restart};
use crate::{
    content::{
        decode::{DecodeLimits, Decoder, Sink, Stop, gzip::Gunzip},
        sha256_lanes::{HashBatch, Lane},
        sniff::Compression,
    },
    layers::ranges::{error::RangeError, overlap::overlap},
    oci::Digest,
};

/// Takes in the bytes of a range and hands on the content. The content is verified only after
/// [`PointReader::finish`] returned no error.
pub struct PointReader {
    hash: Lane,
    end: End,
    /// Bytes of the range that are still to come, and those of them in front of the point.
    left: u64,
    lead: u64,
    decoder: Decoder,
    progress: Progress,
}

struct Progress {
    /// Plain bytes of the layer before the next ones.
    plain: u64,
    content: Range<u64>,
}

impl PointPlan {
    /// A reader for the bytes of the range.
    pub fn reader(self) -> PointReader {
        let Self { range, compression, point, start, end, content } = self;
        // What comes out ends with the content, whatever the limit.
        let limits = DecodeLimits { output: u64::MAX, ..DecodeLimits::default() };
        let decoder = match point.restart {
            Restart::Block { window, last, unused } => {
                let inflate = restart::resume(&window, last, unused);
                let gunzip = inflate.map_or_else(Gunzip::default, Gunzip::inside);
                Decoder::inside(gunzip, limits)
            }
            Restart::Fresh if compression == Compression::None => Decoder::plain(limits),
            Restart::Fresh => Decoder::new(limits),
        };
        let left = range.end - range.start;
        let lead = point.packed.saturating_sub(range.start);
        let hash = HashBatch::default().join_at(&start);
        let progress = Progress { plain: point.plain, content };
        PointReader { hash, end, left, lead, decoder, progress }
    }
}

impl PointReader {
    /// Takes in the next bytes. What comes behind the content, up to the next midstate, is only hashed.
    ///
    /// # Errors
    /// Bytes that cannot be decompressed.
    pub fn push(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<(), RangeError> {
        let bytes = bytes.get(..self.left.min(bytes.len() as u64) as usize).unwrap_or_default();
        self.left -= bytes.len() as u64;
        self.hash.update(bytes);
        let lead = self.lead.min(bytes.len() as u64);
        self.lead -= lead;
        let bytes = bytes.get(lead as usize..).unwrap_or_default();
        let Self { decoder, progress, .. } = self;
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
        let Self { decoder, progress, .. } = &mut self;
        if progress.content.is_empty() {
            return Ok(());
        }
        if !progress.is_at_end() {
            // Few bytes may still wait for being sniffed. A range always ends in the middle of the
            // stream, so that is no error.
            let _ = decoder.finish(&mut |plain| progress.take(plain, sink));
        }
        if self.left > 0 {
            return Err(RangeError::Short);
        }
        if !leads_to(self.hash, &self.end) || !self.progress.is_at_end() {
            return Err(RangeError::Changed);
        }
        Ok(())
    }
}

fn leads_to(hash: Lane, end: &End) -> bool {
    match end {
        End::Midstate(midstate) => hash.midstate().as_ref() == Some(midstate),
        End::Digest(digest) => Digest::from_sha256(hash.finish()) == *digest,
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
        self.plain >= self.content.end
    }

    fn take(&mut self, plain: &[u8], sink: Sink<'_>) -> ControlFlow<()> {
        let part = overlap(plain, self.plain, &self.content);
        self.plain += plain.len() as u64;
        if !part.is_empty() {
            sink(part)?;
        }
        if self.is_at_end() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
