//! `cargo xtask test`: every check of the project, in one command, ending in one line that says how
//! many passed and failed. A failed check does not stop the others; a missing tool does.

mod needs;
pub(crate) mod tally;
mod vectors;

use std::{
    io::{BufRead, BufReader},
    process::{Command as Program, Stdio},
};

use test_registry::{Cors, Switchboard, Switches, canary::Canary};

use self::tally::{Outcome, Tally};
use crate::{
    args::{Args, Command, Opt},
    csp,
    failure::{Failure, OrFail, Result},
    fuzz,
    page::{self, Profile},
    policy, registry, requirements, size,
    steps::{cargo, root, run, step},
    tidy,
    tools::Toolbox,
};

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "test",
    about: "Runs every check: format, lints, tidy, native, browser and end-to-end tests.",
    argument: None,
    options: &[Opt {
        name: "--only",
        value: Some("CHECKS"),
        about: "some of them, by name, with commas: format,native",
    }],
    own_options: None,
    run: test,
};

/// The features with which everything native is compiled: one set for lints, tests and
/// documentation, so that nothing is compiled twice.
const NATIVE: [&str; 3] = ["--workspace", "--features", "ssr,native"];
const WASM: [&str; 4] = ["--target", "wasm32-unknown-unknown", "--features", "app,worker"];

/// The example that `cargo xtask bench` measures.
const BENCH: &str = "bench_in_browser";

/// A check: its name for `--only`, what it says of itself, and what it does.
struct Check {
    name: &'static str,
    about: &'static str,
    run: fn(&Toolbox, &mut Tally) -> Result<()>,
}

/// All checks, quick ones first.
const CHECKS: &[Check] = &[
    Check { name: "format", about: "the format", run: |_, _| format() },
    Check { name: "tidy", about: "the rules of the house", run: |_, _| tidy::tidy() },
    Check {
        name: "lints",
        about: "clippy, native",
        run: |_, _| lints(&NATIVE, &["--all-targets"]),
    },
    Check {
        name: "lints-wasm",
        about: "clippy, in the page",
        run: |_, _| lints(&WASM, &["--lib", "--bins", "--test", "web", "--example", BENCH]),
    },
    Check { name: "native", about: "native tests", run: |_, tally| native(tally) },
    Check {
        name: "fuzz",
        about: "parsers on spoilt input",
        run: |_, tally| counted(&mut fuzz::ci(), tally),
    },
    Check { name: "docs", about: "the documentation", run: |_, _| docs() },
    Check { name: "web", about: "tests in the browser", run: web },
    Check { name: "dist", about: "the built page and its policy", run: |tools, _| dist(tools) },
    Check { name: "size", about: "the sizes", run: |_, _| size::size(&root().join("dist")) },
    Check { name: "e2e", about: "end-to-end tests", run: |_, tally| end_to_end(tally) },
    Check { name: "requirements", about: "the requirements", run: |_, tally| covered(tally) },
];

fn test(args: &Args) -> Result<()> {
    let chosen = chosen(args.get("--only"))?;
    step("looking for what the tests need", needs::ready)?;
    let tools = Toolbox::ready()?;
    let mut tally = Tally::default();
    for check in chosen {
        let before = tally.failed();
        let done = step(check.about, || (check.run)(&tools, &mut tally));
        let passed = done.is_ok() && tally.failed() == before;
        if let Err(failure) = done {
            eprintln!("{failure}");
        }
        tally.add(check.name, if passed { Outcome::Passed } else { Outcome::Failed });
    }
    tally.write(&requirements::record_file())?;
    sum(&tally)
}

fn chosen(only: Option<&str>) -> Result<Vec<&'static Check>> {
    let Some(only) = only else { return Ok(CHECKS.iter().collect()) };
    let found = only.split(',').map(|name| {
        let check = CHECKS.iter().find(|check| check.name == name);
        let names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        check.or_fail(format!("no check {name}"), format!("choose from: {}", names.join(", ")))
    });
    found.collect()
}

/// The last line of all: what a person, or a machine, looks for.
fn sum(tally: &Tally) -> Result<()> {
    for name in tally.failures() {
        println!("failed: {name}");
    }
    println!("{} passed, {} failed", tally.passed(), tally.failed());
    match tally.failed() {
        0 => Ok(()),
        _ => std::process::exit(1),
    }
}

fn format() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]), "run: cargo fmt --all")
}

fn lints(selection: &[&str], targets: &[&str]) -> Result<()> {
    let mut clippy = cargo();
    clippy.args(["clippy", "--quiet", "--locked"]).args(selection).args(targets);
    run(clippy.args(["--", "--deny", "warnings"]), "mend what clippy found")
}

fn native(tally: &mut Tally) -> Result<()> {
    let mut tests = cargo();
    tests.args(["test", "--locked", "--no-fail-fast"]).args(NATIVE);
    counted(&mut tests, tally)
}

fn docs() -> Result<()> {
    let mut doc = cargo();
    doc.args(["doc", "--quiet", "--locked", "--no-deps"]).args(NATIVE);
    run(doc.env("RUSTDOCFLAGS", "--deny warnings"), "mend what rustdoc found")
}

/// The ports of the servers for the tests in the browser. A page has no environment, so the addresses are
/// compiled in. The ports are fixed, so that nothing is compiled again.
const WEB_PORTS: [u16; 4] = [5066, 5067, 5068, 5069];

/// The tests in headless Chromium. Their runner does not know `--quiet`.
fn web(tools: &Toolbox, tally: &mut Tally) -> Result<()> {
    let [hidden, exposed, canary, switchboard] = WEB_PORTS;
    let option = "change WEB_PORTS in xtask/src/test/mod.rs:";
    let hidden = registry::start(Switches::demo().port(hidden).cors(Cors::Hidden), option)?;
    let exposed = registry::start(Switches::demo().port(exposed), option)?;
    vectors::publish(&exposed)?;
    let runtime = tokio::runtime::Runtime::new().or_fail("no runtime", "free some memory")?;
    let canary = runtime.block_on(Canary::start(canary)).or_fail("the canary's servers", option)?;
    let switchboard = runtime
        .block_on(Switchboard::start(switchboard))
        .or_fail("the switchboard of the tests in the browser", option)?;
    let mut tests = tools.command("cargo");
    tests.args(["test", "--locked", "--test", "web"]).args(WASM);
    // Two cores start a browser slowly.
    tests.env("WASM_BINDGEN_TEST_TIMEOUT", "180").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
    tests.env("CHROMEDRIVER", "/usr/bin/chromedriver");
    tests.env("PORTHOLE_TEST_REGISTRY", hidden.host());
    tests.env("PORTHOLE_TEST_REGISTRY_EXPOSED", exposed.host());
    tests.env("PORTHOLE_TEST_CANARY", &canary.places.registry);
    tests.env("PORTHOLE_TEST_SWITCHBOARD", switchboard.host());
    counted(&mut tests, tally)
}

fn dist(tools: &Toolbox) -> Result<()> {
    let folder = root().join("dist");
    page::build(tools, Profile::Release, &folder, policy::CONNECT)?;
    csp::check(&folder)
}

fn end_to_end(tally: &mut Tally) -> Result<()> {
    let mut tests = cargo();
    tests.args(["test", "--locked", "--features", "ssr,native", "--test", "e2e"]);
    // Each journey has a browser of its own: more of them than cores only disturb each other.
    tests.args(["--", "--test-threads=2"]);
    counted(&mut tests, tally)
}

fn covered(tally: &Tally) -> Result<()> {
    requirements::after(tally)
}

/// Runs tests with their output on the terminal, and counts them.
fn counted(command: &mut Program, tally: &mut Tally) -> Result<()> {
    let next = "the output above names the failed tests";
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .or_fail("could not start cargo", "install Rust by rustup")?;
    let before = (tally.passed(), tally.failed());
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(std::io::Result::ok) {
            println!("{line}");
            tally.line(&line);
        }
    }
    let status = child.wait().or_fail("cargo test", next)?;
    match (status.success(), before == (tally.passed(), tally.failed())) {
        (true, false) => Ok(()),
        (true, true) => Err(Failure::new("no test ran", "look for what was filtered out")),
        (false, _) => Err(Failure::new(format!("cargo test ended with {status}"), next)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn checks_are_chosen_by_name() {
        assert_eq!(chosen(None).unwrap().len(), CHECKS.len());
        let names: Vec<&str> =
            chosen(Some("e2e,format")).unwrap().iter().map(|check| check.name).collect();
        assert_eq!(names, ["e2e", "format"]);
        assert_eq!(chosen(Some("speed")).err().unwrap().what(), "no check speed");
    }

    #[test]
    fn a_run_without_tests_is_a_failure() {
        let mut tally = Tally::default();
        let failure = counted(&mut Program::new("true"), &mut tally).unwrap_err();
        assert_eq!(failure.what(), "no test ran");
    }

    #[test]
    fn tests_are_counted_as_they_are_printed() {
        let mut tally = Tally::default();
        let mut program = Program::new("sh");
        program.args(["-c", "echo 'test a ... ok'; echo 'test b ... FAILED'; exit 101"]);
        assert!(counted(&mut program, &mut tally).is_err());
        assert_eq!((tally.passed(), tally.failed()), (1, 1));
    }
}
