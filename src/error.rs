//! The one public error: what was tried, on which registry, what came back (R15 to R27).

use std::{fmt, time::Duration};

use crate::oci::{Descriptor, Digest, RepositoryName};

/// What can be answered by any source.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, as far as a caller can act on it.
#[derive(Clone, Debug, PartialEq)]
pub enum ErrorKind {
    /// The manifest, blob, tag or repository is not there.
    NotFound(Missing),
    /// The registry wants to know who is asking, and no credentials are at hand.
    Unauthorized,
    /// The registry knows who is asking and says no; also a 401 straight after a fresh token (R26).
    Denied,
    /// Too many requests; with the wait that the registry asked for, where it could be read.
    RateLimited(Option<Duration>),
    /// The registry failed (5xx).
    Unavailable,
    /// The bytes are not those of the digest.
    DigestMismatch {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of what came.
        actual: Digest,
    },
    /// The content is shorter or longer than its descriptor says.
    SizeMismatch {
        /// The content, where it has a digest.
        digest: Option<Digest>,
        /// Bytes announced.
        expected: u64,
        /// Bytes counted; where they were too many, up to the moment that was seen.
        actual: u64,
    },
    /// More bytes than the cap for this kind of answer.
    TooLarge {
        /// The cap in bytes.
        limit: u64,
    },
    /// The digest's algorithm cannot be computed here (R3).
    UnsupportedDigest(Digest),
    /// The answer is not what the specification says: an HTML page, broken JSON, an empty body.
    BadAnswer(String),
    /// A response header that is needed cannot be read, mostly for want of
    /// `Access-Control-Expose-Headers`.
    HiddenHeader(&'static str),
    /// The request was rejected without an answer: network, TLS, DNS or CORS (R27).
    Network {
        /// Whether a credential was sent, so that a page had to ask first (a preflight).
        had_authorization: bool,
        /// What the platform said of it, which in a browser is next to nothing.
        detail: String,
    },
    /// Nothing came for too long: headers or the next part of a body.
    Timeout(Duration),
    /// The source does not list its repositories (R94).
    CatalogUnavailable,
    /// The source cannot do this (405, a read-only source).
    Unsupported(String),
    /// Deleting is switched off (R131).
    DeleteDisabled,
    /// The range is refused (416); for uploads with what is needed to go on (R115).
    InvalidRange {
        /// Where the upload is taken up again. A secret: never shown.
        location: Option<String>,
        /// Bytes that the registry holds.
        stored: Option<u64>,
    },
    /// The upload session is gone.
    UploadUnknown,
    /// The upload was committed or cancelled before.
    AlreadyClosed,
    /// A manifest points at something that is not there.
    BlobUnknown(Option<Digest>),
    /// The token server is on another origin that nobody approved yet: the caller decides.
    ApproveTokenServer {
        /// Origin of the registry.
        registry: String,
        /// Origin of the token server that it names.
        token_server: String,
    },
    /// A realm, location or link that must not be followed, and why (R71).
    Refused(String),
    /// What the caller handed in cannot be used.
    InvalidInput(String),
    /// The registry refused the content (400): manifest, name, tag, digest or size invalid.
    Rejected,
    /// It is still what the caller knows already (304, R139).
    NotModified,
    /// Any other status.
    Status(u16),
}

/// What exactly is missing (R19, R20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The repository.
    Repository,
    /// The manifest or tag.
    Manifest,
    /// The blob.
    Blob,
    /// Not said.
    Unknown,
}

/// One entry of a registry's error document (R15).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerMessage {
    /// The code, such as `MANIFEST_UNKNOWN`; unknown ones are kept.
    pub code: String,
    /// The registry's own words.
    pub message: String,
    /// The detail, as compact JSON or text.
    pub detail: String,
}

/// What was being done when it went wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// The registry, as shown: host with port.
    pub registry: String,
    /// What was tried, to be read after “could not”: `read the manifest`.
    pub operation: String,
    /// The repository, where one was concerned.
    pub repository: Option<RepositoryName>,
    /// Method and redacted URL (R18).
    pub request: Option<String>,
    /// The content, where one was concerned.
    pub subject: Option<Box<Descriptor>>,
    /// HTTP status, where an answer came.
    pub status: Option<u16>,
    /// The registry's own words (R16).
    pub messages: Vec<ServerMessage>,
    /// The answer's text where it was no error document; at most 2,048 bytes (R16).
    pub body: Option<String>,
}

/// An operation that could not be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// What went wrong.
    pub kind: ErrorKind,
    /// What was being done. Boxed: errors travel through every signature.
    pub context: Box<Context>,
}

impl Error {
    /// An error of this kind, with nothing known yet about what was being done.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, context: Box::default() }
    }

    /// Something is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, ErrorKind::NotFound(_) | ErrorKind::UploadUnknown)
    }

    /// The registry says no to this user.
    pub fn is_denied(&self) -> bool {
        self.kind == ErrorKind::Denied
    }

    /// The registry wants credentials.
    pub fn is_unauthorized(&self) -> bool {
        self.kind == ErrorKind::Unauthorized
    }

    /// Too many requests.
    pub fn is_rate_limited(&self) -> bool {
        matches!(self.kind, ErrorKind::RateLimited(_))
    }

    /// No answer could be read at all.
    pub fn is_cors_or_network(&self) -> bool {
        matches!(self.kind, ErrorKind::Network { .. })
    }

    /// Trying the same again later may help.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::RateLimited(_)
                | ErrorKind::Unavailable
                | ErrorKind::Network { .. }
                | ErrorKind::Timeout(_)
        )
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Context { registry, operation, status, messages, .. } = &*self.context;
        if !operation.is_empty() {
            write!(f, "could not {operation}")?;
            if !registry.is_empty() {
                write!(f, " on {registry}")?;
            }
            f.write_str(": ")?;
        }
        write!(f, "{}", self.kind)?;
        if let Some(status) = status {
            write!(f, " (HTTP {status})")?;
        }
        for ServerMessage { code, message, .. } in messages {
            write!(f, "; {code}: {message}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(Missing::Repository) => f.write_str("there is no such repository"),
            Self::NotFound(Missing::Manifest) => f.write_str("there is no such manifest or tag"),
            Self::NotFound(Missing::Blob) => f.write_str("there is no such blob"),
            Self::NotFound(Missing::Unknown) => f.write_str("it is not there"),
            Self::Unauthorized => f.write_str("the registry asks for credentials"),
            Self::Denied => f.write_str("the registry denies access"),
            Self::RateLimited(Some(wait)) => {
                write!(f, "too many requests, try again in {} s", wait.as_secs())
            }
            Self::RateLimited(None) => f.write_str("too many requests"),
            Self::Unavailable => f.write_str("the registry failed"),
            Self::DigestMismatch { expected, actual } => {
                write!(f, "the bytes have digest {actual}, not {expected}")
            }
            Self::SizeMismatch { expected, actual, .. } => {
                write!(f, "{actual} bytes came where {expected} were announced")
            }
            Self::TooLarge { limit } => write!(f, "the answer is larger than {limit} bytes"),
            Self::UnsupportedDigest(digest) => {
                write!(f, "{} cannot be computed here", digest.algorithm().name())
            }
            Self::BadAnswer(what) => f.write_str(what),
            Self::HiddenHeader(name) => write!(f, "the response header {name} cannot be read"),
            Self::Network { detail, .. } => write!(f, "no answer could be read: {detail}"),
            Self::Timeout(after) => write!(f, "nothing came for {} s", after.as_secs()),
            Self::CatalogUnavailable => f.write_str("the registry does not list its repositories"),
            Self::Unsupported(what) => write!(f, "not supported: {what}"),
            Self::DeleteDisabled => f.write_str("deleting is switched off on this registry"),
            Self::InvalidRange { .. } => f.write_str("the range is refused"),
            Self::UploadUnknown => f.write_str("the upload session is gone"),
            Self::AlreadyClosed => f.write_str("the upload has ended"),
            Self::BlobUnknown(Some(digest)) => write!(f, "it points at {digest}, which is missing"),
            Self::BlobUnknown(None) => f.write_str("it points at content that is missing"),
            Self::ApproveTokenServer { registry, token_server } => {
                write!(f, "{registry} wants to check credentials at {token_server}")
            }
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::InvalidInput(what) => f.write_str(what),
            Self::Rejected => f.write_str("the registry refused the content"),
            Self::NotModified => f.write_str("it has not changed"),
            Self::Status(status) => write!(f, "unexpected status {status}"),
        }
    }
}

impl std::error::Error for Error {}
