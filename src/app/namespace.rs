//! Repository names as a tree of namespaces. Pure.

use std::rc::Rc;

use litemap::LiteMap;

use super::slices::{SLICE, Sliced};
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

/// Makes the tree of many names, a few at a time.
pub struct GrowNamespaces {
    names: Rc<Vec<RepositoryName>>,
    at: usize,
    root: Namespace,
}

impl GrowNamespaces {
    /// Begins the tree of these names.
    pub fn new(names: Rc<Vec<RepositoryName>>) -> Self {
        Self { names, at: 0, root: Namespace::default() }
    }
}

impl Sliced for GrowNamespaces {
    type Output = Namespace;

    fn step(&mut self) -> Option<Namespace> {
        for name in self.names.get(self.at..).unwrap_or_default().iter().take(SLICE) {
            self.root.add(name);
        }
        self.at += SLICE;
        (self.at >= self.names.len()).then(|| std::mem::take(&mut self.root))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::app::slices::at_once;

    #[test]
    fn a_name_can_be_a_repository_and_a_namespace() {
        let names: Vec<RepositoryName> =
            ["b", "a/x", "a", "a/y/z"].iter().map(|name| name.parse().unwrap()).collect();
        let root = at_once(GrowNamespaces::new(Rc::new(names)));
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
