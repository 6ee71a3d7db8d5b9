//! A JSON lexer that keeps byte spans, so that a document is shown as it was written. Strict about
//! the grammar (RFC 8259), iterative, and bounded: no input makes it panic, recurse or run without end.

use std::{borrow::Cow, collections::BTreeSet};

use super::{
    fault::{Expected, Fault},
    scalars::{is_number, string_end, string_value},
    token::{Facts, Lexed, NO_KEY, Token, TokenKind, span},
};
use crate::caps;

/// Splits a text into tokens.
///
/// # Errors
/// The first place where the text is not JSON.
pub(super) fn lex(text: &str) -> Result<Lexed, Fault> {
    let mut lexer = Lexer::new(text);
    while let Some(start) = lexer.next_start() {
        lexer.token(start)?;
        if lexer.out.tokens.len() > caps::JSON_TOKENS {
            return lexer.fault(start, Expected::FewerValues);
        }
    }
    match lexer.state {
        Expected::End => Ok(lexer.out),
        state => Err(Fault { at: text.len(), expected: state }),
    }
}

/// An object or array that is open.
struct Frame<'a> {
    is_object: bool,
    /// The key under which the whole container stands.
    owner: u32,
    /// The key that was read last.
    key: u32,
    names: BTreeSet<Cow<'a, str>>,
    facts: Facts,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    state: Expected,
    stack: Vec<Frame<'a>>,
    out: Lexed,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, state: Expected::Value, stack: Vec::new(), out: Lexed::default() }
    }

    /// Skips white space and returns the start of the next token.
    fn next_start(&mut self) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let skip = rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r'))?;
        self.at += skip;
        Some(self.at)
    }

    fn fault<T>(&self, at: usize, expected: Expected) -> Result<T, Fault> {
        Err(Fault { at, expected })
    }

    fn token(&mut self, start: usize) -> Result<(), Fault> {
        match self.text.as_bytes().get(start).copied() {
            Some(b'{') => self.open(start, true),
            Some(b'[') => self.open(start, false),
            Some(b'}') => self.close(start, true),
            Some(b']') => self.close(start, false),
            Some(b':') => self.punctuation(start, Expected::Colon),
            Some(b',') => self.punctuation(start, Expected::CommaOrClose),
            Some(b'"') => self.string(start),
            _ => self.word(start),
        }
    }

    fn push(&mut self, kind: TokenKind, end: usize) -> u32 {
        let index = u32::try_from(self.out.tokens.len()).unwrap_or(NO_KEY);
        let key = match kind {
            TokenKind::Key => self.stack.last().map_or(NO_KEY, |frame| frame.owner),
            _ => self.current_key(),
        };
        self.out.tokens.push(Token { kind, start: to_u32(self.at), end: to_u32(end), key });
        self.at = end;
        index
    }

    /// The key that a value read now stands under.
    fn current_key(&self) -> u32 {
        self.stack.last().map_or(NO_KEY, |f| if f.is_object { f.key } else { f.owner })
    }

    fn takes_value(&self) -> bool {
        matches!(self.state, Expected::Value | Expected::ValueOrClose)
    }

    fn open(&mut self, start: usize, is_object: bool) -> Result<(), Fault> {
        if !self.takes_value() {
            return self.fault(start, self.state);
        }
        let owner = self.current_key();
        self.push(TokenKind::Open, start + 1);
        let (names, facts) = (BTreeSet::new(), Facts::default());
        self.stack.push(Frame { is_object, owner, key: NO_KEY, names, facts });
        self.state = if is_object { Expected::KeyOrClose } else { Expected::ValueOrClose };
        Ok(())
    }

    fn close(&mut self, start: usize, is_object: bool) -> Result<(), Fault> {
        let empty = if is_object { Expected::KeyOrClose } else { Expected::ValueOrClose };
        let may_close = self.state == Expected::CommaOrClose || self.state == empty;
        let matches_open = self.stack.last().is_some_and(|frame| frame.is_object == is_object);
        if !(may_close && matches_open) {
            return self.fault(start, self.state);
        }
        if let Some(Frame { facts, .. }) = self.stack.pop()
            && (facts.media_type.is_some() || facts.base_name.is_some())
        {
            self.out.facts.push(facts);
        }
        self.push(TokenKind::Close, start + 1);
        self.after_value();
        Ok(())
    }

    fn after_value(&mut self) {
        self.state = if self.stack.is_empty() { Expected::End } else { Expected::CommaOrClose };
    }

    fn punctuation(&mut self, start: usize, needs: Expected) -> Result<(), Fault> {
        let Some(frame) = self.stack.last().filter(|_| self.state == needs) else {
            return self.fault(start, self.state);
        };
        self.state = match needs {
            Expected::CommaOrClose if frame.is_object => Expected::Key,
            _ => Expected::Value,
        };
        self.push(TokenKind::Punctuation, start + 1);
        Ok(())
    }

    fn string(&mut self, start: usize) -> Result<(), Fault> {
        let end = string_end(self.text, start)?;
        match self.state {
            Expected::Key | Expected::KeyOrClose => self.key(start, end),
            Expected::Value | Expected::ValueOrClose => self.text_value(end),
            state => return self.fault(start, state),
        }
        Ok(())
    }

    fn key(&mut self, start: usize, end: usize) {
        let name = string_value(self.text.get(start..end).unwrap_or_default());
        let index = self.push(TokenKind::Key, end);
        if let Some(frame) = self.stack.last_mut() {
            frame.key = index;
            if !frame.names.insert(name) {
                self.out.duplicates.push(index);
            }
        }
        self.state = Expected::Colon;
    }

    fn text_value(&mut self, end: usize) {
        let key = self.current_key();
        let index = self.push(TokenKind::Text, end);
        let name = self.out.tokens.get(key as usize).and_then(|token| span(self.text, token));
        if let Some(frame) = self.stack.last_mut().filter(|frame| frame.is_object) {
            match name {
                Some("\"mediaType\"") => frame.facts.media_type = Some(index),
                Some("\"org.opencontainers.image.base.name\"") => {
                    frame.facts.base_name = Some(index);
                }
                _ => frame.facts.strings.push(index),
            }
        }
        self.after_value();
    }

    /// A number or a literal.
    fn word(&mut self, start: usize) -> Result<(), Fault> {
        if !self.takes_value() {
            return self.fault(start, self.state);
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let word = rest.get(..rest.find(|c| !is_word(c)).unwrap_or(rest.len())).unwrap_or_default();
        let kind = match word {
            "true" | "false" | "null" => TokenKind::Literal,
            _ if is_number(word) => TokenKind::Number,
            _ => return self.fault(start, self.state),
        };
        self.push(kind, start + word.len());
        self.after_value();
        Ok(())
    }
}

/// Documents are capped far below 4 GiB before they come here.
fn to_u32(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        lex(text).unwrap().tokens.iter().map(|token| span(text, token).unwrap()).collect()
    }

    #[test]
    fn tokens_keep_the_text_as_written() {
        assert_eq!(
            words(r#" {"a" : [1.50, -0e+1,"x\u0041"], "b":{}} "#).join("·"),
            r#"{·"a"·:·[·1.50·,·-0e+1·,·"x\u0041"·]·,·"b"·:·{·}·}"#
        );
    }

    #[test]
    fn a_fault_has_its_place_and_what_was_expected() {
        let check = |text: &str, at: usize, expected: Expected| {
            let fault = lex(text).unwrap_err();
            assert_eq!((fault.at, fault.expected), (at, expected), "{text}");
        };
        check("", 0, Expected::Value);
        check("{", 1, Expected::KeyOrClose);
        check("{\"a\"}", 4, Expected::Colon);
        check("{\"a\":1,}", 7, Expected::Key);
        check("[1 2]", 3, Expected::CommaOrClose);
        check("[1}", 2, Expected::CommaOrClose);
        check("{} x", 3, Expected::End);
        check("[01]", 1, Expected::ValueOrClose);
        check("\"a", 2, Expected::EndOfString);
        check("\"a\u{1}\"", 2, Expected::NoControl);
        check("<html>", 0, Expected::Value);
    }

    #[test]
    fn duplicate_names_are_found_also_when_escaped() {
        let lexed = lex(r#"{"a":{"a":1},"\u0061":2,"b":3}"#).unwrap();
        let text = r#"{"a":{"a":1},"\u0061":2,"b":3}"#;
        let names: Vec<_> =
            lexed.duplicates.iter().map(|i| span(text, &lexed.tokens[*i as usize])).collect();
        assert_eq!(names, [Some(r#""\u0061""#)]);
    }

    #[test]
    fn a_hundred_thousand_levels_and_many_tokens_end_well() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(lex(&deep).unwrap().tokens.len(), 200_000);
        assert!(lex(&"[".repeat(100_000)).is_err());
        assert!(lex(&format!("[{}1]", "1,".repeat(caps::JSON_TOKENS))).is_err());
    }

    #[test]
    fn cap_json_tokens_refuses_a_longer_document() {
        let levels = caps::JSON_TOKENS / 2;
        let nested = |inner: &str| "[".repeat(levels) + inner + &"]".repeat(levels);
        assert_eq!(lex(&nested("")).unwrap().tokens.len(), caps::JSON_TOKENS);
        assert_eq!(lex(&nested("1")).unwrap_err().expected, Expected::FewerValues);
    }

    #[test]
    fn no_prefix_of_a_document_panics_or_is_taken() {
        let text = r#"{"é":[1,-2.5e3,true,{"mediaType":"x/y","digest":"\"\\\u00e9"}],"z":null}"#;
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            assert!(lex(&text[..end]).is_err(), "{}", &text[..end]);
        }
        assert!(lex(text).is_ok());
    }
}
