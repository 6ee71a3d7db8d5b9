//! A source file as the rules see it: its code without comments, strings and tests.

use std::{ops::Range, path::Path};

use crate::failure::{OrFail, Result};

/// A source file of the project.
pub(crate) struct Source {
    /// Its path from the root of the project, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The text with comments, the insides of strings, and the tests at the end blanked out. Lines
    /// stay where they are.
    pub(crate) code: String,
}

impl Source {
    /// A file with this text.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let whole = if is_test(path) { String::new() } else { blank(text) };
        Self { path: path.to_owned(), text: text.to_owned(), code: without_tests(&whole) }
    }

    /// The folder of `src/` that the file belongs to, or `error` for the one file that is a layer of
    /// its own; `None` for `main.rs`, `lib.rs` and others.
    pub(crate) fn layer(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let folder = inside.split_once('/').map(|(layer, _)| layer);
        folder.or((inside == "error.rs").then_some("error"))
    }

    /// The comments, tests included, each with the line on which it begins.
    pub(crate) fn comments(&self) -> Vec<(usize, &str)> {
        let mut found = Vec::new();
        let (mut line, mut done) = (1, 0);
        for range in literals(&self.text) {
            line += self.text.get(done..range.start).unwrap_or("").matches('\n').count();
            done = range.start;
            let text = self.text.get(range).unwrap_or("");
            if text.starts_with("//") || text.starts_with("/*") {
                found.push((line, text));
            }
        }
        found
    }

    /// The strings, tests included, each with the line on which it begins and without its quotes.
    pub(crate) fn strings(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let (mut line, mut done) = (1, 0);
        for range in literals(&self.text) {
            line += self.text.get(done..range.start).unwrap_or("").matches('\n').count();
            done = range.start;
            let text = self.text.get(range).unwrap_or("");
            if text.starts_with(['"', 'r']) {
                let inside = text.trim_start_matches(['r', '#']).trim_end_matches('#');
                found.push((line, inside.trim_matches('"').replace("\\\n", "")));
            }
        }
        found
    }

    /// The lines of code, counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(at, line)| (at + 1, line))
    }
}

/// All Rust files below the folders, in order of their paths.
///
/// # Errors
/// When a folder cannot be read.
pub(crate) fn read(root: &Path, folders: &[&str]) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for folder in folders {
        let folder = root.join(folder);
        if folder.exists() {
            walk(root, &folder, &mut sources)?;
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn walk(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    let next = "run this in a whole checkout of the project";
    for entry in std::fs::read_dir(folder).or_fail(folder.display(), next)? {
        let path = entry.or_fail(folder.display(), next)?.path();
        if path.is_dir() {
            walk(root, &path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).or_fail(path.display(), next)?;
            let name =
                path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            sources.push(Source::new(&name, &text));
        }
    }
    Ok(())
}

fn is_test(path: &str) -> bool {
    let inside = path.split_once("src/").map_or("", |(_, inside)| inside);
    inside.ends_with("/tests.rs") || inside.contains("/tests/")
}

/// The code before the tests, which stand last in a file in a module under `#[cfg(test)]`. A module
/// of tests in a file of its own may be named anywhere: that line is blanked.
fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut in_test = false;
    for line in code.split_inclusive('\n') {
        let module = in_test && line.split_whitespace().any(|word| word == "mod");
        if module && !line.trim_end().ends_with(';') || line.starts_with("#[cfg(all(test") {
            break;
        }
        kept.push_str(if module { "\n" } else { line });
        in_test = line.trim_end() == "#[cfg(test)]";
    }
    kept.trim_end_matches("#[cfg(test)]\n").to_owned()
}

/// Blanks comments and the insides of literals.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in literals(text) {
        out.push_str(text.get(done..range.start).unwrap_or(""));
        let skipped = text.get(range.clone()).unwrap_or("");
        out.extend(skipped.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    out
}

/// The places of all comments and literals.
fn literals(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((before, rest)) = text.split_at_checked(at) {
        let Some(first) = rest.chars().next() else { break };
        let length = literal(rest, before).filter(|length| rest.is_char_boundary(*length));
        found.extend(length.map(|length| at..at + length));
        at += length.unwrap_or(first.len_utf8());
    }
    found
}

/// The length of the comment or literal that starts here; `before` is what came before it.
fn literal(text: &str, before: &str) -> Option<usize> {
    let in_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(text.find("*/").map_or(text.len(), |end| end + 2));
    }
    if text.starts_with('"') {
        return quoted(text, '"');
    }
    if text.starts_with('r') && !in_word {
        return raw(text);
    }
    if text.starts_with('\'') {
        return character(text);
    }
    None
}

fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    Some(text.len())
}

/// `r"…"` and `r#"…"#`.
fn raw(text: &str) -> Option<usize> {
    let after = text.get(1..)?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inside = after.get(hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(2 + hashes + length)
}

/// A character, and not a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut chars = text.chars().skip(1);
    let (first, second) = (chars.next()?, chars.next()?);
    (first == '\\' || second == '\'').then(|| quoted(text, '\'')).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn comments_and_strings_are_not_code() {
        for (text, code) in [
            ("a // todo\nb", "a        \nb"),
            ("f(\"x\\\"y\") g", "f(      ) g"),
            ("r#\"a\"b\"# c", "         c"),
            ("'\\'' 'x' &'a str", "         &'a str"),
            ("for r in x", "for r in x"),
            ("/* a\n */b", "    \n   b"),
        ] {
            assert_eq!(blank(text), code, "{text}");
        }
    }

    #[test]
    fn comments_are_found_with_their_lines() {
        let source =
            Source::new("src/a.rs", "//! A.\nlet a = \"// no\n\"; // B\n/* C\n */ /// D\n");
        let expected = [(1, "//! A."), (3, "// B"), (4, "/* C\n */"), (5, "/// D")];
        assert_eq!(source.comments(), expected);
    }

    #[test]
    fn tests_at_the_end_are_not_code() {
        let source = Source::new("src/oci/digest.rs", "fn a() {}\n#[cfg(test)]\nmod tests { b }\n");
        assert_eq!(source.code, "fn a() {}\n");
        let text = "#[cfg(test)]\nmod image;\nmod pull;\n#[cfg(test)]\nmod tests {\n";
        assert_eq!(Source::new("src/ops/mod.rs", text).code, "#[cfg(test)]\n\nmod pull;\n");
        assert_eq!(Source::new("src/oci/tests.rs", "fn a() {}").code, "");
    }

    #[test]
    fn the_layer_is_the_folder_below_src() {
        assert_eq!(Source::new("src/oci/json/mod.rs", "").layer(), Some("oci"));
        assert_eq!(Source::new("src/error.rs", "").layer(), Some("error"));
        assert_eq!(Source::new("src/main.rs", "").layer(), None);
        assert_eq!(Source::new("xtask/src/main.rs", "").layer(), None);
    }
}
