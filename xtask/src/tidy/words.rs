//! The words of comments. A documentation comment begins with a verb or with the noun that it defines,
//! and no comment uses words that a newcomer stumbles over.

use super::{Violation, source::Source};

/// The words that no documentation comment begins with: a question is not a definition.
const OPENINGS: &[&str] = &["What", "Whether", "Where", "Who", "How", "Why", "Which", "When", "If"];

/// The words that stand in no comment.
const REFUSED: &[&str] = &["whoever", "nobody", "somebody", "be it that", "whatever comes"];

/// Checks the comments of one file.
pub(super) fn check(source: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    for (line, word) in openings(source) {
        let what = format!("a documentation comment begins with {word}: begin with verb or noun");
        found.push(Violation::new(source, line, what));
    }
    for (line, comment) in source.comments() {
        let comment = comment.to_lowercase();
        if let Some(word) = REFUSED.iter().find(|word| has(&comment, word)) {
            found.push(Violation::new(source, line, format!("a comment says {word}")));
        }
    }
    found
}

/// The documentation comments with a refused opening, as line and word.
pub(super) fn openings(source: &Source) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    let mut last = (0, "");
    for (line, comment) in source.comments() {
        let Some((marker, text)) = documentation(comment) else { continue };
        let first = (line, marker) != (last.0 + 1, last.1);
        last = (line, marker);
        let text = text.trim_start_matches([' ', '*', '-', '_']);
        let word = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        let refused = OPENINGS.iter().find(|opening| opening.eq_ignore_ascii_case(word));
        found.extend(refused.filter(|_| first).map(|word| (line, *word)));
    }
    found
}

/// The marker and the text of a line of documentation.
fn documentation(comment: &str) -> Option<(&'static str, &str)> {
    let plain = comment.starts_with("////");
    let marker = ["///", "//!"].into_iter().find(|marker| comment.starts_with(marker))?;
    comment.strip_prefix(marker).filter(|_| !plain).map(|text| (marker, text))
}

/// The word stands in the text, and not as a piece of a longer one.
fn has(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).unwrap_or("").chars().next_back();
        let after = text.get(at + word.len()..).unwrap_or("").chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        check(&Source::new("src/a.rs", text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_refused_opening_is_found() {
        for opening in OPENINGS {
            for text in [
                format!("/// {opening} it is.\nstruct A;"),
                format!("//! {opening}, in a word."),
                format!("/// *{opening}* it is.\nstruct A;"),
                format!("/// {} it is.\nstruct A;", opening.to_lowercase()),
                format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n    /// {opening} it is.\n}}"),
                format!("struct A {{\n    a: u8, /// {opening} b is.\n    b: u8,\n}}"),
                format!("//! A module.\n/// {opening} comes next is another comment.\nfn f() {{}}"),
            ] {
                let found = messages(&text);
                let what = format!("begins with {opening}: begin with verb or noun");
                assert!(found.len() == 1 && found[0].ends_with(&what), "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn other_lines_may_begin_with_these_words() {
        for text in [
            "/// Returns the size.\n///\n/// # Errors\n/// When there is none.",
            "// What follows is plain.",
            "//// Where lines are drawn.",
            "/// Whatever.",
            "/// `If-None-Match` (R139).",
            "let a = \"/// What it is\";",
            "/// The reason.\n/// Why it is so.",
        ] {
            assert_eq!(messages(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn refused_words_are_found_in_every_comment() {
        for word in REFUSED {
            for text in [
                format!("// For {word} reads it."),
                format!("/// Tells {word}."),
                format!("fn f() {{}} /* {}. */", word.to_uppercase()),
            ] {
                let found = messages(&text);
                assert!(found.len() == 1 && found[0].ends_with(word), "{text}: {found:?}");
            }
            assert_eq!(messages(&format!("let a = \"{word}\"; // x{word}")), [""; 0]);
        }
    }
}
