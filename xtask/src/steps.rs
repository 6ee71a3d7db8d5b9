//! Programs that the commands run, in the root of the project.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use crate::failure::{Failure, OrFail, Result};

/// The packages and features with which everything native is compiled: one set for lints, tests, documentation
/// and tools, so that nothing is compiled twice.
pub(crate) const NATIVE: [&str; 3] = ["--workspace", "--features", "ssr,native"];

/// The root of the project, wherever the command was started.
pub fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// A duration as a person reads it: `0.4 s`, `12 s`, `3 min 5 s`.
pub(crate) fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        whole @ 10..60 => format!("{whole} s"),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

/// A duration that is only known roughly: `12 s`, `3 min`.
pub(crate) fn roughly(time: Duration) -> String {
    match time.as_secs() {
        0..90 => seconds(time),
        whole => format!("{} min", (whole + 30) / 60),
    }
}

/// Runs a program with its output on the terminal.
///
/// # Errors
/// When it cannot start or ends with a failure; `next` is the advice.
pub fn run(command: &mut Command, next: &str) -> Result<()> {
    let shown = shown(command);
    let status =
        command.stdin(Stdio::null()).status().or_fail(format!("could not start {shown}"), next)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("{shown} ended with {status}"), next))
}

/// Runs a program in the place of this one: it shows its own failure, and its status becomes ours.
///
/// # Errors
/// When it cannot start.
pub(crate) fn run_instead(command: &mut Command) -> Result<()> {
    let next = "install Rust by rustup (https://rustup.rs)";
    let doing = format!("could not start {}", shown(command));
    #[cfg(unix)]
    let status: std::io::Result<std::process::ExitStatus> =
        Err(std::os::unix::process::CommandExt::exec(command));
    #[cfg(not(unix))]
    let status = command.status();
    std::process::exit(status.or_fail(doing, next)?.code().unwrap_or(1))
}

/// Runs a program and returns what it printed on standard output.
///
/// # Errors
/// When it cannot start or ends with a failure; its last words are in the message.
pub fn output(command: &mut Command, next: &str) -> Result<String> {
    let shown = shown(command);
    let output =
        command.stdin(Stdio::null()).output().or_fail(format!("could not start {shown}"), next)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("{shown} ended with {}: {}", output.status, words.trim()), next))
}

/// The cargo that runs this command, in the root of the project.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// A command as it would be typed.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn durations_read_naturally() {
        for (millis, shown) in [(420, "0.4 s"), (12_300, "12 s"), (185_000, "3 min 5 s")] {
            assert_eq!(seconds(Duration::from_millis(millis)), shown);
        }
        for (secs, shown) in [(8, "8.0 s"), (80, "1 min 20 s"), (95, "2 min"), (170, "3 min")] {
            assert_eq!(roughly(Duration::from_secs(secs)), shown);
        }
    }

    #[test]
    fn a_failed_program_is_named_with_its_arguments_and_last_words() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo no >&2; exit 3"]);
        let failure = output(&mut command, "try again").unwrap_err();
        assert_eq!(failure.what(), "sh -c echo no >&2; exit 3 ended with exit status: 3: no");
        assert_eq!(failure.next(), "try again");
    }

    #[test]
    fn a_missing_program_is_a_failure_with_advice() {
        let failure = run(&mut Command::new("no-such-program-here"), "install it").unwrap_err();
        assert!(failure.what().starts_with("could not start no-such-program-here: "));
    }
}
