//! A cursor over the value of a header field, with the lexical rules of RFC 9110 section 5.6.

/// Reads a value from left to right. It never fails: text that does not fit is not taken.
#[derive(Clone, Debug)]
pub(super) struct FieldCursor<'a> {
    rest: &'a str,
}

impl<'a> FieldCursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Takes one character if it is this one.
    pub(super) fn eat(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes characters as long as they fit.
    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Takes optional white space. Returns true if there was any.
    pub(super) fn skip_blanks(&mut self) -> bool {
        !self.take_while(|c| matches!(c, ' ' | '\t')).is_empty()
    }

    /// Takes a token, which may be empty.
    pub(super) fn token(&mut self) -> &'a str {
        self.take_while(is_token)
    }

    /// Takes a quoted string and returns its value, or `None` if it does not end.
    pub(super) fn quoted(&mut self) -> Option<String> {
        let mut value = String::new();
        let mut characters = self.rest.strip_prefix('"')?.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => value.push(characters.next()?),
                c => value.push(c),
            }
        }
        self.rest = characters.as_str();
        Some(value)
    }
}

/// Returns true for a character of a token (RFC 9110 section 5.6.2).
pub(super) fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}
