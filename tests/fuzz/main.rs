//! Tries every parser of the library with changed input (`cargo xtask fuzz`). It runs on stable Rust with
//! fixed seeds, so that every run finds the same faults. Coverage-guided runs use the same targets, which
//! stand in `targets.rs`.

mod content;
mod dice;
mod messages;
mod mutate;
mod targets;
mod wire;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    time::{Duration, Instant},
};

use dice::Dice;
use mutate::mutate;
use targets::Target;

/// The length of the longest input, in bytes.
const LONGEST: usize = 64 * 1024;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1).cloned()
    };
    if words.iter().any(|word| word == "--list") {
        for target in all() {
            println!("{}: test", target.name);
        }
        return ExitCode::SUCCESS;
    }
    let count = value("--count").and_then(|count| count.parse().ok()).unwrap_or(2_000);
    let only = value("--only");
    let chosen: Vec<_> =
        all().filter(|target| only.as_ref().is_none_or(|only| only == target.name)).collect();
    // The message of a panic would disturb the report.
    std::panic::set_hook(Box::new(|_| {}));
    let failed = chosen.iter().filter(|target| !run(target, count)).count();
    println!("\n{} parsers, {count} inputs each, {failed} failed", chosen.len());
    if failed == 0 && !chosen.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn all() -> impl Iterator<Item = &'static Target> {
    targets::TARGETS.iter().chain(content::TARGETS).chain(wire::TARGETS).chain(messages::TARGETS)
}

/// Tries one parser, and prints the result in the format of other test runners.
fn run(target: &Target, count: u64) -> bool {
    let seeds: Vec<Vec<u8>> = (target.seeds)();
    let mut dice = Dice::new(target.name);
    let mut slowest = Duration::ZERO;
    let start = Instant::now();
    for turn in 0..count {
        let input = match seeds.get(usize::try_from(turn).unwrap_or(usize::MAX)) {
            Some(seed) => seed.clone(),
            None => mutate(&seeds, &mut dice, LONGEST),
        };
        let begun = Instant::now();
        if catch_unwind(AssertUnwindSafe(|| (target.run)(&input))).is_err() {
            println!("test fuzz::{} ... FAILED", target.name);
            println!("  input {turn}, {} bytes: {}", input.len(), input.escape_ascii());
            return false;
        }
        slowest = slowest.max(begun.elapsed());
    }
    println!("test fuzz::{} ... ok", target.name);
    println!("  {count} inputs in {:.1?}, slowest {slowest:.1?}", start.elapsed());
    true
}
