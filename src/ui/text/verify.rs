//! Sentences of the verify view.

use super::numbers::{counted, human_bytes};
use crate::app::views::verify::{About, Counts, Role, State};

/// The label of the tab.
pub const LABEL: &str = "Verify";
/// The purpose of the view.
pub const WHAT: &str = "Reads every manifest, config and layer of this reference, counts and hashes \
    the bytes in this browser, and compares them with their digests; then the layers, uncompressed, \
    with the diff IDs of the config. Nothing is kept.";
/// Begins.
pub const START: &str = "Verify every byte";
/// Begins once more.
pub const AGAIN: &str = "Verify again";
/// Ends it.
pub const CANCEL: &str = "Cancel";
/// Copies the report.
pub const COPY_REPORT: &str = "Copy the report as JSON";
/// Saves the report.
pub const SAVE_REPORT: &str = "Save the report as JSON";
/// Copies the report.
pub const COPY_MARKDOWN: &str = "Copy the report as Markdown";
/// Saves the report.
pub const SAVE_MARKDOWN: &str = "Save the report as Markdown";
/// The table of comparisons.
pub const CHAIN: &str = "Chain";
/// Column.
pub const COMPARED: &str = "Compared";
/// Part of the tree was left out.
pub const CUT: &str = "The tree is larger than what is verified at once: part of it was left out.";
/// Content inside a descriptor.
pub const EMBEDDED: &str = "The copy inside the manifest: ";
/// The role of a statement about an image.
pub const ATTESTATION: &str = "attestation";
/// The table.
pub const OBJECTS: &str = "Objects";
/// Column.
pub const OBJECT: &str = "Object";
/// Column.
pub const DIGEST: &str = "Digest";
/// Column.
pub const SIZE: &str = "Size";
/// Column.
pub const STATE: &str = "State";

/// The role of an object in the image.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Root => "reference",
        Role::Manifest => "manifest",
        Role::Config => "config",
        Role::Layer => "layer",
        Role::Blob => "blob",
    }
}

/// The subject of a comparison.
pub fn about(about: About) -> &'static str {
    match about {
        About::MediaType => "media type with the document",
        About::Compression => "media type with the layer's bytes",
        About::LayerCount => "diff IDs with layers, counted",
        About::History => "history with layers, counted",
        About::DiffId => "diff ID with the uncompressed layer",
    }
}

/// The comparisons, counted.
pub fn chain(counts: &Counts) -> String {
    let Counts { verified, mismatch, not_verified } = counts;
    format!(
        "Chain: {verified} verified, {}, {not_verified} not verified.",
        counted(*mismatch, "mismatch", "mismatches")
    )
}

/// Bytes, speed and time left.
pub fn progress(done: u64, total: Option<u64>, speed: Option<u64>, left: Option<u64>) -> String {
    let mut text = human_bytes(done);
    if let Some(total) = total {
        text.push_str(&format!(" of {}", human_bytes(total)));
    }
    if let Some(speed) = speed {
        text.push_str(&format!(", {} a second", human_bytes(speed)));
    }
    if let Some(left) = left.filter(|_| total.is_some()) {
        text.push_str(&format!(", {} left", seconds(left)));
    }
    text
}

/// The three states, counted.
pub fn summary(state: State, counts: &Counts) -> String {
    let Counts { verified, mismatch, not_verified } = counts;
    let how = if state == State::Cancelled { "Cancelled: " } else { "" };
    format!(
        "{how}{verified} verified, {}, {not_verified} not verified.",
        counted(*mismatch, "mismatch", "mismatches")
    )
}

/// Bytes, time and speed on the whole.
pub fn speed_in_all(done: u64, milliseconds: u64, speed: Option<u64>) -> String {
    let tenths = milliseconds / 100;
    let mut text = format!("{} in {}.{} s", human_bytes(done), tenths / 10, tenths % 10);
    if let Some(speed) = speed {
        text.push_str(&format!(", {} a second", human_bytes(speed)));
    }
    text + "."
}

/// Bytes that were read of an object that is not verified.
pub fn bytes_read(bytes: u64) -> String {
    format!(" ({} read)", human_bytes(bytes))
}

/// A time in the unit that people use.
fn seconds(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}
