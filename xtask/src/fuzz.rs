//! `cargo xtask fuzz`: every parser of the library against spoilt input, with fixed seeds.

use std::process::Command as Program;

use crate::{
    args::{Args, Command, Opt},
    failure::Result,
    steps::{cargo, run},
};

pub(crate) const COMMAND: Command = Command {
    name: "fuzz",
    about: "Tries every parser of the library on spoilt input, the same in each run.",
    argument: None,
    options: &[
        Opt { name: "--ci", value: None, about: "the share that a change is checked with" },
        Opt { name: "--count", value: Some("N"), about: "inputs for each parser [100000]" },
        Opt { name: "--only", value: Some("PARSER"), about: "one parser" },
        Opt { name: "--list", value: None, about: "the parsers" },
    ],
    own_options: None,
    run: fuzz,
};

/// The inputs for each parser when a change is checked: less than a minute for all of them.
const CI: &str = "100000";

fn fuzz(args: &Args) -> Result<()> {
    let count = args.get("--count").filter(|_| !args.has("--ci")).unwrap_or(CI);
    let mut fuzz = program(count);
    if let Some(only) = args.get("--only") {
        fuzz.args(["--only", only]);
    }
    if args.has("--list") {
        fuzz.arg("--list");
    }
    run(
        &mut fuzz,
        "the input that failed is printed above: make a test of it, then mend the parser",
    )
}

/// The program that tries so many inputs on each parser.
fn program(count: &str) -> Program {
    let mut fuzz = cargo();
    fuzz.args(["test", "--locked", "--features", "ssr,native", "--test", "fuzz", "--"]);
    fuzz.args(["--count", count]);
    fuzz
}

/// The program as a check of every change.
pub(crate) fn ci() -> Program {
    program(CI)
}
