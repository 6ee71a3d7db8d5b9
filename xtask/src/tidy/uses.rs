//! The `use` lines of a file: each name that they bring in, with its path. Groups are expanded.

use super::source::Source;

/// A name that a `use` line brings in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    /// The line on which the `use` begins.
    pub(super) line: usize,
    /// True for a re-export: `pub use`, also with a restriction.
    pub(super) public: bool,
    /// The path as it is written. The last name is `*` where all names are brought in.
    pub(super) path: Vec<String>,
    /// The name that the file gives it.
    pub(super) name: String,
}

/// Reads all `use` lines of a file outside its tests.
pub(super) fn read(source: &Source) -> Vec<Use> {
    let mut found = Vec::new();
    let mut offset = 0;
    let mut in_test = false;
    for (at, line) in source.code.split_inclusive('\n').enumerate() {
        let (public, rest) = without_visibility(line.trim_start());
        if let Some(rest) = rest.strip_prefix("use ")
            && !in_test
        {
            let start = offset + line.len() - rest.len();
            let tree = source.code.get(start..).unwrap_or("");
            let tree = tree.split(';').next().unwrap_or("");
            for (path, name) in expand(tree) {
                found.push(Use { line: at + 1, public, path, name });
            }
        }
        in_test = line.trim() == "#[cfg(test)]";
        offset += line.len();
    }
    found
}

/// A line without `pub` or `pub(…)`, and true where there was one.
pub(super) fn without_visibility(line: &str) -> (bool, &str) {
    let Some(rest) = line.strip_prefix("pub") else { return (false, line) };
    let rest = match rest.strip_prefix('(') {
        Some(inside) => inside.split_once(')').map_or("", |(_, rest)| rest),
        None => rest,
    };
    match rest.strip_prefix(' ') {
        Some(rest) => (true, rest),
        None => (false, line),
    }
}

/// The paths of a tree, each with the name that it gets: `a::{b, c as d}` is `a::b` and `a::c`.
fn expand(tree: &str) -> Vec<(Vec<String>, String)> {
    let tree = tree.trim();
    let Some((head, inside)) = tree.split_once('{') else { return vec![one(tree)] };
    let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
    let head = names(head);
    let parts = split(inside).into_iter().filter(|part| !part.trim().is_empty());
    let mut found = Vec::new();
    for (path, name) in parts.flat_map(expand) {
        let whole: Vec<String> = head.iter().cloned().chain(path).collect();
        found.push(of_self(whole, name));
    }
    found
}

/// `a::{self}` brings in `a`.
fn of_self(mut path: Vec<String>, mut name: String) -> (Vec<String>, String) {
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
        if name == "self" {
            name = path.last().cloned().unwrap_or_default();
        }
    }
    (path, name)
}

fn one(path: &str) -> (Vec<String>, String) {
    let (path, alias) = match path.split_once(" as ") {
        Some((path, alias)) => (names(path), Some(alias.trim().to_owned())),
        None => (names(path), None),
    };
    let name = alias.or_else(|| path.last().cloned()).unwrap_or_default();
    (path, name)
}

fn names(path: &str) -> Vec<String> {
    let names = path.split("::").map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// Splits at the commas outside of groups.
fn split(inside: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut level) = (0, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => level += 1,
            '}' => level -= 1,
            ',' if level == 0 => {
                parts.extend(inside.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(inside.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = read(&Source::new("src/a/b.rs", text)).into_iter();
        let shown: Vec<String> = found
            .map(|u| {
                let public = if u.public { "pub " } else { "" };
                format!("{}: {public}{} = {}", u.line, u.name, u.path.join("::"))
            })
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn each_name_is_read_with_its_path() {
        check("use crate::oci::Digest;", &["1: Digest = crate::oci::Digest"]);
        check("use a::b as c;\npub use d::*;", &["1: c = a::b", "2: pub * = d::*"]);
        check("pub(crate) use a::B;", &["1: pub B = a::B"]);
        check("pub(in crate::x) use a::B;", &["1: pub B = a::B"]);
        check(
            "fn f() {}\nuse crate::{\n    a::{self, B, c::{D as E, *}},\n    F,\n};",
            &[
                "2: a = crate::a",
                "2: B = crate::a::B",
                "2: E = crate::a::c::D",
                "2: * = crate::a::c::*",
                "2: F = crate::F",
            ],
        );
    }

    #[test]
    fn other_code_and_tests_bring_in_nothing() {
        for text in [
            "pub use_it: bool,",
            "// use a::b;",
            "#[cfg(test)]\nuse a::b;",
            "#[cfg(test)]\nmod tests {\n    use a::b;\n}",
            "public use a::b;",
        ] {
            check(text, &[]);
        }
    }
}
