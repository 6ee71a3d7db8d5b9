//! `cargo xtask test`: every check of the project, in one command, ending in one line that says how
//! many passed and failed. A failed check does not stop the others; a missing tool does.

mod messages;
mod needs;
mod servers;
pub(crate) mod tally;

use std::{process::Command as Program, time::Duration};

use self::{
    messages::Messages,
    servers::Servers,
    tally::{Outcome, Tally},
};
use crate::{
    args::{Args, Command, Opt},
    devtools,
    failure::{Failure, OrFail, Result},
    fuzz,
    page::{self, Profile},
    report::Report,
    requirements,
    steps::{NATIVE, cargo, root},
    tidy,
    tools::Toolbox,
};

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

const WASM: [&str; 4] = ["--target", "wasm32-unknown-unknown", "--features", "app,engine"];

/// The crates that are published, each behind those that it needs.
const PUBLISHED: [&str; 6] = [
    "--package",
    "sha256-simd",
    "--package",
    "porthole-registry",
    "--package",
    "porthole-test-registry",
];

/// The profile of the workspace, which a packed crate has lost: with it, what the tests compiled serves again.
const PROFILE: [&str; 3] = [
    "profile.dev.debug='line-tables-only'",
    "profile.dev.package.'*'.opt-level=1",
    "profile.dev.build-override.debug=false",
];

/// The example that `cargo xtask bench` measures.
const BENCH: &str = "bench_in_browser";

/// The advice where a check does not name its needs.
const OWN_FAULT: &str = "this is a fault of xtask itself";

/// The state of a run of checks.
struct Run {
    report: Report,
    /// The tools that build the page; `None` where no check needs them.
    tools: Option<Toolbox>,
    tally: Tally,
    messages: Messages,
}

/// The things that a check needs beside Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    Nothing,
    /// The programs and data of the tests.
    Programs,
    /// These, and the tools that build the page.
    Tools,
}

use Needs::{Nothing, Programs, Tools};

/// A check: its name for `--only`, and the function that does it.
struct Check {
    name: &'static str,
    needs: Needs,
    run: fn(&mut Run) -> Result<()>,
}

/// All checks, quick ones first.
const CHECKS: &[Check] = &[
    Check { name: "format", needs: Nothing, run: Run::format },
    Check { name: "tidy", needs: Nothing, run: Run::tidy },
    Check {
        name: "lints",
        needs: Nothing,
        run: |run| run.lints("clippy, native", 240, &NATIVE, &["--all-targets"]),
    },
    Check {
        name: "lints-wasm",
        needs: Tools,
        run: |run| {
            let targets = ["--lib", "--bins", "--test", "web", "--example", BENCH];
            run.lints("clippy, in the page", 90, &WASM, &targets)
        },
    },
    Check { name: "native", needs: Programs, run: Run::native },
    Check {
        name: "fuzz",
        needs: Nothing,
        run: |run| run.counted("parsers on spoilt input", minutes(2), &mut fuzz::ci()),
    },
    Check { name: "docs", needs: Nothing, run: Run::docs },
    Check { name: "package", needs: Nothing, run: Run::package },
    Check { name: "web", needs: Tools, run: Run::web },
    Check { name: "dist", needs: Tools, run: Run::dist },
    Check { name: "size", needs: Nothing, run: Run::size },
    Check { name: "e2e", needs: Programs, run: Run::end_to_end },
    Check { name: "requirements", needs: Nothing, run: Run::requirements },
];

fn test(args: &Args) -> Result<()> {
    let chosen = chosen(args.get("--only"))?;
    let mut report = Report::start("test")?;
    let most = chosen.iter().map(|check| check.needs).max().unwrap_or(Nothing);
    if most >= Programs {
        needs::ready(&mut report)?;
    }
    let tools = if most == Tools { Some(Toolbox::ready(&mut report)?) } else { None };
    let mut run = Run { report, tools, tally: Tally::default(), messages: Messages::default() };
    for check in chosen {
        run.check(check);
    }
    run.tally.write(&requirements::record_file())?;
    run.sum()
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

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

impl Run {
    /// Does one check, and counts it as a test.
    fn check(&mut self, check: &Check) {
        let before = self.tally.failed();
        let done = (check.run)(self);
        let passed = done.is_ok() && self.tally.failed() == before;
        if let Err(failure) = done {
            for line in failure.to_string().lines() {
                self.report.say(&format!("    {line}"));
            }
        }
        self.tally.add(check.name, if passed { Outcome::Passed } else { Outcome::Failed });
    }

    /// Prints the failed tests with their messages, then the line that a person, or a machine, looks for.
    fn sum(&self) -> Result<()> {
        for name in self.tally.failures() {
            println!("failed: {name}");
            for line in self.messages.of(name) {
                println!("    {line}");
            }
        }
        let has_run = self.tally.names().any(|name| name.contains("::"));
        if let Some(line) =
            has_run.then(requirements::empty_tests).as_ref().and_then(requirements::left_out)
        {
            println!("{line}");
        }
        println!("{} passed, {} failed", self.tally.passed(), self.tally.failed());
        match self.tally.failed() {
            0 => Ok(()),
            _ => std::process::exit(1),
        }
    }

    fn tools(&self) -> Result<&Toolbox> {
        self.tools.as_ref().or_fail("no tools", OWN_FAULT)
    }

    /// Runs tests with their output in the log, and counts them.
    fn counted(&mut self, name: &str, usual: Duration, command: &mut Program) -> Result<()> {
        let Self { report, tally, messages, .. } = self;
        let before = (tally.passed(), tally.failed());
        report.step(name, usual, |step| {
            let next = "the failed tests are named at the end";
            let done = step.run_and_read(command, next, |line| {
                tally.line(line);
                messages.line(line);
                let (passed, failed) = (tally.passed() - before.0, tally.failed() - before.1);
                (passed + failed > 0).then(|| format!("{passed} passed, {failed} failed"))
            });
            if done.is_ok() && before == (tally.passed(), tally.failed()) {
                return Err(Failure::new("no test ran", "look for what was filtered out"));
            }
            done
        })
    }

    fn format(&mut self) -> Result<()> {
        self.report.step("the format", Duration::from_secs(2), |step| {
            step.run(cargo().args(["fmt", "--all", "--check"]), "run: cargo fmt --all")
        })
    }

    fn tidy(&mut self) -> Result<()> {
        self.report.step("the rules of the house", Duration::from_secs(1), |step| {
            tidy::tidy(&mut |line| step.log(line))
        })
    }

    fn lints(
        &mut self,
        name: &str,
        usual: u64,
        selection: &[&str],
        targets: &[&str],
    ) -> Result<()> {
        self.report.step(name, Duration::from_secs(usual), |step| {
            let mut clippy = cargo();
            clippy.args(["clippy", "--locked"]).args(selection).args(targets);
            step.run(clippy.args(["--", "--deny", "warnings"]), "mend what clippy found")
        })
    }

    fn native(&mut self) -> Result<()> {
        // What an earlier run left is no longer so.
        let _ = std::fs::remove_file(requirements::empty_file());
        let mut tests = cargo();
        tests.args(["test", "--locked", "--no-fail-fast"]).args(NATIVE);
        self.counted("native tests", minutes(6), &mut tests)
    }

    fn docs(&mut self) -> Result<()> {
        self.report.step("the documentation", minutes(1), |step| {
            let mut doc = cargo();
            doc.args(["doc", "--locked", "--no-deps"]).args(NATIVE);
            step.run(doc.env("RUSTDOCFLAGS", "--deny warnings"), "mend what rustdoc found")
        })
    }

    /// Packs the crates and builds them from what was packed, as crates.io would hand them out, up to the upload.
    /// Work that is not committed yet is packed as well.
    fn package(&mut self) -> Result<()> {
        self.report.step("the crates as they are published", minutes(1), |step| {
            let mut publish = cargo();
            publish.args(["publish", "--dry-run", "--locked", "--allow-dirty"]).args(PUBLISHED);
            publish.args(["--features", "porthole-registry/native"]);
            publish.args(PROFILE.iter().flat_map(|setting| ["--config", setting]));
            step.run(&mut publish, "mend what cargo publish found")
        })
    }

    /// The tests in headless Chromium. Their runner does not know `--quiet`.
    fn web(&mut self) -> Result<()> {
        devtools::build(&mut self.report)?;
        let servers = self.report.step("start the servers", Duration::from_secs(1), |step| {
            Servers::start(step.log_file())
        })?;
        let mut tests = self.tools()?.command("cargo");
        tests.args(["test", "--locked", "--test", "web"]).args(WASM);
        // Two cores start a browser slowly.
        tests.env("WASM_BINDGEN_TEST_TIMEOUT", "180").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
        tests.env("CHROMEDRIVER", "/usr/bin/chromedriver");
        tests.envs(servers.variables.iter().cloned());
        self.counted("tests in the browser", minutes(3), &mut tests)
    }

    fn dist(&mut self) -> Result<()> {
        let folder = root().join("dist");
        let Self { report, tools, .. } = self;
        let tools = tools.as_ref().or_fail("no tools", OWN_FAULT)?;
        page::build(report, tools, Profile::Release, &folder, None)?;
        report.step("the policy of the built page", Duration::from_secs(1), |step| {
            let mut check = devtools::command(None);
            check.arg("csp").arg("--check").arg(&folder);
            step.run(&mut check, "mend the faults, and build the page again")
        })
    }

    fn size(&mut self) -> Result<()> {
        devtools::build(&mut self.report)?;
        self.report.step("the sizes", Duration::from_secs(2), |step| {
            step.run(devtools::command(None).arg("size"), "find what grew")
        })
    }

    fn end_to_end(&mut self) -> Result<()> {
        let mut tests = cargo();
        tests.args(["test", "--locked", "--features", "ssr,native", "--test", "e2e"]);
        // Each journey has a browser of its own: more of them than cores only disturb each other.
        tests.args(["--", "--test-threads=2"]);
        self.counted("end-to-end tests", minutes(6), &mut tests)
    }

    fn requirements(&mut self) -> Result<()> {
        let Self { report, tally, .. } = self;
        report.step("the requirements", Duration::from_secs(10), |step| {
            requirements::after(tally, &mut |line| step.log(line))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn ran(program: &mut Program) -> (Run, Result<()>) {
        let report = Report::unseen("counted").unwrap();
        let mut run =
            Run { report, tools: None, tally: Tally::default(), messages: Messages::default() };
        let done = run.counted("tests", Duration::ZERO, program);
        (run, done)
    }

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
        let failure = ran(&mut Program::new("true")).1.unwrap_err();
        assert_eq!(failure.what(), "no test ran");
    }

    #[test]
    fn tests_are_counted_as_they_are_printed() {
        let mut program = Program::new("sh");
        program.args(["-c", "echo 'test a ... ok'; echo 'test b ... FAILED'; exit 101"]);
        let (run, done) = ran(&mut program);
        assert!(done.is_err());
        assert_eq!((run.tally.passed(), run.tally.failed()), (1, 1));
    }
}
