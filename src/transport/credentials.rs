//! Credentials and approvals, in memory only: closing the tab forgets them (R73).

use std::cell::{Cell, RefCell};

use litemap::LiteMap;

use crate::{
    error::{ErrorKind, InputFault, Result},
    oci::Host,
    wire::{Origin, Secret, Url, base::registry_origin, realm::Pair},
};

/// A credential that a user has for a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// User name and password, or a token in the place of the password.
    Basic {
        /// The user's name.
        user: String,
        /// The password; memory is its only place.
        password: Secret,
    },
    /// User name and password that are traded for tokens by OAuth2 POST, for token servers that take them only
    /// so (R66). A refresh token that comes back takes their place.
    Password {
        /// The user's name.
        user: String,
        /// The password; it goes to the token server alone.
        password: Secret,
    },
    /// A token that is exchanged for others: an identity or refresh token (R66).
    Identity(Secret),
    /// A token that every request to the registry carries as it is (R67).
    Registry(Secret),
}

/// The credentials of a page, by the origin they were given for: scheme, host and port. What was typed for
/// https never travels over http. Never written anywhere.
///
/// A registry is named by its origin, such as `http://10.0.0.5:5000`, or by its host alone, which then has the
/// scheme of the rule (R13).
#[derive(Default)]
pub struct Credentials {
    kept: RefCell<LiteMap<String, Credential>>,
    changes: Cell<u64>,
}

impl Credentials {
    /// Keeps a credential for a registry, in the place of an earlier one.
    pub fn set(&self, registry: &str, credential: Credential) {
        self.kept.borrow_mut().insert(key(registry), credential);
        self.changes.set(self.changes.get() + 1);
    }

    /// Forgets the credential of a registry, and with it every token it brought.
    pub fn forget(&self, registry: &str) {
        self.kept.borrow_mut().remove(&key(registry));
        self.changes.set(self.changes.get() + 1);
    }

    /// The origins that have one, sorted.
    pub fn origins(&self) -> Vec<String> {
        self.kept.borrow().keys().cloned().collect()
    }

    /// The credential for a registry; for Docker Hub under any of its names, the asked one first (R12).
    pub fn get(&self, registry: &str) -> Option<Credential> {
        let (kept, asked) = (self.kept.borrow(), key(registry));
        let Some(host) = asked.strip_prefix("https://") else { return kept.get(&asked).cloned() };
        let names = Host::credential_names(host).into_iter();
        names.map(|name| ["https://", &name].concat()).find_map(|key| kept.get(&key).cloned())
    }

    /// Counts up with each change, so that tokens of earlier credentials are not used.
    pub(super) fn changes(&self) -> u64 {
        self.changes.get()
    }

    /// Takes the refresh token that a token server gave in the place of the one it was shown; the
    /// user is the same, so tokens stay good (R66).
    pub(super) fn renew(&self, registry: &str, token: Secret) {
        let key = key(registry);
        if let Some(kept @ (Credential::Identity(_) | Credential::Password { .. })) =
            self.kept.borrow_mut().get_mut(&key)
        {
            *kept = Credential::Identity(token);
        }
    }
}

/// Pairs of registry and token server that the user approved (R71).
#[derive(Default)]
pub struct Approvals(RefCell<Vec<Pair>>);

impl Approvals {
    /// Approves a pair, given as [`ErrorKind::ApproveTokenServer`] names it.
    ///
    /// # Errors
    /// `InvalidInput` if either is no origin.
    pub fn approve(&self, registry: &str, token_server: &str) -> Result<()> {
        let pair = Pair { registry: origin(registry)?, token_server: origin(token_server)? };
        let mut pairs = self.0.borrow_mut();
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
        Ok(())
    }

    /// Takes all approvals back.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// The pairs approved so far.
    pub fn pairs(&self) -> Vec<Pair> {
        self.0.borrow().clone()
    }
}

/// Returns the key of a registry's credential. A text that names none is a key of its own.
fn key(registry: &str) -> String {
    registry_origin(registry).map_or_else(|_| registry.to_owned(), |origin| origin.to_string())
}

fn origin(text: &str) -> Result<Origin> {
    let url =
        Url::parse(text).map_err(|error| ErrorKind::InvalidInput(InputFault::Address(error)))?;
    Ok(url.origin().clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn registry_token(text: &str) -> Credential {
        Credential::Registry(Secret::new(text))
    }

    #[test]
    fn r012_docker_hub_credentials_are_found_under_any_of_its_names() {
        let credentials = Credentials::default();
        credentials.set("registry-1.docker.io", registry_token("b"));
        assert_eq!(credentials.get("docker.io"), Some(registry_token("b")));
        credentials.set("index.docker.io", registry_token("a"));
        assert_eq!(credentials.get("docker.io"), Some(registry_token("a")), "sorted");
        credentials.set("docker.io", registry_token("c"));
        assert_eq!(credentials.get("docker.io"), Some(registry_token("c")), "the asked one first");
        assert_eq!(credentials.get("ghcr.io"), None);
    }

    #[test]
    fn r072_credentials_are_never_found_by_another_host() {
        let credentials = Credentials::default();
        credentials.set("registry.example", registry_token("a"));
        for host in ["registry.example.evil", "example", "registry.example:8443", "docker.io", ""] {
            assert_eq!(credentials.get(host), None, "{host}");
        }
    }

    #[test]
    fn r072_credentials_are_bound_to_scheme_host_and_port() {
        let check = |given: &str, asked: &str, found: bool| {
            let credentials = Credentials::default();
            credentials.set(given, registry_token("a"));
            assert_eq!(credentials.get(asked).is_some(), found, "{given} {asked}");
        };
        check("https://registry.example", "http://registry.example", false);
        check("registry.example", "http://registry.example", false);
        check("http://registry.example", "registry.example", false);
        check("registry.example", "https://registry.example", true);
        check("registry.example", "https://REGISTRY.example:443", true);
        check("10.0.0.5:5000", "http://10.0.0.5:5000", true);
        check("10.0.0.5:5000", "https://10.0.0.5:5000", false);
        check("localhost:5000", "http://localhost:5001", false);
        check("docker.io", "http://registry-1.docker.io", false);
        check("docker.io", "https://registry-1.docker.io", true);
    }

    #[test]
    fn r071_approvals_bind_pairs_of_origins() {
        let approvals = Approvals::default();
        approvals.approve("https://registry.example", "https://auth.example:8443").unwrap();
        approvals.approve("https://registry.example", "https://auth.example:8443").unwrap();
        let pairs = approvals.pairs();
        assert_eq!(pairs.len(), 1);
        assert_eq!(pairs.first().map(|p| p.token_server.port()), Some(8443));
        assert!(approvals.approve("javascript:x", "https://auth.example").is_err());
    }
}
