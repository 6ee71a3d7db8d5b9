//! The tokens of a JSON text, by their places in it.

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
    /// A number, as it is written.
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

/// A token with its place in the text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// The kind, by which it is coloured.
    pub kind: TokenKind,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
    /// Index of the key token under which it stands, through arrays; [`NO_KEY`] for none. Of a key
    /// token: the key under which its object stands, so that keys lead up to the document.
    pub key: u32,
}

/// The index of a token that stands under no key.
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

/// The text of a token.
pub(super) fn span<'a>(text: &'a str, token: &Token) -> Option<&'a str> {
    text.get(token.start as usize..token.end as usize)
}
