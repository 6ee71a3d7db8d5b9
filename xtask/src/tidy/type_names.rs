//! One word for one thing: no name of a type is defined at the top of more than two files of `src/`.

use std::collections::BTreeMap;

use super::{Violation, modules::item, source::Source};

/// The most files that define a type of the same name.
const FILES: usize = 2;

/// Checks all files of `src/`.
pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for (name, files) in repeated(sources) {
        let first = files.first().copied().unwrap_or_default();
        let what = format!("{name} is defined in {} files: {}", files.len(), files.join(", "));
        found.push(Violation::of(first, what));
    }
    found
}

/// The names over the limit, with the files that define them.
pub(super) fn repeated(sources: &[Source]) -> BTreeMap<&str, Vec<&str>> {
    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.path.starts_with("src/")) {
        for (_, line) in source.lines() {
            let Some((keyword, name)) = item(line) else { continue };
            let files = names.entry(name).or_default();
            let is_type = ["struct", "enum", "trait", "type"].contains(&keyword);
            if is_type && !files.contains(&source.path.as_str()) {
                files.push(&source.path);
            }
        }
    }
    names.retain(|_, files| files.len() > FILES);
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn messages(texts: &[&str]) -> Vec<String> {
        let files = texts.iter().enumerate();
        let sources: Vec<Source> =
            files.map(|(at, text)| Source::new(&format!("src/a/{at}.rs"), text)).collect();
        check(&sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_name_in_three_files_is_found_in_every_form() {
        let found = messages(&[
            "pub(crate) struct Same<T>(T);",
            "enum Same {",
            "struct Other;",
            "pub trait Same: Sized {",
            "type Same = u8;",
        ]);
        let files = "src/a/0.rs, src/a/1.rs, src/a/3.rs, src/a/4.rs";
        assert_eq!(found, [format!("src/a/0.rs: Same is defined in 4 files: {files}")]);
    }

    #[test]
    fn two_files_tests_and_names_inside_are_not_found() {
        for third in [
            "fn f() {}\n#[cfg(test)]\nmod tests {\n    struct Same;\n}",
            "impl A {\n    type Same = u8;\n}",
            "const Same: u8 = 1;",
            "// struct Same;",
        ] {
            let found = messages(&["struct Same;", "struct Same;", third]);
            assert_eq!(found, [""; 0], "{third}");
        }
        let other = Source::new("xtask/src/a.rs", "struct Same;");
        assert!(repeated(&[other]).is_empty());
    }
}
