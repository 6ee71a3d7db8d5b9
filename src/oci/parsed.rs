//! Broken remote data is a value: what could be read, the exact bytes, and what is wrong with them.

use bytes::Bytes;

/// The severity of an [`Issue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Allowed, and worth knowing.
    Note,
    /// Against a SHOULD, or read differently by different readers.
    Warning,
    /// Against a MUST: part of the document could not be read, or must not be relied on.
    Error,
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The severity.
    pub severity: Severity,
    /// The place as a JSON pointer (RFC 6901), empty for the whole document.
    pub pointer: String,
    /// The fault, to follow the name of the place, without a full stop.
    pub message: String,
}

/// Collects issues while a document is read; their number is bounded, the document is hostile.
#[derive(Clone, Debug, Default)]
pub struct Issues {
    list: Vec<Issue>,
    left_out: usize,
}

impl Issues {
    /// Issues kept one by one; the rest is counted.
    pub const LIMIT: usize = 200;
    /// Bytes kept of a message or a pointer, both of which may quote the document.
    pub const TEXT_LIMIT: usize = 1024;

    /// Adds an issue.
    pub fn push(&mut self, severity: Severity, pointer: &str, message: impl Into<String>) {
        if self.list.len() < Self::LIMIT {
            let (pointer, message) = (bounded(pointer), bounded(&message.into()));
            self.list.push(Issue { severity, pointer, message });
        } else {
            self.left_out += 1;
        }
    }

    /// Adds an issue of severity [`Severity::Error`].
    pub fn error(&mut self, pointer: &str, message: impl Into<String>) {
        self.push(Severity::Error, pointer, message);
    }

    /// Takes over issues that were found before.
    pub fn extend(&mut self, issues: Vec<Issue>) {
        for Issue { severity, pointer, message } in issues {
            self.push(severity, &pointer, message);
        }
    }

    /// The issues in the order in which they were found; last, how many were left out.
    pub fn into_vec(mut self) -> Vec<Issue> {
        if self.left_out > 0 {
            let message = format!("has {} more issues", self.left_out);
            self.list.push(Issue { severity: Severity::Error, pointer: String::new(), message });
        }
        self.list
    }
}

/// The text, or its beginning and an ellipsis.
fn bounded(text: &str) -> String {
    match text.get(..text.floor_char_boundary(Issues::TEXT_LIMIT)) {
        Some(start) if start.len() < text.len() => format!("{start}…"),
        _ => text.to_owned(),
    }
}

/// A document as it was read: never re-serialised, so its digest stays checkable (R32).
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<T> {
    /// The value, as far as it could be read.
    pub value: T,
    /// The exact bytes received.
    pub raw: Bytes,
    /// The faults, in the order in which they were found.
    pub issues: Vec<Issue>,
}

impl<T> Parsed<T> {
    /// Keeps bytes and issues, and changes the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed { value: change(self.value), raw: self.raw, issues: self.issues }
    }

    /// Returns true if no issue has the severity [`Severity::Error`].
    pub fn is_sound(&self) -> bool {
        self.issues.iter().all(|issue| issue.severity < Severity::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_quote_no_more_than_a_page() {
        let mut issues = Issues::default();
        issues.error(&"é".repeat(5_000), "x".repeat(10_000_000));
        for _ in 0..1_000 {
            issues.error("", "short");
        }
        let list = issues.into_vec();
        assert_eq!(list.len(), Issues::LIMIT + 1);
        for text in list.iter().flat_map(|issue| [&issue.pointer, &issue.message]) {
            assert!(text.len() <= Issues::TEXT_LIMIT + "…".len());
        }
        assert_eq!(list.last().map(|issue| issue.message.as_str()), Some("has 801 more issues"));
    }
}
