//! The fault of a text that is no JSON.

/// A text that is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Byte at which it stops being JSON.
    pub at: usize,
    /// The token that was needed there.
    pub expected: Expected,
}

/// The part of a JSON text that was needed at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A text, number, object, array, `true`, `false` or `null`.
    Value,
    /// A value, or the end of the array.
    ValueOrClose,
    /// A name, or the end of the object.
    KeyOrClose,
    /// A name.
    Key,
    /// The `:` between a name and its value.
    Colon,
    /// A comma, or the end of the object or array.
    CommaOrClose,
    /// The end of the text.
    End,
    /// The end of the string.
    EndOfString,
    /// Another character than a bare control character.
    NoControl,
    /// An escape that exists.
    Escape,
    /// Fewer values: so many are not laid out.
    FewerValues,
}
