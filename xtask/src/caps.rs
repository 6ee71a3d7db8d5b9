//! `cargo xtask caps`: the table of caps on what is read from strangers, and its copy in `SECURITY.md`.

use self::table::{Cap, TABLE};
use crate::{
    args::{Command, Opt},
    failure::{OrFail, Result},
    steps::root,
};

/// The table of the library itself: compiled here too, since building the whole library to print it would
/// take minutes.
#[path = "../../src/caps.rs"]
pub mod table;

pub(crate) const COMMAND: Command = Command {
    name: "caps",
    about: "Prints the caps on what is read from strangers.",
    argument: None,
    options: &[Opt { name: "--write", value: None, about: "put the table into SECURITY.md" }],
    own_options: None,
    run: |args| match args.has("--write") {
        true => write(),
        false => {
            print!("{}", markdown());
            Ok(())
        }
    },
};

/// The lines around the table in `SECURITY.md`.
const BEGIN: &str = "<!-- cargo xtask caps --write -->\n";
const END: &str = "<!-- end of the caps -->";

fn write() -> Result<()> {
    let file = root().join("SECURITY.md");
    let text = std::fs::read_to_string(&file).or_fail(file.display(), "restore it")?;
    let next = "put back the two lines around its table of caps";
    let text = with_table(&text).or_fail("SECURITY.md has no place for the caps", next)?;
    std::fs::write(&file, text).or_fail(file.display(), "make it writable")
}

/// The text with the table in its place.
fn with_table(text: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some([before, BEGIN, "\n", &markdown(), "\n", END, after].concat())
}

/// The table, part by part.
fn markdown() -> String {
    let mut text = String::from("| cap | at most | of |\n|---|---|---|\n");
    let mut part = "";
    for cap in TABLE {
        if cap.part != part {
            part = cap.part;
            text.push_str(&format!("| **{part}** | | |\n"));
        }
        text.push_str(&format!("| `{}` | {} |{} |\n", cap.name, figure(cap), cap.about));
    }
    text
}

/// A figure with its unit: bytes in the largest binary unit that is whole.
fn figure(cap: &Cap) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let whole =
        units.into_iter().find(|(unit, _)| cap.most >= *unit && cap.most.is_multiple_of(*unit));
    match whole.filter(|_| cap.unit == "bytes") {
        Some((unit, name)) => format!("{} {name}", cap.most / unit),
        None => format!("{} {}", grouped(cap.most), cap.unit),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use std::path::Path;

    use super::*;

    #[test]
    fn figures_are_short_and_exact() {
        let check = |most, unit, expected: &str| {
            let cap = Cap { name: "A", most, unit, about: "", part: "" };
            assert_eq!(figure(&cap), expected);
        };
        check(4 << 20, "bytes", "4 MiB");
        check(1_024, "bytes", "1 KiB");
        check(255, "bytes", "255 bytes");
        check(1_048_576, "entries", "1,048,576 entries");
        check(40, "links", "40 links");
    }

    #[test]
    fn the_table_stands_in_security_md() {
        let text = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
        assert_eq!(with_table(&text).as_ref(), Some(&text), "run: cargo xtask caps --write");
    }

    #[test]
    fn each_cap_has_a_test_at_its_value_and_one_above() {
        let mut code = String::new();
        for folder in ["src", "tests"] {
            read_below(&root().join(folder), &mut code);
        }
        let has = |cap: &&Cap| {
            let name = format!("cap_{}", cap.name.to_ascii_lowercase());
            code.lines().filter(|line| line.contains("fn ")).any(|line| line.contains(&name))
        };
        let without: Vec<_> = TABLE.iter().filter(|cap| !has(cap)).map(|cap| cap.name).collect();
        assert_eq!(without, [""; 0]);
    }

    fn read_below(folder: &Path, code: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read_below(&path, code);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                code.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
}
