//! `cargo xtask dist`: the bundle as it is published.

use crate::{
    args::{Args, Command, Opt},
    failure::Result,
    page::{self, Profile},
    policy,
    steps::root,
    tools::Toolbox,
};

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "dist",
    about: "Builds the page for publishing into dist/, with header files for hosts.",
    argument: None,
    options: &[Opt {
        name: "--connect",
        value: Some("SOURCES"),
        about: "the only registries, token and blob hosts this build may reach",
    }],
    own_options: None,
    run: dist,
};

fn dist(args: &Args) -> Result<()> {
    let tools = Toolbox::ready()?;
    let folder = root().join("dist");
    let connect = args.get("--connect").unwrap_or(policy::CONNECT);
    page::build(&tools, Profile::Release, &folder, connect)?;
    println!("{}", folder.display());
    Ok(())
}
