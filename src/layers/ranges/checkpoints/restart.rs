//! Begins to inflate in the middle of a member, at the start of any block.
//!
//! A block needs the 32 KiB before it, which an inflater takes as a dictionary, and begins at any bit
//! of a byte, which no safe interface of an inflater takes. So an inflater is first given blocks that
//! make nothing and whose length in bits brings it to the right one.

use zlib_rs::{Inflate, InflateFlush};

use crate::content::decode::gzip::headless;

/// Returns an inflater in front of a block that begins with the last `unused` bits of the byte
/// `last`. `window` is the output before it, up to 32 KiB. Returns `None` if the inflater refuses.
pub(super) fn resume(window: &[u8], last: u8, unused: u8) -> Option<Inflate> {
    let mut inflate = headless();
    if !window.is_empty() {
        inflate.set_dictionary(window).ok()?;
    }
    let lead = lead(last, unused);
    // There is room for a byte more than comes out, so that all input is taken.
    inflate.decompress(&lead, &mut [0], InflateFlush::NoFlush).ok()?;
    (inflate.total_in() == lead.len() as u64 && inflate.total_out() == 0).then_some(inflate)
}

/// Empty blocks, and behind them the bits that are left of a byte: together whole bytes.
fn lead(last: u8, unused: u8) -> Vec<u8> {
    let mut bits = Bits::default();
    if unused == 0 {
        return bits.bytes;
    }
    // An empty block of fixed codes has 10 bits, and the other one 93: together any remainder.
    if unused % 2 == 1 {
        bits.empty_dynamic_block();
    }
    while (bits.length + usize::from(unused)) % 8 != 0 {
        bits.empty_fixed_block();
    }
    bits.put(u32::from(last) >> (8 - unused), usize::from(unused));
    bits.bytes
}

/// Returns `true` if inflating from there gives the bytes that really followed.
pub(super) fn fits(window: &[u8], last: u8, unused: u8, input: &[u8], expected: &[u8]) -> bool {
    let Some(mut inflate) = resume(window, last, unused) else { return false };
    let mut plain = vec![0; expected.len()];
    let mut input = input;
    loop {
        let (before_in, made) = (inflate.total_in(), inflate.total_out() as usize);
        let Some(room) = plain.get_mut(made..).filter(|room| !room.is_empty()) else {
            return plain == expected;
        };
        if inflate.decompress(input, room, InflateFlush::NoFlush).is_err() {
            return false;
        }
        let used = (inflate.total_in() - before_in) as usize;
        if used == 0 && inflate.total_out() as usize == made {
            return false;
        }
        input = input.get(used..).unwrap_or_default();
    }
}

/// Bits in the order of DEFLATE (RFC 1951 3.1.1): numbers from their lowest bit on.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    length: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: usize) {
        for at in 0..count {
            if self.length.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(byte) = self.bytes.last_mut() {
                *byte |= ((value >> at & 1) as u8) << (self.length % 8);
            }
            self.length += 1;
        }
    }

    /// Not the last block, fixed codes, and the code for its end (RFC 1951 3.2.6): 10 bits.
    fn empty_fixed_block(&mut self) {
        self.put(0b010, 3);
        self.put(0, 7);
    }

    /// Not the last block, codes of its own (RFC 1951 3.2.7), and the code for its end: 93 bits.
    fn empty_dynamic_block(&mut self) {
        self.put(0b100, 3);
        // 257 codes for literals and lengths, one for distances, 19 lengths of the codes for those.
        self.put(0, 5);
        self.put(0, 5);
        self.put(15, 4);
        // In the order of the RFC, 18 is the third and 1 the last but one: one bit for each.
        for place in 0..19 {
            self.put(u32::from(place == 2 || place == 17), 3);
        }
        // Bit 1 stands for 18, that many zeros and 11 more: 138 and 118, the literals.
        self.put(1 | 127 << 1, 8);
        self.put(1 | 107 << 1, 8);
        // Bit 0 stands for 1: the length of the code for the end, and of the one distance.
        self.put(0, 2);
        // The end.
        self.put(0, 1);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn any_number_of_bits_can_be_left_of_a_byte() {
        let window = b"the window before the block";
        for unused in 0..8 {
            // One last block of fixed codes: a match of length 3 at distance 5, and the end.
            let mut bits = Bits { length: 8 - usize::from(unused), ..Bits::default() };
            if unused > 0 {
                bits.bytes.push(0);
            } else {
                bits.length = 0;
            }
            bits.put(0b011, 3);
            bits.put(0b100_0000, 7);
            bits.put(0b00100, 5);
            bits.put(0, 1);
            bits.put(0, 7);
            let (last, rest) = match unused {
                0 => (0, &bits.bytes[..]),
                _ => (bits.bytes[0], &bits.bytes[1..]),
            };
            let mut inflate = resume(window, last, unused).unwrap();
            let mut plain = [0; 8];
            inflate.decompress(rest, &mut plain, InflateFlush::NoFlush).unwrap();
            assert_eq!(&plain[..inflate.total_out() as usize], b"blo", "{unused} bits");
        }
    }
}
