//! A JSON lexer that keeps byte spans, so that a document is shown as it was written. Strict about
//! the grammar (RFC 8259), iterative, and bounded: no input makes it panic, recurse or run away.

use std::{borrow::Cow, collections::BTreeSet};

/// More tokens than this are not laid out: sixteen bytes each, they would cost more than the text.
pub(super) const MAX_TOKENS: usize = 400_000;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `{` or `[`.
    Open,
    /// `}` or `]`.
    Close,
    /// `:` or `,`.
    Punctuation,
    /// The name of a member, with its quotes.
    Key,
    /// A string value, with its quotes.
    Text,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

/// A token and where it stands in the text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// The kind.
    pub kind: TokenKind,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
    /// Index of the key token under which it stands, through arrays; [`NO_KEY`] for none. Of a key
    /// token: the key under which its object stands, so that keys lead up to the document.
    pub key: u32,
}

/// No key.
pub(super) const NO_KEY: u32 = u32::MAX;

/// An object or array as it was closed: its key, and the members that say what its digests are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Value token of `mediaType`.
    pub media_type: Option<u32>,
    /// Value token of `org.opencontainers.image.base.name`.
    pub base_name: Option<u32>,
    /// Value tokens that stand directly in the object and may be digests.
    pub strings: Vec<u32>,
}

/// A text in tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lexed {
    /// The tokens in order.
    pub tokens: Vec<Token>,
    /// Key tokens whose name stood before in the same object.
    pub duplicates: Vec<u32>,
    /// One entry per object that names a media type or a base image.
    pub facts: Vec<Facts>,
}

/// A text that is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Byte at which it stops being JSON.
    pub at: usize,
    /// The token that was needed there.
    pub expected: &'static str,
}

/// The text of a string token: without quotes, escapes resolved.
pub(super) fn string_value(token: &str) -> Cow<'_, str> {
    let inner = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(token);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str(token).map_or(Cow::Borrowed(inner), Cow::Owned)
}

/// Splits a text into tokens.
///
/// # Errors
/// The first place where the text is not JSON.
pub(super) fn lex(text: &str) -> Result<Lexed, Fault> {
    let mut lexer = Lexer::new(text);
    while let Some(start) = lexer.next_start() {
        lexer.token(start)?;
        if lexer.out.tokens.len() > MAX_TOKENS {
            return lexer.fault(start, "fewer values (too many to lay out)");
        }
    }
    match lexer.state {
        LexState::End => Ok(lexer.out),
        state => Err(Fault { at: text.len(), expected: state.expected() }),
    }
}

/// The tokens that may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LexState {
    Value,
    ValueOrClose,
    KeyOrClose,
    Key,
    Colon,
    CommaOrClose,
    End,
}

impl LexState {
    fn expected(self) -> &'static str {
        match self {
            Self::Value => "a value",
            Self::ValueOrClose => "a value or “]”",
            Self::KeyOrClose => "a name or “}”",
            Self::Key => "a name",
            Self::Colon => "“:”",
            Self::CommaOrClose => "“,” or the end of the object or array",
            Self::End => "the end of the text",
        }
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
    state: LexState,
    stack: Vec<Frame<'a>>,
    out: Lexed,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, state: LexState::Value, stack: Vec::new(), out: Lexed::default() }
    }

    /// Skips white space and says where the next token starts.
    fn next_start(&mut self) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let skip = rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r'))?;
        self.at += skip;
        Some(self.at)
    }

    fn fault<T>(&self, at: usize, expected: &'static str) -> Result<T, Fault> {
        Err(Fault { at, expected })
    }

    fn token(&mut self, start: usize) -> Result<(), Fault> {
        match self.text.as_bytes().get(start).copied() {
            Some(b'{') => self.open(start, true),
            Some(b'[') => self.open(start, false),
            Some(b'}') => self.close(start, true),
            Some(b']') => self.close(start, false),
            Some(b':') => self.punctuation(start, LexState::Colon),
            Some(b',') => self.punctuation(start, LexState::CommaOrClose),
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
        matches!(self.state, LexState::Value | LexState::ValueOrClose)
    }

    fn open(&mut self, start: usize, is_object: bool) -> Result<(), Fault> {
        if !self.takes_value() {
            return self.fault(start, self.state.expected());
        }
        let owner = self.current_key();
        self.push(TokenKind::Open, start + 1);
        let (names, facts) = (BTreeSet::new(), Facts::default());
        self.stack.push(Frame { is_object, owner, key: NO_KEY, names, facts });
        self.state = if is_object { LexState::KeyOrClose } else { LexState::ValueOrClose };
        Ok(())
    }

    fn close(&mut self, start: usize, is_object: bool) -> Result<(), Fault> {
        let empty = if is_object { LexState::KeyOrClose } else { LexState::ValueOrClose };
        let may_close = self.state == LexState::CommaOrClose || self.state == empty;
        let matches_open = self.stack.last().is_some_and(|frame| frame.is_object == is_object);
        if !(may_close && matches_open) {
            return self.fault(start, self.state.expected());
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
        self.state = if self.stack.is_empty() { LexState::End } else { LexState::CommaOrClose };
    }

    fn punctuation(&mut self, start: usize, needs: LexState) -> Result<(), Fault> {
        let Some(frame) = self.stack.last().filter(|_| self.state == needs) else {
            return self.fault(start, self.state.expected());
        };
        self.state = match needs {
            LexState::CommaOrClose if frame.is_object => LexState::Key,
            _ => LexState::Value,
        };
        self.push(TokenKind::Punctuation, start + 1);
        Ok(())
    }

    fn string(&mut self, start: usize) -> Result<(), Fault> {
        let end = string_end(self.text, start)?;
        match self.state {
            LexState::Key | LexState::KeyOrClose => self.key(start, end),
            LexState::Value | LexState::ValueOrClose => self.text_value(end),
            state => return self.fault(start, state.expected()),
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
        self.state = LexState::Colon;
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
            return self.fault(start, self.state.expected());
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let word = rest.get(..rest.find(|c| !is_word(c)).unwrap_or(rest.len())).unwrap_or_default();
        let kind = match word {
            "true" | "false" | "null" => TokenKind::Literal,
            _ if is_number(word) => TokenKind::Number,
            _ => return self.fault(start, self.state.expected()),
        };
        self.push(kind, start + word.len());
        self.after_value();
        Ok(())
    }
}

/// The text of a token.
pub(super) fn span<'a>(text: &'a str, token: &Token) -> Option<&'a str> {
    text.get(token.start as usize..token.end as usize)
}

/// Documents are capped far below 4 GiB before they come here.
fn to_u32(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// The byte after the closing quote of the string that starts here.
fn string_end(text: &str, start: usize) -> Result<usize, Fault> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(start + 1) {
        match byte {
            0..=0x1f => return Err(Fault { at, expected: "no bare control character" }),
            _ if escaped => {
                if !b"\"\\/bfnrtu".contains(&byte) {
                    return Err(Fault { at, expected: "an escape that exists" });
                }
                escaped = false;
            }
            b'\\' => escaped = true,
            b'"' => return Ok(at + 1),
            _ => {}
        }
    }
    Err(Fault { at: text.len(), expected: "the end of the string" })
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
fn is_number(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
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
    fn what_is_not_json_is_said_with_its_place() {
        let check = |text: &str, at: usize, expected: &str| {
            let fault = lex(text).unwrap_err();
            assert_eq!((fault.at, fault.expected), (at, expected), "{text}");
        };
        check("", 0, "a value");
        check("{", 1, "a name or “}”");
        check("{\"a\"}", 4, "“:”");
        check("{\"a\":1,}", 7, "a name");
        check("[1 2]", 3, "“,” or the end of the object or array");
        check("[1}", 2, "“,” or the end of the object or array");
        check("{} x", 3, "the end of the text");
        check("[01]", 1, "a value or “]”");
        check("\"a", 2, "the end of the string");
        check("\"a\u{1}\"", 2, "no bare control character");
        check("<html>", 0, "a value");
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
        assert!(lex(&format!("[{}1]", "1,".repeat(MAX_TOKENS))).is_err());
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
