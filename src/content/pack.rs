//! Values as bytes, for listings that one program writes and reads: so there are no names and no
//! versions. Numbers are LEB128; texts and bytes have their length before them.

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

    /// Takes the bytes written so far, and begins anew.
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

impl Packer {
    /// A number that may be negative; small ones of either sign stay short.
    pub fn signed(&mut self, number: i64) -> &mut Self {
        self.number(((number << 1) ^ (number >> 63)) as u64)
    }

    /// A yes or no.
    pub fn flag(&mut self, flag: bool) -> &mut Self {
        self.byte(flag.into())
    }

    /// A list: its length, then each item as `put` puts it.
    pub fn list<T>(
        &mut self,
        items: &[T],
        put: impl for<'p> Fn(&'p mut Self, &T) -> &'p mut Self,
    ) -> &mut Self {
        self.number(items.len() as u64);
        for item in items {
            put(self, item);
        }
        self
    }

    /// Bytes put so far.
    pub fn size(&self) -> usize {
        self.0.len()
    }
}

/// Takes values off, in the order in which they were put. `None` if the bytes are not what was expected.
/// No memory is reserved because they claim a length.
#[derive(Clone, Copy, Debug)]
pub struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    /// Reads from the start.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes that are left.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// Reads one byte; `None` at the end.
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Reads a number of variable length; `None` if it is cut short or too large.
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

    /// Reads a length and as many bytes; `None` if fewer are left.
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    /// Reads bytes as [`Self::bytes`] does; `None` also if they are not UTF-8.
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

impl Unpacker<'_> {
    /// A number that may be negative.
    pub fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A number that fits a smaller type.
    pub fn small<T: TryFrom<u64>>(&mut self) -> Option<T> {
        self.number()?.try_into().ok()
    }

    /// A yes or no.
    pub fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// Bytes of its own.
    pub fn owned(&mut self) -> Option<Vec<u8>> {
        self.bytes().map(<[u8]>::to_vec)
    }

    /// A text of its own.
    pub fn string(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// A list, each item as `take` takes it.
    pub fn list<T>(&mut self, take: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.small::<usize>()?;
        // Every item has a byte at least: a false count must not reserve memory.
        let mut items = Vec::with_capacity(count.min(self.rest().len()));
        for _ in 0..count {
            items.push(take(self)?);
        }
        Some(items)
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

    #[test]
    fn signed_numbers_flags_and_lists_survive_too() {
        let signed = [0, -1, 1, -64, 64, i64::MIN, i64::MAX];
        let mut packer = Packer::new();
        packer.list(&signed, |packer, &number| packer.signed(number)).flag(true).flag(false);
        let bytes = packer.finish();
        let mut unpacker = Unpacker::new(&bytes);
        assert_eq!(unpacker.list(Unpacker::signed).unwrap(), signed);
        assert_eq!((unpacker.flag(), unpacker.flag()), (Some(true), Some(false)));
        assert_eq!(Unpacker::new(&[2]).flag(), None);
        assert_eq!(Unpacker::new(&[0xff, 0xff, 0xff, 0x7f, 0]).list(Unpacker::number), None);
        assert_eq!(Unpacker::new(&[0x80, 0x02]).small::<u8>(), None);
    }
}
