//! Runs a program, and hands over what it prints, line by line, with ticks of a clock between.

use std::{
    io::{BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use crate::{
    failure::{Failure, OrFail, Result},
    steps,
};

/// The time between two looks at the clock.
const TICK: Duration = Duration::from_millis(200);

/// A piece of the output, or a moment without one.
pub(super) enum Piece<'a> {
    /// A line, or a line that the program rewrites.
    Text(&'a str),
    /// Time passed.
    Tick,
}

/// A running program.
pub(super) struct Running {
    child: Child,
    shown: String,
    next: String,
    lines: Receiver<String>,
}

/// Starts a program.
///
/// # Errors
/// When it cannot start; `next` is the advice.
pub(super) fn start(command: &mut Command, next: &str) -> Result<Running> {
    let shown = steps::shown(command);
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().or_fail(format!("could not start {shown}"), next)?;
    let (sender, lines) = channel();
    if let Some(stdout) = child.stdout.take() {
        hand_over(stdout, sender.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        hand_over(stderr, sender);
    }
    Ok(Running { child, shown, next: next.to_owned(), lines })
}

impl Running {
    /// The command as it would be typed.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Hands over each piece until the program ends.
    ///
    /// # Errors
    /// When it ends with a failure.
    pub(super) fn each(mut self, mut take: impl FnMut(Piece)) -> Result<()> {
        let mut ticked = Instant::now();
        loop {
            match self.lines.recv_timeout(TICK) {
                Ok(line) => take(Piece::Text(&line)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if ticked.elapsed() >= TICK {
                ticked = Instant::now();
                take(Piece::Tick);
            }
        }
        let status = self.child.wait().or_fail(&self.shown, self.next.as_str())?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!("{} ended with {status}", self.shown), self.next))
    }
}

/// Reads one stream in a thread of its own: a program that waits for its reader would stand still.
fn hand_over(stream: impl Read + Send + 'static, sender: Sender<String>) {
    thread::spawn(move || {
        let mut line = Vec::new();
        for byte in BufReader::new(stream).bytes().map_while(std::io::Result::ok) {
            if byte != b'\n' && byte != b'\r' {
                line.push(byte);
            } else if !line.is_empty() || byte == b'\n' {
                let text = plain(&String::from_utf8_lossy(&line));
                line.clear();
                if sender.send(text).is_err() {
                    return;
                }
            }
        }
        if !line.is_empty() {
            let _ = sender.send(plain(&String::from_utf8_lossy(&line)));
        }
    });
}

/// The text without the sequences that colour a terminal and move its cursor.
fn plain(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let inside = piece.strip_prefix('[').unwrap_or(piece);
        let end = inside.find(|c: char| c.is_ascii_alphabetic());
        out.push_str(end.and_then(|end| inside.get(end + 1..)).unwrap_or(""));
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn output(script: &str) -> (Vec<String>, Result<()>) {
        let mut lines = Vec::new();
        let running = start(Command::new("sh").args(["-c", script]), "try again").unwrap();
        let ended = running.each(|piece| {
            if let Piece::Text(text) = piece {
                lines.push(text.to_owned());
            }
        });
        lines.sort();
        (lines, ended)
    }

    #[test]
    fn lines_of_both_streams_are_handed_over() {
        let (lines, ended) = output("echo a; echo b >&2; printf '1/2\\r2/2\\rend'");
        assert_eq!(lines, ["1/2", "2/2", "a", "b", "end"]);
        assert!(ended.is_ok());
    }

    #[test]
    fn a_failed_program_is_named_with_its_status() {
        let (lines, ended) = output("echo no; exit 3");
        let failure = ended.unwrap_err();
        assert_eq!(lines, ["no"]);
        assert_eq!(failure.what(), "sh -c echo no; exit 3 ended with exit status: 3");
        assert_eq!(failure.next(), "try again");
    }

    #[test]
    fn a_missing_program_is_a_failure_with_advice() {
        let failure = start(&mut Command::new("no-such-program-here"), "install it").err().unwrap();
        assert!(failure.what().starts_with("could not start no-such-program-here: "));
    }

    #[test]
    fn colours_are_dropped() {
        for (text, expected) in [
            ("\u{1b}[1m\u{1b}[31merror\u{1b}[0m: no", "error: no"),
            ("plain [x]", "plain [x]"),
            ("\u{1b}[K", ""),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
