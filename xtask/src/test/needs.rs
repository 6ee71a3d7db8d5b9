//! The programs and data that the tests need beside Rust: a browser, a second registry, tools of others,
//! axe-core. Installs missing ones where it may, and otherwise names them.

use std::{path::PathBuf, process::Command, time::Duration};

use crate::{
    failure::{Failure, OrFail, Result},
    report::{Report, Step},
    steps::{output, root},
    tools::on_path,
};

/// A program, and the Debian package that has it.
const PROGRAMS: [(&str, &str); 11] = [
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("docker-registry", "docker-registry"),
    ("skopeo", "skopeo"),
    ("htpasswd", "apache2-utils"),
    ("nginx", "nginx-light"),
    ("npm", "npm"),
    ("python3", "python3"),
    ("pip3", "python3-pip"),
    ("rpmbuild", "rpm"),
    ("db5.3_load", "db5.3-util"),
];

/// The accessibility checker that the end-to-end tests run inside the page.
const AXE: &str = "axe-core@4";

/// The vectors of NIST for SHA-2, as a package of PyPI carries them.
const VECTORS: &str = "cryptography-vectors";

/// Makes sure that everything is there.
///
/// # Errors
/// When something is missing that could not be installed.
pub(super) fn ready(report: &mut Report) -> Result<()> {
    let missing = missing();
    if !missing.is_empty() {
        report.step("install the programs of the tests", Duration::from_secs(90), |step| {
            step.log(&missing.join(" "));
            install(step, &missing)
        })?;
    }
    if !axe().is_file() {
        report.step("fetch axe-core from npm", Duration::from_secs(5), fetch_axe)?;
    }
    if !root().join("target/vectors").is_dir() {
        report.step("fetch NIST's vectors from PyPI", Duration::from_secs(15), fetch_vectors)?;
    }
    Ok(())
}

/// The file of axe-core.
fn axe() -> PathBuf {
    root().join("target/axe/node_modules/axe-core/axe.min.js")
}

fn missing() -> Vec<&'static str> {
    let lacks = PROGRAMS.iter().filter(|(program, _)| on_path(program).is_none());
    lacks.map(|(_, package)| *package).collect()
}

fn install(step: &mut Step, packages: &[&str]) -> Result<()> {
    let next = format!("install them yourself: sudo apt-get install {}", packages.join(" "));
    if on_path("apt-get").is_none() || !is_root() {
        let what = format!("missing: {}", packages.join(", "));
        return Err(Failure::new(what, next));
    }
    step.run(&mut apt(&["update", "--quiet=2"]), &next)?;
    let mut install = apt(&["install", "--yes", "--quiet=2", "--no-install-recommends"]);
    step.run(install.args(packages), &next)?;
    match missing().as_slice() {
        [] => Ok(()),
        still => Err(Failure::new(format!("still missing: {}", still.join(", ")), next)),
    }
}

fn apt(words: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u"), "").is_ok_and(|id| id.trim() == "0")
}

fn fetch_axe(step: &mut Step) -> Result<()> {
    let folder = root().join("target/axe");
    std::fs::create_dir_all(&folder)
        .or_fail(folder.display(), "check that target/ can be written")?;
    let mut npm = Command::new("npm");
    npm.current_dir(&folder).args(["install", "--no-audit", "--no-fund", "--silent"]);
    npm.args(["--ignore-scripts", "--prefix", "."]).arg(AXE);
    step.run(&mut npm, "check the network and npm's registry setting")
}

fn fetch_vectors(step: &mut Step) -> Result<()> {
    let mut pip = Command::new("pip3");
    pip.current_dir(root()).args(["install", "--quiet", "--no-deps", "--target", "target/vectors"]);
    step.run(pip.arg(VECTORS), "check the network and PyPI's registry setting")
}
