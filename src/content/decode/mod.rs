//! Decompressing, push-style: compressed chunks go in, plain chunks come out, memory is bounded.
//!
//! What comes out is counted against a cap before it is handed on, so a bomb ends at the cap,
//! whatever its headers announce.

pub(crate) mod gzip;
mod zstd;

use std::{fmt, ops::ControlFlow};

use super::sniff::{self, Compression};
use crate::layers::ranges::checkpoints::Recorder;
use gzip::Gunzip;

/// Receives plain bytes; `Break` ends decompressing early without an error.
pub type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> ControlFlow<()>;

/// Plain bytes are handed on in pieces of at most this size.
pub(crate) const PIECE: usize = 64 << 10;

/// Where decompressing stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Plain bytes that may come out.
    pub output: u64,
    /// Largest zstd window that is accepted, in bytes.
    pub window: u64,
}

impl Default for Limits {
    /// The caps of a listing: 16 GiB of output, windows of 128 MiB.
    fn default() -> Self {
        Self { output: 16 << 30, window: 128 << 20 }
    }
}

/// Why decompressing stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The compressed stream is broken.
    Corrupt {
        /// The compression it was taken for.
        compression: Compression,
        /// What is wrong, without a full stop.
        reason: String,
    },
    /// The compressed stream ended in the middle.
    Truncated(Compression),
    /// More came out than the cap allows, in bytes.
    OutputLimit(u64),
    /// The zstd frame wants a window larger than the cap, both in bytes.
    WindowLimit {
        /// What the frame asks for.
        window: u64,
        /// The cap.
        limit: u64,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corrupt { compression, reason } => {
                write!(f, "the {} stream is broken: {reason}", compression.name())
            }
            Self::Truncated(compression) => {
                write!(f, "the {} stream ends in the middle", compression.name())
            }
            Self::OutputLimit(limit) => write!(f, "more than {limit} bytes came out"),
            Self::WindowLimit { window, limit } => {
                write!(f, "the zstd frame needs a window of {window} bytes, more than {limit}")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// What kept a push from going on.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// The sink had enough.
    Sink,
    /// The stream cannot be read on.
    Error(DecodeError),
}

impl From<DecodeError> for Stop {
    fn from(error: DecodeError) -> Self {
        Self::Error(error)
    }
}

/// Where plain bytes go: counted, to a sink, and past what notes where reading can begin again.
pub(crate) struct Output<'a> {
    sink: Sink<'a>,
    recorder: Option<&'a mut Recorder>,
    limit: u64,
    produced: &'a mut u64,
}

impl Output<'_> {
    /// Whether it is noted where reading can begin again.
    pub(crate) fn records(&self) -> bool {
        self.recorder.is_some()
    }

    /// Hands on plain bytes that need the compressed ones up to a position.
    ///
    /// # Errors
    /// More than the limit, or a sink that had enough.
    pub(crate) fn made(&mut self, plain: &[u8], position: u64) -> Result<(), Stop> {
        if plain.is_empty() {
            return Ok(());
        }
        let after = self.produced.saturating_add(plain.len() as u64);
        if after > self.limit {
            return Err(DecodeError::OutputLimit(self.limit).into());
        }
        *self.produced = after;
        if let Some(recorder) = &mut self.recorder {
            recorder.made(plain, position);
        }
        if (self.sink)(plain).is_break() { Err(Stop::Sink) } else { Ok(()) }
    }

    /// The same for what was inflated from the front of some input.
    ///
    /// # Errors
    /// As for [`Self::made`].
    pub(crate) fn inflated(
        &mut self,
        input: &[u8],
        plain: &[u8],
        position: u64,
    ) -> Result<(), Stop> {
        if let Some(recorder) = &mut self.recorder {
            recorder.confirm(input, plain);
        }
        self.made(plain, position)
    }

    /// A member or frame begins at a position of the compressed bytes.
    pub(crate) fn member(&mut self, position: u64) {
        if let Some(recorder) = &mut self.recorder {
            recorder.member(position);
        }
    }

    /// A block of DEFLATE ended in front of a position, somewhere in the last byte before it.
    pub(crate) fn block_ended(&mut self, position: u64, last: Option<u8>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.block_ended(position, last);
        }
    }
}

/// A decoder of zstd frames. An interface, so that who does without zstd does not carry its code.
pub(crate) trait Frames {
    /// Whether the stream may end here: behind a whole frame.
    fn is_at_end(&self) -> bool;

    /// Takes in the next compressed bytes.
    ///
    /// # Errors
    /// `Corrupt`, `WindowLimit`, or a sink that had enough.
    fn push(&mut self, input: &[u8], out: &mut Output<'_>) -> Result<(), Stop>;
}

/// Decompresses whatever it is given, as its first bytes say.
pub struct Decoder {
    limits: Limits,
    /// Makes a decoder of frames with windows of at most so many bytes.
    zstd: Option<fn(u64) -> Box<dyn Frames>>,
    state: State,
    consumed: u64,
    produced: u64,
    recorder: Option<Recorder>,
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
        Self { limits, zstd: None, state, consumed: 0, produced: 0, recorder: None }
    }

    /// Notes on the way where reading can begin again.
    pub(crate) fn record(&mut self, spacing: u64) {
        self.recorder = Some(Recorder::new(spacing));
    }

    /// What was noted.
    pub(crate) fn take_recorder(&mut self) -> Option<Recorder> {
        self.recorder.take()
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
        self.consumed = self.consumed.saturating_add(input.len() as u64);
        match &mut self.state {
            State::Sniffing(prefix) => {
                prefix.extend_from_slice(input);
                if prefix.len() < sniff::PREFIX {
                    return Ok(());
                }
                let prefix = std::mem::take(prefix);
                self.begin(&prefix);
                self.decode(&prefix, sink)
            }
            _ => self.decode(input, sink),
        }
    }

    /// Says that no more bytes come.
    ///
    /// # Errors
    /// `Truncated` where the stream is not at an end.
    pub fn finish(&mut self, sink: Sink<'_>) -> Result<(), Stop> {
        if let State::Sniffing(prefix) = &mut self.state {
            let prefix = std::mem::take(prefix);
            self.begin(&prefix);
            self.decode(&prefix, sink)?;
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

    fn decode(&mut self, input: &[u8], sink: Sink<'_>) -> Result<(), Stop> {
        let mut position = self.produced;
        let mut out = Output {
            sink,
            recorder: self.recorder.as_mut(),
            limit: self.limits.output,
            produced: &mut self.produced,
        };
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
