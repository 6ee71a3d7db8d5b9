//! Porthole's own commands: `cargo xtask help` lists them. This crate compiles in seconds. Everything that
//! needs a browser, the demo registry or WebAssembly tools is in the crate `devtools`, which is built as a
//! step of the commands.

pub mod args;
pub mod caps;
mod devtools;
mod dist;
mod explore;
pub mod failure;
mod fuzz;
mod page;
pub mod report;
mod requirements;
pub mod steps;
mod test;
mod tidy;
mod tools;

use args::Command;
pub use devtools::HANDED_OVER;
use failure::Result;

/// The commands of this crate, in the order of the help text.
const COMMANDS: &[Command] = &[
    explore::COMMAND,
    test::COMMAND,
    dist::COMMAND,
    tidy::COMMAND,
    requirements::COMMAND,
    caps::COMMAND,
    fuzz::COMMAND,
];

/// Runs the command that the words of a command line name.
///
/// # Errors
/// When there is no such command, or it fails.
pub fn main(words: &[String]) -> Result<()> {
    match words.split_first() {
        None => print!("{}", help()),
        Some((name, _)) if matches!(name.as_str(), "help" | "--help" | "-h") => {
            print!("{}", help());
        }
        Some((name, rest)) if HANDED_OVER.iter().any(|(known, _)| known == name) => {
            return devtools::hand_over(name, rest);
        }
        Some(_) => return args::dispatch(COMMANDS, words),
    }
    Ok(())
}

fn help() -> String {
    let own = COMMANDS.iter().map(|command| (command.name, command.about));
    let mut text = String::from("cargo xtask COMMAND [--help]\n\n");
    for (name, about) in own.chain(HANDED_OVER.iter().copied()) {
        let about = about.split_once(". ").map_or(about, |(first, _)| first);
        text.push_str(&format!("  {name:<13} {}\n", about.trim_end_matches('.')));
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
        let own = COMMANDS.iter().map(|command| command.name);
        for name in own.chain(HANDED_OVER.iter().map(|(name, _)| *name)) {
            let lines = text.lines().filter(|l| l.trim_start().starts_with(name));
            assert_eq!(lines.count(), 1, "{name}");
        }
    }

    #[test]
    fn an_unknown_command_points_to_help() {
        let failure = main(&["exlpore".to_owned()]).unwrap_err();
        assert_eq!(failure.what(), "no command exlpore");
        assert_eq!(failure.next(), "run: cargo xtask help");
    }
}
