//! Long lists.

/// The label of a filter.
pub const FILTER: &str = "Filter";
/// Reads the next page.
pub const MORE: &str = "Read more";
/// Reads all pages that are left.
pub const ALL: &str = "Read all";
/// Said where nothing passes the filter.
pub const NO_MATCH: &str = "Nothing matches the filter.";
/// Said where a list may be cut off.
pub const INCOMPLETE: &str = "There may be more. The registry does not let this page see where the list goes on: it should \
     name Link in Access-Control-Expose-Headers.";
/// Tags, as a list's things.
pub const TAGS: &str = "tags";
/// Repositories, as a list's things.
pub const REPOSITORIES: &str = "repositories";

/// While pages are read.
pub fn reading(read: usize, things: &str) -> String {
    if read == 0 { format!("Reading {things}") } else { format!("Reading, {read} {things} so far") }
}

/// How many there are, and how many of them are shown.
pub fn count(shown: Option<usize>, known: usize, has_more: bool, things: &str) -> String {
    let more = if has_more { ", and more to read" } else { "" };
    match shown {
        Some(shown) => format!("{shown} of {known} {things}{more}"),
        None => format!("{known} {things}{more}"),
    }
}
