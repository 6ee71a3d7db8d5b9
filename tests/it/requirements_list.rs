//! The list of requirements, `docs/requirements.md`, has a row for every number, and every number
//! that a comment cites.

use std::{
    collections::BTreeMap,
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

/// Requirements are numbered from 1 to this.
const LAST: u16 = 169;
/// Numbers that were never given.
const GAP: RangeInclusive<u16> = 56..=59;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Reads the numbers of the rows `| R84 | …`, in their order.
fn rows(document: &str) -> Vec<u16> {
    let cells = document.lines().filter_map(|line| line.strip_prefix("| R")?.split(' ').next());
    cells.map(|number| number.parse().expect("a row begins with its number")).collect()
}

/// Finds the numbers that a text cites: `R` and up to three digits, apart from other letters and digits.
fn cited(text: &str) -> Vec<u16> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !part(c));
    let digits = words.filter_map(|word| word.strip_prefix('R'));
    digits.filter(|digits| digits.len() <= 3).filter_map(|digits| digits.parse().ok()).collect()
}

fn comment(line: &str) -> Option<&str> {
    line.find("//").and_then(|start| line.get(start..))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Finds the numbers that comments in `src` cite, each with its first place.
fn citations() -> BTreeMap<u16, String> {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut found = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        for (at, line) in text.lines().enumerate() {
            for number in comment(line).into_iter().flat_map(cited) {
                found.entry(number).or_insert_with(|| format!("{}:{}", file.display(), at + 1));
            }
        }
    }
    found
}

fn listed() -> Vec<u16> {
    rows(&fs::read_to_string(root().join("docs/requirements.md")).expect("the list"))
}

#[test]
fn every_requirement_has_one_row_in_order() {
    let expected: Vec<u16> = (1..=LAST).filter(|number| !GAP.contains(number)).collect();
    assert_eq!(listed(), expected);
}

#[test]
fn every_number_that_a_comment_cites_has_a_row() {
    let (listed, cited) = (listed(), citations());
    assert!(cited.len() > 100, "only {} numbers are cited: were comments read?", cited.len());
    let missing: Vec<_> = cited.iter().filter(|(number, _)| !listed.contains(number)).collect();
    assert!(missing.is_empty(), "cited, but not listed: {missing:?}");
}

#[test]
fn numbers_are_found_in_rows_and_comments() {
    for (text, expected) in [
        ("| R1 | a name | |\n| R84 | a stream (R83) | |\n", vec![1, 84]),
        ("text R5\n|---|\n| No. | R6 |", vec![]),
    ] {
        assert_eq!(rows(text), expected, "{text}");
    }
    for (text, expected) in [
        ("// Taken up again (R84, R103 to R107).", vec![84, 103, 107]),
        ("let r = R2; // Row R900", vec![900]),
        ("// RFC, Rs, R, R1234, XR5, R5x, R5_6", vec![]),
        ("let r = R2;", vec![]),
    ] {
        let found: Vec<u16> = comment(text).into_iter().flat_map(cited).collect();
        assert_eq!(found, expected, "{text}");
    }
}
