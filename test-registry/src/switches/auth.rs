//! The switches of authentication.

/// The authentication and the token endpoint.
#[derive(Debug, Clone)]
pub struct Auth {
    /// The scheme: open, Basic or Bearer.
    pub scheme: Scheme,
    /// The name of the only user.
    pub user: String,
    /// The user's password.
    pub password: String,
    /// True if pulling needs no password. With Bearer it still needs a token.
    pub anonymous_pull: bool,
    /// The address of the token endpoint.
    pub realm: Realm,
    /// The lifetime of a token in seconds.
    pub expires_in: u64,
    /// True if the token endpoint supports POST (OAuth2). Otherwise it answers 404, as Gitea does.
    pub oauth2: bool,
    /// True if a client can ask for refresh tokens.
    pub refresh: bool,
    /// The `service` of the challenge.
    pub service: String,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            scheme: Scheme::Open,
            user: "tester".into(),
            password: "s3cret-canary".into(),
            anonymous_pull: false,
            realm: Realm::SameOrigin,
            expires_in: 300,
            oauth2: true,
            refresh: true,
            service: "test-registry".into(),
        }
    }
}

impl Auth {
    /// Returns HTTP Basic with the default user.
    #[must_use]
    pub fn basic() -> Self {
        Self { scheme: Scheme::Basic, ..Self::default() }
    }

    /// Returns Bearer tokens with the default user.
    #[must_use]
    pub fn bearer() -> Self {
        Self { scheme: Scheme::Bearer, ..Self::default() }
    }

    /// Allows pulling without a password.
    #[must_use]
    pub fn anonymous_pull(mut self) -> Self {
        self.anonymous_pull = true;
        self
    }

    /// Sets the address of the token endpoint.
    #[must_use]
    pub fn realm(mut self, realm: Realm) -> Self {
        self.realm = realm;
        self
    }

    /// Sets the lifetime of a token in seconds.
    #[must_use]
    pub fn expires_in(mut self, seconds: u64) -> Self {
        self.expires_in = seconds;
        self
    }
}

/// The form in which a request carries credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// No authentication.
    Open,
    /// `Authorization: Basic`.
    Basic,
    /// `Authorization: Bearer` with a token from the realm.
    Bearer,
}

/// The address of the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Realm {
    /// `/token` of the registry.
    SameOrigin,
    /// `/token` of the companion server, another origin.
    OtherOrigin,
    /// Any text, which need not be a URL.
    Url(String),
}
