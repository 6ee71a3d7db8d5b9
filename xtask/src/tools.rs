//! The build tools that are not crates: the wasm target, wasm-bindgen's command and Trunk. Finds
//! them, or installs them under `target/tools` from crates.io.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{
    failure::{OrFail, Result},
    report::Report,
    steps::{cargo, output, root},
};

/// The Trunk that this project is built with. 0.22 needs a newer Rust than ours.
pub(crate) const TRUNK: &str = "0.21.14";

const WASM: &str = "wasm32-unknown-unknown";

/// The tools that were found, as a search path for the programs that use them.
pub(crate) struct Toolbox {
    path: OsString,
}

impl Toolbox {
    /// Finds or installs everything that building the page needs.
    ///
    /// # Errors
    /// When a tool is missing and could not be installed.
    pub(crate) fn ready(report: &mut Report) -> Result<Self> {
        wasm_target(report)?;
        let version = wanted_wasm_bindgen()?;
        let mut folders = Vec::new();
        let wasm_bindgen = Tool {
            program: "wasm-bindgen",
            package: "wasm-bindgen-cli",
            version,
            // Its lock file names releases that crates.io mirrors may lack.
            locked: false,
            usual: Duration::from_secs(180),
        };
        folders.push(tool(report, &wasm_bindgen)?);
        let trunk = Tool {
            program: "trunk",
            package: "trunk",
            version: TRUNK.to_owned(),
            locked: true,
            usual: Duration::from_secs(420),
        };
        folders.push(tool(report, &trunk)?);
        folders.extend(search_path());
        let path = std::env::join_paths(folders)
            .or_fail("the PATH cannot be extended", "check PATH for odd characters")?;
        Ok(Self { path })
    }

    /// A program that finds these tools first.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(root()).env("PATH", &self.path);
        command
    }
}

/// A command that is installed from crates.io.
struct Tool {
    program: &'static str,
    package: &'static str,
    version: String,
    locked: bool,
    /// The time that its installation takes on two cores.
    usual: Duration,
}

/// The folder that holds the tool in the wanted version.
fn tool(report: &mut Report, tool: &Tool) -> Result<PathBuf> {
    let ours = root().join("target/tools/bin");
    let folders = std::iter::once(ours.clone()).chain(search_path());
    let found = folders.into_iter().find(|folder| {
        version_of(&folder.join(tool.program)).as_deref() == Some(tool.version.as_str())
    });
    match found {
        Some(folder) => Ok(folder),
        None => install(report, tool).map(|()| ours),
    }
}

fn install(report: &mut Report, tool: &Tool) -> Result<()> {
    let name = format!("{}@{}", tool.package, tool.version);
    let next = format!(
        "check the network, or install it yourself: cargo install {}{name}",
        if tool.locked { "--locked " } else { "" }
    );
    report.step(&format!("install {name} (once)"), tool.usual, |step| {
        let mut command = cargo();
        // The debug profile compiles in half the time and is fast enough for this page. The tools are not debugged.
        command.args(["install", "--debug", "--root", "target/tools"]);
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
        command.args(["--target-dir", "target/tools/build", name.as_str()]);
        if tool.locked {
            command.arg("--locked");
        }
        step.run(&mut command, &next)
    })
}

fn wasm_target(report: &mut Report) -> Result<()> {
    let next = "install Rust by rustup (https://rustup.rs), or your system's package for it";
    let sysroot = output(cargo_rustc().args(["--print", "sysroot"]), next)?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).exists() {
        return Ok(());
    }
    report.step("add the Rust target of the page", Duration::from_secs(20), |step| {
        step.run(Command::new("rustup").current_dir(root()).args(["target", "add", WASM]), next)
    })
}

fn cargo_rustc() -> Command {
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.current_dir(root());
    command
}

fn wanted_wasm_bindgen() -> Result<String> {
    let file = root().join("Cargo.lock");
    let next = "run this in a whole checkout of the project";
    let lock = std::fs::read_to_string(&file).or_fail(file.display(), next)?;
    locked_version(&lock, "wasm-bindgen")
        .or_fail("Cargo.lock does not name wasm-bindgen", "run: cargo update --workspace")
}

/// The version of a package that a `Cargo.lock` names.
pub(crate) fn locked_version(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock.lines();
    let name = format!("name = \"{package}\"");
    lines.by_ref().find(|line| *line == name)?;
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

/// The version that a program prints of itself; `None` when it does not run.
fn version_of(program: &Path) -> Option<String> {
    if !program.is_file() {
        return None;
    }
    let printed = output(Command::new(program).arg("--version"), "").ok()?;
    printed.split_whitespace().nth(1).map(str::to_owned)
}

/// The folder on the search path that holds a program.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    search_path().into_iter().map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn search_path() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";

    #[test]
    fn a_locked_version_is_that_of_the_exact_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }

    #[test]
    fn this_checkout_names_its_wasm_bindgen() {
        assert!(wanted_wasm_bindgen().unwrap().starts_with("0.2."));
    }

    #[test]
    fn a_program_that_is_not_there_has_no_version() {
        assert_eq!(version_of(Path::new("/no/such/trunk")), None);
        assert_eq!(on_path("no-such-program-here"), None);
        assert!(on_path("sh").is_some());
    }
}
