//! Sentences of the page stand in `src/ui/text/`. The folders below give kinds and facts, and a kind of the
//! library may have a short `Display` for programs.

use std::ops::Range;

use super::{Violation, source::Source};

/// The fewest words that make a sentence.
const WORDS: usize = 3;

/// The files whose texts have many words and are no sentences of the page.
const OTHERS: &[(&str, &str)] = &[
    ("src/app/views/commands.rs", "commands to copy"),
    ("src/ops/diagnose/recipe.rs", "files of configuration"),
    ("src/wire/error_document.rs", "the reason phrases of HTTP (RFC 9110)"),
    ("src/wire/exposure.rs", "lists of header fields and methods"),
];

/// Checks the strings of one file.
pub(super) fn check(source: &Source) -> Vec<Violation> {
    let other = OTHERS.iter().any(|(path, _)| *path == source.path);
    if other || !is_below_the_text(source) {
        return Vec::new();
    }
    let code: Vec<&str> = source.code.lines().collect();
    // The page shows what its own types display.
    let is_page = source.layer().is_some_and(|layer| layer == "app" || layer == "ui");
    let displays = if is_page { Vec::new() } else { display_blocks(&code) };
    let is_ours = |line: usize| line <= code.len() && !displays.iter().any(|d| d.contains(&line));
    source
        .strings()
        .into_iter()
        .filter(|(line, text)| is_ours(*line) && is_sentence(text))
        .filter(|(line, text)| !is_for_programs(&source.text, *line, text))
        .map(|(line, text)| {
            let start: String = text.chars().take(30).collect();
            let what = format!("the sentence “{start}” belongs in src/ui/text, and here a kind");
            Violation::new(source, line, what)
        })
        .collect()
}

/// The folders whose words could reach the page: all of `src/` but the words themselves and the doubles.
fn is_below_the_text(source: &Source) -> bool {
    let elsewhere = source.path.starts_with("src/ui/text/");
    source.layer().is_some_and(|layer| layer != "testing") && !elsewhere
}

/// The lines of each `impl … Display for …`, counted from 1.
fn display_blocks(code: &[&str]) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    for (at, line) in code.iter().enumerate() {
        if !(line.trim_start().starts_with("impl") && line.contains("Display for ")) {
            continue;
        }
        let mut depth = 0_usize;
        let length = code.iter().skip(at).position(|line| {
            depth += line.matches('{').count();
            depth -= line.matches('}').count().min(depth);
            depth == 0
        });
        blocks.push(at + 1..at + 2 + length.unwrap_or(0));
    }
    blocks
}

/// Three words or more, of letters alone.
fn is_sentence(text: &str) -> bool {
    let is_word = |word: &&str| {
        let word = word.trim_matches(|c: char| ",.:;!?’“”()".contains(c));
        !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || c == '’')
    };
    without_placeholders(text).split_whitespace().filter(is_word).count() >= WORDS
}

fn without_placeholders(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

/// The string names classes of the style sheet, or gives a lint its reason: no words for people.
fn is_for_programs(text: &str, line: usize, string: &str) -> bool {
    let written = text.lines().nth(line - 1).unwrap_or("");
    let start: String = string.chars().take_while(|c| *c != '\n').take(20).collect();
    let before = written.find(&start).and_then(|at| written.get(..at)).unwrap_or("");
    let before = before.trim_end_matches('"').trim_end();
    let is_named = ["class=", "class:", "reason ="].iter().any(|name| before.ends_with(name));
    is_named || before.rsplit_once("classes!(").is_some_and(|(_, inside)| !inside.contains(')'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<Option<usize>> {
        check(&Source::new(path, text)).into_iter().map(|violation| violation.line).collect()
    }

    const DISPLAY: &str =
        "impl fmt::Display for A {\n    fn fmt() {\n        \"it is wrong here\"\n    }\n}\n";

    #[test]
    fn a_sentence_below_the_text_is_found() {
        for path in ["src/oci/a.rs", "src/app/a.rs", "src/ui/views/a.rs", "src/error.rs"] {
            assert_eq!(lines(path, "fn f() {\n    \"it is wrong\"\n}\n"), [Some(2)], "{path}");
        }
        let several =
            "const A: &str = \"has no layers\";\nfn f() { format!(\"is {a} of no {b}\") }\n";
        assert_eq!(lines("src/oci/a.rs", several), [Some(1), Some(2)]);
        let after = format!("{DISPLAY}fn f() {{ \"it is wrong\" }}\n");
        assert_eq!(lines("src/oci/a.rs", &after), [Some(6)]);
        let beside_class = "html! { <p class=\"a\">{ \"it is wrong here\" }</p> }";
        assert_eq!(lines("src/ui/views/a.rs", beside_class), [Some(1)]);
        assert_eq!(lines("src/app/a.rs", DISPLAY), [Some(3)]);
        let of_lines = "fn f() {\n    \"it is \\\n     wrong\"\n}\n";
        assert_eq!(lines("src/oci/a.rs", of_lines), [Some(2)]);
        assert_eq!(lines("src/oci/a.rs", "fn f() { r#\"it is wrong\"# }\n"), [Some(1)]);
    }

    #[test]
    fn other_strings_may_stand_anywhere() {
        for (path, text) in [
            ("src/ui/text/a.rs", "const A: &str = \"it is wrong\";"),
            ("src/testing/a.rs", "const A: &str = \"it is wrong\";"),
            ("xtask/src/a.rs", "const A: &str = \"it is wrong\";"),
            ("src/oci/a.rs", "const A: &str = \"application/json; charset=utf-8\";"),
            ("src/oci/a.rs", "const A: &str = \"{one} {two three} {four}\";"),
            ("src/oci/a.rs", "const A: &str = \"two words\";"),
            ("src/oci/a.rs", "// It is \"not wrong here\".\n"),
            ("src/oci/a.rs", DISPLAY),
            (
                "src/oci/a.rs",
                "#[cfg(test)]\nmod tests {\n    const A: &str = \"it is wrong\";\n}\n",
            ),
            ("src/oci/a.rs", "#[allow(dead_code, reason = \"it is right here\")]"),
            ("src/ui/views/a.rs", "html! { <p class=\"head wide row\"></p> }"),
            ("src/ui/views/a.rs", "classes!(\"head\", open.then_some(\"wide open row\"))"),
        ] {
            assert_eq!(lines(path, text), [], "{path}: {text}");
        }
    }
}
