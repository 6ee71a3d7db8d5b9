//! The content of a file in lines.

use crate::{
    app::views::visible_text::{is_deceptive, visible},
    content::glob::lower,
};

/// The longest line that is shown, in bytes. A longer one is cut on the screen; saving gives all of
/// it.
const LINE_MAX: usize = 2_000;

/// A text with the places where its lines begin, so that a window of it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLines {
    text: String,
    /// The offset of each line.
    starts: Vec<u32>,
    /// Bytes that are not UTF-8 are shown as U+FFFD.
    pub has_invalid_utf8: bool,
    /// Characters that would deceive the eye are shown by their numbers.
    pub has_deceptive: bool,
}

impl TextLines {
    /// Parts a text into its lines.
    pub fn new(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let begins = ends.map(|(at, _)| at + 1).filter(|at| *at < text.len());
        let starts = std::iter::once(0).chain(begins).filter_map(|at| u32::try_from(at).ok());
        Self {
            starts: starts.collect(),
            has_invalid_utf8: std::str::from_utf8(bytes).is_err(),
            has_deceptive: text.contains(is_deceptive),
            text,
        }
    }

    /// The number of lines.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Returns true if there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn exact(&self, number: usize) -> &str {
        let at = |number: usize| self.starts.get(number).map(|at| *at as usize);
        let Some(start) = at(number) else { return "" };
        let end = at(number + 1).unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default().trim_end_matches('\n')
    }

    /// Returns a line, counted from 0, to be shown; and the number of bytes that are left out at its
    /// end.
    pub fn line(&self, number: usize) -> (String, usize) {
        let exact = self.exact(number);
        let shown = exact.get(..exact.floor_char_boundary(LINE_MAX)).unwrap_or(exact);
        (visible(shown).into_owned(), exact.len() - shown.len())
    }

    /// The lines in which a text stands, in either case.
    pub fn matching(&self, wanted: &str) -> Vec<usize> {
        let wanted = lower(wanted);
        let holds = |number: &usize| lower(self.exact(*number)).contains(&wanted);
        (0..self.len()).filter(holds).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_lines_that_editors_count() {
        let check = |text: &str, expected: &[&str]| {
            let lines = TextLines::new(text.as_bytes());
            let all: Vec<_> = (0..lines.len()).map(|number| lines.line(number).0).collect();
            assert_eq!(all, expected, "{text:?}");
        };
        check("", &[""]);
        check("a", &["a"]);
        check("a\n", &["a"]);
        check("a\r\nb\n\nc", &["a", "b", "", "c"]);
        check("a\u{202e}b\n", &["a⟨U+202E⟩b"]);
        let long = TextLines::new("x".repeat(2_100).as_bytes());
        assert_eq!((long.line(0).0.len(), long.line(0).1), (2_000, 100));
        assert!(TextLines::new(b"a\xff").has_invalid_utf8);
        assert_eq!(long.line(7), (String::new(), 0));
    }

    #[test]
    fn lines_are_found_in_either_case() {
        let lines = TextLines::new("NAME=x\nid=y\nPretty_Name=z\n".as_bytes());
        assert_eq!(lines.matching("name"), [0, 2]);
        assert_eq!(lines.matching("none"), [0; 0]);
        let german = TextLines::new("ÜBERSICHT\nübersicht\nUbersicht".as_bytes());
        assert_eq!(german.matching("Über"), [0, 1]);
    }
}
