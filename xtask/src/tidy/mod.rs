//! `cargo xtask tidy`: the rules of the house that no other tool checks. Each rule is a function
//! from sources to violations, with planted violations in its tests.

mod bans;
mod circles;
mod count;
mod documents;
mod graph;
mod layers;
mod lists;
mod modules;
mod reexports;
mod repeats;
mod sentences;
mod shape;
mod source;
mod type_names;
mod uses;
mod words;

use std::fmt;

use self::source::Source;
use crate::{
    args::{Command, Opt},
    failure::{Failure, OrFail, Result},
    steps::root,
};

pub(crate) const COMMAND: Command = Command {
    name: "tidy",
    about: "Checks the dependency table of the folders, the bans, and the shape of the files.",
    argument: None,
    options: &[Opt { name: "--count", value: None, about: "print the figures behind the rules" }],
    own_options: None,
    run: |args| match args.has("--count") {
        true => count(),
        false => tidy(&mut |line| println!("{line}")),
    },
};

/// Checks the project, and hands over every violation.
///
/// # Errors
/// When there is a violation, or a file cannot be read.
pub(crate) fn tidy(sink: &mut dyn FnMut(&str)) -> Result<()> {
    let mut found = files()?;
    found.extend(graph::check()?);
    for violation in &found {
        sink(&violation.to_string());
    }
    match found.len() {
        0 => Ok(()),
        1 => Err(Failure::new("tidy found 1 violation", "mend it")),
        many => Err(Failure::new(format!("tidy found {many} violations"), "mend them")),
    }
}

fn count() -> Result<()> {
    print!("{}", count::figures(&source::read(&root(), FOLDERS)?));
    Ok(())
}

/// The folders with the project's own Rust files.
const FOLDERS: &[&str] = &[
    "src",
    "tests",
    "sha256-simd/src",
    "xtask/src",
    "xtask/devtools/src",
    "test-registry/src",
    "examples",
];

/// The violations in the files of the project.
fn files() -> Result<Vec<Violation>> {
    let sources = source::read(&root(), FOLDERS)?;
    let mut found = bans::check_fetch(&sources);
    found.extend(circles::check(&sources));
    found.extend(reexports::check(&sources));
    found.extend(type_names::check(&sources));
    for source in &sources {
        found.extend(layers::check(source));
        found.extend(lists::check(source));
        found.extend(bans::check(source));
        found.extend(shape::check(source));
        found.extend(words::check(source));
        found.extend(sentences::check(source));
        found.extend(repeats::check(source));
    }
    for name in documents::DOCUMENTS {
        let text = std::fs::read_to_string(root().join(name)).or_fail(name, "write it again")?;
        found.extend(documents::check(name, &text, &sources));
    }
    found.sort();
    Ok(found)
}

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    path: String,
    line: Option<usize>,
    what: String,
}

impl Violation {
    fn new(source: &Source, line: usize, what: String) -> Self {
        Self { path: source.path.clone(), line: Some(line), what }
    }

    fn of(path: &str, what: String) -> Self {
        Self { path: path.to_owned(), line: None, what }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}
