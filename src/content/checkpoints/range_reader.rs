//! Reads the content that a plan is for, from the range that the plan names.

use std::{fmt, ops::ControlFlow, ops::Range};

use sha2::{Digest as _, Sha256};

use super::{Mark, Plan, Restart, restart};
use crate::content::{
    decode::{DecodeError, Decoder, Limits, Sink, Stop},
    gunzip::Gunzip,
    sniff::Compression,
};

/// Why content could not be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeError {
    /// The bytes cannot be decompressed, so they are not those of the first pass.
    Decoding(DecodeError),
    /// There were fewer bytes than the plan asked for.
    Short,
    /// The bytes are not those of the first pass.
    Changed,
    /// The content is larger than the caller wanted, in bytes.
    TooLarge(u64),
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decoding(error) => error.fmt(f),
            Self::Short => f.write_str("fewer bytes came than were asked for"),
            Self::Changed => {
                f.write_str("the bytes are not those that were verified when the layer was read")
            }
            Self::TooLarge(limit) => write!(f, "the content is larger than {limit} bytes"),
        }
    }
}

impl std::error::Error for RangeError {}

/// Takes in the bytes of a range and hands on the content. What was handed on is verified only when
/// [`RangeReader::finish`] says so.
pub struct RangeReader {
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

impl Plan {
    /// A reader for the bytes of the range.
    pub fn reader(self) -> RangeReader {
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
        RangeReader { decoder, progress: Progress { hash, plain, content, end } }
    }

    /// Reads content that is all at hand.
    ///
    /// # Errors
    /// Content of more bytes than the limit, and whatever says that these are not the bytes of the
    /// first pass.
    pub fn read(self, range: &[u8], limit: u64) -> Result<Vec<u8>, RangeError> {
        if self.content.end - self.content.start > limit {
            return Err(RangeError::TooLarge(limit));
        }
        let mut content = Vec::new();
        let mut sink = |bytes: &[u8]| {
            content.extend_from_slice(bytes);
            ControlFlow::Continue(())
        };
        let mut reader = self.reader();
        reader.push(range, &mut sink)?;
        reader.finish(&mut sink)?;
        Ok(content)
    }
}

impl RangeReader {
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
        let before = self.plain;
        self.plain += plain.len() as u64;
        let wanted = |at: u64| at.saturating_sub(before).min(plain.len() as u64) as usize;
        let part = plain.get(wanted(self.content.start)..wanted(self.content.end));
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            sink(part)?;
        }
        if self.is_at_end() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
