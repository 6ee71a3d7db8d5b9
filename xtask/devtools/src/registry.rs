//! `cargo xtask registry`: the demo registry alone, with any of its switches.

use test_registry::{HELP, Switches, TestRegistry, hostile, parse_options, seed};
use xtask::{
    args::{Args, Command},
    failure::{OrFail, Result},
};

use crate::runtime::{block_on, interrupt};

pub(crate) const COMMAND: Command = Command {
    name: "registry",
    about: "Runs only the demo registry, with switches for every habit and fault.",
    argument: None,
    options: &[],
    own_options: Some(HELP),
    run: registry,
};

/// The default port of the demo registry.
pub(crate) const PORT: u16 = 5000;

fn registry(args: &Args) -> Result<()> {
    let words = with_port(args.words());
    let switches = parse_options(words).or_fail("options", "run: cargo xtask registry --help")?;
    let chosen = switches.hostile.clone();
    let registry = start(switches, "--port")?;
    println!("Registry    {}", registry.url());
    for (reference, shows) in seed::CATALOGUE {
        println!("  {}/{reference:<44} {shows}", registry.host());
    }
    for (reference, shows) in hostile::references(&chosen) {
        println!("  {}/{reference:<44} {shows}", registry.host());
    }
    println!("\nCtrl-C stops it.");
    block_on(interrupt())
}

fn with_port(words: &[String]) -> Vec<String> {
    let given = words.iter().any(|word| word == "--port");
    let port = ["--port".to_owned(), PORT.to_string()];
    port.into_iter().filter(|_| !given).chain(words.iter().cloned()).collect()
}

/// Starts a registry.
///
/// # Errors
/// When its port is taken; the message names the option that chooses another.
pub(crate) fn start(switches: Switches, option: &str) -> Result<TestRegistry> {
    let port = switches.port;
    TestRegistry::start(switches).or_fail(
        format!("the demo registry cannot listen on port {port}"),
        format!("stop what uses it (ss -ltnp | grep :{port}), or choose another: {option} PORT"),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_port_is_given_when_none_is() {
        assert_eq!(with_port(&words("--cors none")), words("--port 5000 --cors none"));
        assert_eq!(with_port(&words("--port 7 --cors none")), words("--port 7 --cors none"));
    }

    #[test]
    fn a_taken_port_names_the_option_that_chooses_another() {
        let first = start(Switches::default(), "--port").unwrap();
        let taken = Switches::default().port(first.address().port());
        let failure = start(taken, "--registry-port").err().unwrap();
        assert!(failure.next().contains("--registry-port PORT"), "{failure}");
    }
}
