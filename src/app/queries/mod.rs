//! The questions of the pages to a registry. A query reads and never changes anything there.

mod tag_summary;

pub use tag_summary::{TagSummary, tag_summary};
