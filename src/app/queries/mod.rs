//! What pages ask of a registry. Queries read and never change anything there.

mod small_blob;
mod tag_summary;

pub use small_blob::small_blob;
pub use tag_summary::{TagSummary, tag_summary};
