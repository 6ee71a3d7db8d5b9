//! Reading only the headers of an archive: the content between them is passed over, not read.

use super::{Reader, ReaderState, padded};

impl Reader {
    /// Passes over the content that comes next, with its padding. Returns the number of bytes that
    /// the caller leaves out: the next byte to push is the one behind them. Returns 0 between
    /// entries.
    pub fn pass_over(&mut self) -> u64 {
        let left = match &self.state {
            ReaderState::Content { left } => {
                let end = self.position.saturating_add(*left);
                padded(end).saturating_sub(self.position)
            }
            ReaderState::Skip { left } => *left,
            _ => return 0,
        };
        self.position = self.position.saturating_add(left);
        self.state = ReaderState::Header;
        left
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::ops::ControlFlow;

    use super::*;
    use crate::content::tar::{ArchiveEvent, header::BLOCK, tests::plain};

    #[test]
    fn headers_are_found_without_the_content_between_them() {
        let mut reader = Reader::new();
        let mut found = Vec::new();
        let mut position = 0;
        for (name, size) in [("a", 0), ("b", 1), ("c", 1 << 32), ("d", 512)] {
            let block = plain(name.as_bytes(), b'0', size);
            let read = reader.push(&block, &mut |event| {
                if let ArchiveEvent::Entry(entry) = event {
                    found.push((entry.path, entry.offset));
                }
                ControlFlow::Continue(())
            });
            assert!(read.is_continue());
            position += BLOCK as u64;
            assert_eq!(found.last().unwrap(), &(name.as_bytes().to_vec(), position));
            position += reader.pass_over();
            assert_eq!(position % BLOCK as u64, 0);
        }
        assert_eq!(reader.pass_over(), 0);
    }
}
