//! Running programs and long steps: says what is done, how long it took, and what failed.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::failure::{Failure, OrFail, Result};

/// The root of the project, wherever the command was started.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// Says what is being done, does it, and says how long it took.
///
/// # Errors
/// Those of the work.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {what}");
    let start = Instant::now();
    let done = work();
    let state = if done.is_ok() { "done" } else { "failed" };
    eprintln!("    {what}: {state} in {}", seconds(start.elapsed()));
    done
}

/// A duration as a person reads it: `0.4 s`, `12 s`, `3 min 5 s`.
pub(crate) fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        whole @ 10..60 => format!("{whole} s"),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

/// Runs a program with its output on the terminal.
///
/// # Errors
/// When it cannot start or ends with a failure; `next` is the advice.
pub(crate) fn run(command: &mut Command, next: &str) -> Result<()> {
    let shown = shown(command);
    let status =
        command.stdin(Stdio::null()).status().or_fail(format!("could not start {shown}"), next)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("{shown} ended with {status}"), next))
}

/// Runs a program and returns what it printed on standard output.
///
/// # Errors
/// When it cannot start or ends with a failure; its last words are in the message.
pub(crate) fn output(command: &mut Command, next: &str) -> Result<String> {
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
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs asynchronous work to its end.
///
/// # Errors
/// Those of the work.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.enable_all().build();
    runtime.or_fail("the runtime did not start", "free some memory and try again")?.block_on(work)
}

/// A command as it would be typed.
fn shown(command: &Command) -> String {
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
