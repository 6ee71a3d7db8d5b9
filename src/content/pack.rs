//! Values as bytes, for messages between the page and the engine: both are of one build, so there
//! are no names and no versions. Numbers are LEB128, texts and bytes have their length before them.

/// Puts values one after another.
#[derive(Debug, Default)]
pub struct Packer(Vec<u8>);

impl Packer {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One byte: tags and flags.
    pub fn byte(&mut self, byte: u8) -> &mut Self {
        self.0.push(byte);
        self
    }

    /// A number, in as few bytes as it needs.
    pub fn number(&mut self, mut number: u64) -> &mut Self {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.byte((number & 0x7f) as u8)
    }

    /// Bytes with their length.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    /// A text with its length.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// A text that may be missing.
    pub fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            None => self.byte(0),
            Some(text) => self.byte(1).text(text),
        }
    }

    /// All of it.
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// Takes values off, in the order in which they were put. `None` where the bytes are not what was
/// expected; nothing is allocated on their word.
#[derive(Clone, Copy, Debug)]
pub struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    /// Reads from the start.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// One byte.
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// Bytes.
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    /// A text.
    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// A text that may be missing.
    pub fn optional(&mut self) -> Option<Option<&'a str>> {
        match self.byte()? {
            0 => Some(None),
            _ => self.text().map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn what_is_put_is_taken_off_again() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let mut packer = Packer::new();
        for number in numbers {
            packer.number(number);
        }
        packer.text("größe").bytes(&[0, 255]).optional(None).optional(Some("")).byte(7);
        let bytes = packer.finish();
        let mut unpacker = Unpacker::new(&bytes);
        for number in numbers {
            assert_eq!(unpacker.number(), Some(number));
        }
        assert_eq!(unpacker.text(), Some("größe"));
        assert_eq!(unpacker.bytes(), Some(&[0, 255][..]));
        assert_eq!((unpacker.optional(), unpacker.optional()), (Some(None), Some(Some(""))));
        assert_eq!((unpacker.byte(), unpacker.byte()), (Some(7), None));
    }

    #[test]
    fn bytes_that_are_something_else_are_refused() {
        assert_eq!(Unpacker::new(&[5, 1, 2]).bytes(), None, "shorter than it says");
        assert_eq!(Unpacker::new(&[0xff; 11]).number(), None, "no end");
        assert_eq!(Unpacker::new(&[1, 0xff]).text(), None, "no UTF-8");
    }
}
