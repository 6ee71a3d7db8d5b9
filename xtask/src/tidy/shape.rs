//! The shape of a file: what it says of itself first, how long it is, what it is called.

use super::{Violation, source::Source};

/// The most lines of code that a file may have without its tests.
const FILE: usize = 400;

/// The most lines that a function may have.
const FUNCTION: usize = 70;

/// Names that say nothing of what is inside.
const NAMES: &[&str] = &["utils", "util", "common", "helpers", "helper", "misc", "types"];

/// Checks the shape of one file.
pub(crate) fn check(source: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    // A file of tests is described by its name and place.
    if !source.text.starts_with("//! ") && !source.path.ends_with("tests.rs") {
        let what = "the first line says what the module is: //! …";
        found.push(Violation::new(source, 1, what.into()));
    }
    let names = source.path.split(['/', '.']);
    if let Some(name) = names.into_iter().find(|name| NAMES.contains(name)) {
        found.push(Violation::new(source, 1, format!("{name} says nothing of what is inside")));
    }
    let lines = source.code.trim_end().lines().count();
    if lines > FILE {
        found.push(Violation::new(
            source,
            lines,
            format!("{lines} lines without tests, over {FILE}"),
        ));
    }
    found.extend(long_functions(source));
    found.extend(ignored_tests(source));
    found
}

/// Functions that do not fit a screen. Relies on rustfmt: a function ends with a brace at the
/// depth at which it began.
fn long_functions(source: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (at, line) in source.lines() {
        let depth = line.len() - line.trim_start().len();
        let code = line.trim_start();
        let words = code.split(['(', '<']).next().unwrap_or_default();
        if words.split_whitespace().any(|word| word == "fn") && !code.ends_with(['}', ';']) {
            open.push((at, depth));
        }
        if code.starts_with('}')
            && let Some((start, _)) = open.pop_if(|(_, begun)| *begun == depth)
            && at - start >= FUNCTION
        {
            let what = format!("a function of {} lines, over {FUNCTION}", at - start + 1);
            found.push(Violation::new(source, start, what));
        }
    }
    found
}

/// Finds tests that would be skipped in silence.
fn ignored_tests(source: &Source) -> Vec<Violation> {
    let lines = source.text.lines().enumerate();
    let ignored = lines.filter(|(_, line)| line.trim_start().starts_with("#[ignore"));
    ignored.map(|(at, _)| Violation::new(source, at + 1, "no test is ignored".into())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&Source::new(path, text)).into_iter().map(|v| v.to_string()).collect()
    }

    #[test]
    fn a_module_says_first_what_it_is() {
        assert!(messages("src/oci/x.rs", "//! What it is.\n").is_empty());
        assert!(messages("src/oci/tests.rs", "use super::*;\n").is_empty());
        for text in ["use a;", "// What it is.", "\n//! Late.", "/// Of an item."] {
            assert_eq!(messages("src/oci/x.rs", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn names_that_say_nothing_are_found() {
        for name in NAMES {
            for path in [format!("src/oci/{name}.rs"), format!("src/{name}/x.rs")] {
                let found = messages(&path, "//! x");
                assert_eq!(found, [format!("{path}:1: {name} says nothing of what is inside")]);
            }
        }
        assert!(messages("src/oci/media_types.rs", "//! x").is_empty());
    }

    #[test]
    fn long_files_are_found_and_tests_do_not_count() {
        let lines = "fn f() {}\n".repeat(FILE);
        assert_eq!(messages("src/oci/x.rs", &format!("//! x\n{lines}")).len(), 1);
        let tests = format!("//! x\nfn f() {{}}\n#[cfg(test)]\nmod tests {{\n{lines}}}\n");
        assert!(messages("src/oci/x.rs", &tests).is_empty());
    }

    #[test]
    fn long_functions_are_found() {
        let body = "    a();\n".repeat(FUNCTION);
        let long = format!("//! x\nfn short() {{\n    b();\n}}\n\npub fn f(x: u8) {{\n{body}}}\n");
        assert_eq!(
            messages("src/oci/x.rs", &long),
            ["src/oci/x.rs:6: a function of 72 lines, over 70"]
        );
    }

    #[test]
    fn an_ignored_test_is_found() {
        let text = "//! x\n#[cfg(test)]\nmod tests {\n    #[ignore]\n    fn t() {}\n}\n";
        assert_eq!(messages("src/oci/x.rs", text), ["src/oci/x.rs:4: no test is ignored"]);
    }
}
