//! The person's accounts, registry by registry: only in memory, forgotten with the tab (R73).

use std::rc::Rc;

use crate::{
    app::RegistryAddress,
    error::Result,
    transport::{Approvals, Credential, Credentials, Stack},
    wire::Secret,
};

/// The kind of credential that a person uses for a registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CredentialKind {
    /// User name and password, or an access token in the password's place.
    #[default]
    Password,
    /// An identity or refresh token, exchanged for others (R66).
    Identity,
    /// A token that every request to the registry carries as it is (R67).
    Registry,
}

impl CredentialKind {
    /// All kinds, the usual one first.
    pub const ALL: [Self; 3] = [Self::Password, Self::Identity, Self::Registry];

    /// The name in a form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Identity => "identity",
            Self::Registry => "registry",
        }
    }

    /// The kind of this name; the usual one if there is none.
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or_default()
    }
}

/// The accounts of this tab.
#[derive(Clone, Default)]
pub struct Accounts {
    credentials: Rc<Credentials>,
    approvals: Rc<Approvals>,
}

impl Accounts {
    /// The accounts that clients over this stack use.
    pub fn of(stack: &Stack) -> Self {
        Self {
            credentials: Rc::clone(stack.credentials()),
            approvals: Rc::clone(stack.approvals()),
        }
    }

    /// Keeps a credential for a registry, in the place of an earlier one.
    pub fn sign_in(
        &self,
        registry: &RegistryAddress,
        kind: CredentialKind,
        user: &str,
        secret: &str,
    ) {
        let secret = Secret::new(secret);
        let credential = match kind {
            CredentialKind::Password => {
                Credential::Basic { user: user.to_owned(), password: secret }
            }
            CredentialKind::Identity => Credential::Identity(secret),
            CredentialKind::Registry => Credential::Registry(secret),
        };
        self.credentials.set(&registry.credential_key(), credential);
    }

    /// Tells whether a registry has a credential.
    pub fn has(&self, registry: &RegistryAddress) -> bool {
        self.credentials.get(&registry.credential_key()).is_some()
    }

    /// Forgets the credential of a registry, named as [`Accounts::signed_in`] names it, with every token
    /// that it brought.
    pub fn sign_out(&self, registry: &str) {
        self.credentials.forget(registry);
    }

    /// The origins of the registries that have a credential, sorted.
    pub fn signed_in(&self) -> Vec<String> {
        self.credentials.origins()
    }

    /// Lets a token server see the credential of a registry: this pair only (R71).
    ///
    /// # Errors
    /// `InvalidInput` if either is no origin.
    pub fn approve(&self, registry: &str, token_server: &str) -> Result<()> {
        self.approvals.approve(registry, token_server)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::wire::Scheme;

    fn at(host: &str) -> RegistryAddress {
        RegistryAddress::new(host.parse().unwrap())
    }

    #[test]
    fn r073_accounts_are_kept_by_registry_until_signed_out() {
        let accounts = Accounts::default();
        accounts.sign_in(&at("b.example"), CredentialKind::Password, "ann", "secret");
        accounts.sign_in(&at("a.example:5000"), CredentialKind::Identity, "", "token");
        assert_eq!(accounts.signed_in(), ["https://a.example:5000", "https://b.example"]);
        assert!(accounts.has(&at("b.example")));
        accounts.sign_out("https://b.example");
        assert_eq!(accounts.signed_in(), ["https://a.example:5000"]);
    }

    #[test]
    fn r072_a_link_to_plain_http_finds_nothing_that_was_typed_for_https() {
        let accounts = Accounts::default();
        accounts.sign_in(&at("b.example"), CredentialKind::Password, "ann", "secret");
        let plain = RegistryAddress { scheme: Scheme::Http, ..at("b.example") };
        assert!(accounts.has(&at("b.example")) && !accounts.has(&plain));
    }

    #[test]
    fn r071_only_origins_can_be_approved() {
        let accounts = Accounts::default();
        accounts.approve("https://a.example", "https://auth.example").unwrap();
        assert!(accounts.approve("https://a.example", "javascript:alert(1)").is_err());
    }

    #[test]
    fn kinds_are_found_by_their_names() {
        for kind in CredentialKind::ALL {
            assert_eq!(CredentialKind::named(kind.name()), kind);
        }
        assert_eq!(CredentialKind::named("else"), CredentialKind::Password);
    }
}
