//! The referrers of a reference, in words: those of the tree, under another label.

/// The label of the tab.
pub const LABEL: &str = "Referrers";
