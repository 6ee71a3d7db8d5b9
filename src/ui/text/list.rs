//! Long lists.

use super::numbers::grouped;

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
    match read {
        0 => format!("Reading {things}"),
        _ => format!("Reading, {} {things} so far", grouped(read as u64)),
    }
}

/// The number of items, and the number of those shown.
pub fn count(shown: Option<usize>, known: usize, has_more: bool, things: &str) -> String {
    let more = if has_more { ", and more to read" } else { "" };
    let known = grouped(known as u64);
    match shown.map(|shown| grouped(shown as u64)) {
        Some(shown) => format!("{shown} of {known} {things}{more}"),
        None => format!("{known} {things}{more}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_say_what_is_shown_and_whether_there_is_more() {
        let check = |shown, known, has_more, expected: &str| {
            assert_eq!(count(shown, known, has_more, TAGS), expected);
        };
        check(None, 7, false, "7 tags");
        check(None, 5_000, true, "5,000 tags, and more to read");
        check(Some(0), 1_001_002, false, "0 of 1,001,002 tags");
    }
}
