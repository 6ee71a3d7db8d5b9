//! Reading a list that comes in pages to its end. Lists of any source are read whole by this function.

use crate::{caps, error::Result, registry::Page};

/// Reads all pages. Returns the items, and true if there may be more. A page that leads to itself
/// ends the list.
///
/// # Errors
/// The first error of a page.
pub async fn all_pages<T>(
    read: impl AsyncFn(Option<String>) -> Result<Page<T>>,
) -> Result<(Vec<T>, bool)> {
    let mut items = Vec::new();
    let mut from: Option<String> = None;
    for _ in 0..caps::LIST_PAGES {
        let page = read(from.clone()).await?;
        items.extend(page.items);
        match page.next {
            None => return Ok((items, page.may_be_incomplete)),
            next if next == from => return Ok((items, true)),
            next => from = next,
        }
    }
    Ok((items, true))
}
