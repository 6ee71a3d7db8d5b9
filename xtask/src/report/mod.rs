//! The progress of a command, step by step: the time that each step takes and usually takes. The output of
//! other programs goes to a log file, whose end is shown when a step fails.

mod cargo;
mod log;
mod output;
mod screen;
mod times;

use std::{
    process::Command,
    time::{Duration, Instant},
};

pub use self::log::Log;
use self::{screen::Screen, times::Times};
use crate::{
    failure::{OrFail, Result},
    steps::root,
};

/// The progress of one command.
pub struct Report {
    screen: Screen,
    log: Log,
    times: Times,
}

impl Report {
    /// Says that a command has started, and begins its log file.
    ///
    /// # Errors
    /// When the log file cannot be written.
    pub fn start(command: &str) -> Result<Self> {
        let mut report = Self::open(command)?;
        let log = report.log.shown();
        report.screen.line(&format!("cargo xtask {command}: the output of tools goes to {log}"));
        Ok(report)
    }

    /// Begins a log file of this name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn open(name: &str) -> Result<Self> {
        let folder = root().join("target/logs");
        let next = "check that target/ can be written";
        std::fs::create_dir_all(&folder).or_fail(folder.display(), next)?;
        let log = Log::create(&folder.join(format!("{name}.log")))?;
        let times = Times::read(&folder.join("times.txt"));
        Ok(Self { screen: Screen::of_terminal(), log, times })
    }

    /// A report that shows nothing, with its files in the system's folder for temporary ones.
    #[cfg(test)]
    pub(crate) fn unseen(name: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).or_fail(folder.display(), "free some space")?;
        let log = Log::create(&folder.join("test.log"))?;
        Ok(Self { screen: Screen::unseen(), log, times: Times::read(&folder.join("times.txt")) })
    }

    /// Does one step. `usual` is the time that it takes on two cores, until this machine has its own.
    ///
    /// # Errors
    /// Those of the work; the end of the log is shown.
    pub fn step<T>(
        &mut self,
        name: &str,
        usual: Duration,
        work: impl FnOnce(&mut Step) -> Result<T>,
    ) -> Result<T> {
        let usual = self.times.usual(name).unwrap_or(usual);
        self.screen.begin(name, usual);
        self.log.heading(name);
        let start = Instant::now();
        let mut step = Step { report: self, state: String::new() };
        let done = work(&mut step);
        self.screen.end(done.is_ok());
        match &done {
            Ok(_) => self.times.add(name, start.elapsed()),
            Err(failure) => {
                for line in self.log.last_lines() {
                    self.screen.line(&format!("    | {line}"));
                }
                self.log.line(&failure.to_string());
                self.screen.line(&format!("    the whole output: {}", self.log.shown()));
            }
        }
        done
    }

    /// Writes a line for the user.
    pub fn say(&mut self, line: &str) {
        self.screen.line(line);
        self.log.line(line);
    }
}

/// A step while it is done.
pub struct Step<'a> {
    report: &'a mut Report,
    state: String,
}

impl Step<'_> {
    /// Runs a program with its output in the log.
    ///
    /// # Errors
    /// When it cannot start or ends with a failure; `next` is the advice.
    pub fn run(&mut self, command: &mut Command, next: &str) -> Result<()> {
        self.run_and_read(command, next, |_| None)
    }

    /// Runs a program, and hands over each line of its output. A text that comes back is shown as the
    /// progress.
    ///
    /// # Errors
    /// As for [`Step::run`].
    pub fn run_and_read(
        &mut self,
        command: &mut Command,
        next: &str,
        mut read: impl FnMut(&str) -> Option<String>,
    ) -> Result<()> {
        let pieces = output::start(cargo::with_progress(command), next)?;
        self.report.log.line(&format!("$ {}", pieces.shown()));
        let shown = pieces.each(|piece| match piece {
            output::Piece::Tick => self.show(),
            output::Piece::Text(text) => match cargo::progress(text) {
                Some(progress) => self.state = progress,
                None => {
                    self.report.log.line(text);
                    if let Some(progress) = read(text) {
                        self.state = progress;
                    }
                }
            },
        });
        self.state.clear();
        shown
    }

    /// Writes a line for the user.
    pub fn say(&mut self, line: &str) {
        self.report.say(line);
    }

    /// Shows how far the work is that the step does itself.
    pub fn state(&mut self, state: &str) {
        state.clone_into(&mut self.state);
        self.show();
    }

    /// Returns the file that holds the output of tools.
    pub fn log_file(&self) -> &Log {
        &self.report.log
    }

    /// Writes a line to the log only.
    pub fn log(&mut self, line: &str) {
        self.report.log.line(line);
    }

    fn show(&mut self) {
        self.report.screen.state(&self.state);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_output_of_a_step_goes_to_the_log_and_its_progress_does_not() {
        let mut report = Report::unseen("report").unwrap();
        let mut lines = Vec::new();
        let script = "echo 'Building [=> ] 1/2: a' >&2; echo said";
        let done = report.step("compile", Duration::ZERO, |step| {
            step.run_and_read(Command::new("sh").args(["-c", script]), "try again", |line| {
                lines.push(line.to_owned());
                None
            })
        });
        assert!(done.is_ok());
        assert_eq!(lines, ["said"]);
        let text = std::fs::read_to_string(report.log.shown()).unwrap();
        assert_eq!(text, format!("\n==> compile\n$ sh -c {script}\nsaid\n"));
        assert!(report.times.usual("compile").is_some());
    }
}
