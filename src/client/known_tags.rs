//! Tags of artifacts in a repository, as far as its list of tags was read. Asking for a tag that
//! the list lacks is needless.

use std::{cell::RefCell, collections::BTreeSet};

use litemap::LiteMap;

use crate::{
    oci::{RepositoryName, Tag},
    registry::Page,
    wire::referrers,
};

/// The largest number of tags of artifacts that are kept for one repository.
const MOST: usize = 10_000;

/// The tags of artifacts, by repository.
#[derive(Default)]
pub(super) struct KnownTags(RefCell<LiteMap<RepositoryName, ReadTags>>);

/// The tags of artifacts on the pages that were read in a row from the beginning.
#[derive(Default)]
struct ReadTags {
    tags: BTreeSet<Tag>,
    /// The start of the page that comes next; `None` after the last one.
    next: Option<String>,
    is_doubtful: bool,
}

impl KnownTags {
    /// Takes in a page of the list.
    pub(super) fn note(&self, repository: &RepositoryName, from: Option<&str>, page: &Page<Tag>) {
        let mut lists = self.0.borrow_mut();
        let list = match from {
            None => {
                lists.insert(repository.clone(), ReadTags::default());
                lists.get_mut(repository)
            }
            Some(_) => lists.get_mut(repository).filter(|list| list.next.as_deref() == from),
        };
        if let Some(list) = list {
            list.take(page);
        }
    }

    /// Forgets the list of a repository whose tags change.
    pub(super) fn forget(&self, repository: &RepositoryName) {
        self.0.borrow_mut().remove(repository);
    }

    /// Tells whether the whole list was read and lacks this tag.
    pub(super) fn lacks(&self, repository: &RepositoryName, tag: &Tag) -> bool {
        self.0.borrow().get(repository).is_some_and(|list| {
            list.next.is_none() && !list.is_doubtful && !list.tags.contains(tag)
        })
    }
}

impl ReadTags {
    fn take(&mut self, page: &Page<Tag>) {
        let artifacts = page.items.iter().filter(|tag| referrers::subject_of_tag(tag).is_some());
        self.tags.extend(artifacts.cloned());
        self.next.clone_from(&page.next);
        self.is_doubtful |= page.may_be_incomplete || self.tags.len() > MOST;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn page(items: &[&str], next: Option<&str>, may_be_incomplete: bool) -> Page<Tag> {
        let items = items.iter().map(|tag| tag.parse().unwrap()).collect();
        Page { may_be_incomplete, ..Page::new(items, next.map(str::to_owned)) }
    }

    #[test]
    fn only_a_whole_list_lacks_a_tag() {
        let (repository, hex): (RepositoryName, _) = ("a/b".parse().unwrap(), "a".repeat(64));
        let signature: Tag = format!("sha256-{hex}.sig").parse().unwrap();
        let known = KnownTags::default();
        let lacks = || known.lacks(&repository, &signature);
        assert!(!lacks(), "never read");
        known.note(&repository, None, &page(&["v1"], Some("2"), false));
        assert!(!lacks(), "there is a second page");
        known.note(&repository, Some("3"), &page(&[], None, false));
        assert!(!lacks(), "another page than the next");
        known.note(&repository, Some("2"), &page(&["v2"], None, false));
        assert!(lacks());
        known.note(&repository, None, &page(&["v1"], None, true));
        assert!(!lacks(), "in doubt");
        known.note(&repository, None, &page(&["v1", signature.as_str()], None, false));
        assert!(!lacks(), "it is there");
        known.note(&repository, None, &page(&["v1"], None, false));
        assert!(lacks());
        known.forget(&repository);
        assert!(!lacks(), "changed since");
    }
}
