//! Every switch of one instance, with the defaults of a well-behaved registry.

use crate::faults::Rule;

/// How one instance behaves. Start from `Switches::default()`, change what the test is about.
#[derive(Debug, Clone)]
pub struct Switches {
    /// TCP port on 127.0.0.1; 0 lets the system choose.
    pub port: u16,
    /// What browsers may read.
    pub cors: Cors,
    /// Who may come in.
    pub auth: Auth,
    /// Whether blobs answer `Range`.
    pub ranges: bool,
    /// How lists are cut into pages.
    pub paging: Paging,
    /// How `/v2/_catalog` answers.
    pub catalog: Catalog,
    /// How the referrers API answers.
    pub referrers: Referrers,
    /// Where the bytes of a blob come from.
    pub blobs: BlobDelivery,
    /// How uploads behave.
    pub uploads: Uploads,
    /// Whether manifests and blobs may be deleted (405 otherwise).
    pub delete: bool,
    /// Whether `Docker-Content-Digest` is sent at all (older registries leave it out).
    pub digest_header: bool,
    /// Text of a `Warning` header (R163) on every reply of the API.
    pub warning: Option<String>,
    /// What is in the registry when it starts.
    pub seed: Seed,
    /// What goes wrong, first match wins.
    pub faults: Vec<Rule>,
    /// Seed of the dice that rules with a probability throw.
    pub random_seed: u64,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            port: 0,
            cors: Cors::Exposed,
            auth: Auth::default(),
            ranges: true,
            paging: Paging::default(),
            catalog: Catalog::Open,
            referrers: Referrers::Api,
            blobs: BlobDelivery::Direct,
            uploads: Uploads::default(),
            delete: true,
            digest_header: true,
            warning: None,
            seed: Seed::Empty,
            faults: Vec::new(),
            random_seed: 1,
        }
    }
}

impl Switches {
    /// Everything that the demo shows: the seeded content, all headers exposed.
    #[must_use]
    pub fn demo() -> Self {
        Self { seed: Seed::Full, ..Self::default() }
    }

    /// Sets the port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets what browsers may read.
    #[must_use]
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = cors;
        self
    }

    /// Sets who may come in.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Sets whether blobs answer `Range`.
    #[must_use]
    pub fn ranges(mut self, on: bool) -> Self {
        self.ranges = on;
        self
    }

    /// Sets how lists are paged.
    #[must_use]
    pub fn paging(mut self, paging: Paging) -> Self {
        self.paging = paging;
        self
    }

    /// Sets how the catalog answers.
    #[must_use]
    pub fn catalog(mut self, catalog: Catalog) -> Self {
        self.catalog = catalog;
        self
    }

    /// Sets how the referrers API answers.
    #[must_use]
    pub fn referrers(mut self, referrers: Referrers) -> Self {
        self.referrers = referrers;
        self
    }

    /// Sets where blobs come from.
    #[must_use]
    pub fn blobs(mut self, blobs: BlobDelivery) -> Self {
        self.blobs = blobs;
        self
    }

    /// Sets how uploads behave.
    #[must_use]
    pub fn uploads(mut self, uploads: Uploads) -> Self {
        self.uploads = uploads;
        self
    }

    /// Sets what is in the registry.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Adds one fault rule.
    #[must_use]
    pub fn fault(mut self, rule: Rule) -> Self {
        self.faults.push(rule);
        self
    }
}

/// What a page of another origin may read (`reference/protocol.md` C.3, C.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cors {
    /// Any origin, preflights answered, every response header exposed.
    Exposed,
    /// Any origin, preflights answered, no response header exposed.
    Hidden,
    /// No CORS header at all, as on most public registries.
    None,
    /// Headers on every reply, but preflights get 401, as on distribution with authentication.
    PreflightDenied,
    /// Exposed, but blobs and uploads carry no CORS header.
    NoBlobs,
    /// Exposed, but 401 replies carry no CORS header.
    BareUnauthorized,
    /// zot as shipped: no blobs, bare 401, nothing exposed, `Accept` not in `Access-Control-Allow-Headers`.
    Zot,
    /// Two `Access-Control-Allow-Origin` headers, as behind a proxy that adds its own: browsers refuse it.
    Doubled,
}

/// Who may come in.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Open, Basic or Bearer.
    pub scheme: Scheme,
    /// The one user.
    pub user: String,
    /// The user's password.
    pub password: String,
    /// Whether nobody needs a password to pull (Bearer: but still a token).
    pub anonymous_pull: bool,
    /// Where the token endpoint is.
    pub realm: Realm,
    /// Life of a token, seconds.
    pub expires_in: u64,
    /// Whether the token endpoint answers POST (OAuth2); 404 otherwise, as Gitea does.
    pub oauth2: bool,
    /// Whether refresh tokens are given when asked for.
    pub refresh: bool,
    /// `service` of the challenge.
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
    /// HTTP Basic with the default user.
    #[must_use]
    pub fn basic() -> Self {
        Self { scheme: Scheme::Basic, ..Self::default() }
    }

    /// Bearer tokens with the default user.
    #[must_use]
    pub fn bearer() -> Self {
        Self { scheme: Scheme::Bearer, ..Self::default() }
    }

    /// Lets anybody pull.
    #[must_use]
    pub fn anonymous_pull(mut self) -> Self {
        self.anonymous_pull = true;
        self
    }

    /// Moves the token endpoint.
    #[must_use]
    pub fn realm(mut self, realm: Realm) -> Self {
        self.realm = realm;
        self
    }

    /// Sets the life of a token, seconds.
    #[must_use]
    pub fn expires_in(mut self, seconds: u64) -> Self {
        self.expires_in = seconds;
        self
    }
}

/// How credentials are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// No authentication.
    Open,
    /// `Authorization: Basic`.
    Basic,
    /// `Authorization: Bearer` with a token from the realm.
    Bearer,
}

/// Where the token endpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Realm {
    /// `/token` of the registry.
    SameOrigin,
    /// `/token` of the companion server, another origin.
    OtherOrigin,
    /// Whatever the test says, also nonsense.
    Url(String),
}

/// How lists are cut into pages.
#[derive(Debug, Clone, Default)]
pub struct Paging {
    /// What happens to the `Link` header.
    pub link: LinkHeader,
    /// Entries per page at most; a request for more is cut to it (quay: 50 or 100, others 1,000).
    pub cap: Option<usize>,
    /// A request for more than this many entries gets 400 `PAGINATION_NUMBER_INVALID` (distribution: 1,000).
    pub refuse_above: Option<usize>,
    /// `last` is not looked at: every page is the first one.
    pub last_ignored: bool,
    /// The list never ends: the last page links to the first one.
    pub endless: bool,
    /// Tags come in the order of a hash, not sorted.
    pub unsorted: bool,
    /// Tags are sorted without regard to case.
    pub case_insensitive: bool,
    /// `Link` points at the companion server, another origin.
    pub link_elsewhere: bool,
}

/// What happens to the `Link` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkHeader {
    /// Sent, and exposed where other headers are.
    #[default]
    Shown,
    /// Sent, but not exposed to pages.
    Hidden,
    /// Not sent: pages have to be continued by `last`.
    Absent,
}

/// How `/v2/_catalog` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catalog {
    /// The repositories.
    Open,
    /// 401 with a challenge that no token satisfies.
    Denied,
    /// 404, as on registries without a catalog.
    Absent,
    /// 405, as on registry.k8s.io.
    NotAllowed,
}

/// How the referrers API answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referrers {
    /// As in distribution-spec 1.1.
    Api,
    /// 404 and no `OCI-Subject`, as CNCF distribution: the fallback tag is the client's duty.
    Absent,
    /// The API does not filter, and does not say so.
    Unfiltered,
    /// Three referrers per page, with `Link`.
    Paged,
}

/// Where the bytes of a blob come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobDelivery {
    /// From the registry.
    Direct,
    /// 307 to the companion server, which has CORS headers.
    Redirect,
    /// 307 to the companion server, which has none.
    RedirectWithoutCors,
}

/// How uploads behave.
#[derive(Debug, Clone)]
pub struct Uploads {
    /// `OCI-Chunk-Min-Length`; a smaller chunk that is not the last gets 416.
    pub chunk_minimum: Option<u64>,
    /// Whether a mount is honoured (202 with an upload session otherwise).
    pub mount: bool,
    /// Whether PATCH is known; 405 otherwise: only monolithic uploads work.
    pub chunked: bool,
    /// Whether `POST ?digest=` with a body is honoured (202 otherwise, as CNCF distribution).
    pub single_post: bool,
    /// `Location` is absolute (with the host), not only a path.
    pub absolute_location: bool,
    /// `Location` carries a state in its query that the next request must bring back.
    pub stateful_location: bool,
    /// Whether replies carry `Range`.
    pub range_header: bool,
    /// A second segment of the path is upper-cased in `Docker-Upload-UUID` only, so ids do not match.
    pub odd_uuid: bool,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            chunk_minimum: None,
            mount: true,
            chunked: true,
            single_post: true,
            absolute_location: false,
            stateful_location: false,
            range_header: true,
            odd_uuid: false,
        }
    }
}

/// What is in the registry when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// Nothing.
    Empty,
    /// The images and artifacts of [`crate::seed::CATALOGUE`].
    Images,
    /// Those, and the large lists: 5,000 tags, 2,500 repositories.
    Full,
}
