//! Decompressing, push-style: compressed chunks go in, plain chunks come out, memory is bounded.
//!
//! What comes out is counted against a cap before it is handed on, so a bomb ends at the cap,
//! whatever its headers announce.

pub(crate) mod gzip;
mod output;
mod zstd;

use std::ops::ControlFlow;

use super::sniff::{self, Compression};
use gzip::Gunzip;
pub use output::{DecodeError, Limits, Sink, Stop};
use output::{Frames, Output, PIECE};
pub(crate) use output::{Trace, Traced};

/// Decompresses whatever it is given, as its first bytes say.
pub struct Decoder {
    limits: Limits,
    /// Makes a decoder of frames with windows of at most so many bytes.
    zstd: Option<fn(u64) -> Box<dyn Frames>>,
    state: State,
    consumed: u64,
    produced: u64,
}

enum State {
    /// Too few bytes yet to know.
    Sniffing(Vec<u8>),
    Plain,
    // Boxed: their windows would make every decoder large.
    Gzip(Box<Gunzip>),
    Zstd(Box<dyn Frames>),
    /// Compressed in a way that this decoder does without.
    Foreign(Compression),
}

impl Decoder {
    /// A decoder that finds out the compression by itself.
    pub fn new(limits: Limits) -> Self {
        Self { zstd: Some(zstd::frames), ..Self::without_zstd(limits) }
    }

    /// The same for a program that does without zstd: to it such a stream is broken.
    pub fn without_zstd(limits: Limits) -> Self {
        let state = State::Sniffing(Vec::new());
        Self { limits, zstd: None, state, consumed: 0, produced: 0 }
    }

    /// A decoder that hands on what it is given, whatever that looks like.
    pub(crate) fn plain(limits: Limits) -> Self {
        Self { state: State::Plain, ..Self::new(limits) }
    }

    /// A decoder that goes on in the middle of a gzip member.
    pub(crate) fn inside(gunzip: Gunzip, limits: Limits) -> Self {
        Self { state: State::Gzip(Box::new(gunzip)), ..Self::new(limits) }
    }

    /// The compression found; `None` while too few bytes were seen.
    pub fn compression(&self) -> Option<Compression> {
        match self.state {
            State::Sniffing(_) => None,
            State::Plain => Some(Compression::None),
            State::Gzip(_) => Some(Compression::Gzip),
            State::Zstd(_) => Some(Compression::Zstd),
            State::Foreign(compression) => Some(compression),
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
            State::Sniffing(prefix) => {
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
        if let State::Sniffing(prefix) = &mut self.state {
            let prefix = std::mem::take(prefix);
            self.begin(&prefix);
            self.decode(&prefix, sink, trace)?;
        }
        match &self.state {
            State::Gzip(gunzip) if !gunzip.is_at_end() => {
                Err(DecodeError::Truncated(Compression::Gzip).into())
            }
            State::Zstd(unzstd) if !unzstd.is_at_end() => {
                Err(DecodeError::Truncated(Compression::Zstd).into())
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, prefix: &[u8]) {
        self.state = match sniff::compression(prefix) {
            Compression::None => State::Plain,
            Compression::Gzip => State::Gzip(Box::default()),
            Compression::Zstd => match self.zstd {
                Some(frames) => State::Zstd(frames(self.limits.window)),
                None => State::Foreign(Compression::Zstd),
            },
        };
    }

    fn decode(&mut self, input: &[u8], sink: Sink<'_>, trace: Traced<'_>) -> Result<(), Stop> {
        let mut position = self.produced;
        let limit = self.limits.output;
        let mut out = Output { sink, trace, limit, produced: &mut self.produced };
        match &mut self.state {
            State::Gzip(gunzip) => gunzip.push(input, &mut out),
            State::Zstd(unzstd) => unzstd.push(input, &mut out),
            // Where nothing is wanted of the inside, that it is not read is no fault of it.
            State::Foreign(_) if (out.sink)(&[]).is_break() => Err(Stop::Sink),
            State::Foreign(compression) => {
                let (compression, reason) = (*compression, "nothing here reads it".to_owned());
                Err(DecodeError::Corrupt { compression, reason }.into())
            }
            // In pieces, as the others make them: marks are set between pieces.
            State::Plain | State::Sniffing(_) => input.chunks(PIECE).try_for_each(|piece| {
                position = position.saturating_add(piece.len() as u64);
                out.made(piece, position)
            }),
        }
    }
}

/// Decompresses bytes that are all at hand, up to a cap.
///
/// # Errors
/// As for [`Decoder::push`] and [`Decoder::finish`].
pub fn decode_all(bytes: &[u8], limits: Limits) -> Result<Vec<u8>, DecodeError> {
    let mut plain = Vec::new();
    let mut sink = |bytes: &[u8]| {
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
