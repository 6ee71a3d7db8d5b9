//! The log file of a command.

use std::{
    collections::VecDeque,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::{
    failure::{OrFail, Result},
    steps::root,
};

/// The number of lines that are shown of a step that failed.
const SHOWN: usize = 20;

/// A log file.
pub struct Log {
    file: File,
    path: PathBuf,
    /// The last lines of the present step.
    last: VecDeque<String>,
}

impl Log {
    /// Creates the file anew.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let next = "check that target/ can be written";
        let file = File::create(path).or_fail(path.display(), next)?;
        Ok(Self { file, path: path.to_owned(), last: VecDeque::new() })
    }

    /// The path as it is shown: from the root of the project.
    pub fn shown(&self) -> String {
        self.path.strip_prefix(root()).unwrap_or(&self.path).display().to_string()
    }

    /// The file for the output of a program that runs beside the steps.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn stdio(&self) -> Result<Stdio> {
        let file = self.file.try_clone();
        file.map(Stdio::from).or_fail(self.shown(), "close some files and try again")
    }

    /// Begins a step.
    pub(super) fn heading(&mut self, name: &str) {
        self.write(&format!("\n==> {name}"));
        self.last.clear();
    }

    /// Writes a line, or several.
    pub(super) fn line(&mut self, text: &str) {
        self.write(text);
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            self.last.push_back(line.to_owned());
            if self.last.len() > SHOWN {
                self.last.pop_front();
            }
        }
    }

    /// The last lines of the present step.
    pub(super) fn last_lines(&mut self) -> Vec<String> {
        self.last.drain(..).collect()
    }

    /// A log that cannot be written to its end is no reason to stop the command.
    fn write(&mut self, line: &str) {
        let _ = writeln!(self.file, "{line}");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_last_lines_are_those_of_the_step() {
        let path = std::env::temp_dir().join(format!("xtask-log-{}", std::process::id()));
        let mut log = Log::create(&path).unwrap();
        log.line("before");
        log.heading("compile");
        (0..SHOWN + 2).for_each(|n| log.line(&format!("line {n}")));
        log.line("");
        let last = log.last_lines();
        assert_eq!((last.len(), last[0].as_str()), (SHOWN, "line 2"));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("before\n\n==> compile\nline 0\n"), "{text}");
        std::fs::remove_file(path).unwrap();
    }
}
