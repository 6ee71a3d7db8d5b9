//! `cargo xtask requirements`: each requirement of the client with the tests that show it, or the
//! reason why it has none. A test shows a requirement by its number in its name: `r077_…`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use crate::{
    args::Command,
    failure::{Failure, OrFail, Result},
    steps::{cargo, output, root},
    test::tally::{Outcome, Tally},
};

pub(crate) const COMMAND: Command = Command {
    name: "requirements",
    about: "Prints each requirement of the client with its tests, or why it has none.",
    argument: None,
    options: &[],
    own_options: None,
    run: |_| requirements(),
};

/// The requirements are numbered from 1 to this, but for the gap.
const LAST: u16 = 169;
/// Numbers that were never given.
const GAP: std::ops::RangeInclusive<u16> = 56..=59;

fn requirements() -> Result<()> {
    after(&Tally::default(), &mut |line| println!("{line}"))
}

/// Takes a line of the table.
type Sink<'a> = &'a mut dyn FnMut(&str);

/// The table after a run of tests; where none ran, with the outcomes of the last run.
///
/// # Errors
/// As for [`report`].
pub(crate) fn after(run: &Tally, sink: Sink) -> Result<()> {
    let last = Tally::read(&record_file());
    let has_run = run.names().any(|name| !numbers(name).is_empty());
    if !has_run {
        sink("No test of a requirement ran just now: outcomes are those of the last run.");
    }
    let record = if has_run { run } else { &last };
    let mut tests = listed()?;
    tests.extend(browser_tests()?);
    tests.extend(record.names().map(str::to_owned));
    let empty = empty_tests();
    left_out(&empty).iter().for_each(|line| sink(line));
    report(&tests, record, &empty, sink)
}

/// Says how many tests had no cases, and how to get them.
pub(crate) fn left_out(empty: &BTreeSet<String>) -> Option<String> {
    let count = empty.len();
    (count > 0).then(|| {
        format!(
            "{count} tests had no cases, for the fixtures lack them: real artefacts of other projects, in the folder \
             that PORTHOLE_FIXTURES names, else ../shared/fixtures beside the project"
        )
    })
}

/// The tests that passed without a case in the last run: they show nothing.
pub(crate) fn empty_tests() -> BTreeSet<String> {
    let text = std::fs::read_to_string(empty_file()).unwrap_or_default();
    without_cases(&text)
}

/// Reads lines of the form `none NAME` and `some NAME`, of which a test may have any number. `unused NAME` is
/// of a test that was given cases and used none.
fn without_cases(text: &str) -> BTreeSet<String> {
    let names = |word: &'static str| text.lines().filter_map(move |line| line.strip_prefix(word));
    let some: BTreeSet<&str> = names("some ").collect();
    let none = names("none ").filter(|name| !some.contains(name));
    none.chain(names("unused ")).map(str::to_owned).collect()
}

/// The file in which tests leave their names if they have no cases.
pub(crate) fn empty_file() -> PathBuf {
    root().join("target/no-cases.txt")
}

/// Writes the table for these tests.
///
/// # Errors
/// When a requirement has neither a test nor a reason, or has both, or its test failed, or none of its tests
/// had a case.
fn report(
    tests: &BTreeSet<String>,
    record: &Tally,
    empty: &BTreeSet<String>,
    sink: Sink,
) -> Result<()> {
    let file = root().join("requirements.toml");
    let text = std::fs::read_to_string(&file)
        .or_fail(file.display(), "restore it: it names the requirements that do not apply")?;
    let rows = table(tests, &reasons(&text)?);
    let mut wrong = Vec::new();
    for (number, row) in &rows {
        let (shown, good) = show(*number, row, record, empty);
        sink(&shown);
        if !good {
            wrong.push(format!("R{number}"));
        }
    }
    let tested = rows.values().filter(|row| matches!(row, Row::Tested(_))).count();
    sink(&format!("{} requirements: {tested} with tests", rows.len()));
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!("{} of {} requirements are open: {}", wrong.len(), rows.len(), wrong.join(" ")),
        "name a test after each (r077_…), or write into requirements.toml why it does not apply",
    ))
}

/// The file in which `cargo xtask test` leaves its outcomes.
pub(crate) fn record_file() -> PathBuf {
    root().join("target/test-record.txt")
}

/// The evidence for a requirement.
#[derive(Debug, PartialEq, Eq)]
enum Row {
    Tested(Vec<String>),
    Reason(String),
    Both(String),
    Open,
}

fn table(tests: &BTreeSet<String>, reasons: &BTreeMap<u16, String>) -> BTreeMap<u16, Row> {
    let mut shown: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for test in tests {
        for number in numbers(test) {
            shown.entry(number).or_default().push(test.clone());
        }
    }
    let all = (1..=LAST).filter(|number| !GAP.contains(number));
    let rows = all.map(|number| {
        let row = match (shown.remove(&number), reasons.get(&number)) {
            (Some(tests), None) => Row::Tested(tests),
            (None, Some(reason)) => Row::Reason(reason.clone()),
            (Some(_), Some(reason)) => Row::Both(reason.clone()),
            (None, None) => Row::Open,
        };
        (number, row)
    });
    rows.collect()
}

/// The numbers at the start of a test's name: `wire::link::tests::r098_r100_pages` gives 98 and 100.
fn numbers(test: &str) -> Vec<u16> {
    let mut rest = test.rsplit("::").next().unwrap_or_default();
    let mut numbers = Vec::new();
    while let Some((first, after)) = rest.split_once('_') {
        let digits = first.strip_prefix('r').filter(|digits| digits.len() == 3);
        let Some(number) = digits.and_then(|digits| digits.parse().ok()) else { break };
        numbers.push(number);
        rest = after;
    }
    numbers
}

/// Reads `R55 = "the reason"` lines.
fn reasons(text: &str) -> Result<BTreeMap<u16, String>> {
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = lines.map(|line| {
        let next = "write lines of the form: R55 = \"the reason\"";
        let (number, reason) = line.split_once(" = ").or_fail(line, next)?;
        let number = number.strip_prefix('R').and_then(|n| n.parse().ok()).or_fail(line, next)?;
        Ok((number, reason.trim_matches('"').to_owned()))
    });
    read.collect()
}

/// A row as it is printed, and whether it is good.
fn show(number: u16, row: &Row, record: &Tally, empty: &BTreeSet<String>) -> (String, bool) {
    let row = match row {
        Row::Reason(reason) => return (format!("R{number:<4} does not apply: {reason}"), true),
        Row::Open => return (format!("R{number:<4} OPEN: no test and no reason"), false),
        Row::Both(reason) => {
            return (format!("R{number:<4} has a test now; strike its reason: {reason}"), false);
        }
        Row::Tested(tests) => tests,
    };
    let outcomes: Vec<Option<Outcome>> = row.iter().map(|test| record.outcome(test)).collect();
    let (state, good) = if outcomes.contains(&Some(Outcome::Failed)) {
        ("FAILED", false)
    } else if row.iter().all(|test| empty.contains(test)) {
        ("NO CASES, so that it shows nothing", false)
    } else if outcomes.contains(&None) {
        ("not run yet", true)
    } else {
        ("pass", true)
    };
    let names: Vec<&str> = row.iter().filter_map(|test| test.rsplit("::").next()).collect();
    (format!("R{number:<4} {state}: {}", names.join(", ")), good)
}

/// The native tests, as their binaries list them.
fn listed() -> Result<BTreeSet<String>> {
    let mut command = cargo();
    command.args(["test", "--quiet", "--workspace", "--features", "ssr,native"]);
    command.args(["--lib", "--bins", "--tests", "--", "--list"]);
    let text = output(
        &mut command,
        "make the tests compile: cargo test --workspace --features ssr,native",
    )?;
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// The tests that only a browser can run, from their sources: their binary cannot list them here.
fn browser_tests() -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for folder in ["tests/web", "tests/e2e"] {
        let folder = root().join(folder);
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.filter_map(|entry| entry.ok()) {
            let text = std::fs::read_to_string(entry.path())
                .or_fail(entry.path().display(), "check that it is readable text")?;
            names.extend(functions(&text));
        }
    }
    Ok(names)
}

fn functions(text: &str) -> Vec<String> {
    let after_fn = text.lines().filter_map(|line| line.trim_start().split_once("fn r"));
    let names = after_fn.filter_map(|(_, rest)| rest.split('(').next());
    names.map(|name| format!("r{name}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn tests(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_name_may_show_several_requirements() {
        for (name, expected) in [
            ("ops::lookup::tests::r077_digest_wins", vec![77]),
            ("r098_r100_pages_follow_links", vec![98, 100]),
            ("oci::tests::reads_r077_too", vec![]),
            ("tests::r77_short", vec![]),
            ("tests::rows_are_read", vec![]),
        ] {
            assert_eq!(numbers(name), expected, "{name}");
        }
    }

    #[test]
    fn every_number_has_a_row_but_those_never_given() {
        let rows = table(&tests(&[]), &BTreeMap::new());
        assert_eq!(rows.len(), 165);
        assert!(rows.contains_key(&169) && !rows.contains_key(&56));
        assert!(rows.values().all(|row| *row == Row::Open));
    }

    #[test]
    fn a_row_is_tested_or_has_a_reason_and_never_both() {
        let reasons = reasons("# why\nR2 = \"no sockets in a page\"\nR3 = \"none\"\n").unwrap();
        let rows = table(&tests(&["a::r001_x", "b::r003_y"]), &reasons);
        assert_eq!(rows[&1], Row::Tested(vec!["a::r001_x".into()]));
        assert_eq!(rows[&2], Row::Reason("no sockets in a page".into()));
        assert_eq!(rows[&3], Row::Both("none".into()));
        let good: Vec<bool> = rows
            .iter()
            .take(4)
            .map(|(n, r)| show(*n, r, &Tally::default(), &BTreeSet::new()).1)
            .collect();
        assert_eq!(good, [true, true, false, false]);
    }

    #[test]
    fn a_failed_test_leaves_its_requirement_open() {
        let mut record = Tally::default();
        record.line("test a::r001_x ... FAILED");
        let row = Row::Tested(vec!["a::r001_x".into()]);
        assert_eq!(
            show(1, &row, &record, &BTreeSet::new()),
            ("R1    FAILED: r001_x".to_owned(), false)
        );
    }

    #[test]
    fn tests_without_cases_are_counted_aloud() {
        assert_eq!(left_out(&tests(&[])), None);
        let said = left_out(&tests(&["a::one", "b::two"])).unwrap();
        assert!(said.starts_with("2 tests had no cases") && said.contains("PORTHOLE_FIXTURES"));
    }

    #[test]
    fn a_reason_in_another_form_is_refused() {
        assert!(reasons("55: because").is_err());
        assert!(reasons("Rx = \"y\"").is_err());
    }

    #[test]
    fn a_row_whose_tests_all_ran_no_case_is_refused() {
        let row = Row::Tested(vec!["a::r001_x".into(), "b::r001_y".into()]);
        let mut record = Tally::default();
        record.line("test a::r001_x ... ok");
        record.line("test b::r001_y ... ok");
        let good = |names: &[&str]| show(1, &row, &record, &tests(names)).1;
        assert!(good(&[]) && good(&["a::r001_x"]) && good(&["c::r001_z"]));
        assert!(!good(&["a::r001_x", "b::r001_y"]));
        let told = "none a::r001_x\nnone b::r001_y\nsome b::r001_y\nnone a::r001_x\n";
        assert_eq!(without_cases(told), tests(&["a::r001_x"]));
        assert_eq!(without_cases("some a::r001_x\nunused a::r001_x\n"), tests(&["a::r001_x"]));
    }
}
