//! Decompressing, push-style: compressed chunks go in, plain chunks come out, memory is bounded.
//!
//! A decoder counts its output against a cap before it hands the output on. So a bomb ends at the
//! cap, whatever its headers announce.

pub(crate) mod gzip;
mod output;
mod zstd;

use std::ops::ControlFlow;

use super::sniff::{self, Compression};
use gzip::Gunzip;
pub use output::{DecodeError, DecodeLimits, Sink, Stop, StreamFault};
use output::{Frames, Output, PIECE};
pub(crate) use output::{Trace, Traced};

/// A decoder that finds the compression by the first bytes.
pub struct Decoder {
    limits: DecodeLimits,
    /// Makes a decoder of frames with windows of at most so many bytes.
    zstd: Option<fn(u64) -> Box<dyn Frames>>,
    state: DecodeState,
    consumed: u64,
    produced: u64,
}

enum DecodeState {
    /// Too few bytes yet to know.
    Sniffing(Vec<u8>),
    Plain,
    // Boxed: their windows would make every decoder large.
    Gzip(Box<Gunzip>),
    Zstd(Box<dyn Frames>),
    /// Compressed in a way that this decoder cannot read.
    Foreign(Compression),
}

impl Decoder {
    /// Returns a decoder that finds the compression by itself.
    pub fn new(limits: DecodeLimits) -> Self {
        Self { zstd: Some(zstd::frames), ..Self::without_zstd(limits) }
    }

    /// A decoder for a program without zstd, which takes a zstd stream for broken.
    pub fn without_zstd(limits: DecodeLimits) -> Self {
        let state = DecodeState::Sniffing(Vec::new());
        Self { limits, zstd: None, state, consumed: 0, produced: 0 }
    }

    /// Returns a decoder that hands on its input unchanged.
    pub(crate) fn plain(limits: DecodeLimits) -> Self {
        Self { state: DecodeState::Plain, ..Self::new(limits) }
    }

    /// A decoder that goes on in the middle of a gzip member.
    pub(crate) fn inside(gunzip: Gunzip, limits: DecodeLimits) -> Self {
        Self { state: DecodeState::Gzip(Box::new(gunzip)), ..Self::new(limits) }
    }

    /// The compression found; `None` while too few bytes were seen.
    pub fn compression(&self) -> Option<Compression> {
        match self.state {
            DecodeState::Sniffing(_) => None,
            DecodeState::Plain => Some(Compression::None),
            DecodeState::Gzip(_) => Some(Compression::Gzip),
            DecodeState::Zstd(_) => Some(Compression::Zstd),
            DecodeState::Foreign(compression) => Some(compression),
        }
    }

    /// Compressed bytes taken in.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Plain bytes that came out.
    pub fn produced(&self) -> u64 {
        self.produced
    }

    /// Takes in the next compressed bytes and hands plain ones to the sink.
    ///
    /// # Errors
    /// A broken stream, a cap that was reached, or a sink that had enough.
    pub fn push(&mut self, input: &[u8], sink: Sink<'_>) -> Result<(), Stop> {
        self.push_traced(input, sink, None)
    }

    /// Does the same as [`Self::push`] and notes the course in a trace.
    ///
    /// # Errors
    /// As for [`Self::push`].
    pub(crate) fn push_traced(
        &mut self,
        input: &[u8],
        sink: Sink<'_>,
        trace: Traced<'_>,
    ) -> Result<(), Stop> {
        self.consumed = self.consumed.saturating_add(input.len() as u64);
        match &mut self.state {
            DecodeState::Sniffing(prefix) => {
                prefix.extend_from_slice(input);
                if prefix.len() < sniff::PREFIX {
                    return Ok(());
                }
                let prefix = std::mem::take(prefix);
                self.begin(&prefix);
                self.decode(&prefix, sink, trace)
            }
            _ => self.decode(input, sink, trace),
        }
    }

    /// Ends the input.
    ///
    /// # Errors
    /// `Truncated` if the stream is not at an end.
    pub fn finish(&mut self, sink: Sink<'_>) -> Result<(), Stop> {
        self.finish_traced(sink, None)
    }

    /// Does the same as [`Self::finish`] and notes the course in a trace.
    ///
    /// # Errors
    /// As for [`Self::finish`].
    pub(crate) fn finish_traced(&mut self, sink: Sink<'_>, trace: Traced<'_>) -> Result<(), Stop> {
        if let DecodeState::Sniffing(prefix) = &mut self.state {
            let prefix = std::mem::take(prefix);
            self.begin(&prefix);
            self.decode(&prefix, sink, trace)?;
        }
        match &self.state {
            DecodeState::Gzip(gunzip) if !gunzip.is_at_end() => {
                Err(DecodeError::Truncated(Compression::Gzip).into())
            }
            DecodeState::Zstd(unzstd) if !unzstd.is_at_end() => {
                Err(DecodeError::Truncated(Compression::Zstd).into())
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, prefix: &[u8]) {
        self.state = match sniff::compression(prefix) {
            Compression::None => DecodeState::Plain,
            Compression::Gzip => DecodeState::Gzip(Box::default()),
            Compression::Zstd => match self.zstd {
                Some(frames) => DecodeState::Zstd(frames(self.limits.window)),
                None => DecodeState::Foreign(Compression::Zstd),
            },
        };
    }

    fn decode(&mut self, input: &[u8], sink: Sink<'_>, trace: Traced<'_>) -> Result<(), Stop> {
        let mut position = self.produced;
        let limit = self.limits.output;
        let mut out = Output { sink, trace, limit, produced: &mut self.produced };
        match &mut self.state {
            DecodeState::Gzip(gunzip) => gunzip.push(input, &mut out),
            DecodeState::Zstd(unzstd) => unzstd.push(input, &mut out),
            // If the sink wants no contents, failing to decode them is not an error.
            DecodeState::Foreign(_) if (out.sink)(&[]).is_break() => Err(Stop::Sink),
            DecodeState::Foreign(compression) => {
                let (compression, fault) = (*compression, StreamFault::NoDecoder);
                Err(DecodeError::Corrupt { compression, fault }.into())
            }
            // In pieces, as the others make them: marks are set between pieces.
            DecodeState::Plain | DecodeState::Sniffing(_) => {
                input.chunks(PIECE).try_for_each(|piece| {
                    position = position.saturating_add(piece.len() as u64);
                    out.made(piece, position)
                })
            }
        }
    }
}

/// Decompresses bytes that are all at hand, up to a cap.
///
/// # Errors
/// As for [`Decoder::push`] and [`Decoder::finish`].
pub fn decode_all(bytes: &[u8], limits: DecodeLimits) -> Result<Vec<u8>, DecodeError> {
    let mut plain = Vec::new();
    let mut sink = |bytes: &[u8]| {
        // A vector that doubles holds three times its content for a moment, and memory of wasm never shrinks.
        if plain.capacity() - plain.len() < bytes.len() {
            plain.reserve_exact(bytes.len() + plain.len() / 4);
        }
        plain.extend_from_slice(bytes);
        ControlFlow::Continue(())
    };
    let mut decoder = Decoder::new(limits);
    let outcome = decoder.push(bytes, &mut sink).and_then(|()| decoder.finish(&mut sink));
    match outcome {
        Err(Stop::Error(error)) => Err(error),
        Ok(()) | Err(Stop::Sink) => Ok(plain),
    }
}

#[cfg(test)]
mod tests;
