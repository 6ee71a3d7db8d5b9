//! The files that documents name exist: a map that names what was moved leads nowhere.

use super::{Violation, source::Source};

/// The documents that name files.
pub(super) const DOCUMENTS: &[&str] =
    &["ARCHITECTURE.md", "CONTRIBUTING.md", "DESIGN.md", "SECURITY.md", "README.md"];

/// Checks a document, by its name and text, against the Rust files of the project.
pub(super) fn check(name: &str, text: &str, sources: &[Source]) -> Vec<Violation> {
    let exists = |file: &str| {
        let ends = |path: &str| {
            path.strip_suffix(file).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        sources.iter().any(|source| ends(&source.path))
    };
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        // Every second piece stands between backticks.
        let quoted = line.split('`').skip(1).step_by(2);
        for file in quoted.filter(|word| is_file(word) && !exists(word)) {
            let what = format!("there is no file {file}");
            found.push(Violation { path: name.to_owned(), line: Some(at + 1), what });
        }
    }
    found
}

/// The name of a Rust file, and no pattern such as `app/views/NAME.rs`.
fn is_file(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "/_.-".contains(c);
    word.ends_with(".rs") && word.chars().all(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_found() {
        let sources = [Source::new("src/oci/json.rs", ""), Source::new("xtask/src/lib.rs", "")];
        let text = "Read `oci/json.rs`, `src/oci/json.rs`, `xtask/src/lib.rs` and `json.rs`.\n\
                    A view is `views/NAME.rs`, a call `f()`.\n\
                    But `oci/lexer.rs` went, and `son.rs` never was.";
        let found: Vec<String> =
            check("MAP.md", text, &sources).iter().map(ToString::to_string).collect();
        let expected =
            ["oci/lexer.rs", "son.rs"].map(|file| format!("MAP.md:3: there is no file {file}"));
        assert_eq!(found, expected);
    }
}
