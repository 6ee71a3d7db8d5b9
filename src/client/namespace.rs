//! Namespaces: parts of the names that a registry can hold (R140).

use crate::oci::RepositoryName;

/// A part of the names of a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Namespace {
    /// All names.
    Global,
    /// A name and all below it: `a/b` holds `a/b` and `a/b/c`, and not `a/bc`.
    Under(RepositoryName),
}

impl Namespace {
    /// Tells whether a name is part of it, whether or not the repository exists.
    pub fn contains(&self, name: &RepositoryName) -> bool {
        let Self::Under(namespace) = self else { return true };
        let rest = name.as_str().strip_prefix(namespace.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn r140_a_namespace_holds_what_is_below_it_and_the_global_one_everything() {
        let under = Namespace::Under("a/b".parse().unwrap());
        for (name, expected) in
            [("a/b", true), ("a/b/c", true), ("a/bc", false), ("a", false), ("b/a/b", false)]
        {
            let name: RepositoryName = name.parse().unwrap();
            assert_eq!(under.contains(&name), expected, "{name}");
            assert!(Namespace::Global.contains(&name), "{name}");
        }
    }
}
