//! The faults of the engine for byte work.

/// A fault of the engine for byte work.
#[derive(Clone, Debug, PartialEq, Eq)]
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
