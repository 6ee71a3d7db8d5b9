//! Changes an input in a few small places, as faults and attackers do.

use crate::dice::Dice;

/// Byte sequences that are hard for parsers.
const PIECES: &[&[u8]] = &[
    b"",
    b"\0",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"::",
    b"/",
    b"//",
    b"@",
    b"@sha256:",
    b"..",
    b"%",
    b"%2e",
    b"\r\n",
    b"\n",
    b" ",
    b"\t",
    b"=",
    b";",
    b"<",
    b">",
    b"-1",
    b"0",
    b"9223372036854775808",
    b"18446744073709551616",
    b"1e400",
    b"\xff",
    b"\xc3\x28",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"null",
    b"true",
    b"[[[[[[[[",
    b"{\"a\":",
    b"https://",
    b"[::1]:0",
    b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd",
    b"ustar\x0000",
    b"GNU.sparse.major=1\n",
    b"99999999999\0",
    b"\x80\xff\xff\xff\xff\xff\xff\xff",
];

/// Returns a changed copy of one of the seeds.
pub(crate) fn mutate(seeds: &[Vec<u8>], dice: &mut Dice, longest: usize) -> Vec<u8> {
    let mut bytes = dice.pick(seeds).cloned().unwrap_or_default();
    for _ in 0..=dice.below(4) {
        change(&mut bytes, seeds, dice);
    }
    bytes.truncate(longest);
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let end = at + dice.below((bytes.len() - at).min(64) + 1);
    match dice.below(8) {
        0 => flip(bytes, at, dice),
        1 => bytes.truncate(at),
        2 => drop(bytes.drain(at..end)),
        3 => insert(bytes, at, dice.pick(PIECES).copied().unwrap_or_default()),
        4 => {
            let piece = dice.pick(PIECES).copied().unwrap_or_default();
            bytes.splice(at..end, piece.iter().copied());
        }
        5 => {
            let copy = bytes.get(at..end).unwrap_or_default().repeat(1 + dice.below(9));
            insert(bytes, at, &copy);
        }
        6 => {
            let other = dice.pick(seeds).cloned().unwrap_or_default();
            bytes.truncate(at);
            bytes.extend(other.get(dice.below(other.len() + 1)..).unwrap_or_default());
        }
        _ => insert(bytes, at, &[dice.byte()]),
    }
}

fn flip(bytes: &mut [u8], at: usize, dice: &mut Dice) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << dice.below(8);
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}
