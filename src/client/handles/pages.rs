//! Lists that are read page by page, or so many names at a time (R97, R101).

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use super::Repository;
use crate::{
    client::RemoteRegistry,
    error::Result,
    oci::{RepositoryName, Tag},
    registry::Page,
    wire::page::{Cursor, DEFAULT_PAGE_SIZE, Next, Pages},
};

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
    pages: Pages,
    may_be_incomplete: bool,
    /// Names that break the grammar, each once.
    unaddressable: BTreeSet<String>,
}

impl ListReading {
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
        self.unaddressable.extend(page.unaddressable.iter().cloned());
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

fn after(name: &impl Display) -> ListPosition {
    ListPosition::At(Cursor::After(name.to_string()).to_string())
}

/// The tags of a repository, page by page, each tag once.
pub struct TagPages {
    repository: Repository,
    reading: ListReading,
    size: u32,
}

impl TagPages {
    pub(super) fn of(repository: &Repository) -> Self {
        let reading = ListReading::default();
        Self { repository: repository.clone(), reading, size: DEFAULT_PAGE_SIZE }
    }

    /// Asks for so many tags at a time; 0 leaves the number to the registry (R96).
    #[must_use]
    pub fn by(mut self, size: u32) -> Self {
        self.size = size;
        self
    }

    /// Begins after a tag, which need not exist (R96).
    #[must_use]
    pub fn after(mut self, tag: &Tag) -> Self {
        self.reading.place = after(tag);
        self
    }

    /// Reads the next page, which may be empty; `None` after the last one. After an error, or if it is
    /// dropped, it can be called again for the same page (R97).
    ///
    /// # Errors
    /// As for [`List::tags`](crate::registry::List::tags).
    pub async fn next(&mut self) -> Result<Option<Vec<Tag>>> {
        let Some(from) = self.reading.from() else { return Ok(None) };
        let Repository { registry, name } = &self.repository;
        let page = registry.tags_by(name, from.as_deref(), self.size).await?;
        Ok(Some(self.reading.take(&page)))
    }

    /// Returns the names on the pages so far that break the grammar of tags, each once. They can be shown, and
    /// no address leads to them.
    pub fn unaddressable(&self) -> impl Iterator<Item = &str> {
        self.reading.unaddressable.iter().map(String::as_str)
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
    size: u32,
}

impl RepositoryPages {
    pub(super) fn of(registry: &RemoteRegistry, after: Option<&RepositoryName>) -> Self {
        let place = after.map_or(ListPosition::Start, self::after);
        let reading = ListReading { place, ..ListReading::default() };
        Self { registry: registry.clone(), reading, size: DEFAULT_PAGE_SIZE }
    }

    /// Asks for so many repositories at a time; 0 leaves the number to the registry (R96).
    #[must_use]
    pub fn by(mut self, size: u32) -> Self {
        self.size = size;
        self
    }

    /// Begins after a name, which need not exist (R96).
    #[must_use]
    pub fn after(mut self, name: &RepositoryName) -> Self {
        self.reading.place = after(name);
        self
    }

    /// Reads the next page, as handles; `None` after the last one. Otherwise like [`TagPages::next`].
    ///
    /// # Errors
    /// As for [`List::repositories`](crate::registry::List::repositories).
    pub async fn next(&mut self) -> Result<Option<Vec<Repository>>> {
        let Some(from) = self.reading.from() else { return Ok(None) };
        let page = self.registry.repositories_by(from.as_deref(), self.size).await?;
        let names = self.reading.take(&page).into_iter();
        Ok(Some(names.map(|name| self.registry.repository(name)).collect()))
    }

    /// Returns the names on the pages so far that break the grammar of repositories, each once: old
    /// registries have `Test/Some`. They can be shown, and no address leads to them.
    pub fn unaddressable(&self) -> impl Iterator<Item = &str> {
        self.reading.unaddressable.iter().map(String::as_str)
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
    /// Names on the pages that were read that break the grammar, each once.
    pub unaddressable: Vec<String>,
}

impl RemoteRegistry {
    /// Its repositories, page by page (R135).
    pub fn repository_pages(&self) -> RepositoryPages {
        RepositoryPages::of(self, None)
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
        let mut pages = RepositoryPages::of(self, after);
        let mut names = Vec::new();
        while names.len() <= count {
            let Some(page) = pages.next().await? else { break };
            names.extend(page.into_iter().map(|repository| repository.name));
        }
        let at_end = names.len() <= count;
        names.truncate(count);
        let unaddressable = pages.unaddressable().map(str::to_owned).collect();
        Ok(CatalogSlice { names, at_end, unaddressable })
    }
}
