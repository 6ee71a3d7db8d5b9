//! The crate `devtools`: everything of the commands that takes long to compile. It is built as a step, and
//! does its work as a program of its own.

use std::{env, path::PathBuf, process::Command, time::Duration};

use crate::{
    failure::Result,
    report::Report,
    steps::{NATIVE, cargo, root, run_instead},
    tools::Toolbox,
};

/// The commands that are handed over with all their words: name and description.
pub const HANDED_OVER: &[(&str, &str)] = &[
    ("registry", "Runs only the demo registry, with switches for every habit and fault."),
    ("size", "Prints the sizes of the built page against its budgets; fails when one is over."),
    ("csp", "Prints the headers that a host should send, or checks a built page."),
    ("bench", "Measures hashing, fetching, decompressing and memory in a browser, against goals."),
    (
        "shot",
        "Takes a picture of a view, named by its fragment: '#/localhost:5000'. The page is the \
         running one of cargo xtask explore, or the folder of --dist.",
    ),
];

/// The command that compiles WebAssembly itself.
const NEEDS_TOOLS: &str = "bench";

/// Hands a command over. Its status becomes ours.
///
/// # Errors
/// When the crate cannot be built.
pub(crate) fn hand_over(name: &str, words: &[String]) -> Result<()> {
    let mut report = Report::open("devtools")?;
    build(&mut report)?;
    let asks_for_help = words.iter().any(|word| word == "--help");
    let tools = match name == NEEDS_TOOLS && !asks_for_help {
        true => Some(Toolbox::ready(&mut report)?),
        false => None,
    };
    run_instead(command(tools.as_ref()).arg(name).args(words))
}

/// Builds the crate.
///
/// # Errors
/// When it cannot be compiled.
pub(crate) fn build(report: &mut Report) -> Result<()> {
    report.step("compile the project's tools", Duration::from_secs(150), |step| {
        let mut build = cargo();
        build.args(["build", "--locked", "--bin", "devtools"]).args(NATIVE);
        step.run(&mut build, "mend what the compiler found, and run this again")
    })
}

/// The program, with the tools on its search path. [`build`] must have built it.
pub(crate) fn command(tools: Option<&Toolbox>) -> Command {
    if let Some(tools) = tools {
        return tools.command(program());
    }
    let mut command = Command::new(program());
    command.current_dir(root());
    command
}

/// The file of the program: cargo puts it beside this one.
fn program() -> PathBuf {
    let name = format!("devtools{}", env::consts::EXE_SUFFIX);
    let ours = env::current_exe().unwrap_or_else(|_| root().join("target/debug/xtask"));
    ours.with_file_name(name)
}
