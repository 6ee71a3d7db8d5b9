//! Builds the page: Trunk compiles it, and `devtools` finishes it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    devtools,
    failure::Result,
    report::Report,
    steps::{cargo, root},
    tools::Toolbox,
};

/// The way in which the page is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build, slow to load.
    Dev,
    /// As it is published.
    Release,
}

/// Builds the page into a folder, with the files for hosts. `connect` narrows the hosts that the page may
/// reach.
///
/// # Errors
/// When Trunk fails or the folder cannot be written.
pub(crate) fn build(
    report: &mut Report,
    tools: &Toolbox,
    profile: Profile,
    dist: &Path,
    connect: Option<&str>,
) -> Result<()> {
    compile(report, tools, profile, dist)?;
    devtools::build(report)?;
    report.step("finish the page", Duration::from_secs(10), |step| {
        let mut finish = devtools::command(Some(tools));
        finish.arg("page").arg(dist);
        if profile == Profile::Release {
            finish.arg("--release");
        }
        finish.args(connect.map(|hosts| format!("--connect={hosts}")));
        step.run(&mut finish, "build the page again")
    })
}

/// Calls Trunk, which itself builds offline.
fn compile(report: &mut Report, tools: &Toolbox, profile: Profile, dist: &Path) -> Result<()> {
    report.step("download the crates of the page", Duration::from_secs(5), |step| {
        let next = "check the network and the crates.io settings of cargo";
        step.run(cargo().args(["fetch", "--locked"]), next)
    })?;
    let (name, usual) = match profile {
        Profile::Dev => ("compile the page", 120),
        Profile::Release => ("compile the page for publishing", 300),
    };
    let next = "mend what the compiler found, and run this again";
    report.step(name, Duration::from_secs(usual), |step| {
        let mut trunk = tools.command("trunk");
        trunk.args(["build", "--dist"]).arg(dist).env_remove("NO_COLOR");
        if profile == Profile::Release {
            trunk.arg("--release").env("CARGO_ENCODED_RUSTFLAGS", flags());
            // Names and relocations tell what uses what; they are gone when the parts are written.
            trunk.env("CARGO_PROFILE_RELEASE_STRIP", "none");
        }
        step.run(&mut trunk, next)
    })
}

/// The flags of the compiler for a module that can be parted. Relocations tell what uses what, and our
/// code marks its split points only where something parts it.
///
/// The paths of this machine are none of the page's business: they only stand in what a panic says.
fn flags() -> String {
    let mut flags = vec![
        "-Ctarget-feature=+simd128".to_owned(),
        "-Clink-args=--emit-relocs".to_owned(),
        "--cfg=porthole_parts".to_owned(),
        format!("--remap-path-prefix={}/=", root().display()),
    ];
    for crates in crate_folders() {
        flags.push(format!("--remap-path-prefix={}/=", crates.display()));
    }
    // As cargo wants them where one may hold a space.
    flags.join("\u{1f}")
}

/// The folders in which cargo keeps its downloads, one for each registry.
fn crate_folders() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let entries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    let folders = entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut folders: Vec<PathBuf> = folders.collect();
    folders.sort();
    folders
}
