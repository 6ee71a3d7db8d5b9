//! Counts tests from what their runners print. Runs nothing.

use std::{collections::BTreeMap, path::Path};

use crate::failure::{OrFail, Result};

/// The result of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// It failed, or was ignored: a test that does not run shows nothing.
    Failed,
}

/// The tests that ran, and how they ended.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    outcomes: BTreeMap<String, Outcome>,
    /// Of tests with the same name in several binaries, all count.
    passed: usize,
    failed: usize,
}

impl Tally {
    /// Reads a line of a runner's output: `test a::b ... ok`. Other lines count nothing.
    pub(crate) fn line(&mut self, line: &str) {
        let Some((name, state)) = line.strip_prefix("test ").and_then(|l| l.rsplit_once(" ... "))
        else {
            return;
        };
        let name = name.strip_suffix(" - should panic").unwrap_or(name);
        match state.trim().split([' ', ',']).next() {
            Some("ok") => self.add(name, Outcome::Passed),
            Some("FAILED" | "FAIL" | "ignored" | "ignore") => self.add(name, Outcome::Failed),
            _ => {}
        }
    }

    /// Counts one test or check.
    pub(crate) fn add(&mut self, name: &str, outcome: Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed => self.failed += 1,
        }
        let known = self.outcomes.entry(name.to_owned()).or_insert(outcome);
        if outcome == Outcome::Failed {
            *known = Outcome::Failed;
        }
    }

    /// The number of tests that passed.
    pub(crate) fn passed(&self) -> usize {
        self.passed
    }

    /// The number of tests that failed.
    pub(crate) fn failed(&self) -> usize {
        self.failed
    }

    /// The outcome of a test; `None` when it did not run.
    pub(crate) fn outcome(&self, name: &str) -> Option<Outcome> {
        // The runner in the browser puts the name of the binary before the path.
        let same = |known: &str| known == name || known.ends_with(&format!("::{name}"));
        self.outcomes.iter().find(|(known, _)| same(known)).map(|(_, outcome)| *outcome)
    }

    /// The names of the tests that ran.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.outcomes.keys().map(String::as_str)
    }

    /// The names of the tests that failed.
    pub(crate) fn failures(&self) -> impl Iterator<Item = &str> {
        let failed = self.outcomes.iter().filter(|(_, outcome)| **outcome == Outcome::Failed);
        failed.map(|(name, _)| name.as_str())
    }

    /// Leaves the outcomes in a file, for [`Tally::read`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let lines = self.outcomes.iter().map(|(name, outcome)| match outcome {
            Outcome::Passed => format!("test {name} ... ok\n"),
            Outcome::Failed => format!("test {name} ... FAILED\n"),
        });
        let text: String = lines.collect();
        std::fs::write(file, text).or_fail(file.display(), "check that target/ can be written")
    }

    /// Reads the outcomes of an earlier run; none when there is no file.
    pub(crate) fn read(file: &Path) -> Self {
        let mut tally = Self::default();
        for line in std::fs::read_to_string(file).unwrap_or_default().lines() {
            tally.line(line);
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_lines_of_all_runners_are_counted() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test oci::digest::tests::r005_reads ... ok",
            "test web::r164_no_preflight ... FAIL",
            "test src/lib.rs - wire (line 12) - compile ... ok",
            "test tests::slow ... ignored, takes long",
            "test client::tests::panics - should panic ... ok",
            "test result: ok. 2 passed; 0 failed;",
            "printed by a test ... ok",
        ] {
            tally.line(line);
        }
        assert_eq!((tally.passed(), tally.failed()), (3, 2));
        assert_eq!(tally.outcome("oci::digest::tests::r005_reads"), Some(Outcome::Passed));
        assert_eq!(tally.outcome("r164_no_preflight"), Some(Outcome::Failed));
        assert_eq!(tally.outcome("client::tests::panics"), Some(Outcome::Passed));
        assert_eq!(tally.outcome("unknown"), None);
    }

    #[test]
    fn a_name_that_failed_once_has_failed() {
        let mut tally = Tally::default();
        for outcome in [Outcome::Failed, Outcome::Passed] {
            tally.add("same", outcome);
        }
        assert_eq!((tally.passed(), tally.failed()), (1, 1));
        assert_eq!(tally.outcome("same"), Some(Outcome::Failed));
        assert_eq!(tally.failures().collect::<Vec<_>>(), ["same"]);
    }
}
