//! The messages of failed tests, from the output of their runners.

use std::collections::BTreeMap;

/// The most lines that are shown of one test.
const SHOWN: usize = 12;

/// The messages by the names of the tests.
#[derive(Debug, Default)]
pub(super) struct Messages {
    tests: BTreeMap<String, Vec<String>>,
    /// The test whose output is being read.
    reading: Option<String>,
}

impl Messages {
    /// Reads a line of a runner's output.
    pub(super) fn line(&mut self, line: &str) {
        if let Some(name) = heading(line) {
            self.reading = Some(name.to_owned());
            return;
        }
        if ["failures:", "stack backtrace:"].contains(&line.trim()) || line.starts_with("test ") {
            self.reading = None;
        }
        if let Some(name) = &self.reading
            && !line.trim().is_empty()
            && !line.starts_with("note: run with")
        {
            self.tests.entry(name.clone()).or_default().push(line.to_owned());
        }
    }

    /// The message of a test, as far as it is shown.
    pub(super) fn of(&self, name: &str) -> Vec<String> {
        let lines = self.tests.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut shown: Vec<String> = lines.iter().take(SHOWN).cloned().collect();
        if lines.len() > SHOWN {
            shown.push(format!("… {} lines more in the log", lines.len() - SHOWN));
        }
        shown
    }
}

/// The name of the test in `---- name stdout ----`; the runner in the browser says `output`.
fn heading(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix("---- ")?.strip_suffix(" ----")?;
    inside.strip_suffix(" stdout").or_else(|| inside.strip_suffix(" output"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_message_of_each_failed_test_is_kept() {
        let mut messages = Messages::default();
        let text = "test a::b ... FAILED\n\nfailures:\n\n\
            ---- a::b stdout ----\n\nthread 'a::b' panicked at src/a.rs:1:2:\n\
            assertion `left == right` failed\n  left: 1\n right: 2\nstack backtrace:\n   0: x\n\
            ---- web::c output ----\n    panicked at no.rs\n\
            note: run with `RUST_BACKTRACE=1`\n\nfailures:\n    a::b\n";
        text.lines().for_each(|line| messages.line(line));
        assert_eq!(
            messages.of("a::b"),
            [
                "thread 'a::b' panicked at src/a.rs:1:2:",
                "assertion `left == right` failed",
                "  left: 1",
                " right: 2",
            ]
        );
        assert_eq!(messages.of("web::c"), ["    panicked at no.rs"]);
        assert_eq!(messages.of("a::d"), [""; 0]);
    }

    #[test]
    fn a_long_message_is_cut() {
        let mut messages = Messages::default();
        messages.line("---- a stdout ----");
        (0..SHOWN + 3).for_each(|n| messages.line(&format!("line {n}")));
        let shown = messages.of("a");
        assert_eq!(shown.len(), SHOWN + 1);
        assert_eq!(shown[SHOWN], "… 3 lines more in the log");
    }
}
