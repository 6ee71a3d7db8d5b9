//! What pages ask of a registry. Queries read and never change anything there.

mod tag_summary;

pub use tag_summary::{TagSummary, tag_summary};
