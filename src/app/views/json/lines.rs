//! A document in lines of pieces, pretty or raw, laid out once and read line by line, so that a
//! window of a large document costs no more than what it shows.

use std::borrow::Cow;

use bytes::Bytes;

use super::{
    fault::{Expected, Fault},
    lexer::lex,
    links::{Linker, Target},
    rows::{LineRow, pretty_rows, raw_rows, to_u32},
    token::{Lexed, TokenKind, span},
};
use crate::app::views::{
    hex::{hex_row, hex_rows},
    visible_text::{is_deceptive, visible},
};

/// The longest piece that is shown, in bytes. A longer one is cut on the screen; copying gives all
/// of it.
const MAX_PIECE: usize = 2_000;

/// The layout of a document on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One value a line, indented.
    Pretty,
    /// As it was written.
    Raw,
}

/// The form of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON value.
    Json,
    /// Text that is not JSON.
    Text(NotJson),
    /// Bytes that are not text.
    Hex,
}

/// The reason why a text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJson {
    /// There is nothing in it.
    Empty,
    /// It stops being JSON at a place.
    At {
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
        /// The part of JSON that was needed there.
        expected: Expected,
    },
}

/// The kind of a piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Text outside of any token.
    Plain,
    /// A token of JSON.
    Token(TokenKind),
    /// The name of a member that stood before in the same object.
    Duplicate,
    /// So many bytes were left out here.
    Cut(usize),
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The kind, by which it is coloured.
    pub kind: PieceKind,
    /// The text to show.
    pub text: String,
    /// The target of its link.
    pub target: Option<Target>,
}

impl Piece {
    fn plain(text: &str) -> Self {
        Self { kind: PieceKind::Plain, text: text.to_owned(), target: None }
    }
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Levels of indentation.
    pub indent: u16,
    /// The pieces of the line.
    pub pieces: Vec<Piece>,
}

/// A document ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonText {
    bytes: Bytes,
    text: String,
    lexed: Lexed,
    linker: Linker,
    pretty: Vec<LineRow>,
    /// Byte ranges of the text.
    raw: Vec<(u32, u32)>,
    /// The form of the bytes.
    pub form: Form,
    /// Bytes that are not UTF-8 are shown as U+FFFD.
    pub has_invalid_utf8: bool,
    /// Characters that would deceive the eye are shown by their numbers.
    pub has_deceptive: bool,
}

impl JsonText {
    /// Lays out a document. Any bytes are taken.
    pub fn read(bytes: Bytes) -> Self {
        let text = String::from_utf8_lossy(&bytes);
        let has_invalid_utf8 = matches!(text, Cow::Owned(_));
        let text = text.into_owned();
        let (form, lexed) = match lex(&text) {
            Ok(lexed) => (Form::Json, lexed),
            Err(_) if is_binary(&text) => (Form::Hex, Lexed::default()),
            Err(fault) => (Form::Text(not_json(&text, &fault)), Lexed::default()),
        };
        let raw = raw_rows(&text, &lexed.tokens);
        Self {
            has_deceptive: text.contains(is_deceptive),
            linker: Linker::new(&lexed),
            pretty: pretty_rows(&lexed.tokens),
            raw,
            bytes,
            text,
            lexed,
            form,
            has_invalid_utf8,
        }
    }

    /// The exact bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Names that stand twice in the same object, in document order.
    pub fn duplicates(&self) -> Vec<String> {
        let name = |index: &u32| self.token_text(*index).map(|text| visible(text).into_owned());
        self.lexed.duplicates.iter().filter_map(name).collect()
    }

    /// The number of rows.
    pub fn len(&self, layout: Layout) -> usize {
        match (&self.form, layout) {
            (Form::Hex, _) => hex_rows(&self.bytes),
            (Form::Json, Layout::Pretty) => self.pretty.len(),
            _ => self.raw.len(),
        }
    }

    /// Returns true if there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// One row, counted from 0; an empty one past the end.
    pub fn line(&self, layout: Layout, number: usize) -> Line {
        match (&self.form, layout) {
            (Form::Hex, _) => {
                Line { indent: 0, pieces: vec![Piece::plain(&hex_row(&self.bytes, number))] }
            }
            (Form::Json, Layout::Pretty) => self.pretty_line(number),
            _ => self.raw_line(number),
        }
    }

    fn token_text(&self, index: u32) -> Option<&str> {
        span(&self.text, self.lexed.tokens.get(index as usize)?)
    }

    fn pretty_line(&self, number: usize) -> Line {
        let Some(row) = self.pretty.get(number) else { return Line::default() };
        let mut pieces = Vec::new();
        for index in row.first..row.last {
            self.token_pieces(index, &mut pieces);
            if self.token_text(index) == Some(":") {
                pieces.push(Piece::plain(" "));
            }
        }
        Line { indent: row.indent, pieces }
    }

    fn raw_line(&self, number: usize) -> Line {
        let Some(row) = self.raw.get(number) else { return Line::default() };
        let (start, end) = (row.0 as usize, row.1 as usize);
        let tokens = &self.lexed.tokens;
        let first = tokens.partition_point(|token| (token.start as usize) < start);
        let (mut at, mut pieces) = (start, Vec::new());
        for (index, token) in tokens.iter().enumerate().skip(first) {
            if token.start as usize >= end {
                break;
            }
            self.plain(at, token.start as usize, &mut pieces);
            self.token_pieces(to_u32(index), &mut pieces);
            at = token.end as usize;
        }
        self.plain(at, end, &mut pieces);
        Line { indent: 0, pieces }
    }

    fn plain(&self, start: usize, end: usize, pieces: &mut Vec<Piece>) {
        match self.text.get(start..end) {
            Some(text) if !text.is_empty() => cut(text, PieceKind::Plain, None, pieces),
            _ => {}
        }
    }

    fn token_pieces(&self, index: u32, pieces: &mut Vec<Piece>) {
        let (Some(token), Some(text)) =
            (self.lexed.tokens.get(index as usize), self.token_text(index))
        else {
            return;
        };
        let repeated = self.lexed.duplicates.binary_search(&index).is_ok();
        let kind = if repeated { PieceKind::Duplicate } else { PieceKind::Token(token.kind) };
        let target = self.linker.target(&self.text, &self.lexed, index);
        cut(text, kind, target, pieces);
    }
}

/// Adds a piece, and states how much of it was left out.
fn cut(text: &str, kind: PieceKind, target: Option<Target>, pieces: &mut Vec<Piece>) {
    let end = text.floor_char_boundary(MAX_PIECE);
    let shown = text.get(..end).unwrap_or(text);
    pieces.push(Piece { kind, text: visible(shown).into_owned(), target });
    let left = text.len().saturating_sub(shown.len());
    if left > 0 {
        pieces.push(Piece { kind: PieceKind::Cut(left), text: String::new(), target: None });
    }
}

/// Returns true if much of the first bytes is no text, so that only a view of bytes helps.
fn is_binary(text: &str) -> bool {
    let is_odd = |c: &char| *c == '\u{fffd}' || (c.is_control() && !c.is_ascii_whitespace());
    let (all, odd) = text
        .chars()
        .take(1024)
        .fold((0, 0), |(all, odd), c| (all + 1, odd + usize::from(is_odd(&c))));
    odd * 10 > all
}

/// Returns the line and column of a fault.
fn not_json(text: &str, fault: &Fault) -> NotJson {
    if text.trim().is_empty() {
        return NotJson::Empty;
    }
    let before = text.get(..text.floor_char_boundary(fault.at)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |row| row.chars().count()) + 1;
    NotJson::At { line, column, expected: fault.expected }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shown(bytes: &[u8], layout: Layout) -> String {
        let json = JsonText::read(Bytes::copy_from_slice(bytes));
        let line = |number| {
            let Line { indent, pieces } = json.line(layout, number);
            let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            "  ".repeat(indent.into()) + &text + "\n"
        };
        (0..json.len(layout)).map(line).collect()
    }

    #[test]
    fn pretty_has_one_value_a_line() {
        assert_eq!(
            shown(br#"{"a":[1,{"b":{}, "c":[]}],"d":"x"}"#, Layout::Pretty),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": {},\n      \"c\": []\n    }\n  ],\n  \"d\": \"x\"\n}\n"
        );
        assert_eq!(shown(b"{}", Layout::Pretty), "{}\n");
        assert_eq!(shown(b" 1 ", Layout::Pretty), "1\n");
    }

    #[test]
    fn raw_is_the_text_as_written() {
        let text = "{ \"a\" :\t[1,\r\n\n 2]}";
        assert_eq!(shown(text.as_bytes(), Layout::Raw), "{ \"a\" :\t[1,\n\n 2]}\n");
        let long = format!("[{}0]", "12345678, ".repeat(100));
        assert_eq!(shown(long.as_bytes(), Layout::Raw).replace('\n', ""), long);
        let json = JsonText::read(Bytes::from(long));
        assert_eq!(json.len(Layout::Raw), 7);
    }

    #[test]
    fn what_is_no_json_is_shown_as_text_or_bytes() {
        let form = |bytes: &'static [u8]| JsonText::read(Bytes::from_static(bytes)).form;
        let value_at =
            |line, column| Form::Text(NotJson::At { line, column, expected: Expected::Value });
        assert_eq!(form(b"<html>\n</html>"), value_at(1, 1));
        assert_eq!(form(b"{\n \"a\": oops}"), value_at(2, 7));
        assert_eq!(form(b" "), Form::Text(NotJson::Empty));
        assert_eq!(form(b"\x1f\x8b\x08\0\0\0\0\0"), Form::Hex);
        assert_eq!(
            shown(b"\x1f\x8b\x08\0Az\0\0\0\0\0\0\0\0\0\0\xff", Layout::Pretty),
            "00000000  1f 8b 08 00 41 7a 00 00  00 00 00 00 00 00 00 00  ····Az··········\n\
             00000010  ff                                                ·\n"
        );
    }

    #[test]
    fn invalid_utf8_and_deceptive_text_are_replaced_and_said() {
        let json = JsonText::read(Bytes::from_static(b"{\"a\":\"\xff\"}"));
        assert!(json.has_invalid_utf8 && json.form == Form::Json);
        let json = JsonText::read(Bytes::from("\"a\u{202e}b\""));
        assert!(json.has_deceptive);
        assert_eq!(json.line(Layout::Raw, 0).pieces[0].text, "\"a⟨U+202E⟩b\"");
    }

    #[test]
    fn long_values_are_cut_and_the_cut_is_said() {
        let json = JsonText::read(Bytes::from(format!("\"{}\"", "é".repeat(3_000))));
        let pieces = json.line(Layout::Pretty, 0).pieces;
        assert_eq!(pieces[1].kind, PieceKind::Cut(4003));
        assert_eq!(pieces[0].text.len(), 1_999);
    }

    #[test]
    fn any_bytes_lay_out_and_every_row_can_be_read() {
        let mut state = 0x2545_f491_u32;
        for size in 0..400 {
            let alphabet = b"{}[]:,\"\\ \n10truefalsn\xc3\xa9\xff";
            let bytes: Vec<u8> = (0..size)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    alphabet[(state >> 16) as usize % alphabet.len()]
                })
                .collect();
            let json = JsonText::read(Bytes::from(bytes));
            for layout in [Layout::Pretty, Layout::Raw] {
                for number in 0..=json.len(layout) {
                    json.line(layout, number);
                }
            }
        }
    }
}
