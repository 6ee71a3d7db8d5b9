//! Lists that are read page by page, or so many names at a time (R97, R101).

use std::{fmt::Display, str::FromStr};

use super::Repository;
use crate::{
    client::RemoteRegistry,
    error::Result,
    oci::{RepositoryName, Tag},
    registry::Page,
    wire::page::{Cursor, DEFAULT_PAGE_SIZE, Next, Pages},
};

/// The options of reading a list (R96).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListOptions {
    /// The number of items that a page is asked to have; 0 leaves it to the registry.
    pub page_size: u32,
    /// The item after which the list begins. It need not be there.
    pub after: Option<String>,
}

impl Default for ListOptions {
    /// Pages of 1000 items, from the beginning.
    fn default() -> Self {
        Self { page_size: DEFAULT_PAGE_SIZE, after: None }
    }
}

/// The page of a list that is read next.
#[derive(Default)]
enum ListPosition {
    #[default]
    Start,
    At(String),
    Done,
}

/// A list that is being read. An error moves nothing: the same page is asked for again (R97).
#[derive(Default)]
struct ListReading {
    place: ListPosition,
    page_size: Option<u32>,
    pages: Pages,
    may_be_incomplete: bool,
}

impl ListReading {
    fn new(options: &ListOptions) -> Self {
        let after = options.after.clone().map(|item| Cursor::After(item).to_string());
        let place = after.map_or(ListPosition::Start, ListPosition::At);
        let page_size = Some(options.page_size).filter(|size| *size > 0);
        Self { place, page_size, ..Self::default() }
    }

    /// Returns the start of the next page; `None` after the last one.
    fn from(&self) -> Option<Option<String>> {
        match &self.place {
            ListPosition::Start => Some(None),
            ListPosition::At(from) => Some(Some(from.clone())),
            ListPosition::Done => None,
        }
    }

    /// Takes a page in, and returns the new items on it.
    fn take<T: Display + FromStr>(&mut self, page: &Page<T>) -> Vec<T> {
        self.may_be_incomplete |= page.may_be_incomplete;
        let next = page.next.as_deref().and_then(Cursor::parse).map_or(Next::End, Next::Page);
        let items = page.items.iter().map(T::to_string).collect();
        let (fresh, next) = self.pages.take(items, next);
        self.place = match next {
            Next::Page(cursor) => ListPosition::At(cursor.to_string()),
            Next::End => ListPosition::Done,
            Next::Stop(doubt) => {
                self.may_be_incomplete |= doubt.may_be_incomplete();
                ListPosition::Done
            }
        };
        fresh.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

/// The tags of a repository, page by page, each tag once.
pub struct TagPages {
    repository: Repository,
    reading: ListReading,
}

impl TagPages {
    pub(super) fn of(repository: &Repository, options: &ListOptions) -> Self {
        Self { repository: repository.clone(), reading: ListReading::new(options) }
    }

    /// Reads the next page, which may be empty; `None` after the last one. After an error, or if it is
    /// dropped, it can be called again for the same page (R97).
    ///
    /// # Errors
    /// As for [`List::tags`](crate::registry::List::tags).
    pub async fn next(&mut self) -> Result<Option<Vec<Tag>>> {
        let Some(from) = self.reading.from() else { return Ok(None) };
        let Repository { registry, name } = &self.repository;
        let page = registry.tags_sized(name, from.as_deref(), self.reading.page_size).await?;
        Ok(Some(self.reading.take(&page)))
    }

    /// Tells whether there may be more tags than all pages show.
    pub fn may_be_incomplete(&self) -> bool {
        self.reading.may_be_incomplete
    }
}

/// The repositories of a registry, page by page, each once.
pub struct RepositoryPages {
    registry: RemoteRegistry,
    reading: ListReading,
}

impl RepositoryPages {
    pub(super) fn of(registry: &RemoteRegistry, options: &ListOptions) -> Self {
        Self { registry: registry.clone(), reading: ListReading::new(options) }
    }

    /// Reads the next page, as handles; `None` after the last one. Otherwise like [`TagPages::next`].
    ///
    /// # Errors
    /// As for [`List::repositories`](crate::registry::List::repositories).
    pub async fn next(&mut self) -> Result<Option<Vec<Repository>>> {
        let Some(from) = self.reading.from() else { return Ok(None) };
        let size = self.reading.page_size;
        let page = self.registry.repositories_sized(from.as_deref(), size).await?;
        let names = self.reading.take(&page).into_iter();
        Ok(Some(names.map(|name| self.registry.repository(name)).collect()))
    }

    /// Tells whether there may be more repositories than all pages show.
    pub fn may_be_incomplete(&self) -> bool {
        self.reading.may_be_incomplete
    }
}

/// Names out of the middle of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogSlice {
    /// The names, in the registry's order.
    pub names: Vec<RepositoryName>,
    /// Set if the catalog ends with them.
    pub at_end: bool,
}

impl RemoteRegistry {
    /// Its repositories, page by page (R135).
    pub fn repository_pages(&self) -> RepositoryPages {
        self.repository_pages_with(&ListOptions::default())
    }

    /// Its repositories, page by page, of a size and from a start that are chosen (R96).
    pub fn repository_pages_with(&self, options: &ListOptions) -> RepositoryPages {
        RepositoryPages::of(self, options)
    }

    /// Reads at most `count` names after one, from as many pages as it takes (R101).
    ///
    /// # Errors
    /// As for [`List::repositories`](crate::registry::List::repositories).
    pub async fn names_after(
        &self,
        after: Option<&RepositoryName>,
        count: usize,
    ) -> Result<CatalogSlice> {
        let after = after.map(RepositoryName::to_string);
        let options = ListOptions { after, ..ListOptions::default() };
        let mut pages = RepositoryPages::of(self, &options);
        let mut names = Vec::new();
        while names.len() <= count {
            let Some(page) = pages.next().await? else { break };
            names.extend(page.into_iter().map(|repository| repository.name));
        }
        let at_end = names.len() <= count;
        names.truncate(count);
        Ok(CatalogSlice { names, at_end })
    }
}
