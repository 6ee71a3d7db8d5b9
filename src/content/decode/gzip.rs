//! Gzip of many members (RFC 1952): eStargz has one for each file, and browsers read only the first.

use zlib_rs::{Inflate, InflateFlush, Status};

use super::output::{DecodeError, Output, PIECE, Stop, StreamFault};
use crate::content::sniff::Compression;

/// The window of DEFLATE in bits, and the number that is added to it if a gzip header stands before the
/// data.
const WINDOW_BITS: u8 = 15;
const WITH_GZIP_HEADER: u8 = 16;

/// Bytes behind the data of a member: a checksum and a size.
const TRAILER: u8 = 8;

/// Inflates members one after the other.
pub(crate) struct Gunzip {
    at: At,
    /// Compressed bytes used so far.
    position: u64,
    plain: Vec<u8>,
}

/// The kind of the next bytes.
enum At {
    /// A member, or data without its header and trailer where one was entered in the middle.
    Member { inflate: Inflate, headless: bool },
    /// The trailer of a member that was entered in the middle. It cannot be checked.
    Trailer { left: u8 },
    /// Behind a member: another one, zero padding as on tapes, or the end.
    Between { magic: bool, padding: bool },
}

impl Default for Gunzip {
    fn default() -> Self {
        let at = At::Member { inflate: new_member(), headless: false };
        Self { at, position: 0, plain: vec![0; PIECE] }
    }
}

fn new_member() -> Inflate {
    Inflate::new(true, WINDOW_BITS + WITH_GZIP_HEADER)
}

/// Inflates data that has no header: from the middle of a member.
pub(crate) fn headless() -> Inflate {
    Inflate::new(false, WINDOW_BITS)
}

impl Gunzip {
    /// Goes on in the middle of a member, with an inflater that was brought there.
    pub(crate) fn inside(inflate: Inflate) -> Self {
        Self { at: At::Member { inflate, headless: true }, ..Self::default() }
    }

    /// Returns `true` if the stream may end here: behind a whole member.
    pub(crate) fn is_at_end(&self) -> bool {
        matches!(self.at, At::Between { magic: false, .. })
    }

    /// Takes in the next compressed bytes.
    ///
    /// # Errors
    /// `Corrupt`, or a sink that had enough.
    pub(crate) fn push(&mut self, mut input: &[u8], out: &mut Output<'_>) -> Result<(), Stop> {
        loop {
            let (used, more) = self.step(input, out)?;
            input = input.get(used..).unwrap_or_default();
            self.position += used as u64;
            if input.is_empty() && !more {
                return Ok(());
            }
        }
    }

    /// Reads on in one part of the stream. Returns the bytes it used, and `true` if more may come out
    /// without more input.
    fn step(&mut self, input: &[u8], out: &mut Output<'_>) -> Result<(usize, bool), Stop> {
        match &mut self.at {
            At::Member { inflate, headless } => {
                let step = inflate_step(inflate, input, &mut self.plain, self.position, out)?;
                if step.ended {
                    self.at = behind(*headless);
                }
                Ok((step.used, step.more))
            }
            At::Trailer { left } => {
                let taken = input.len().min(usize::from(*left));
                *left -= taken as u8;
                if *left == 0 {
                    self.at = behind(false);
                }
                Ok((taken, false))
            }
            At::Between { magic: false, padding } if input.first() == Some(&0) => {
                *padding = true;
                Ok((input.iter().take_while(|&&byte| byte == 0).count(), false))
            }
            At::Between { magic, padding } => {
                let Some(&first) = input.first() else { return Ok((0, false)) };
                self.at = between(*magic, *padding, first, self.position, out)?;
                Ok((1, false))
            }
        }
    }
}

fn behind(headless: bool) -> At {
    if headless {
        At::Trailer { left: TRAILER }
    } else {
        At::Between { magic: false, padding: false }
    }
}

/// Reads a byte between members. The first two bytes of a header are needed to know it.
fn between(
    magic: bool,
    padding: bool,
    byte: u8,
    position: u64,
    out: &mut Output<'_>,
) -> Result<At, Stop> {
    match (magic, byte) {
        (false, 0x1f) if !padding => Ok(At::Between { magic: true, padding }),
        (true, 0x8b) => {
            out.member(position - 1);
            let mut inflate = new_member();
            // A header never makes bytes.
            let begun = inflate.decompress(&[0x1f, 0x8b], &mut [0], InflateFlush::NoFlush);
            begun.map_err(|error| refused(error.as_str()))?;
            Ok(At::Member { inflate, headless: false })
        }
        _ => Err(corrupt(StreamFault::DataBehindEnd)),
    }
}

struct InflateStep {
    used: usize,
    ended: bool,
    /// `true` if more may come out without more input.
    more: bool,
}

/// Inflates up to the end of a block, a piece of output, or of the input.
fn inflate_step(
    inflate: &mut Inflate,
    input: &[u8],
    plain: &mut [u8],
    position: u64,
    out: &mut Output<'_>,
) -> Result<InflateStep, Stop> {
    let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
    // Stopping at each block costs nothing that can be measured, and is where reading can begin again.
    let flush = if out.is_traced() { InflateFlush::Block } else { InflateFlush::NoFlush };
    let outcome = inflate.decompress(input, plain, flush);
    let status = outcome
        .map_err(|error| refused(inflate.error_message().unwrap_or_else(|| error.as_str())))?;
    let used = (inflate.total_in() - before_in) as usize;
    let made = (inflate.total_out() - before_out) as usize;
    out.inflated(input, plain.get(..made).unwrap_or_default(), position + used as u64)?;
    let ended = status == Status::StreamEnd;
    // A full output buffer may hide more: ask again, even with no input left.
    let full = made == plain.len();
    if !ended && !full && used < input.len() {
        if used == 0 && made == 0 && flush == InflateFlush::NoFlush {
            return Err(corrupt(StreamFault::Stuck));
        }
        let last = used.checked_sub(1).and_then(|at| input.get(at));
        out.block_ended(position + used as u64, last.copied());
    }
    Ok(InflateStep { used, ended, more: full && !ended })
}

fn refused(words: &str) -> Stop {
    corrupt(StreamFault::Refused(words.to_owned()))
}

fn corrupt(fault: StreamFault) -> Stop {
    DecodeError::Corrupt { compression: Compression::Gzip, fault }.into()
}
