//! The way out of every decoder: its limits, its errors, and the sink that takes plain bytes.

use std::{fmt, ops::ControlFlow};

use serde::{Deserialize, Serialize};

use crate::{caps, content::sniff::Compression};

/// Receives plain bytes; `Break` ends decompressing early without an error.
pub type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> ControlFlow<()>;

/// Plain bytes are handed on in pieces of at most this size.
pub(crate) const PIECE: usize = 64 << 10;

/// The limits of a decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Plain bytes that may come out.
    pub output: u64,
    /// Largest zstd window that is accepted, in bytes.
    pub window: u64,
}

impl Default for DecodeLimits {
    /// The caps of a listing: 16 GiB of output, windows of 128 MiB.
    fn default() -> Self {
        Self { output: caps::LAYER_BYTES, window: caps::ZSTD_WINDOW }
    }
}

/// The reason why decompressing failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DecodeError {
    /// The compressed stream is broken.
    Corrupt {
        /// The compression it was taken for.
        compression: Compression,
        /// The part of the format that is broken.
        fault: StreamFault,
    },
    /// The compressed stream ended in the middle.
    Truncated(Compression),
    /// More came out than the cap allows, in bytes.
    OutputLimit(u64),
    /// The zstd frame wants a window larger than the cap, both in bytes.
    WindowLimit {
        /// The window that the frame asks for.
        window: u64,
        /// The cap.
        limit: u64,
    },
}

/// A fault of a compressed stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StreamFault {
    /// The decompressor refuses the data, with its own words.
    Refused(String),
    /// The decompressor takes no more input, though some is left.
    Stuck,
    /// Something else follows the last gzip member or zstd frame.
    DataBehindEnd,
    /// A zstd frame does not begin with the magic number.
    NoMagicNumber,
    /// The header of a zstd frame cannot be used.
    BadFrameHeader,
    /// A zstd block is larger than the format allows.
    BlockTooLarge,
    /// A zstd block cannot be decoded.
    BadBlock,
    /// This program has no decoder for the compression.
    NoDecoder,
}

impl fmt::Display for StreamFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused(words) => words,
            Self::Stuck => "the decoder makes no progress",
            Self::DataBehindEnd => "data behind the last member",
            Self::NoMagicNumber => "no magic number",
            Self::BadFrameHeader => "bad frame header",
            Self::BlockTooLarge => "block too large",
            Self::BadBlock => "bad block",
            Self::NoDecoder => "no decoder",
        })
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corrupt { compression, fault } => {
                write!(f, "the {} stream is broken: {fault}", compression.name())
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

impl DecodeError {
    /// Returns `true` if all that belongs to the stream was decompressed, and something follows it.
    pub fn is_behind_end(&self) -> bool {
        matches!(self, Self::Corrupt { fault: StreamFault::DataBehindEnd, .. })
    }
}

/// The reason why a push did not go on.
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

/// Records the course of decompressing, for a reader that will begin in the middle.
///
/// A trait, so that a decoder does not depend on the code that keeps such records.
pub(crate) trait Trace {
    /// Notes plain bytes that need the compressed ones up to a position.
    fn made(&mut self, plain: &[u8], position: u64);

    /// Notes that a member or frame begins at a position of the compressed bytes.
    fn member(&mut self, position: u64);

    /// Notes that a block of DEFLATE ended in front of a position, somewhere in the last byte
    /// before it.
    fn block_ended(&mut self, position: u64, last: Option<u8>);

    /// Notes the plain bytes that come next, before [`Self::made`] counts them, and the input they
    /// were inflated from.
    fn confirm(&mut self, input: &[u8], plain: &[u8]);
}

/// A trace, if the course is to be noted.
pub(crate) type Traced<'a> = Option<&'a mut (dyn Trace + 'static)>;

/// The way that plain bytes take: they are counted, noted in a trace, and handed to a sink.
pub(crate) struct Output<'a> {
    pub(super) sink: Sink<'a>,
    pub(super) trace: Traced<'a>,
    pub(super) limit: u64,
    pub(super) produced: &'a mut u64,
}

impl Output<'_> {
    /// Returns `true` if blocks are to be noted one by one.
    pub(super) fn is_traced(&self) -> bool {
        self.trace.is_some()
    }

    /// Hands on plain bytes that need the compressed ones up to a position.
    ///
    /// # Errors
    /// More than the limit, or a sink that had enough.
    pub(super) fn made(&mut self, plain: &[u8], position: u64) -> Result<(), Stop> {
        if plain.is_empty() {
            return Ok(());
        }
        let after = self.produced.saturating_add(plain.len() as u64);
        if after > self.limit {
            return Err(DecodeError::OutputLimit(self.limit).into());
        }
        *self.produced = after;
        if let Some(trace) = &mut self.trace {
            trace.made(plain, position);
        }
        if (self.sink)(plain).is_break() { Err(Stop::Sink) } else { Ok(()) }
    }

    /// The same for what was inflated from the front of some input.
    ///
    /// # Errors
    /// As for [`Self::made`].
    pub(super) fn inflated(
        &mut self,
        input: &[u8],
        plain: &[u8],
        position: u64,
    ) -> Result<(), Stop> {
        if let Some(trace) = &mut self.trace {
            trace.confirm(input, plain);
        }
        self.made(plain, position)
    }

    /// A member or frame begins at a position of the compressed bytes.
    pub(super) fn member(&mut self, position: u64) {
        if let Some(trace) = &mut self.trace {
            trace.member(position);
        }
    }

    /// A block of DEFLATE ended in front of a position, somewhere in the last byte before it.
    pub(super) fn block_ended(&mut self, position: u64, last: Option<u8>) {
        if let Some(trace) = &mut self.trace {
            trace.block_ended(position, last);
        }
    }
}

/// A decoder of zstd frames. A trait, so that a program without zstd does not link the decoder.
pub(crate) trait Frames {
    /// Returns `true` if the stream may end here: behind a whole frame.
    fn is_at_end(&self) -> bool;

    /// Takes in the next compressed bytes.
    ///
    /// # Errors
    /// `Corrupt`, `WindowLimit`, or a sink that had enough.
    fn push(&mut self, input: &[u8], out: &mut Output<'_>) -> Result<(), Stop>;
}
