//! Broken remote data as a value: the part that could be read, the exact bytes, and their faults.

use bytes::Bytes;

use super::{DocumentFault, fault};
use crate::caps;

/// The severity of an [`Issue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is allowed, and worth knowing.
    Note,
    /// It breaks a SHOULD, or readers differ in it.
    Warning,
    /// It breaks a MUST. A part of the document could not be read, or is not reliable.
    Error,
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Tells if readers may still agree about the document.
    pub severity: Severity,
    /// The place as a JSON pointer (RFC 6901), empty for the whole document.
    pub pointer: String,
    /// The kind of the fault, with its facts.
    pub fault: DocumentFault,
}

/// Collects issues while a document is read. Their number is bounded, because a document may be
/// hostile.
#[derive(Clone, Debug)]
pub struct Issues {
    list: Vec<Issue>,
    left_out: usize,
    most: usize,
}

impl Default for Issues {
    /// Collects as many as there may be of a document.
    fn default() -> Self {
        Self { list: Vec::new(), left_out: 0, most: caps::DOCUMENT_FAULTS }
    }
}

impl Issues {
    /// Collects at most so many issues. Others are only counted.
    pub fn at_most(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Adds an issue. The texts that quote the document are cut.
    pub fn push(&mut self, severity: Severity, pointer: &str, mut fault: DocumentFault) {
        if self.list.len() < self.most {
            let mut pointer = pointer.to_owned();
            fault::bound(&mut pointer);
            fault.bound();
            self.list.push(Issue { severity, pointer, fault });
        } else {
            self.left_out += 1;
        }
    }

    /// Adds an issue of severity [`Severity::Error`].
    pub fn error(&mut self, pointer: &str, fault: DocumentFault) {
        self.push(Severity::Error, pointer, fault);
    }

    /// Takes over issues that were found before.
    pub fn extend(&mut self, issues: Vec<Issue>) {
        for Issue { severity, pointer, fault } in issues {
            self.push(severity, &pointer, fault);
        }
    }

    /// Returns the issues in the order in which they were found. The last one gives the number of
    /// those that were left out.
    pub fn into_vec(mut self) -> Vec<Issue> {
        if self.left_out > 0 {
            let fault = DocumentFault::More(self.left_out);
            self.list.push(Issue { severity: Severity::Error, pointer: String::new(), fault });
        }
        self.list
    }
}

/// A document as it was read. It is never written again, so its digest can still be checked (R32).
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
    use crate::oci::DigestError;

    #[test]
    fn cap_document_faults_keeps_the_first_and_counts_the_others() {
        let check = |count: usize, more: Option<usize>| {
            let mut issues = Issues::default();
            for _ in 0..count {
                issues.error("/a", DocumentFault::Empty);
            }
            let list = issues.into_vec();
            let kept = list.iter().filter(|issue| issue.fault == DocumentFault::Empty).count();
            assert_eq!(kept, caps::DOCUMENT_FAULTS);
            let last = list.get(kept).map(|issue| issue.fault.clone());
            assert_eq!(last, more.map(DocumentFault::More));
        };
        check(caps::DOCUMENT_FAULTS, None);
        check(caps::DOCUMENT_FAULTS + 1, Some(1));
        check(caps::DOCUMENT_FAULTS + 70_000, Some(70_000));
    }

    #[test]
    fn cap_fault_text_cuts_places_and_quotes() {
        let check = |length: usize, end: &str| {
            let mut issues = Issues::default();
            issues.error(&"x".repeat(length), DocumentFault::NotATime("x".repeat(length)));
            let expected = "x".repeat(caps::FAULT_TEXT) + end;
            let fault = DocumentFault::NotATime(expected.clone());
            let severity = Severity::Error;
            assert_eq!(issues.into_vec(), [Issue { severity, pointer: expected, fault }]);
        };
        check(caps::FAULT_TEXT, "");
        check(caps::FAULT_TEXT + 1, "…");
    }

    #[test]
    fn issues_quote_no_more_than_a_page() {
        let long = || "x".repeat(10_000_000);
        let digest = DigestError::Length { digest: long(), expected: 64, actual: 9_999_993 };
        let faults = [
            DocumentFault::NotJson(long()),
            DocumentFault::TrailingText(long()),
            DocumentFault::NotATime(long()),
            DocumentFault::Digest(DigestError::Malformed(long())),
            DocumentFault::Digest(DigestError::NotLowerHex(long())),
            DocumentFault::Digest(digest),
            DocumentFault::OtherMediaType { stated: long(), sent: long() },
            DocumentFault::Inner {
                pointer: long(),
                fault: Box::new(DocumentFault::NotJson(long())),
            },
        ];
        let mut issues = Issues::default();
        let count = faults.len();
        for fault in faults {
            issues.error(&"é".repeat(5_000), fault);
        }
        for _ in count..1_001 {
            issues.error("", DocumentFault::Empty);
        }
        let list = issues.into_vec();
        assert_eq!(list.len(), caps::DOCUMENT_FAULTS + 1);
        for Issue { pointer, fault, .. } in &list {
            assert!(pointer.len() <= caps::FAULT_TEXT + "…".len());
            // Two quotes at most, and the names of the fields.
            assert!(format!("{fault:?}").len() <= 2 * caps::FAULT_TEXT + 128);
        }
        assert_eq!(list.last().map(|issue| &issue.fault), Some(&DocumentFault::More(801)));
    }
}
