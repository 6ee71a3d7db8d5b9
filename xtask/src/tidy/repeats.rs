//! Documentation that only repeats the name it stands above. It says something, or it goes.

use super::{Violation, source::Source};

/// The most words of a comment that this rule judges.
const SHORT: usize = 4;

/// Words that add nothing to a name.
const FILLERS: &[&str] = &[
    "the", "a", "an", "its", "their", "this", "these", "of", "one", "all", "in", "to", "is", "are",
    "and", "for", "by", "no", "it", "each", "as", "makes", "sets", "returns",
];

/// Checks the comments of one line in one file.
pub(super) fn check(source: &Source) -> Vec<Violation> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(comment) = documentation(line) else { continue };
        let is_alone = |other: Option<&&str>| other.and_then(|line| documentation(line)).is_none();
        let before = at.checked_sub(1).and_then(|before| lines.get(before));
        let item = lines.iter().skip(at + 1).find(|line| !line.trim_start().starts_with("#["));
        if is_alone(before) && is_alone(lines.get(at + 1)) && repeats(comment, item.unwrap_or(&""))
        {
            let what = format!("“{comment}” only repeats the name: say more, or nothing");
            found.push(Violation::new(source, at + 1, what));
        }
    }
    found
}

fn documentation(line: &str) -> Option<&str> {
    let text = line.trim_start().strip_prefix("///")?;
    (!text.starts_with('/')).then(|| text.trim())
}

/// Every word of the comment is in the item's line, but for fillers.
fn repeats(comment: &str, item: &str) -> bool {
    if comment.split_whitespace().count() > SHORT || comment.contains('`') {
        return false;
    }
    let item: Vec<String> = words(item).iter().map(|word| stem(word)).collect();
    words(comment)
        .iter()
        .filter(|word| !FILLERS.contains(&word.as_str()))
        .all(|word| item.contains(&stem(word)))
}

/// The words of a text in lower case; `TwoWords` and `two_words` are two.
fn words(text: &str) -> Vec<String> {
    let mut apart = String::new();
    let mut after_small = false;
    for c in text.chars() {
        if after_small && c.is_uppercase() {
            apart.push(' ');
        }
        after_small = c.is_lowercase();
        apart.extend(c.to_lowercase());
    }
    let words = apart.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn stem(word: &str) -> String {
    let endings = ["ies", "es", "s", "ed", "ing"];
    let stem = endings.iter().find_map(|ending| word.strip_suffix(ending));
    stem.unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn found(text: &str) -> usize {
        check(&Source::new("src/a.rs", text)).len()
    }

    #[test]
    fn comments_that_repeat_a_name_are_found() {
        for text in [
            "/// The repository.\npub repository: RepositoryName,",
            "/// Returns all nodes.\npub fn nodes() {}",
            "/// Sorts tags.\n#[must_use]\npub fn sort_tags() {}",
            "/// A text in lines.\npub struct TextLines;",
            "    /// The policy.\n    policy: Policy,",
        ] {
            assert_eq!(found(text), 1, "{text}");
        }
    }

    #[test]
    fn comments_that_say_more_are_not() {
        for text in [
            "/// The size in bytes.\npub size: u64,",
            "/// The repository.\n/// It has a name.\npub repository: RepositoryName,",
            "/// Seconds since 1970.\npub mtime: i64,",
            "// The repository.\npub repository: RepositoryName,",
            "/// `.sbom`\nSbom,",
            "/// The tag that is set with the manifest.\npub tag: Tag,",
        ] {
            assert_eq!(found(text), 0, "{text}");
        }
    }
}
