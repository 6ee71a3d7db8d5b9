//! One block of 512 bytes: the header of POSIX ustar, of GNU tar and of the V7 archives before both.

use super::entry::{EntryKind, Warning};

/// The size of a block, in bytes. Everything in an archive is padded to it.
pub const BLOCK: usize = 512;

/// The kind of tar that wrote a header. It decides the meaning of the last bytes of the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Before POSIX: no magic.
    V7,
    /// POSIX.1-1988, with a prefix for long names.
    Ustar,
    /// GNU tar, with sparse maps and times where POSIX has the prefix.
    Gnu,
}

/// A header as it stands in its block.
#[derive(Clone, Debug)]
pub struct Header {
    block: [u8; BLOCK],
}

impl Header {
    /// Takes a block; `None` if its checksum is wrong, so that it is no header at all.
    pub fn new(block: &[u8; BLOCK]) -> Option<Self> {
        checksum_matches(block).then_some(Self { block: *block })
    }

    fn field(&self, start: usize, length: usize) -> &[u8] {
        self.block.get(start..start + length).unwrap_or_default()
    }

    /// Returns the kind of tar that wrote the header.
    pub fn format(&self) -> Format {
        match self.field(257, 8) {
            b"ustar  \0" => Format::Gnu,
            magic if magic.starts_with(b"ustar\0") => Format::Ustar,
            _ => Format::V7,
        }
    }

    /// The name, with the prefix of ustar before it.
    pub fn path(&self) -> Vec<u8> {
        let name = until_nul(self.field(0, 100));
        let prefix = until_nul(self.field(345, 155));
        if self.format() == Format::Ustar && !prefix.is_empty() {
            [prefix, b"/", name].concat()
        } else {
            name.to_vec()
        }
    }

    /// Returns the target of a link.
    pub fn link(&self) -> Vec<u8> {
        until_nul(self.field(157, 100)).to_vec()
    }

    /// The flag that says what the entry is.
    pub fn flag(&self) -> u8 {
        self.block.get(156).copied().unwrap_or_default()
    }

    /// Returns the kind of the entry, by its flag alone.
    pub fn kind(&self) -> EntryKind {
        EntryKind::from_flag(self.flag())
    }

    /// Bytes of content stored behind the header.
    ///
    /// # Errors
    /// Not a number, or negative: what follows cannot be found.
    pub fn size(&self) -> Result<u64, Warning> {
        number(self.field(124, 12)).and_then(|n| u64::try_from(n).ok()).ok_or(Warning::BadSize)
    }

    /// Permission bits.
    pub fn mode(&self) -> u32 {
        self.number_or_zero(100, 8) as u32 & 0o7777
    }

    /// The owner's number.
    pub fn uid(&self) -> u64 {
        self.number_or_zero(108, 8)
    }

    /// The group's number.
    pub fn gid(&self) -> u64 {
        self.number_or_zero(116, 8)
    }

    /// The time of the last change, in seconds since 1970.
    pub fn mtime(&self) -> i64 {
        number(self.field(136, 12)).unwrap_or_default()
    }

    /// The owner's name, if the format has one.
    pub fn user(&self) -> Vec<u8> {
        self.named(265)
    }

    /// The group's name, if the format has one.
    pub fn group(&self) -> Vec<u8> {
        self.named(297)
    }

    fn named(&self, start: usize) -> Vec<u8> {
        match self.format() {
            Format::V7 => Vec::new(),
            Format::Ustar | Format::Gnu => until_nul(self.field(start, 32)).to_vec(),
        }
    }

    /// Major and minor number of a device.
    pub fn device(&self) -> (u32, u32) {
        (self.number_or_zero(329, 8) as u32, self.number_or_zero(337, 8) as u32)
    }

    /// The pieces of an old GNU sparse file that fit in the header, whether more follow, and the
    /// size of the file with its holes.
    pub fn gnu_sparse(&self) -> (Vec<(u64, u64)>, bool, u64) {
        let extended = self.block.get(482).is_some_and(|&byte| byte != 0);
        (sparse_pieces(self.field(386, 96)), extended, self.number_or_zero(483, 12))
    }

    fn number_or_zero(&self, start: usize, length: usize) -> u64 {
        number(self.field(start, length)).and_then(|n| u64::try_from(n).ok()).unwrap_or_default()
    }
}

/// Offset and length of each piece in a part of a GNU sparse map; a piece of nothing ends it.
pub fn sparse_pieces(map: &[u8]) -> Vec<(u64, u64)> {
    map.chunks_exact(24)
        .map_while(|piece| {
            let (offset, length) = piece.split_at_checked(12)?;
            let offset = u64::try_from(number(offset)?).ok()?;
            let length = u64::try_from(number(length)?).ok()?;
            (piece.first() != Some(&0)).then_some((offset, length))
        })
        .collect()
}

/// Returns `true` if the checksum of a block is right. It may be counted with unsigned bytes
/// (POSIX) or with signed ones (old Sun tars).
pub fn checksum_matches(block: &[u8]) -> bool {
    let Some(stored) = block.get(148..156).and_then(number) else { return false };
    let bytes = || {
        let blank = |(at, &byte): (usize, &u8)| if (148..156).contains(&at) { b' ' } else { byte };
        block.iter().take(BLOCK).enumerate().map(blank)
    };
    let unsigned: i64 = bytes().map(i64::from).sum();
    let signed: i64 = bytes().map(|byte| i64::from(byte as i8)).sum();
    stored == unsigned || stored == signed
}

/// A number: octal text, or base 256 with the top bit set (GNU and star, for what octal cannot hold).
pub fn number(field: &[u8]) -> Option<i64> {
    match field.first() {
        Some(first) if first & 0x80 != 0 => base_256(field),
        _ => octal(field),
    }
}

fn octal(field: &[u8]) -> Option<i64> {
    let text = field.iter().copied().skip_while(|&b| b == b' ' || b == 0);
    let mut value = 0_i64;
    let mut ended = false;
    for byte in text {
        match byte {
            b'0'..=b'7' if !ended => {
                value = value.checked_mul(8)?.checked_add(i64::from(byte - b'0'))?;
            }
            b' ' | 0 => ended = true,
            _ => return None,
        }
    }
    Some(value)
}

/// Two's complement, most significant byte first, without the marking bit.
fn base_256(field: &[u8]) -> Option<i64> {
    let (&first, rest) = field.split_first()?;
    let negative = first & 0x40 != 0;
    let head = if negative { i128::from(first | 0x80) - 256 } else { i128::from(first & 0x7f) };
    let value = rest
        .iter()
        .try_fold(head, |value, &byte| value.checked_mul(256)?.checked_add(i128::from(byte)))?;
    i64::try_from(value).ok()
}

/// The bytes before the first NUL.
pub fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_in_all_their_forms() {
        let check = |field: &[u8], expected| assert_eq!(number(field), expected, "{field:?}");
        check(b"0000644\0", Some(0o644));
        check(b"   644 \0", Some(0o644));
        check(b"\0\0\0\0", Some(0));
        check(b"", Some(0));
        check(b"12x\0", None);
        check(b"7777777777777777777777777", None);
        check(&[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0], Some(0x2_0000_0000));
        check(&[0xff; 12], Some(-1));
        check(&[0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], None);
    }
}
