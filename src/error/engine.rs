//! The faults of the engine for byte work.

use std::fmt;

/// A fault of the engine for byte work.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineFault {
    /// The engine ended or did not start, with the words of the browser.
    Ended(String),
    /// The part of the engine that opens layers could not be loaded, with the words of the browser.
    NotLoaded(String),
    /// The engine sent another message than the one that was due.
    UnexpectedMessage,
    /// The engine failed with an error that has no form as a message.
    Other,
}

impl fmt::Display for EngineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(why) => write!(f, "ended: {why}"),
            Self::NotLoaded(why) => write!(f, "not loaded: {why}"),
            Self::UnexpectedMessage => f.write_str("unexpected message"),
            Self::Other => f.write_str("unknown failure"),
        }
    }
}
