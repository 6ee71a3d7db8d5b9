//! Reading a list that comes in pages to its end. Lists of any source are read whole by this function.

use crate::{error::Result, registry::Page};

/// The most pages that are read. With 1,000 items on a page, no list is longer.
const MOST_PAGES: usize = 1_000;

/// Reads all pages, as one. A page that leads to itself ends the list.
///
/// # Errors
/// The first error of a page.
pub async fn all_pages<T>(
    read: impl AsyncFn(Option<String>) -> Result<Page<T>>,
) -> Result<Page<T>> {
    let mut all = Page::new(Vec::new(), None);
    let mut from: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let page = read(from.clone()).await?;
        all.items.extend(page.items);
        all.unaddressable.extend(page.unaddressable);
        all.fault = all.fault.or(page.fault);
        match page.next {
            None => {
                all.may_be_incomplete = page.may_be_incomplete;
                return Ok(all);
            }
            next if next == from => break,
            next => from = next,
        }
    }
    all.may_be_incomplete = true;
    Ok(all)
}
