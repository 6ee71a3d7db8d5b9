//! The size of an image, in words.

use super::numbers::human_bytes;

/// The label of the tab.
pub const LABEL: &str = "Size";

/// The total size.
pub fn total(bytes: u64) -> String {
    format!("The layers of this image have {} in all, compressed.", human_bytes(bytes))
}
