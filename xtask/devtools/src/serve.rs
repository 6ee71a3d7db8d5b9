//! `devtools serve`: the last step of `cargo xtask explore`. Starts the demo registry, and serves it with
//! the built page until Ctrl-C.

use std::{path::PathBuf, process::Command as Program};

use test_registry::{TestRegistry, parse_options, seed};
use xtask::{
    args::{Args, Command, Opt},
    failure::{OrFail, Result},
};

use crate::{
    registry,
    runtime::{block_on, interrupt},
    site::{Hosting, Site},
};

pub(crate) const COMMAND: Command = Command {
    name: "serve",
    about: "Serves a built page and a demo registry, and prints where to look.",
    argument: Some("DIR"),
    options: &[
        Opt { name: "--port", value: Some("PORT"), about: "the port of the page [8080]" },
        Opt { name: "--registry-port", value: Some("PORT"), about: "the demo registry [5000]" },
        Opt { name: "--registry", value: Some("HOST"), about: "use this one, start no demo" },
        Opt {
            name: "--demo",
            value: Some("OPTIONS"),
            about: "switches of the demo, as of xtask registry",
        },
        Opt { name: "--open", value: None, about: "open the page in a browser" },
    ],
    own_options: None,
    run: serve,
};

fn serve(args: &Args) -> Result<()> {
    let demo = demo(args)?;
    block_on(until_interrupt(args, demo.as_ref()))
}

/// The demo registry; `None` where the user has one.
fn demo(args: &Args) -> Result<Option<TestRegistry>> {
    if args.has("--registry") {
        return Ok(None);
    }
    let words = args.get("--demo").unwrap_or_default().split_whitespace().map(str::to_owned);
    let switches = parse_options(words).or_fail("--demo", "see: cargo xtask registry --help")?;
    let switches = switches.port(args.number("--registry-port", registry::PORT)?);
    registry::start(switches, "--registry-port").map(Some)
}

async fn until_interrupt(args: &Args, demo: Option<&TestRegistry>) -> Result<()> {
    let hosting = Hosting { port: args.number("--port", 8080)?, ..Hosting::default() };
    let folder = PathBuf::from(args.argument().unwrap_or("dist"));
    let site = Site::start(&folder, &hosting).await?;
    println!("{}", welcome(&site.origin(), args.get("--registry"), demo));
    if args.has("--open") {
        open(&site.origin());
    }
    interrupt().await
}

/// The text that is printed once everything is served: addresses, and links to views.
fn welcome(site: &str, registry: Option<&str>, demo: Option<&TestRegistry>) -> String {
    let host = match (registry, demo) {
        (Some(host), _) => host.to_owned(),
        (None, Some(demo)) => demo.host(),
        (None, None) => String::new(),
    };
    let mut text = format!("\nPorthole    {site}/\nRegistry    {host}\n\n");
    text.push_str(&format!("  {site}/#/{host}\n"));
    if demo.is_some() {
        for (reference, shows) in seed::CATALOGUE {
            text.push_str(&format!("  {site}/#/{host}/{reference}\n      {shows}\n"));
        }
    }
    text.push_str("\nCtrl-C stops everything.");
    text
}

fn open(address: &str) {
    if let Err(error) = Program::new("xdg-open").arg(address).spawn() {
        eprintln!("could not open a browser (xdg-open: {error}); open {address} yourself");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_registry_of_ones_own_starts_no_demo() {
        let words = ["--registry".to_owned(), "registry.example".to_owned()];
        let args = Args::parse(&COMMAND, &words).unwrap();
        assert!(demo(&args).unwrap().is_none());
        let text = welcome("http://127.0.0.1:8080", args.get("--registry"), None);
        assert!(text.contains("  http://127.0.0.1:8080/#/registry.example\n"), "{text}");
    }
}
