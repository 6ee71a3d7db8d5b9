//! Berkeley DB's hash files, as far as rpm's `Packages` has them: values stand on pages of their own.

use super::{DatabaseFault, HEADER_MAX, Receive};

/// Bytes before the index of a page.
const HEAD: usize = 26;

/// Hands over each value that has overflow pages; the only short one is rpm's counter.
pub(super) fn blobs(file: &[u8], receive: Receive<'_>) -> Result<(), DatabaseFault> {
    let database = Database::open(file)?;
    for number in 1..=database.last {
        let Some(page) = database.page(number) else {
            return Err(DatabaseFault::CutShort);
        };
        // 13 is a hash page, 2 the same before it was sorted.
        if !matches!(page.get(25), Some(13 | 2)) {
            continue;
        }
        for item in 0..database.u16(page, 20).unwrap_or(0) / 2 {
            let Some((start, length)) = database.off_page(page, item * 2 + 1) else { continue };
            let blob = database.collect(start, length)?;
            if !receive(&blob) {
                return Ok(());
            }
        }
    }
    Ok(())
}

struct Database<'a> {
    file: &'a [u8],
    size: usize,
    last: usize,
    big: bool,
}

impl<'a> Database<'a> {
    fn open(file: &'a [u8]) -> Result<Self, DatabaseFault> {
        let big = match file.get(12..16) {
            Some([0x61, 0x15, 0x06, 0]) => false,
            Some([0, 0x06, 0x15, 0x61]) => true,
            _ => return Err(DatabaseFault::OtherFormat),
        };
        if file.get(24).is_some_and(|&cipher| cipher != 0) {
            return Err(DatabaseFault::Encrypted);
        }
        let mut database = Database { file, size: 0, last: 0, big };
        database.size = database.u32(file, 20).unwrap_or(0);
        database.last = database.u32(file, 32).unwrap_or(0);
        if !(512..=65_536).contains(&database.size) || !database.size.is_power_of_two() {
            return Err(DatabaseFault::PageSize);
        }
        Ok(database)
    }

    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let at = number.checked_mul(self.size)?;
        self.file.get(at..at.checked_add(self.size)?)
    }

    fn u16(&self, page: &[u8], at: usize) -> Option<usize> {
        let field = page.get(at..at.checked_add(2)?)?.try_into().ok()?;
        let read = if self.big { u16::from_be_bytes } else { u16::from_le_bytes };
        Some(usize::from(read(field)))
    }

    fn u32(&self, page: &[u8], at: usize) -> Option<usize> {
        let field = page.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let read = if self.big { u32::from_be_bytes } else { u32::from_le_bytes };
        usize::try_from(read(field)).ok()
    }

    /// First page and length of a value that stands on pages of its own.
    fn off_page(&self, page: &[u8], item: usize) -> Option<(usize, usize)> {
        let at = self.u16(page, HEAD + item * 2)?;
        if page.get(at) != Some(&3) {
            return None;
        }
        Some((self.u32(page, at + 4)?, self.u32(page, at + 8)?))
    }

    /// Puts a value together. A chain never comes back: each page brings at least a byte.
    fn collect(&self, start: usize, length: usize) -> Result<Vec<u8>, DatabaseFault> {
        const BROKEN: DatabaseFault = DatabaseFault::Broken;
        if length > HEADER_MAX.min(self.file.len()) {
            return Err(BROKEN);
        }
        let mut value = Vec::with_capacity(length);
        let mut number = start;
        while value.len() < length {
            let page = self.page(number).filter(|page| page.get(25) == Some(&7)).ok_or(BROKEN)?;
            let taken = self.u16(page, 22).filter(|&taken| taken > 0).ok_or(BROKEN)?;
            let taken = taken.min(length - value.len());
            value.extend_from_slice(page.get(HEAD..HEAD + taken).ok_or(BROKEN)?);
            number = self.u32(page, 16).ok_or(BROKEN)?;
        }
        Ok(value)
    }
}
