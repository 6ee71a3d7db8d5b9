//! The heavy part of Porthole's own commands: a browser, the demo registry, a web server, WebAssembly
//! tools. `cargo xtask` builds this as a step and hands commands to it, so that it can speak before all of
//! this is compiled. The end-to-end tests use the browser and the site of this crate. It uses none of the
//! application's code.

mod bench;
pub mod browser;
mod csp;
mod digest;
mod engine;
mod html;
mod look;
mod page;
mod page_parts;
mod parts;
mod policy;
mod registry;
mod runtime;
mod serve;
mod servers;
mod shot;
pub mod site;
mod size;
mod vectors;

use xtask::{args::Command, failure::Result};

/// All commands. `cargo xtask help` lists those that a user calls.
const COMMANDS: &[Command] = &[
    registry::COMMAND,
    size::COMMAND,
    csp::COMMAND,
    bench::COMMAND,
    shot::COMMAND,
    page::COMMAND,
    serve::COMMAND,
    servers::COMMAND,
];

/// Runs the command that the words of a command line name.
///
/// # Errors
/// When there is no such command, or it fails.
pub fn main(words: &[String]) -> Result<()> {
    xtask::args::dispatch(COMMANDS, words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn every_command_that_is_handed_over_is_here_with_the_same_text() {
        for (name, about) in xtask::HANDED_OVER {
            let command = COMMANDS.iter().find(|command| command.name == *name);
            assert_eq!(command.unwrap().about, *about, "{name}");
        }
    }
}
