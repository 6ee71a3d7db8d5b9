//! Gzip of many members (RFC 1952): eStargz has one for each file, and browsers read only the first.

use std::ops::ControlFlow;

use flate2::{Decompress, FlushDecompress, Status};

use super::{
    decode::{DecodeError, Sink, Stop},
    sniff::Compression,
};

/// Plain bytes are handed on in pieces of at most this size.
const PIECE: usize = 64 << 10;

/// Inflates members one after the other.
pub(super) struct Gunzip {
    member: Option<Decompress>,
    /// The first bytes of what may be the next member: two are needed to know.
    pending: Option<u8>,
    padding: bool,
    plain: Vec<u8>,
}

impl Default for Gunzip {
    fn default() -> Self {
        Self { member: Some(new_member()), pending: None, padding: false, plain: vec![0; PIECE] }
    }
}

fn new_member() -> Decompress {
    Decompress::new_gzip(15)
}

impl Gunzip {
    /// Whether the stream may end here: behind a whole member.
    pub(super) fn is_at_end(&self) -> bool {
        self.member.is_none() && self.pending.is_none()
    }

    /// Takes in the next compressed bytes.
    ///
    /// # Errors
    /// `Corrupt`, or a sink that had enough.
    pub(super) fn push(&mut self, mut input: &[u8], sink: Sink<'_>) -> Result<(), Stop> {
        loop {
            if self.member.is_none() {
                input = self.between(input)?;
            }
            let Some(member) = &mut self.member else { return Ok(()) };
            let (rest, ended) = inflate(member, input, &mut self.plain, sink)?;
            input = rest;
            if ended {
                self.member = None;
            }
            if input.is_empty() {
                return Ok(());
            }
        }
    }

    /// Behind a member: another one, zero padding as on tapes, or the end.
    fn between<'a>(&mut self, input: &'a [u8]) -> Result<&'a [u8], Stop> {
        let Some((&first, rest)) = input.split_first() else { return Ok(input) };
        match (self.pending, first) {
            (None, 0) => {
                self.padding = true;
                let zeros = input.iter().take_while(|&&byte| byte == 0).count();
                self.between(input.get(zeros..).unwrap_or_default())
            }
            (None, 0x1f) if !self.padding => {
                self.pending = Some(0x1f);
                self.between(rest)
            }
            (Some(0x1f), 0x8b) => {
                self.pending = None;
                let mut member = new_member();
                inflate(&mut member, &[0x1f], &mut self.plain, &mut |_| ControlFlow::Continue(()))?;
                self.member = Some(member);
                Ok(input)
            }
            _ => Err(corrupt("there is something behind the last member")),
        }
    }
}

/// Inflates until the input is used up or the member ends. Gives back what is left of the input.
fn inflate<'a>(
    member: &mut Decompress,
    mut input: &'a [u8],
    plain: &mut [u8],
    sink: Sink<'_>,
) -> Result<(&'a [u8], bool), Stop> {
    loop {
        let (before_in, before_out) = (member.total_in(), member.total_out());
        let status = member
            .decompress(input, plain, FlushDecompress::None)
            .map_err(|error| corrupt(&error.to_string()))?;
        let used = (member.total_in() - before_in) as usize;
        let made = (member.total_out() - before_out) as usize;
        input = input.get(used..).unwrap_or_default();
        if made > 0 && sink(plain.get(..made).unwrap_or_default()).is_break() {
            return Err(Stop::Sink);
        }
        match status {
            Status::StreamEnd => return Ok((input, true)),
            // A full output buffer may hide more: ask again, even with no input left.
            _ if made == plain.len() => {}
            _ if input.is_empty() => return Ok((input, false)),
            _ if used == 0 && made == 0 => return Err(corrupt("it does not go on")),
            _ => {}
        }
    }
}

fn corrupt(reason: &str) -> Stop {
    DecodeError::Corrupt { compression: Compression::Gzip, reason: reason.to_owned() }.into()
}
