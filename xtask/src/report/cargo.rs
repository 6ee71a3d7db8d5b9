//! The progress that cargo shows: crates compiled, of all.

use std::process::Command;

/// Asks cargo for its progress, also where it writes to a pipe, and for plain text.
pub(super) fn with_progress(command: &mut Command) -> &mut Command {
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "80");
    command.env("CARGO_TERM_COLOR", "never")
}

/// Reads a line of progress: `Building [==>   ] 12/145: axum`. Other lines are none.
pub(super) fn progress(line: &str) -> Option<String> {
    let line = line.trim();
    if line.starts_with("Blocking waiting for file lock") {
        return Some("waiting for another cargo".to_owned());
    }
    let (verb, rest) = line.split_once(" [")?;
    let (_, counts) = rest.split_once("] ")?;
    let counts = counts.split([':', ' ', ',']).next()?;
    let (done, all) = counts.split_once('/')?;
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if !is_number(done) || !is_number(all) {
        return None;
    }
    match verb {
        "Building" => Some(format!("{done} of {all} crates")),
        "Downloading" | "Fetch" | "Updating" => Some("downloading crates".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn progress_is_read_and_other_lines_are_not() {
        for (line, expected) in [
            ("    Building [=====>      ] 12/145: axum, tower...  ", Some("12 of 145 crates")),
            ("    Building [============] 145/145: porthole(bin)", Some("145 of 145 crates")),
            ("       Fetch [=>          ] 3/9", Some("downloading crates")),
            (
                "    Blocking waiting for file lock on build directory",
                Some("waiting for another cargo"),
            ),
            ("   Compiling axum v0.8.1", None),
            ("test a::b ... ok", None),
            ("Building [x] of the page", None),
            ("let a = Building [0] 1/x;", None),
        ] {
            assert_eq!(progress(line).as_deref(), expected, "{line}");
        }
    }
}
