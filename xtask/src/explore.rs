//! `cargo xtask explore`: builds the page, starts the demo registry, serves both until Ctrl-C.

use std::{path::PathBuf, process::Command as Program};

use test_registry::{Switches, TestRegistry, seed};

use crate::{
    args::{Args, Command, Opt},
    failure::Result,
    page::{self, Profile},
    policy, registry,
    site::{Hosting, Site, listen},
    steps::{block_on, root},
    tools::Toolbox,
};

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "explore",
    about: "Builds the page, serves it with a demo registry, and prints where to look.",
    argument: None,
    options: &[
        Opt { name: "--port", value: Some("PORT"), about: "where the page is served [8080]" },
        Opt { name: "--registry-port", value: Some("PORT"), about: "the demo registry [5000]" },
        Opt { name: "--registry", value: Some("HOST"), about: "use this one, start no demo" },
        Opt { name: "--release", value: None, about: "build as published: slower, smaller" },
        Opt { name: "--open", value: None, about: "open the page in a browser" },
    ],
    own_options: None,
    run: explore,
};

fn explore(args: &Args) -> Result<()> {
    let plan = Plan::new(args)?;
    // A busy port is said now, not after minutes of building.
    block_on(plan.check_ports())?;
    let tools = Toolbox::ready()?;
    page::build(&tools, plan.profile, &plan.folder, policy::CONNECT)?;
    let demo = plan.demo()?;
    block_on(plan.serve(demo.as_ref()))
}

struct Plan {
    port: u16,
    /// A registry of the user's own, in place of the demo.
    registry: Option<String>,
    registry_port: u16,
    profile: Profile,
    folder: PathBuf,
    open: bool,
}

impl Plan {
    fn new(args: &Args) -> Result<Self> {
        let release = args.has("--release");
        Ok(Self {
            port: args.number("--port", 8080)?,
            registry: args.get("--registry").map(str::to_owned),
            registry_port: args.number("--registry-port", registry::PORT)?,
            profile: if release { Profile::Release } else { Profile::Dev },
            folder: root().join(if release { "dist" } else { "target/site" }),
            open: args.has("--open"),
        })
    }

    async fn check_ports(&self) -> Result<()> {
        let site = listen(self.port, "--port").await?;
        if self.registry.is_none() {
            // Both at once: the same port twice is a mistake too.
            listen(self.registry_port, "--registry-port").await?;
        }
        drop(site);
        Ok(())
    }

    fn demo(&self) -> Result<Option<TestRegistry>> {
        if self.registry.is_some() {
            return Ok(None);
        }
        let switches = Switches::demo().port(self.registry_port);
        registry::start(switches, "--registry-port").map(Some)
    }

    async fn serve(&self, demo: Option<&TestRegistry>) -> Result<()> {
        let hosting = Hosting { port: self.port, ..Hosting::default() };
        let site = Site::start(&self.folder, &hosting).await?;
        println!("{}", self.welcome(&site.origin(), demo));
        if self.open {
            open(&site.origin());
        }
        registry::interrupt().await
    }

    /// The text that is printed once everything is served: addresses, and links to views.
    fn welcome(&self, site: &str, demo: Option<&TestRegistry>) -> String {
        let host = match (&self.registry, demo) {
            (Some(host), _) => host.clone(),
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

    fn plan(line: &str) -> Plan {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Plan::new(&Args::parse(&COMMAND, &words).unwrap()).unwrap()
    }

    #[test]
    fn a_registry_of_ones_own_starts_no_demo() {
        let plan = plan("--registry registry.example");
        assert!(plan.demo().unwrap().is_none());
        let text = plan.welcome("http://127.0.0.1:8080", None);
        assert!(text.contains("  http://127.0.0.1:8080/#/registry.example\n"), "{text}");
    }

    #[test]
    fn the_release_build_has_a_folder_of_its_own() {
        assert!(plan("--release").folder.ends_with("dist"));
        assert!(plan("").folder.ends_with("target/site"));
    }

    #[tokio::test]
    async fn a_busy_port_is_said_before_anything_is_built() {
        let taken = listen(0, "--port").await.unwrap();
        let port = taken.local_addr().unwrap().port();
        for option in ["--port", "--registry-port"] {
            let other = if option == "--port" { "--registry-port" } else { "--port" };
            let failure =
                plan(&format!("{option} {port} {other} 0")).check_ports().await.unwrap_err();
            assert!(failure.what().contains(&port.to_string()), "{failure}");
            assert!(failure.next().contains(option), "{failure}");
        }
    }
}
