//! The page of a repository.

/// The table of tags.
pub const TAGS: &str = "Tags";
/// Column.
pub const TAG: &str = "Tag";
/// Column.
pub const DIGEST: &str = "Digest";
/// Column.
pub const SIZE: &str = "Size";
/// Column.
pub const PLATFORMS: &str = "Platforms";
/// Column.
pub const AGE: &str = "Built";
/// The button that copies the name.
pub const COPY: &str = "Copy the repository's name";
/// Said where there are none.
pub const EMPTY: &str =
    "The repository has no tags. It may still hold content that is known by digest only.";
/// Names the choice of order.
pub const ORDER: &str = "Order";
/// The order of tags that reads them as version numbers.
pub const NEWEST: &str = "Newest version first";
/// From low to high.
pub const ASCENDING: &str = "A to Z";
/// Behind the size of one image of an index.
pub const SIZE_OF_MEANS: &str =
    "An index: this is the size of one of its images. Open it to see the others.";
/// In place of an age.
pub const NO_AGE: &str = "not said";
/// The meaning of a missing age.
pub const NO_AGE_MEANS: &str = "A reproducible build wrote a fixed time instead of the real one.";

/// The number of further platforms.
pub fn more(count: usize) -> String {
    format!("+{count} more")
}
