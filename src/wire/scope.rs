//! Scopes of tokens, as sets that can be united and compared (R69).

use std::{fmt, str::FromStr};

use litemap::LiteMap;

use super::endpoint::Endpoint;
use crate::{caps, oci::RepositoryName};

/// An action on a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Reading.
    Pull,
    /// Writing.
    Push,
    /// Deleting. On distribution, cancelling an upload needs it too.
    Delete,
}

impl Action {
    /// Returns the word in a scope.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Delete => "delete",
        }
    }
}

/// A normal set of scopes: one entry for each resource, with its actions merged and sorted. `*`
/// replaces all other actions. Equal sets print alike, so the text can be the key of a cache (R68).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeSet {
    /// The actions by `type:name`.
    resources: LiteMap<String, Vec<String>>,
    /// Texts that do not fit the grammar. They stay as they came, because a token server may know
    /// them.
    others: Vec<String>,
}

impl ScopeSet {
    /// Makes an empty set, which is enough for `/v2/`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the scope of some actions on one repository.
    pub fn repository(name: &RepositoryName, actions: &[Action]) -> Self {
        let mut set = Self::new();
        for action in actions {
            set.allow(format!("repository:{name}"), action.as_str());
        }
        set
    }

    /// Makes the scope of the list of repositories.
    pub fn catalog() -> Self {
        let mut set = Self::new();
        set.allow("registry:catalog".to_owned(), "*");
        set
    }

    /// Returns the scopes that an endpoint needs. An upload session does not know its repository,
    /// so use the scopes that opened the session.
    pub fn for_endpoint(endpoint: &Endpoint) -> Self {
        use Action::{Delete, Pull, Push};
        let on = |actions: &[Action]| match endpoint.repository() {
            Some(name) => Self::repository(name, actions),
            None => Self::new(),
        };
        match endpoint {
            Endpoint::Catalog { .. } => Self::catalog(),
            Endpoint::DeleteManifest { .. } | Endpoint::DeleteBlob { .. } => on(&[Delete]),
            Endpoint::MountBlob { from, .. } => {
                on(&[Pull, Push]).union(&Self::repository(from, &[Pull]))
            }
            _ if endpoint.method().is_read() => on(&[Pull]),
            _ => on(&[Pull, Push]),
        }
    }

    /// Returns everything that one of the two sets allows.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut set = self.clone();
        for (resource, actions) in &other.resources {
            for action in actions {
                set.allow(resource.clone(), action);
            }
        }
        for other in &other.others {
            insert(&mut set.others, other);
        }
        set
    }

    /// Returns true if this set allows everything that the other allows.
    pub fn contains(&self, other: &Self) -> bool {
        let covered = other.resources.iter().all(|(resource, wanted)| {
            self.resources
                .get(resource)
                .is_some_and(|actions| has(actions, "*") || has_all(actions, wanted))
        });
        covered && has_all(&self.others, &other.others)
    }

    /// Returns true if the set is empty.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.others.is_empty()
    }

    /// Returns each scope as text, sorted.
    pub fn to_texts(&self) -> Vec<String> {
        let mut texts = self.others.clone();
        for (resource, actions) in &self.resources {
            texts.push(format!("{resource}:{}", actions.join(",")));
        }
        texts.sort();
        texts
    }

    fn allow(&mut self, resource: String, action: &str) {
        let actions = self.resources.entry(resource).or_default();
        if action == "*" {
            actions.clear();
        }
        if !has(actions, "*") {
            insert(actions, action);
        }
    }

    /// Adds one scope. The name may hold colons (a port), so the actions stand after the last one.
    /// A scope without actions allows nothing and is dropped.
    fn add(&mut self, text: &str) {
        match text.rsplit_once(':') {
            Some((resource, actions)) if resource.contains(':') => {
                for action in
                    actions.split(',').filter(|action| !action.is_empty()).take(caps::SCOPES)
                {
                    self.allow(resource.to_owned(), action);
                }
            }
            _ => insert(&mut self.others, text),
        }
    }
}

/// Returns true if a sorted list contains a text.
fn has(sorted: &[String], text: &str) -> bool {
    sorted.binary_search_by(|known| known.as_str().cmp(text)).is_ok()
}

/// Returns true if a sorted list contains all texts of another.
fn has_all(sorted: &[String], texts: &[String]) -> bool {
    texts.iter().all(|text| has(sorted, text))
}

/// Adds a text to a sorted list, unless the list has it.
fn insert(sorted: &mut Vec<String>, text: &str) {
    if let Err(place) = sorted.binary_search_by(|known| known.as_str().cmp(text)) {
        sorted.insert(place, text.to_owned());
    }
}

impl<'a> FromIterator<&'a str> for ScopeSet {
    /// Reads scopes, at most [`caps::SCOPES`] of them: the others of a hostile challenge are left out.
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut set = Self::new();
        for text in texts.into_iter().flat_map(str::split_whitespace).take(caps::SCOPES) {
            set.add(text);
        }
        set
    }
}

impl FromStr for ScopeSet {
    type Err = std::convert::Infallible;

    /// Reads scopes that are separated by blanks, as in a challenge.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok([text].into_iter().collect())
    }
}

impl fmt::Display for ScopeSet {
    /// Prints the scopes, separated by blanks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_texts().join(" "))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn set(text: &str) -> ScopeSet {
        text.parse().unwrap()
    }

    #[test]
    fn r069_scopes_are_sorted_merged_and_deduplicated() {
        let check = |text: &str, expected: &str| assert_eq!(set(text).to_string(), expected);
        check("repository:b:push repository:a:pull", "repository:a:pull repository:b:push");
        check("repository:a:push,pull,pull", "repository:a:pull,push");
        check("repository:a:pull repository:a:push", "repository:a:pull,push");
        check("repository:a:pull,*", "repository:a:*");
        check("repository:a:* repository:a:pull", "repository:a:*");
        check("repository:localhost:5000/a:pull", "repository:localhost:5000/a:pull");
        check("repository(plugin):a:pull", "repository(plugin):a:pull");
        check("repository:a:", "");
        check("", "");
        check("registry:catalog:*", "registry:catalog:*");
    }

    #[test]
    fn cap_scopes_leaves_the_others_out() {
        let scopes = |count: usize| {
            let texts: Vec<_> = (0..count).map(|at| format!("repository:r{at}:pull")).collect();
            set(&texts.join(" ")).to_texts().len()
        };
        assert_eq!(scopes(caps::SCOPES), caps::SCOPES);
        assert_eq!(scopes(caps::SCOPES + 1), caps::SCOPES);
        let actions: Vec<_> = (0..=caps::SCOPES).map(|at| format!("a{at}")).collect();
        let kept = set(&format!("repository:a:{}", actions.join(","))).to_string();
        assert_eq!(kept.matches(',').count() + 1, caps::SCOPES);
    }

    #[test]
    fn r069_union_and_containment() {
        let check = |left: &str, right: &str, expected: &str| {
            let union = set(left).union(&set(right));
            assert_eq!(union.to_string(), expected);
            assert!(union.contains(&set(left)) && union.contains(&set(right)));
        };
        check("repository:a:pull", "repository:a:push", "repository:a:pull,push");
        check("repository:a:*", "repository:a:push", "repository:a:*");
        check("repository:a:pull", "other", "other repository:a:pull");
        assert!(!set("repository:a:pull").contains(&set("repository:a:push")));
        assert!(set("repository:a:*").contains(&set("repository:a:push")));
        assert!(set("").contains(&set("")));
    }

    #[test]
    fn r069_each_operation_asks_for_what_it_needs() {
        let repository: RepositoryName = "a/b".parse().unwrap();
        let from: RepositoryName = "c".parse().unwrap();
        let digest: crate::oci::Digest = format!("sha256:{}", "0".repeat(64)).parse().unwrap();
        let check = |endpoint: &Endpoint, expected: &str| {
            assert_eq!(ScopeSet::for_endpoint(endpoint).to_string(), expected);
        };
        check(&Endpoint::Version, "");
        let catalog = Endpoint::Catalog { window: super::super::endpoint::Window::default() };
        check(&catalog, "registry:catalog:*");
        let (name, blob) = (repository.clone(), digest.clone());
        check(&Endpoint::StatBlob { repository: name, digest: blob }, "repository:a/b:pull");
        let start = Endpoint::StartUpload { repository: repository.clone(), algorithm: None };
        check(&start, "repository:a/b:pull,push");
        let (name, blob) = (repository.clone(), digest.clone());
        check(&Endpoint::DeleteBlob { repository: name, digest: blob }, "repository:a/b:delete");
        let mount = Endpoint::MountBlob { repository, digest, from };
        check(&mount, "repository:a/b:pull,push repository:c:pull");
    }
}
