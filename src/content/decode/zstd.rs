//! Zstandard of many frames (RFC 8878), a block at a time.
//!
//! Frame and block headers are read here, and the decoder is given one block at a time: left to
//! itself it would decode every block of its input before anything is taken out, and a block of four
//! bytes can stand for 128 KiB.

use std::io::Read as _;

use ruzstd::decoding::FrameDecoder;

use super::output::{DecodeError, Frames, Output, PIECE, Stop, StreamFault};
use crate::{caps, content::sniff::Compression};

/// Decodes frames one after the other.
pub(super) struct Unzstd {
    window_limit: u64,
    frame: Option<FrameDecoder>,
    at: At,
    /// Input of which a whole unit (header, block, checksum) is not there yet.
    held: Vec<u8>,
    /// Compressed bytes used so far.
    position: u64,
    plain: Vec<u8>,
}

/// The kind of the next bytes.
#[derive(Clone, Copy)]
enum At {
    Frame,
    Block { checksum: bool },
    Skip(u64),
}

/// A decoder that refuses frames with a window over this many bytes.
pub(super) fn frames(window_limit: u64) -> Box<dyn Frames> {
    Box::new(Unzstd::new(window_limit))
}

impl Frames for Unzstd {
    fn is_at_end(&self) -> bool {
        Self::is_at_end(self)
    }

    fn push(&mut self, input: &[u8], out: &mut Output<'_>) -> Result<(), Stop> {
        Self::push(self, input, out)
    }
}

impl Unzstd {
    /// A decoder that refuses frames with a window over this many bytes.
    pub(super) fn new(window_limit: u64) -> Self {
        Self {
            window_limit,
            frame: None,
            at: At::Frame,
            held: Vec::new(),
            position: 0,
            plain: vec![0; PIECE],
        }
    }

    /// Returns `true` if the stream may end here: behind a whole frame.
    pub(super) fn is_at_end(&self) -> bool {
        matches!(self.at, At::Frame | At::Skip(0)) && self.held.is_empty()
    }

    /// Takes in the next compressed bytes.
    ///
    /// # Errors
    /// `Corrupt`, `WindowLimit`, or a sink that had enough.
    pub(super) fn push(&mut self, input: &[u8], out: &mut Output<'_>) -> Result<(), Stop> {
        let mut held = std::mem::take(&mut self.held);
        let mut rest = if held.is_empty() {
            input
        } else {
            held.extend_from_slice(input);
            &held
        };
        while let Some(used) = self.step(rest, out)? {
            rest = rest.get(used..).unwrap_or_default();
            self.position += used as u64;
        }
        self.held = rest.to_vec();
        Ok(())
    }

    /// Reads one unit. Returns the number of bytes it used, or `None` if more are needed.
    fn step(&mut self, input: &[u8], out: &mut Output<'_>) -> Result<Option<usize>, Stop> {
        match self.at {
            At::Frame => self.begin_frame(input, out),
            At::Block { checksum } => self.block(input, checksum, out),
            At::Skip(0) => {
                self.at = At::Frame;
                Ok(Some(0))
            }
            At::Skip(_) if input.is_empty() => Ok(None),
            At::Skip(left) => {
                let skipped = left.min(input.len() as u64);
                self.at = At::Skip(left - skipped);
                Ok(Some(skipped as usize))
            }
        }
    }

    fn begin_frame(&mut self, input: &[u8], out: &mut Output<'_>) -> Result<Option<usize>, Stop> {
        // Behind a whole frame the first byte tells that no other follows.
        let behind = self.position > 0 && !matches!(input.first(), None | Some(0x28 | 0x50..=0x5f));
        let [a, b, c, d, rest @ ..] = input else {
            return if behind { Err(corrupt(StreamFault::DataBehindEnd)) } else { Ok(None) };
        };
        match [*a, *b, *c, *d] {
            [0x28, 0xb5, 0x2f, 0xfd] => {
                out.member(self.position);
                self.begin_data(input, rest)
            }
            [low, 0x2a, 0x4d, 0x18] if low & 0xf0 == 0x50 => {
                let Some(&[a, b, c, d]) = rest.get(..4) else { return Ok(None) };
                self.at = At::Skip(u64::from(u32::from_le_bytes([a, b, c, d])));
                Ok(Some(8))
            }
            _ if self.position > 0 => Err(corrupt(StreamFault::DataBehindEnd)),
            _ => Err(corrupt(StreamFault::NoMagicNumber)),
        }
    }

    fn begin_data(&mut self, input: &[u8], rest: &[u8]) -> Result<Option<usize>, Stop> {
        let Some(&descriptor) = rest.first() else { return Ok(None) };
        let length = 5 + header_fields(descriptor);
        let Some(mut header) = input.get(..length) else { return Ok(None) };
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(self.window_limit);
        decoder.init(&mut header).map_err(|error| self.header_error(&error))?;
        self.frame = Some(decoder);
        self.at = At::Block { checksum: descriptor & 4 != 0 };
        Ok(Some(length))
    }

    fn header_error(&self, error: &ruzstd::decoding::errors::FrameDecoderError) -> Stop {
        use ruzstd::decoding::errors::FrameDecoderError;
        match error {
            FrameDecoderError::WindowSizeTooBig { requested, .. } => {
                DecodeError::WindowLimit { window: *requested, limit: self.window_limit }.into()
            }
            // Using the decoder's own words would link all of them into the engine: 8 kB.
            _ => corrupt(StreamFault::BadFrameHeader),
        }
    }

    fn block(
        &mut self,
        input: &[u8],
        checksum: bool,
        out: &mut Output<'_>,
    ) -> Result<Option<usize>, Stop> {
        let Some(&[a, b, c]) = input.get(..3) else { return Ok(None) };
        let header = u32::from_le_bytes([a, b, c, 0]);
        let (last, kind, size) = (header & 1 != 0, (header >> 1) & 3, (header >> 3) as usize);
        if size > caps::ZSTD_BLOCK {
            return Err(corrupt(StreamFault::BlockTooLarge));
        }
        // A block of kind 1 is one byte that stands for `size` of them.
        let content = if kind == 1 { 1 } else { size };
        // The decoder gives out the last window only once it has seen the checksum.
        let length = 3 + content + if last && checksum { 4 } else { 0 };
        let Some(bytes) = input.get(..length) else { return Ok(None) };
        self.decode_block(bytes, out)?;
        if last {
            self.frame = None;
            self.at = At::Frame;
        }
        Ok(Some(length))
    }

    fn decode_block(&mut self, bytes: &[u8], out: &mut Output<'_>) -> Result<(), Stop> {
        let Some(frame) = &mut self.frame else { return Err(corrupt(StreamFault::BadBlock)) };
        let position = self.position + bytes.len() as u64;
        let (_, mut made) = frame
            .decode_from_to(bytes, &mut self.plain)
            .map_err(|_| corrupt(StreamFault::BadBlock))?;
        while made > 0 {
            out.made(self.plain.get(..made).unwrap_or_default(), position)?;
            made = frame.read(&mut self.plain).map_err(|_| corrupt(StreamFault::BadBlock))?;
        }
        Ok(())
    }
}

/// Bytes of the frame header behind its descriptor (RFC 8878 3.1.1.1).
fn header_fields(descriptor: u8) -> usize {
    let single_segment = descriptor & 0x20 != 0;
    let window = usize::from(!single_segment);
    let dictionary = match descriptor & 3 {
        0 => 0,
        1 => 1,
        2 => 2,
        _ => 4,
    };
    let content_size = match descriptor >> 6 {
        0 => usize::from(single_segment),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    window + dictionary + content_size
}

fn corrupt(fault: StreamFault) -> Stop {
    DecodeError::Corrupt { compression: Compression::Zstd, fault }.into()
}
