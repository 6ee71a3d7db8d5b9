//! Messages of registries to their users: `Warning` headers (R163). Shown, never acted on.

use std::cell::RefCell;

use crate::wire::{Headers, Url, redact, warning};

/// One message, with the address at which it was first seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The registry's words.
    pub text: String,
    /// The URL whose answer first held them, without secrets.
    pub url: String,
}

/// The notices of one registry, each text once.
#[derive(Default)]
pub struct Warnings(RefCell<warning::Warnings>);

impl Warnings {
    /// Returns the notices, in the order in which they came.
    pub fn all(&self) -> Vec<Notice> {
        let notice =
            |(text, url): (&str, &str)| Notice { text: text.to_owned(), url: url.to_owned() };
        self.0.borrow().iter().map(notice).collect()
    }

    pub(super) fn note(&self, url: &Url, headers: &Headers) {
        self.0.borrow_mut().add(headers, &redact::url(&url.to_string()));
    }
}
