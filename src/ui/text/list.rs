//! Long lists.

use super::numbers::{counted, grouped};
use crate::{caps, registry::ListFault};

/// The label of a filter.
pub const FILTER: &str = "Filter";
/// Reads the next page.
pub const MORE: &str = "Read more";
/// Reads all pages that are left.
pub const ALL: &str = "Read all";
/// Said where nothing passes the filter.
pub const NO_MATCH: &str = "Nothing matches the filter.";
/// Said where a list may be cut off.
pub const INCOMPLETE: &str = "There may be more than this list shows.";
/// Said where a page that leads to another has no new name.
pub const REPEATING: &str = "The registry repeats its pages: the last one that came has only names that came before, and \
                             leads to a further page. Reading stopped there; there may be more.";
/// The number of names without an address that are shown.
pub const NAMES_SHOWN: usize = 100;
/// Tags, as a list's things.
pub const TAGS: &str = "tags";
/// Repositories, as a list's things.
pub const REPOSITORIES: &str = "repositories";

/// Introduces names that no address can lead to.
pub fn unaddressable(count: usize, things: &str) -> String {
    let (count, verb) = (grouped(count as u64), if count == 1 { "breaks" } else { "break" });
    format!(
        "{count} of the {things} in this list {verb} the rules for names in the distribution specification (which \
         characters may stand where, and how many), so no address leads there:"
    )
}

/// Stands for a name that is empty.
pub const EMPTY_NAME: &str = "(an empty name)";

/// The number of names that came more than once.
pub fn repeated(count: usize) -> String {
    counted(count, "name came again and stands", "names came again and stand") + " here once."
}

/// Names that are left out.
pub fn further_names(count: usize) -> String {
    ["and ", &grouped(count as u64), " more"].concat()
}

/// A fault of a list.
pub fn fault(fault: &ListFault) -> String {
    let (link, last) = ("The header Link of the registry leads to ", " There may be more.");
    match fault {
        ListFault::Broken => "Part of the list could not be read. There may be more.".to_owned(),
        ListFault::BrokenLink => {
            "The header Link of the registry is no link, so the next page is not known. There may be more.".to_owned()
        }
        ListFault::Loop => [link, "the page that it stands on.", last].concat(),
        ListFault::OtherOrigin(origin) => {
            [link, "another server, ", origin, ", where this page does not follow.", last].concat()
        }
        ListFault::WrongLink(url) => {
            [link, url, ", which it does not serve. The list was read on after its last name."].concat()
        }
        ListFault::TooManyItems => format!(
            "The registry sent more than {} names at once. The rest was not read.",
            grouped(caps::DOCUMENT_VALUES as u64)
        ),
        ListFault::TooManyNames => format!(
            "The list has more than {} names. The others are not read here.",
            grouped(caps::LIST_NAMES as u64)
        ),
        ListFault::TooManyPages => "The list seems to have no end. Reading it was ended.".to_owned(),
    }
}

/// Draws more of a list that is longer than what is drawn of it.
pub fn more_items(left: usize) -> String {
    format!("Show more ({} left)", grouped(left as u64))
}

/// While pages are read.
pub fn reading(read: usize, things: &str) -> String {
    match read {
        0 => format!("Reading {things}"),
        _ => format!("Reading, {} so far", counted(read, singular(things), things)),
    }
}

/// The word for one of a list's things.
fn singular(things: &str) -> &str {
    match things {
        TAGS => "tag",
        REPOSITORIES => "repository",
        other => other,
    }
}

/// The number of items, and the number of those shown.
pub fn count(shown: Option<usize>, known: usize, has_more: bool, things: &str) -> String {
    let more = if has_more { ", and more to read" } else { "" };
    let known = counted(known, singular(things), things);
    match shown.map(|shown| grouped(shown as u64)) {
        Some(shown) => format!("{shown} of {known}{more}"),
        None => format!("{known}{more}"),
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
        check(None, 1, false, "1 tag");
        check(None, 0, false, "0 tags");
        check(Some(0), 1, true, "0 of 1 tag, and more to read");
        assert_eq!(count(None, 1, false, REPOSITORIES), "1 repository");
        assert_eq!(reading(1, REPOSITORIES), "Reading, 1 repository so far");
        assert_eq!(reading(2, TAGS), "Reading, 2 tags so far");
        check(None, 5_000, true, "5,000 tags, and more to read");
        assert_eq!(repeated(1), "1 name came again and stands here once.");
        assert_eq!(repeated(1_200), "1,200 names came again and stand here once.");
        check(Some(0), 1_001_002, false, "0 of 1,001,002 tags");
    }
}
