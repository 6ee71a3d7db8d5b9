//! `cargo xtask tidy --count`: the figures behind the rules, for the whole project.

use std::collections::BTreeMap;

use super::{circles, source::Source, type_names, words};

/// The figures as they are printed.
pub(super) fn figures(sources: &[Source]) -> String {
    let mut text =
        format!("{:>6}  circles of files that import each other\n", circles::count(sources));
    let repeated = type_names::repeated(sources);
    text.push_str(&format!("{:>6}  type names defined in more than two files\n", repeated.len()));
    for (name, files) in &repeated {
        text.push_str(&format!("        {:>4}  {name}\n", files.len()));
    }
    let openings = sources.iter().map(|source| (folder(source), words::openings(source).len()));
    text.push_str(&by_folder("documentation comments with a refused opening", openings));
    let lines = sources.iter().map(|source| (folder(source), lines(source)));
    text.push_str(&by_folder("lines of Rust outside tests", lines));
    text
}

fn by_folder<'a>(what: &str, counts: impl Iterator<Item = (&'a str, usize)>) -> String {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for (folder, count) in counts {
        *folders.entry(folder).or_default() += count;
    }
    let mut text = format!("{:>6}  {what}\n", folders.values().sum::<usize>());
    for (folder, count) in folders.iter().filter(|(_, count)| **count > 0) {
        text.push_str(&format!("       {count:>5}  {folder}\n"));
    }
    text
}

/// The folder below `src/`, or the first folder elsewhere.
fn folder(source: &Source) -> &str {
    let end = match source.layer() {
        Some(layer) => "src/".len() + layer.len(),
        None => source.path.find('/').unwrap_or(source.path.len()),
    };
    source.path.get(..end).unwrap_or(&source.path)
}

/// The lines before the tests of a file; none in the folders that hold nothing but tests.
fn lines(source: &Source) -> usize {
    let tests = source.path.starts_with("tests/");
    if tests { 0 } else { source.code.trim_end().lines().count() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn every_figure_is_counted_by_folder() {
        let sources = [
            Source::new("src/a/b.rs", "//! What.\nuse super::c::C;\nstruct Same;"),
            Source::new("src/a/c.rs", "/// Who.\nuse super::b::B;\nstruct Same;"),
            Source::new("src/d.rs", "struct Same;\n#[cfg(test)]\nmod tests {\n}"),
            Source::new("tests/it/e.rs", "/// How.\nfn e() {}"),
        ];
        assert_eq!(
            figures(&sources),
            "     1  circles of files that import each other\
             \n     1  type names defined in more than two files\
             \n           3  Same\
             \n     3  documentation comments with a refused opening\
             \n           2  src/a\
             \n           1  tests\
             \n     7  lines of Rust outside tests\
             \n           1  src\
             \n           6  src/a\n"
        );
    }
}
