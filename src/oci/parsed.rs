//! Broken remote data is a value: what could be read, the exact bytes, and what is wrong with them.

use bytes::Bytes;

/// How bad an [`Issue`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Allowed, and worth knowing.
    Note,
    /// Against a SHOULD, or read differently by different readers.
    Warning,
    /// Against a MUST: part of the document could not be read.
    Error,
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// Where: a JSON pointer (RFC 6901), empty for the whole document.
    pub pointer: String,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
}

/// A document as it was read: never re-serialised, so its digest stays checkable (R32).
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<T> {
    /// What could be understood.
    pub value: T,
    /// The exact bytes received.
    pub raw: Bytes,
    /// What is wrong, in document order.
    pub issues: Vec<Issue>,
}

impl<T> Parsed<T> {
    /// Keeps bytes and issues, and changes the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed { value: change(self.value), raw: self.raw, issues: self.issues }
    }

    /// Whether nothing of severity [`Severity::Error`] was found.
    pub fn is_sound(&self) -> bool {
        self.issues.iter().all(|issue| issue.severity < Severity::Error)
    }
}
