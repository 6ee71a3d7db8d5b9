//! The reasons why a text is no reference, or no part of one.

use std::fmt;

use super::{DigestError, is_invisible};

/// The reason why a text is no repository name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// No character is left of the name.
    Empty,
    /// It is longer than 255 bytes.
    TooLong,
    /// It has upper-case letters.
    UpperCase,
    /// A component of the path is empty.
    EmptyComponent,
    /// A component of the path holds other characters, or ends with a separator.
    Grammar,
}

/// The reason why a text is no reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceError {
    /// The first component looks like a host, and is not valid.
    Host(String),
    /// The repository name does not fit the grammar.
    Repository {
        /// The name as given.
        name: String,
        /// The rule of the grammar that it breaks.
        fault: NameFault,
    },
    /// The tag does not fit the grammar.
    Tag(String),
    /// The digest does not fit the grammar.
    Digest(DigestError),
    /// A part holds a character that no eye sees, as copied text may.
    Invisible {
        /// The part as given.
        text: String,
        /// The first such character.
        character: char,
    },
}

/// The error of a part: a character that cannot be seen comes before what can.
pub(super) fn refused(text: &str, error: impl FnOnce(String) -> ReferenceError) -> ReferenceError {
    let text = text.to_owned();
    match text.chars().find(|c| is_invisible(*c)) {
        Some(character) => ReferenceError::Invisible { text, character },
        None => error(text),
    }
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => write!(f, "invalid host “{host}”"),
            Self::Repository { name, fault } => {
                write!(f, "invalid repository name “{name}”: {fault:?}")
            }
            Self::Tag(tag) => write!(f, "invalid tag “{tag}”"),
            Self::Digest(error) => error.fmt(f),
            Self::Invisible { text, character } => {
                let number = u32::from(*character);
                write!(
                    f,
                    "“{}” holds the invisible character U+{number:04X}",
                    text.replace(is_invisible, "")
                )
            }
        }
    }
}

impl std::error::Error for ReferenceError {}
