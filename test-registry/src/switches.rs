//! The switches of one instance. The defaults are those of a registry without faults.

mod auth;

use crate::faults::Rule;

pub use auth::{Auth, Realm, Scheme};

/// The behaviour of one instance. A test starts from `Switches::default()` and changes what it tests.
#[derive(Debug, Clone)]
pub struct Switches {
    /// The TCP port on 127.0.0.1, or 0 for any free port.
    pub port: u16,
    /// The CORS headers, which decide what browsers may read.
    pub cors: Cors,
    /// The authentication.
    pub auth: Auth,
    /// True if blobs support `Range`.
    pub ranges: bool,
    /// The paging of lists.
    pub paging: Paging,
    /// The behaviour of `/v2/_catalog`.
    pub catalog: Catalog,
    /// The behaviour of the referrers API.
    pub referrers: Referrers,
    /// The server from which the bytes of a blob come.
    pub blobs: BlobDelivery,
    /// The behaviour of uploads.
    pub uploads: Uploads,
    /// True if manifests and blobs may be deleted. Otherwise a deletion gets 405.
    pub delete: bool,
    /// True if only GET and HEAD are answered, as by a mirror (R160). Everything else gets 405.
    pub read_only: bool,
    /// True if `Docker-Content-Digest` is sent. Older registries leave it out.
    pub digest_header: bool,
    /// The text of a `Warning` header (R163) on every reply of the API.
    pub warning: Option<String>,
    /// The content of the registry at its start.
    pub seed: Seed,
    /// The rows of the hostile gallery ([`crate::hostile::ROWS`]) that are served.
    pub hostile: Vec<&'static str>,
    /// The `Cache-Control` field of every reply, such as `max-age=31536000`.
    pub cache_control: Option<String>,
    /// The fault rules. The first rule that is due is applied.
    pub faults: Vec<Rule>,
    /// The seed of the random numbers for rules with a probability.
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
            read_only: false,
            digest_header: true,
            warning: None,
            seed: Seed::Empty,
            hostile: Vec::new(),
            cache_control: None,
            faults: Vec::new(),
            random_seed: 1,
        }
    }
}

impl Switches {
    /// Returns the switches of the demo: all seeded content, all headers exposed.
    #[must_use]
    pub fn demo() -> Self {
        Self { seed: Seed::Full, ..Self::default() }
    }

    /// Sets the TCP port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the CORS headers.
    #[must_use]
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = cors;
        self
    }

    /// Sets the authentication.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Turns byte ranges of blobs on or off.
    #[must_use]
    pub fn ranges(mut self, on: bool) -> Self {
        self.ranges = on;
        self
    }

    /// Sets the paging of lists.
    #[must_use]
    pub fn paging(mut self, paging: Paging) -> Self {
        self.paging = paging;
        self
    }

    /// Sets the behaviour of the catalog.
    #[must_use]
    pub fn catalog(mut self, catalog: Catalog) -> Self {
        self.catalog = catalog;
        self
    }

    /// Sets the behaviour of the referrers API.
    #[must_use]
    pub fn referrers(mut self, referrers: Referrers) -> Self {
        self.referrers = referrers;
        self
    }

    /// Sets the server that blobs come from.
    #[must_use]
    pub fn blobs(mut self, blobs: BlobDelivery) -> Self {
        self.blobs = blobs;
        self
    }

    /// Answers only GET and HEAD.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Sets the behaviour of uploads.
    #[must_use]
    pub fn uploads(mut self, uploads: Uploads) -> Self {
        self.uploads = uploads;
        self
    }

    /// Sets the content of the registry.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Serves a row of the hostile gallery, or `all`. A name that is no row adds nothing.
    #[must_use]
    pub fn hostile(mut self, row: &str) -> Self {
        let _ = crate::hostile::choose(&mut self.hostile, row);
        self
    }

    /// Sets the `Cache-Control` field of every reply.
    #[must_use]
    pub fn cache_control(mut self, value: &str) -> Self {
        self.cache_control = Some(value.into());
        self
    }

    /// Adds one fault rule.
    #[must_use]
    pub fn fault(mut self, rule: Rule) -> Self {
        self.faults.push(rule);
        self
    }
}

/// The CORS headers, which decide what a page of another origin may read. Each variant is that of a real
/// registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cors {
    /// Any origin may read. Preflights are answered, and every response header is exposed.
    Exposed,
    /// Any origin may read. Preflights are answered, and no response header is exposed.
    Hidden,
    /// No CORS header at all, as on most public registries.
    None,
    /// Every reply has CORS headers, but preflights get 401, as on distribution with authentication.
    PreflightDenied,
    /// As `Exposed`, but blobs and uploads carry no CORS header.
    NoBlobs,
    /// As `Exposed`, but 401 replies carry no CORS header.
    BareUnauthorized,
    /// As `Exposed`, but replies with any status from 400 on carry no CORS header, as from servers that
    /// add their headers to successes only, and from routers that do not know a path.
    BareErrors,
    /// As zot is shipped: no CORS header on blobs and on 401, no header exposed, `Accept` not in
    /// `Access-Control-Allow-Headers`.
    Zot,
    /// Two `Access-Control-Allow-Origin` headers, as behind a proxy that adds its own. Browsers refuse them.
    Doubled,
}

/// The paging of lists.
#[derive(Debug, Clone, Default)]
pub struct Paging {
    /// The treatment of the `Link` header.
    pub link: LinkHeader,
    /// The most entries per page. A request for more gets this many (quay: 50 or 100, others 1,000).
    pub cap: Option<usize>,
    /// The limit above which a request gets 400 `PAGINATION_NUMBER_INVALID` (distribution: 1,000).
    pub refuse_above: Option<usize>,
    /// True if `last` is ignored, so that every page is the first one.
    pub last_ignored: bool,
    /// True if the list never ends, because the last page links to the first one.
    pub endless: bool,
    /// True if tags come in the order of a hash, not sorted.
    pub unsorted: bool,
    /// True if tags are sorted without regard to case.
    pub case_insensitive: bool,
    /// True if `Link` points at the companion server, another origin.
    pub link_elsewhere: bool,
}

/// The treatment of the `Link` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkHeader {
    /// The header is sent, and exposed if other headers are.
    #[default]
    Shown,
    /// The header is sent, but not exposed to pages.
    Hidden,
    /// The header is not sent. A client has to continue by `last`.
    Absent,
}

/// The behaviour of `/v2/_catalog`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catalog {
    /// The catalog lists the repositories.
    Open,
    /// The catalog answers 401 with a challenge that no token satisfies.
    Denied,
    /// The catalog answers 404, as on registries without one.
    Absent,
    /// The catalog answers 405, as on registry.k8s.io.
    NotAllowed,
}

/// The behaviour of the referrers API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referrers {
    /// The API of distribution-spec 1.1.
    Api,
    /// 404 and no `OCI-Subject`, as in CNCF distribution. The client has to maintain the fallback tag.
    Absent,
    /// 406, as from Artifactory.
    NotAcceptable,
    /// A redirect to a web page on another origin, without CORS headers, as from registry.k8s.io.
    Redirected,
    /// The API ignores the filter, and does not say so.
    Unfiltered,
    /// The API has three referrers per page, with `Link`.
    Paged,
}

/// The server from which the bytes of a blob come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobDelivery {
    /// The registry sends the bytes.
    Direct,
    /// The registry redirects (307) to the companion server, which has CORS headers.
    Redirect,
    /// The registry redirects (307) to the companion server, which has no CORS headers.
    RedirectWithoutCors,
}

/// The behaviour of uploads.
#[derive(Debug, Clone)]
pub struct Uploads {
    /// The `OCI-Chunk-Min-Length`. A smaller chunk that is not the last gets 416.
    pub chunk_minimum: Option<u64>,
    /// True if mounts work. Otherwise a mount gets 202 with an upload session.
    pub mount: bool,
    /// True if PATCH works. Otherwise it gets 405, and only monolithic uploads work.
    pub chunked: bool,
    /// True if `POST ?digest=` with a body works. Otherwise it gets 202, as in CNCF distribution.
    pub single_post: bool,
    /// True if `Location` is a full URL, not only a path.
    pub absolute_location: bool,
    /// True if the query of `Location` carries a state that the next request must repeat.
    pub stateful_location: bool,
    /// True if replies carry `Range`.
    pub range_header: bool,
    /// True if `Docker-Upload-UUID` is another identifier than the last segment of the path.
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

/// The content of the registry at its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// An empty registry.
    Empty,
    /// The images and artifacts of [`crate::seed::CATALOGUE`].
    Images,
    /// The images and artifacts, and the large lists: 5,000 tags, 2,500 repositories.
    Full,
}
