//! `cargo xtask explore`: builds the page, starts the demo registry, serves both until Ctrl-C.

use std::{net::TcpListener, path::PathBuf};

use crate::{
    args::{Args, Command, Opt},
    devtools,
    failure::{OrFail, Result},
    page::{self, Profile},
    report::Report,
    steps::{root, run_instead},
    tools::Toolbox,
};

pub(crate) const COMMAND: Command = Command {
    name: "explore",
    about: "Builds the page, serves it with a demo registry, and prints where to look.",
    argument: None,
    options: &[
        Opt { name: "--port", value: Some("PORT"), about: "the port of the page [8080]" },
        Opt { name: "--registry-port", value: Some("PORT"), about: "the demo registry [5000]" },
        Opt { name: "--registry", value: Some("HOST"), about: "use this one, start no demo" },
        Opt {
            name: "--demo",
            value: Some("OPTIONS"),
            about: "switches of the demo, as of xtask registry",
        },
        Opt { name: "--release", value: None, about: "build as published: slower, smaller" },
        Opt { name: "--open", value: None, about: "open the page in a browser" },
    ],
    own_options: None,
    run: explore,
};

fn explore(args: &Args) -> Result<()> {
    let plan = Plan::new(args)?;
    // A busy port is said now, not after minutes of building.
    plan.check_ports()?;
    let mut report = Report::start("explore")?;
    let tools = Toolbox::ready(&mut report)?;
    page::build(&mut report, &tools, plan.profile, &plan.folder, None)?;
    run_instead(devtools::command(None).args(plan.words()))
}

struct Plan {
    port: u16,
    /// A registry of the user's own, in place of the demo.
    registry: Option<String>,
    registry_port: u16,
    /// The switches of the demo, as one text.
    demo: Option<String>,
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
            registry_port: args.number("--registry-port", 5000)?,
            demo: args.get("--demo").map(str::to_owned),
            profile: if release { Profile::Release } else { Profile::Dev },
            folder: root().join(if release { "dist" } else { "target/site" }),
            open: args.has("--open"),
        })
    }

    fn check_ports(&self) -> Result<()> {
        let site = listen(self.port, "--port")?;
        if self.registry.is_none() {
            // Both at once: the same port twice is a mistake too.
            listen(self.registry_port, "--registry-port")?;
        }
        drop(site);
        Ok(())
    }

    /// The command line that serves the page.
    fn words(&self) -> Vec<String> {
        let mut words = vec!["serve".to_owned(), self.folder.display().to_string()];
        words.push(format!("--port={}", self.port));
        match &self.registry {
            Some(host) => words.push(format!("--registry={host}")),
            None => words.push(format!("--registry-port={}", self.registry_port)),
        }
        words.extend(self.demo.iter().map(|switches| format!("--demo={switches}")));
        words.extend(self.open.then(|| "--open".to_owned()));
        words
    }
}

/// Listens on a port of this machine only.
///
/// # Errors
/// When the port is taken; the message names the option that chooses another.
fn listen(port: u16, option: &str) -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).or_fail(
        format!("port {port} of 127.0.0.1 cannot be used"),
        format!("stop what uses it (ss -ltnp | grep :{port}), or choose another: {option} PORT"),
    )
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
    fn the_page_is_served_as_the_options_say() {
        for (line, expected) in [
            ("", "--port=8080 --registry-port=5000"),
            ("--port 1 --registry-port 2 --open", "--port=1 --registry-port=2 --open"),
            ("--registry registry.example", "--port=8080 --registry=registry.example"),
            ("--demo --no-mount", "--port=8080 --registry-port=5000 --demo=--no-mount"),
        ] {
            assert_eq!(plan(line).words()[2..].join(" "), expected, "{line}");
        }
    }

    #[test]
    fn the_release_build_has_a_folder_of_its_own() {
        assert!(plan("--release").folder.ends_with("dist"));
        assert!(plan("").folder.ends_with("target/site"));
    }

    #[test]
    fn a_busy_port_is_said_before_anything_is_built() {
        let taken = listen(0, "--port").unwrap();
        let port = taken.local_addr().unwrap().port();
        for option in ["--port", "--registry-port"] {
            let other = if option == "--port" { "--registry-port" } else { "--port" };
            let failure = plan(&format!("{option} {port} {other} 0")).check_ports().unwrap_err();
            assert!(failure.what().contains(&port.to_string()), "{failure}");
            assert!(failure.next().contains(option), "{failure}");
        }
    }
}
