//! `cargo xtask explore`: builds the page, starts the demo registry, serves both until Ctrl-C.

use std::{path::PathBuf, process::Command as Program};

use crate::{
    args::{Args, Command, Opt},
    failure::{OrFail, Result},
    page::{self, Profile},
    policy,
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
    run: explore,
};

fn explore(args: &Args) -> Result<()> {
    let plan = Plan::new(args)?;
    // A busy port is said now, not after minutes of building.
    block_on(plan.check_ports())?;
    let tools = Toolbox::ready()?;
    page::build(&tools, plan.profile, &plan.folder, policy::CONNECT)?;
    block_on(plan.serve())
}

struct Plan {
    port: u16,
    profile: Profile,
    folder: PathBuf,
    open: bool,
}

impl Plan {
    fn new(args: &Args) -> Result<Self> {
        let release = args.has("--release");
        Ok(Self {
            port: args.number("--port", 8080)?,
            profile: if release { Profile::Release } else { Profile::Dev },
            folder: root().join(if release { "dist" } else { "target/site" }),
            open: args.has("--open"),
        })
    }

    async fn check_ports(&self) -> Result<()> {
        listen(self.port, "--port").await.map(drop)
    }

    async fn serve(&self) -> Result<()> {
        let hosting = Hosting { port: self.port, ..Hosting::default() };
        let site = Site::start(&self.folder, &hosting).await?;
        println!("\nPorthole    {}/", site.origin());
        println!("\nCtrl-C stops it.");
        if self.open {
            open(&site.origin());
        }
        let interrupted = tokio::signal::ctrl_c().await;
        interrupted.or_fail("waiting for Ctrl-C", "stop the process in another way")
    }
}

fn open(address: &str) {
    if let Err(error) = Program::new("xdg-open").arg(address).spawn() {
        eprintln!("could not open a browser (xdg-open: {error}); open {address} yourself");
    }
}
