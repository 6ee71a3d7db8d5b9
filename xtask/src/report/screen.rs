//! The lines that a user reads: one for each step. A terminal shows the present step in a line that is
//! rewritten; elsewhere a long step gets a line now and then.

use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

use crate::steps::{roughly, seconds};

/// The time between two lines of a long step where lines cannot be rewritten.
const PAUSE: Duration = Duration::from_secs(30);

/// A step that usually takes longer than this is named when it begins.
const LONG: Duration = Duration::from_secs(10);

/// The width of the column of names.
const NAMES: usize = 36;

/// The lines of a command.
pub(super) struct Screen {
    out: Box<dyn Write>,
    /// Lines can be rewritten, and coloured.
    terminal: bool,
    width: usize,
    step: Option<Shown>,
}

/// The step that is being done.
struct Shown {
    name: String,
    usual: Duration,
    start: Instant,
    written: Instant,
}

impl Screen {
    /// The screen of the user, or the file that the output goes to.
    pub(super) fn of_terminal() -> Self {
        let width = std::env::var("COLUMNS").ok().and_then(|width| width.parse().ok());
        Self::new(Box::new(stderr()), stderr().is_terminal(), width.unwrap_or(80))
    }

    #[cfg(test)]
    pub(super) fn unseen() -> Self {
        Self::new(Box::new(std::io::sink()), false, 80)
    }

    fn new(out: Box<dyn Write>, terminal: bool, width: usize) -> Self {
        Self { out, terminal, width, step: None }
    }

    /// Writes a line that stays.
    pub(super) fn line(&mut self, text: &str) {
        let clear = if self.terminal { "\r\u{1b}[K" } else { "" };
        self.write(&format!("{clear}{text}\n"));
    }

    /// Begins a step.
    pub(super) fn begin(&mut self, name: &str, usual: Duration) {
        let now = Instant::now();
        self.step = Some(Shown { name: name.to_owned(), usual, start: now, written: now });
        if self.terminal {
            self.rewrite("");
        } else if usual >= LONG {
            self.line(&format!("  {name:NAMES$} started, usually {}", roughly(usual)));
        }
    }

    /// Shows how far the present step is.
    pub(super) fn state(&mut self, progress: &str) {
        if self.terminal {
            self.rewrite(progress);
            return;
        }
        let Some(step) = &mut self.step else { return };
        if step.written.elapsed() < PAUSE {
            return;
        }
        step.written = Instant::now();
        let progress = if progress.is_empty() { String::new() } else { format!(", {progress}") };
        let (name, time) = (&step.name, seconds(step.start.elapsed()));
        let line = format!("  {name:NAMES$} {time}{progress}");
        self.line(&line);
    }

    /// Ends the present step with its time.
    pub(super) fn end(&mut self, good: bool) {
        let Some(step) = self.step.take() else { return };
        let (name, time, usual) = (step.name, seconds(step.start.elapsed()), roughly(step.usual));
        let state = match (good, self.terminal) {
            (true, true) => format!("\u{1b}[32m{time:<12}\u{1b}[0m"),
            (true, false) => format!("{time:<12}"),
            (false, true) => format!("\u{1b}[31mFAILED after {time}\u{1b}[0m"),
            (false, false) => format!("FAILED after {time}"),
        };
        self.line(&format!("  {name:NAMES$} {state} (usually {usual})"));
    }

    fn rewrite(&mut self, progress: &str) {
        let Some(step) = &self.step else { return };
        let (time, usual) = (seconds(step.start.elapsed()), roughly(step.usual));
        let text = format!("  {:NAMES$} {time} of usually {usual}  {progress}", step.name);
        let text: String = text.chars().take(self.width.saturating_sub(1)).collect();
        self.write(&format!("\r{}\u{1b}[K", text.trim_end()));
    }

    /// A closed terminal is no reason to stop the command.
    fn write(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn check(terminal: bool, show: impl Fn(&mut Screen), expected: &str) {
        let paper = Paper::default();
        let mut screen = Screen::new(Box::new(paper.clone()), terminal, 60);
        show(&mut screen);
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.replace("0.1 s", "0.0 s"), expected);
    }

    #[test]
    fn each_step_is_one_line_in_a_file() {
        let steps = |screen: &mut Screen| {
            screen.begin("find the tools", Duration::from_secs(1));
            screen.state("ignored");
            screen.end(true);
            screen.begin("compile the page", Duration::from_secs(180));
            screen.end(false);
        };
        let (find, compile) =
            (format!("{:36}", "find the tools"), format!("{:36}", "compile the page"));
        let expected = format!(
            "  {find} 0.0 s        (usually 1.0 s)\n  {compile} started, usually 3 min\n  \
             {compile} FAILED after 0.0 s (usually 3 min)\n"
        );
        check(false, steps, &expected);
    }

    #[test]
    fn a_terminal_shows_the_step_in_a_line_that_is_rewritten() {
        let steps = |screen: &mut Screen| {
            screen.begin("compile", Duration::from_secs(180));
            screen.state("12 of 145 crates");
            screen.end(true);
        };
        let name = format!("{:36}", "compile");
        let expected = format!(
            "\r  {name} 0.0 s of usually 3 m\u{1b}[K\r  {name} 0.0 s of usually 3 m\u{1b}[K\
             \r\u{1b}[K  {name} \u{1b}[32m0.0 s       \u{1b}[0m (usually 3 min)\n"
        );
        check(true, steps, &expected);
    }
}
