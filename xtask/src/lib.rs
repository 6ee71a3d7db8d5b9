//! Porthole's own commands, one file each: `cargo xtask help` lists them. The end-to-end tests use
//! the browser and the site of this crate. It uses none of the application's code.

mod args;
mod bench;
pub mod browser;
mod csp;
mod digest;
mod dist;
mod engine;
mod explore;
pub mod failure;
mod fuzz;
mod html;
mod look;
mod page;
mod page_parts;
mod parts;
mod policy;
mod registry;
mod requirements;
mod shot;
pub mod site;
mod size;
mod steps;
mod test;
mod tidy;
mod tools;

use args::{Args, Command};
use failure::{Failure, Result};

/// All commands, in the order of the help text.
const COMMANDS: &[Command] = &[
    explore::COMMAND,
    registry::COMMAND,
    test::COMMAND,
    dist::COMMAND,
    size::COMMAND,
    csp::COMMAND,
    tidy::COMMAND,
    requirements::COMMAND,
    fuzz::COMMAND,
    bench::COMMAND,
    shot::COMMAND,
];

/// Runs the command that the words of a command line name.
///
/// # Errors
/// When there is no such command, or it fails.
pub fn main(words: &[String]) -> Result<()> {
    let Some((name, rest)) = words.split_first() else {
        print!("{}", help());
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", help());
        return Ok(());
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return Err(Failure::new(format!("no command {name}"), "run: cargo xtask help"));
    };
    if rest.iter().any(|word| word == "--help") {
        print!("{}", args::help(command));
        return Ok(());
    }
    (command.run)(&Args::parse(command, rest)?)
}

fn help() -> String {
    let mut text = String::from("cargo xtask COMMAND [--help]\n\n");
    for command in COMMANDS {
        let about = command.about.split_once(". ").map_or(command.about, |(first, _)| first);
        text.push_str(&format!("  {:<13} {}\n", command.name, about.trim_end_matches('.')));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn help_lists_every_command_once() {
        let text = help();
        for command in COMMANDS {
            let lines = text.lines().filter(|l| l.trim_start().starts_with(command.name));
            assert_eq!(lines.count(), 1, "{}", command.name);
        }
    }

    #[test]
    fn an_unknown_command_points_to_help() {
        let failure = main(&["exlpore".to_owned()]).unwrap_err();
        assert_eq!(failure.what(), "no command exlpore");
        assert_eq!(failure.next(), "run: cargo xtask help");
    }
}
