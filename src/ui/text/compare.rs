//! The comparison of two images, in words.

/// The label of the tab.
pub const LABEL: &str = "Compare";
