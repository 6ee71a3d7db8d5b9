//! `cargo xtask dist`: the bundle as it is published.

use crate::{
    args::{Args, Command, Opt},
    failure::Result,
    page::{self, Profile},
    report::Report,
    steps::root,
    tools::Toolbox,
};

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
    let mut report = Report::start("dist")?;
    let tools = Toolbox::ready(&mut report)?;
    let folder = root().join("dist");
    page::build(&mut report, &tools, Profile::Release, &folder, args.get("--connect"))?;
    println!("{}", folder.display());
    Ok(())
}
