//! Reading a list that comes in pages to its end. Lists of any source are read whole by this function.

use std::collections::BTreeSet;

use crate::{caps, error::Result, registry::Page};

/// Reads all pages, as one, in which each item stands once. A page that leads to another and has nothing new
/// ends the list, for some registries begin again at their first page.
///
/// # Errors
/// The first error of a page.
pub async fn all_pages<T: Ord + Clone>(
    read: impl AsyncFn(Option<String>) -> Result<Page<T>>,
) -> Result<Page<T>> {
    let (mut all, mut seen) = (Page::new(Vec::new(), None), BTreeSet::new());
    let mut from: Option<String> = None;
    for _ in 0..caps::LIST_PAGES {
        let page = read(from.clone()).await?;
        let (came, known) = (page.items.len(), all.items.len());
        all.items.extend(page.items.into_iter().filter(|item| seen.insert(item.clone())));
        all.unaddressable.extend(page.unaddressable);
        all.fault = all.fault.or(page.fault);
        let is_repeated = came > 0 && all.items.len() == known;
        if all.items.len() > caps::LIST_ITEMS || all.unaddressable.len() > caps::LIST_ITEMS {
            all.items.truncate(caps::LIST_ITEMS);
            all.unaddressable.truncate(caps::LIST_ITEMS);
            break;
        }
        match page.next {
            None => {
                all.may_be_incomplete = page.may_be_incomplete;
                return Ok(all);
            }
            next if next == from || is_repeated => break,
            next => from = next,
        }
    }
    all.may_be_incomplete = true;
    Ok(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::testing::recorder::run;

    #[test]
    fn each_item_stands_once_and_a_list_that_repeats_its_pages_ends() {
        let check = |pages: &[(&str, Option<&str>)], expected: &str, may_be_incomplete| {
            let list = run(all_pages(async |from: Option<String>| {
                let at: usize = from.map_or(0, |from| from.parse().unwrap());
                let (items, next) = pages.get(at).unwrap();
                let items = items.split_whitespace().map(str::to_owned).collect();
                Ok(Page::<String>::new(items, next.map(str::to_owned)))
            }));
            let all = list.unwrap();
            assert_eq!(all.items.join(" "), expected);
            assert_eq!(all.may_be_incomplete, may_be_incomplete, "{expected}");
        };
        check(&[("a b", None)], "a b", false);
        check(&[("a a", Some("1")), ("a b", None)], "a b", false);
        check(&[("a b", Some("0"))], "a b", true);
        check(&[("a", Some("1")), ("b", Some("2")), ("a b", Some("1"))], "a b", true);
        check(&[("a", Some("1")), ("", Some("2")), ("b", None)], "a b", false);
    }

    /// Reads a list of so many pages, each with one item.
    fn list_of(pages: usize) -> Page<usize> {
        run(all_pages(async |from: Option<String>| {
            let at: usize = from.map_or(0, |from| from.parse().unwrap());
            let next = Some(at + 1).filter(|next| *next < pages);
            Ok(Page::new(vec![at], next.map(|next| next.to_string())))
        }))
        .unwrap()
    }

    #[test]
    fn cap_list_pages_ends_the_list_and_says_so() {
        let check = |pages: usize, may_be_incomplete: bool| {
            let all = list_of(pages);
            assert_eq!(all.items.len(), caps::LIST_PAGES);
            assert_eq!(all.may_be_incomplete, may_be_incomplete, "{pages}");
        };
        check(caps::LIST_PAGES, false);
        check(caps::LIST_PAGES + 1, true);
        check(usize::MAX, true);
    }

    #[test]
    fn cap_list_items_ends_the_list_and_says_so() {
        let check = |count: usize, expected: (usize, bool)| {
            let half = count / 2;
            let all = run(all_pages(async |from: Option<String>| match from {
                None => Ok(Page::new((0..half).collect(), Some("1".to_owned()))),
                Some(_) => Ok(Page::new((half..count).collect(), None)),
            }));
            let all = all.unwrap();
            assert_eq!((all.items.len(), all.may_be_incomplete), expected);
        };
        check(caps::LIST_ITEMS, (caps::LIST_ITEMS, false));
        check(caps::LIST_ITEMS + 1, (caps::LIST_ITEMS, true));
    }
}
