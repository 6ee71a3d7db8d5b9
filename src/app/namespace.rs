//! Repository names as a tree of namespaces. Pure.

use std::rc::Rc;

use litemap::LiteMap;

use crate::oci::RepositoryName;

/// A path component with the names below it. It may also be a repository itself: `a` and `a/b` can
/// both be one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    /// The repository of this name, if there is one.
    pub repository: Option<RepositoryName>,
    /// The namespaces below, by path component.
    pub below: LiteMap<String, Rc<Namespace>>,
    /// The number of repositories here and below.
    pub count: usize,
}

impl Namespace {
    /// The tree of these names.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a RepositoryName>) -> Self {
        let mut root = Self::default();
        for name in names {
            root.add(name);
        }
        root
    }

    fn add(&mut self, name: &RepositoryName) {
        let mut here = self;
        here.count += 1;
        for component in name.as_str().split('/') {
            here = Rc::make_mut(here.below.entry(component.to_owned()).or_default());
            here.count += 1;
        }
        here.repository = Some(name.clone());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_name_can_be_a_repository_and_a_namespace() {
        let names: Vec<RepositoryName> =
            ["b", "a/x", "a", "a/y/z"].iter().map(|name| name.parse().unwrap()).collect();
        let root = Namespace::of(&names);
        assert_eq!(root.count, 4);
        assert_eq!(root.below.keys().collect::<Vec<_>>(), ["a", "b"]);
        let a = &root.below[&"a".to_owned()];
        assert_eq!((a.count, a.repository.is_some()), (3, true));
        assert!(a.below[&"y".to_owned()].repository.is_none());
        assert_eq!(
            a.below[&"y".to_owned()].below[&"z".to_owned()].repository.as_ref().unwrap().as_str(),
            "a/y/z"
        );
    }
}
