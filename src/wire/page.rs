//! Paging: the end of a list, or the place of its next page (R96 to R100).
//!
//! A page is judged before any filter is applied. A filtered page may be short while the list goes
//! on.

use std::{collections::BTreeSet, fmt};

use super::{
    endpoint::Window,
    link::{LinkError, NextLink},
    url::Url,
};
use crate::caps;

/// The number of items in one request. ECR refuses more (R100).
pub const DEFAULT_PAGE_SIZE: u32 = 1000;

/// The number of items in one request after a registry refused the default. It is quay's limit
/// (R100).
pub const SMALL_PAGE_SIZE: u32 = 100;

/// Page sizes that registries use as a limit of their own. If a page has exactly so many items,
/// more may follow although no `Link` can be read, so the client asks for the next page (R99,
/// R100).
const ROUND: [usize; 6] = [50, 100, 200, 250, 500, 1000];

/// The place of the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// A URL from the registry, on its own origin.
    Url(Url),
    /// The same, with the last item of the page before: if the URL leads nowhere, the list goes on
    /// after that.
    Link {
        /// The URL from the registry.
        url: Url,
        /// The last item of the page before.
        last: String,
    },
    /// The page after this item.
    After(String),
}

/// The reason why a list ends here although it may have more items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The page is larger than requested, because the registry does not page: GCR and Artifact
    /// Registry send everything at once. So nothing should be missing.
    IgnoresPaging,
    /// The page has no new items: the registry ignores `last`, or repeats itself.
    NothingNew,
    /// The link leads to another origin.
    OtherOrigin(String),
    /// The link cannot be read.
    BrokenLink(LinkError),
    /// The link leads to its own page.
    Loop,
    /// The client has read [`caps::LIST_PAGES`] pages.
    TooManyPages,
}

impl Doubt {
    /// Returns true if items may be missing.
    pub fn may_be_incomplete(&self) -> bool {
        !matches!(self, Self::IgnoresPaging | Self::NothingNew)
    }
}

/// Returns the item after which a list goes on although its link cannot be followed: the last one, as long
/// as each page moves on.
pub fn after_bad_link(asked: &Window, items: &[String]) -> Option<Cursor> {
    let is_new = asked.last.as_ref().is_none_or(|previous| moves_on(previous, items));
    items.last().filter(|_| is_new).cloned().map(Cursor::After)
}

/// The continuation of a list after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another page follows.
    Page(Cursor),
    /// This was the last page.
    End,
    /// The client stops here, although more items may follow.
    Stop(Doubt),
}

/// Decides about the next page from one page alone. `asked` is the part that the request named, and
/// `request` is its URL. `items` are all items of the answer, without a filter.
pub fn next(request: &Url, asked: &Window, items: &[String], link: NextLink) -> Next {
    match link {
        NextLink::Next(url) if url == *request => Next::Stop(Doubt::Loop),
        NextLink::Next(url) => Next::Page(Cursor::Url(url)),
        NextLink::OtherOrigin(url) => Next::Stop(Doubt::OtherOrigin(url.origin().to_string())),
        NextLink::Broken(error) => match by_last(asked, items) {
            Next::End => Next::Stop(Doubt::BrokenLink(error)),
            other => other,
        },
        NextLink::None => by_last(asked, items),
    }
}

/// Continues after the last item if no link can be read (R99).
fn by_last(asked: &Window, items: &[String]) -> Next {
    let (Some(n), Some(last)) = (asked.n.filter(|n| *n > 0), items.last()) else {
        return Next::End;
    };
    match items.len().cmp(&(n as usize)) {
        std::cmp::Ordering::Less if !ROUND.contains(&items.len()) => Next::End,
        std::cmp::Ordering::Greater => Next::Stop(Doubt::IgnoresPaging),
        std::cmp::Ordering::Less | std::cmp::Ordering::Equal => match &asked.last {
            Some(previous) if !moves_on(previous, items) => Next::Stop(Doubt::NothingNew),
            _ => Next::Page(Cursor::After(last.clone())),
        },
    }
}

/// Returns true if a page that starts after `previous` may hold new items. Registries sort by bytes
/// or without regard to case (distribution-spec main), and some do not sort. So a page is old only
/// if it holds `previous` itself, or no item after it in either order.
fn moves_on(previous: &String, items: &[String]) -> bool {
    !items.contains(previous) && !is_behind(previous, items)
}

/// Returns true if no item of a page comes after an earlier item, in either order.
pub fn is_behind(previous: &str, items: &[String]) -> bool {
    let lower = previous.to_ascii_lowercase();
    let after = |item: &String| item.as_str() > previous || item.to_ascii_lowercase() > lower;
    !items.iter().any(after)
}

/// Returns the request after a refused page: a catalog that answers 400 gets one more try with a
/// smaller page (R100). `None` after that try, or for another status.
pub fn after_refusal(asked: &Window, status: u16) -> Option<Window> {
    let smaller = asked.n.is_some_and(|n| n > SMALL_PAGE_SIZE);
    (status == 400 && smaller).then(|| Window { n: Some(SMALL_PAGE_SIZE), ..asked.clone() })
}

impl fmt::Display for Cursor {
    /// Prints a text from which [`Cursor::parse`] makes the same cursor.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(f, "url:{url}"),
            Self::Link { url, last } => write!(f, "link:{}:{last}{url}", last.len()),
            Self::After(item) => write!(f, "after:{item}"),
        }
    }
}

impl Cursor {
    /// Reads the printed text of a cursor. Returns `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("url", url) => Url::parse(url).ok().map(Self::Url),
            ("after", item) => Some(Self::After(item.to_owned())),
            ("link", rest) => {
                let (length, rest) = rest.split_once(':')?;
                let (last, url) = rest.split_at_checked(length.parse().ok()?)?;
                Some(Self::Link { url: Url::parse(url).ok()?, last: last.to_owned() })
            }
            _ => None,
        }
    }
}

/// A list that is read page by page. It drops repeated items, and ends at a loop or a limit.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    seen: BTreeSet<String>,
    pages: usize,
}

impl Pages {
    /// Makes a list of which nothing is read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a page with the outcome of [`next`]. Returns the new items, in order, and the
    /// continuation of the list.
    pub fn take(&mut self, items: Vec<String>, next: Next) -> (Vec<String>, Next) {
        self.pages += 1;
        let came = !items.is_empty();
        let fresh: Vec<String> =
            items.into_iter().filter(|item| self.seen.insert(item.clone())).collect();
        let next = match next {
            Next::Page(_) if self.pages >= caps::LIST_PAGES => Next::Stop(Doubt::TooManyPages),
            Next::Page(_) if came && fresh.is_empty() => Next::Stop(Doubt::NothingNew),
            // After an empty page with a link the list goes on: a filter on the server may have
            // emptied it.
            other => other,
        };
        (fresh, next)
    }

    /// Returns the number of different items so far.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Returns true if no item came yet.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn texts(items: &str) -> Vec<String> {
        items.split_whitespace().map(str::to_owned).collect()
    }

    fn window(n: u32, last: &str) -> Window {
        let last = Some(last).filter(|last| !last.is_empty()).map(str::to_owned);
        Window { n: Some(n).filter(|n| *n > 0), last }
    }

    fn request() -> Url {
        Url::parse("https://r.example/v2/a/tags/list?n=2").unwrap()
    }

    fn after(item: &str) -> Next {
        Next::Page(Cursor::After(item.to_owned()))
    }

    #[test]
    fn r099_without_a_link_the_last_item_leads_on() {
        let check = |n, last: &str, items: &str, expected: Next| {
            let next = next(&request(), &window(n, last), &texts(items), NextLink::None);
            assert_eq!(next, expected, "n={n} last={last} {items}");
        };
        check(2, "", "a b", after("b"));
        check(2, "b", "c d", after("d"));
        check(2, "b", "c", Next::End);
        check(2, "b", "", Next::End);
        check(2, "", "a b c", Next::Stop(Doubt::IgnoresPaging));
        check(2, "b", "a b", Next::Stop(Doubt::NothingNew));
        check(2, "c", "a b", Next::Stop(Doubt::NothingNew));
        check(2, "Z", "a b", after("b"));
        check(2, "z", "A1 Zz", after("Zz"));
        check(0, "", "a b", Next::End);
    }

    #[test]
    fn r100_a_round_number_of_items_may_be_a_cap() {
        for (count, goes_on) in [(49, false), (50, true), (99, false), (100, true), (500, true)] {
            let items: Vec<String> = (0..count).map(|n| format!("t{n:04}")).collect();
            let next = next(&request(), &window(1000, ""), &items, NextLink::None);
            assert_eq!(next != Next::End, goes_on, "{count}");
        }
        let items: Vec<String> = (0..50).map(|n| format!("t{n:04}")).collect();
        let again = next(&request(), &window(1000, "t0049"), &items, NextLink::None);
        assert_eq!(again, Next::Stop(Doubt::NothingNew));
    }

    #[test]
    fn r098_a_short_page_with_a_link_goes_on() {
        let url = Url::parse("https://r.example/v2/a/tags/list?last=a").unwrap();
        let next = next(&request(), &window(2, ""), &texts("a"), NextLink::Next(url.clone()));
        assert_eq!(next, Next::Page(Cursor::Url(url)));
    }

    #[test]
    fn d14_items_are_counted_before_filtering_and_the_link_wins() {
        let url = Url::parse("https://r.example/v2/a/tags/list?last=a").unwrap();
        let empty = next(&request(), &window(2, ""), &[], NextLink::Next(url.clone()));
        assert_eq!(empty, Next::Page(Cursor::Url(url.clone())));
        let (fresh, next) = Pages::new().take(Vec::new(), empty);
        assert_eq!((fresh.len(), next), (0, Next::Page(Cursor::Url(url))));
    }

    #[test]
    fn r098_a_link_that_cannot_be_followed_ends_the_list_in_doubt() {
        let check = |link, expected: Next| {
            assert_eq!(next(&request(), &window(2, ""), &texts("a"), link), expected);
        };
        let other = Url::parse("https://evil.example/x").unwrap();
        let doubt = Doubt::OtherOrigin("https://evil.example".to_owned());
        assert!(doubt.may_be_incomplete());
        check(NextLink::OtherOrigin(other), Next::Stop(doubt));
        check(NextLink::Next(request()), Next::Stop(Doubt::Loop));
        let broken = LinkError::OpenTarget;
        check(NextLink::Broken(broken), Next::Stop(Doubt::BrokenLink(broken)));
    }

    #[test]
    fn r099_items_of_earlier_pages_are_dropped_and_repeated_pages_end_the_list() {
        let mut pages = Pages::new();
        let (fresh, next) = pages.take(texts("a b"), after("b"));
        assert_eq!((fresh, next), (texts("a b"), after("b")));
        let (fresh, next) = pages.take(texts("b c"), after("c"));
        assert_eq!((fresh, next), (texts("c"), after("c")));
        let (fresh, next) = pages.take(texts("c a"), after("a"));
        assert_eq!((fresh, next), (texts(""), Next::Stop(Doubt::NothingNew)));
        assert_eq!(pages.len(), 3);
    }

    #[test]
    fn r099_endless_lists_stop_at_the_cap() {
        let mut pages = Pages::new();
        for page in 1..caps::LIST_PAGES {
            let item = page.to_string();
            assert_eq!(pages.take(vec![item.clone()], after(&item)).1, after(&item));
        }
        assert_eq!(pages.take(texts("x"), after("x")).1, Next::Stop(Doubt::TooManyPages));
    }

    #[test]
    fn r100_a_refused_page_size_is_tried_once_smaller() {
        let smaller = after_refusal(&window(1000, "a"), 400).unwrap();
        assert_eq!(smaller, window(100, "a"));
        assert_eq!(after_refusal(&smaller, 400), None);
        assert_eq!(after_refusal(&window(1000, ""), 404), None);
        assert_eq!(after_refusal(&window(0, ""), 400), None);
    }

    #[test]
    fn cursors_print_and_parse() {
        for text in ["url:https://r.example/v2/a/tags/list?last=b", "after:a:b"] {
            assert_eq!(Cursor::parse(text).unwrap().to_string(), text);
            let url = Url::parse("https://r.example/x?a=b:c").unwrap();
            let link = Cursor::Link { url, last: format!("ü:{text}") };
            assert_eq!(Cursor::parse(&link.to_string()), Some(link));
        }
        assert_eq!(Cursor::parse("url:javascript:x"), None);
        assert_eq!(Cursor::parse("x"), None);
    }
}
