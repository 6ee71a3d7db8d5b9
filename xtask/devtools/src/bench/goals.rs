//! Compares the figures that were measured with the goals of `performance.md`, section 6. Some figures
//! have no goal.

use std::fmt::Write;

use serde::Deserialize;

/// One way of doing something, measured.
#[derive(Debug, Deserialize)]
pub(super) struct Measured {
    group: String,
    way: String,
    /// Bytes, or entries, a millisecond; of memory, bytes.
    rate: f64,
}

impl Measured {
    pub(super) fn new(group: &str, way: &str, rate: f64) -> Self {
        Self { group: group.to_owned(), way: way.to_owned(), rate }
    }
}

/// The goal of a ratio.
enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// Only shown.
    None,
}

/// One line of the table: `way` against `base`.
struct Line {
    what: &'static str,
    group: &'static str,
    way: &'static [&'static str],
    base: &'static str,
    goal: Goal,
}

const fn line(
    what: &'static str,
    group: &'static str,
    way: &'static [&'static str],
    base: &'static str,
    goal: Goal,
) -> Line {
    Line { what, group, way, base, goal }
}

/// The lines of the table. Of several ways the fastest counts: the page may choose.
const LINES: &[Line] = &[
    line("SHA-256, one blob / subtle in one shot", "hash", &["one"], "subtle", Goal::None),
    line("SHA-256, four lanes / subtle in one shot", "hash", &["lanes"], "subtle", Goal::None),
    line("SHA-256, four lanes / one blob", "hash", &["lanes"], "one", Goal::AtLeast(1.0)),
    line("SHA-256, one blob / hash-wasm", "hash", &["one"], "hash-wasm", Goal::None),
    line("SHA-512, one blob / subtle in one shot", "sha512", &["one"], "subtle", Goal::None),
    line("verify one / fetch alone", "fetch one", &["engine"], "alone", Goal::AtLeast(0.55)),
    line("only counting / fetch alone", "fetch one", &["engine, counting"], "alone", Goal::None),
    line("verify one / hash-wasm", "fetch one", &["engine"], "hash-wasm", Goal::AtLeast(1.5)),
    line("verify one / buffer and subtle", "fetch one", &["engine"], "buffer", Goal::AtLeast(1.0)),
    line(
        "verify one on 1 Gbit/s / fetch alone",
        "gigabit",
        &["engine"],
        "alone",
        Goal::AtLeast(0.98),
    ),
    line(
        "verify four / fetch alone",
        "fetch four",
        &["one engine", "two engines"],
        "alone",
        Goal::AtLeast(0.70),
    ),
    line(
        "verify four, one engine / fetch alone",
        "fetch four",
        &["one engine"],
        "alone",
        Goal::None,
    ),
    line(
        "verify four, two engines / fetch alone",
        "fetch four",
        &["two engines"],
        "alone",
        Goal::None,
    ),
    line("gunzip / DecompressionStream", "gunzip", &["ours"], "browser", Goal::None),
    line("gunzip / pako", "gunzip", &["ours"], "pako", Goal::None),
    line("unzstd / fzstd", "unzstd", &["ours"], "fzstd", Goal::None),
    line("open a gzip layer / the browser's way", "open", &["ours"], "browser", Goal::AtLeast(1.2)),
    line("time with diff ID / without", "open", &["ours"], "and diff ID", Goal::AtMost(1.5)),
];

/// A figure of its own, without a ratio.
struct Figure {
    what: &'static str,
    group: &'static str,
    way: &'static str,
    /// From what was measured.
    shown: fn(f64) -> f64,
    unit: &'static str,
    goal: Goal,
}

const fn figure(
    what: &'static str,
    (group, way): (&'static str, &'static str),
    (shown, unit): (fn(f64) -> f64, &'static str),
    goal: Goal,
) -> Figure {
    Figure { what, group, way, shown, unit, goal }
}

/// Of a rate by the millisecond, and of bytes.
const MILLIONS: (fn(f64) -> f64, &str) = (|rate| rate / 1000.0, "million a second");
const SPEED: (fn(f64) -> f64, &str) = (|rate| rate / 1000.0, "MB/s");
const TIME: (fn(f64) -> f64, &str) = (|rate| 1.0 / rate, "ms");
const SPACE: (fn(f64) -> f64, &str) = (|bytes| bytes / 1_048_576.0, "MiB");

/// The figures of the report. Those with a goal are the memory for verifying 4 GiB and for a layer of a million
/// entries, and the time until its first rows. Speeds have no goal, because machines differ.
const FIGURES: &[Figure] = &[
    figure("fetch alone, one", ("fetch one", "alone"), SPEED, Goal::None),
    figure("fetch alone, four", ("fetch four", "alone"), SPEED, Goal::None),
    figure("SHA-256, one blob", ("hash", "one"), SPEED, Goal::None),
    figure("SHA-256, four lanes", ("hash", "lanes"), SPEED, Goal::None),
    figure("archive entries listed", ("list", "ours"), MILLIONS, Goal::None),
    figure("grown by verifying 4 GiB: engine", ("memory", "4 GiB"), SPACE, Goal::AtMost(16.0)),
    figure("the same: tab", ("tab", "4 GiB"), SPACE, Goal::AtMost(38.1)),
    figure("the same: heap of the page's scripts", ("heap", "4 GiB"), SPACE, Goal::AtMost(32.0)),
    figure("a million entries opened", ("million", "opened"), MILLIONS, Goal::None),
    figure("their first rows", ("million", "first rows"), TIME, Goal::AtMost(1000.0)),
    figure("rows of another directory", ("million", "next rows"), TIME, Goal::None),
    figure("grown by it, before rows: engine", ("memory", "a listing"), SPACE, Goal::None),
    figure("grown by it: engine", ("memory", "a million entries"), SPACE, Goal::AtMost(256.0)),
    figure("the same: tab", ("tab", "a million entries"), SPACE, Goal::None),
];

/// The table of all lines.
pub(super) fn table(measured: &[Measured]) -> String {
    let mut text = String::from("what                                          ratio  goal\n");
    for line in LINES {
        let ratio = line.ratio(measured);
        let shown = ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
        let _ = writeln!(text, "{:<44} {shown:>6}  {}", line.what, line.goal.judge(ratio));
    }
    for Figure { what, group, way, shown, unit, goal } in FIGURES {
        let Some(rate) = rate(measured, group, way) else { continue };
        let value = shown(rate);
        let _ = writeln!(text, "{what:<44} {value:>6.1}  {unit}  {}", goal.judge(Some(value)));
    }
    text
}

fn rate(measured: &[Measured], group: &str, way: &str) -> Option<f64> {
    let found = measured.iter().find(|one| one.group == group && one.way == way)?;
    Some(found.rate)
}

impl Line {
    fn ratio(&self, measured: &[Measured]) -> Option<f64> {
        let ways = self.way.iter().filter_map(|way| rate(measured, self.group, way));
        let best = ways.reduce(f64::max)?;
        Some(best / rate(measured, self.group, self.base)?)
    }
}

impl Goal {
    fn judge(&self, ratio: Option<f64>) -> String {
        let word = |met| if met { "met" } else { "NOT MET" };
        match (self, ratio) {
            (Self::None, _) => String::new(),
            (_, None) => "not measured".to_owned(),
            (Self::AtLeast(goal), Some(ratio)) => {
                format!("at least {goal}: {}", word(ratio >= *goal))
            }
            (Self::AtMost(goal), Some(ratio)) => {
                format!("at most {goal}: {}", word(ratio <= *goal))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_goal_is_met_or_not_and_a_gap_is_said() {
        let of = Measured::new;
        let text = table(&[
            of("fetch one", "alone", 100.0),
            of("fetch one", "engine", 54.0),
            of("fetch one", "hash-wasm", 30.0),
            of("open", "ours", 14.0),
            of("open", "and diff ID", 10.0),
            of("memory", "4 GiB", 17.0 * 1024.0 * 1024.0),
            of("million", "first rows", 0.01),
        ]);
        let line =
            |what: &str| text.lines().find(|line| line.starts_with(what)).unwrap().to_owned();
        assert!(line("verify one / fetch").ends_with("0.54  at least 0.55: NOT MET"), "{text}");
        assert!(line("verify one / hash-wasm").ends_with("1.80  at least 1.5: met"), "{text}");
        assert!(line("time with diff").ends_with("1.40  at most 1.5: met"), "{text}");
        assert!(line("verify four / fetch").ends_with("not measured"), "{text}");
        assert!(line("grown by verifying").ends_with("17.0  MiB  at most 16: NOT MET"), "{text}");
        assert!(line("their first rows").ends_with("100.0  ms  at most 1000: met"), "{text}");
    }
}
