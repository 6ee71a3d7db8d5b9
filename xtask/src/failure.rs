//! The failure of a command, with advice. Runs nothing.

use std::{fmt, process::ExitCode};

/// The result of a command or of a part of one.
pub type Result<T> = std::result::Result<T, Failure>;

/// The failure of a command: what happened, and what the user should do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    what: String,
    next: String,
}

impl Failure {
    /// A failure in one sentence, and the next step in another.
    pub fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), next: next.into() }
    }

    /// The event, in one sentence.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The advice: the next step of the user.
    pub fn next(&self) -> &str {
        &self.next
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n next: {}", self.what, self.next)
    }
}

impl std::error::Error for Failure {}

/// The end of a program: a failure is shown.
pub fn exit_code(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Turns any error into a [`Failure`] at the place that knows what was being done.
pub trait OrFail<T> {
    /// Says what was being done, and what to do next.
    ///
    /// # Errors
    /// When `self` is an error or `None`.
    fn or_fail(self, doing: impl fmt::Display, next: impl Into<String>) -> Result<T>;
}

impl<T, E: fmt::Display> OrFail<T> for std::result::Result<T, E> {
    fn or_fail(self, doing: impl fmt::Display, next: impl Into<String>) -> Result<T> {
        self.map_err(|error| Failure::new(format!("{doing}: {error}"), next))
    }
}

impl<T> OrFail<T> for Option<T> {
    fn or_fail(self, doing: impl fmt::Display, next: impl Into<String>) -> Result<T> {
        self.ok_or_else(|| Failure::new(doing.to_string(), next))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_failure_shows_what_happened_and_the_next_step() {
        let failure = Failure::new("port 8080 is taken", "give another one with --port");
        assert_eq!(
            failure.to_string(),
            "error: port 8080 is taken\n next: give another one with --port"
        );
    }

    #[test]
    fn an_error_keeps_its_own_words() {
        let parsed: std::result::Result<u16, _> = "x".parse();
        let failure: Failure = parsed.or_fail("--port x", "give a number").unwrap_err();
        assert_eq!(failure.what(), "--port x: invalid digit found in string");
        assert_eq!(failure.next(), "give a number");
    }
}
