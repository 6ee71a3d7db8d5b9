//! The way to a registry: its name, its base URL, and the key of its credentials (R14).

use crate::{
    error::{Error, ErrorKind, InputFault, Result},
    oci::Host,
    transport::Account,
    wire::{BaseUrl, Origin, Scheme, token::KnownRealm, url::UrlError},
};

/// The way to a registry. The name that is shown, the URL that is asked, and the key of the
/// credentials are kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The name of the registry, as shown and as in references.
    pub host: Host,
    /// The base URL at which it answers.
    pub base: BaseUrl,
    /// A proxy through which everything is read (R55). Its 404 is final.
    pub read_through: Option<BaseUrl>,
    /// The origin under which credentials are looked up: the scheme counts. A proxy has its own.
    pub credential_key: String,
    /// The token server to use if `WWW-Authenticate` cannot be read.
    pub token_server: Option<KnownRealm>,
}

impl Connection {
    /// Connects by the rule: plain http for this machine, https for others, Docker Hub at its API host.
    ///
    /// # Errors
    /// `InvalidInput` if the host cannot be reached.
    pub fn to(host: &Host) -> Result<Self> {
        let base = BaseUrl::of_host(host).map_err(|error| unusable(host, error))?;
        Ok(Self::at(host, base))
    }

    /// Connects under a scheme that was given (R13).
    ///
    /// # Errors
    /// As for [`Connection::to`].
    pub fn with_scheme(host: &Host, scheme: Scheme) -> Result<Self> {
        let base = BaseUrl::with_scheme(host, scheme).map_err(|error| unusable(host, error))?;
        Ok(Self::at(host, base))
    }

    /// Connects at a base URL that was given, such as a proxy's, with the credentials of its host.
    pub fn through(host: &Host, base: BaseUrl) -> Self {
        let credential_key = base.origin().to_string();
        Self { credential_key, ..Self::at(host, base) }
    }

    /// Reads and lists through a proxy; writes and deletes go to the registry itself (R55).
    #[must_use]
    pub fn reading_through(mut self, proxy: BaseUrl) -> Self {
        self.read_through = Some(proxy);
        self
    }

    /// Returns the origins that get credentials, each its own (R72).
    pub(super) fn accounts(&self) -> Vec<Account> {
        let account = |base: &BaseUrl, key: String| Account {
            origin: base.origin().clone(),
            key,
            token_server: self.token_server.clone(),
        };
        let proxy =
            self.read_through.iter().map(|proxy| account(proxy, proxy.origin().to_string()));
        std::iter::once(account(&self.base, self.credential_key.clone())).chain(proxy).collect()
    }

    fn at(host: &Host, base: BaseUrl) -> Self {
        // Of Docker Hub the name is asked, and not that of its API.
        let named = Origin::new(base.origin().scheme(), host.as_str());
        let credential_key = named.as_ref().unwrap_or(base.origin()).to_string();
        Self { host: host.clone(), base, read_through: None, credential_key, token_server: None }
    }

    /// Returns the base URL for reading.
    pub fn read_base(&self) -> &BaseUrl {
        self.read_through.as_ref().unwrap_or(&self.base)
    }
}

pub(super) fn unusable(host: &Host, error: UrlError) -> Error {
    let kind = ErrorKind::InvalidInput(InputFault::Host { host: host.to_string(), error });
    Error::new(kind).reaching(host)
}
