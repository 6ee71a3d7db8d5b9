//! The one public error: what was tried, on which registry, what came back (R15 to R27).

mod encoding;
mod engine;
mod layout;
mod operation;
mod reasons;

use std::{fmt, time::Duration};

pub use encoding::TransportEncoding;
pub use engine::EngineFault;
pub use layout::{LayoutFault, Unreadable};
pub use operation::Operation;
pub use reasons::{AnswerFault, InputFault, Limitation, RefusedAddress};

use crate::oci::{Descriptor, Digest, RepositoryName};
use crate::wire::Scheme;
pub use crate::wire::{realm::Refusal, token::TokenError, url::UrlError};

/// The result of asking any source.
pub type Result<T> = std::result::Result<T, Error>;

/// The kinds of failure that a caller can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The manifest, blob, tag or repository is not there.
    NotFound(Missing),
    /// The registry asks for credentials, and the client has none.
    Unauthorized,
    /// The registry refuses these credentials; also a 401 straight after a fresh token (R26).
    Denied,
    /// Too many requests; with the wait that the registry asked for, if it could be read.
    RateLimited(Option<Duration>),
    /// The registry failed (5xx).
    Unavailable,
    /// The bytes are not those of the digest.
    DigestMismatch {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of the bytes that came.
        actual: Digest,
    },
    /// The content is shorter or longer than its descriptor says.
    SizeMismatch {
        /// The content, if it has a digest.
        digest: Option<Digest>,
        /// Bytes announced.
        expected: u64,
        /// Bytes counted. If there are too many, counting stops when that is seen.
        actual: u64,
    },
    /// The bytes have the digest, and the descriptor states another size: a mistake of its author.
    WrongSize {
        /// The content, if it has a digest.
        digest: Option<Digest>,
        /// The size in the descriptor, in bytes; 0 also if it states none.
        stated: u64,
        /// The number of bytes that the digest covers.
        actual: u64,
    },
    /// More bytes than the cap for this kind of answer.
    TooLarge {
        /// The cap in bytes.
        limit: u64,
    },
    /// The digest's algorithm cannot be computed here (R3).
    UnsupportedDigest(Digest),
    /// The answer breaks the specification: an HTML page, broken JSON, an empty body.
    BadAnswer(AnswerFault),
    /// A response header that is needed cannot be read, mostly because
    /// `Access-Control-Expose-Headers` does not name it.
    HiddenHeader(&'static str),
    /// The request was rejected without an answer: network, TLS, DNS or CORS (R27).
    Network {
        /// Set if a credential was sent, so that a browser had to ask first (a preflight).
        had_authorization: bool,
        /// The platform's own words. A browser says next to nothing.
        detail: String,
    },
    /// Headers or the next part of a body did not come in time.
    Timeout(Duration),
    /// The source does not list its repositories (R94).
    CatalogUnavailable,
    /// The source cannot do this (405, a read-only source).
    Unsupported(Limitation),
    /// Deleting is switched off (R131).
    DeleteDisabled,
    /// The range is refused (416). For uploads, with the facts that are needed to go on (R115).
    InvalidRange {
        /// The location at which the upload is taken up again. A secret: never shown.
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
    /// The token server is on another origin that is not approved yet: the caller decides.
    ApproveTokenServer {
        /// Origin of the registry.
        registry: String,
        /// Origin of the token server that it names.
        token_server: String,
    },
    /// An address that an answer names is not used, for this reason (R71).
    Refused(RefusedAddress),
    /// The caller's input cannot be used.
    InvalidInput(InputFault),
    /// The registry refused the content (400): manifest, name, tag, digest or size invalid.
    Rejected,
    /// The content is still the one that the caller knows (304, R139).
    NotModified,
    /// Any other status.
    Status(u16),
    /// The engine for byte work failed.
    Engine(EngineFault),
    /// An image layout or an archive of images cannot be read.
    Layout(LayoutFault),
    /// A local file could not be read, with the words of the platform.
    FileUnreadable(String),
}

/// The kinds of content that can be missing (R19, R20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The repository; a registry says so too where it hides one.
    Repository,
    /// The manifest or tag.
    Manifest,
    /// The blob, in this repository.
    Blob,
    /// The registry did not say.
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

/// The operation that failed, and what came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// The registry, as shown: host with port.
    pub registry: String,
    /// The scheme of its requests, if it is a registry that is asked.
    pub scheme: Option<Scheme>,
    /// The operation, if it is known.
    pub operation: Option<Operation>,
    /// The repository, if one was concerned.
    pub repository: Option<RepositoryName>,
    /// Method and redacted URL (R18).
    pub request: Option<String>,
    /// The content, if one was concerned.
    pub subject: Option<Box<Descriptor>>,
    /// HTTP status, if an answer came.
    pub status: Option<u16>,
    /// The registry's own words (R16).
    pub messages: Vec<ServerMessage>,
    /// The answer's text if it was no error document; at most 2,048 bytes (R16).
    pub body: Option<String>,
}

/// An operation that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The kind of failure.
    pub kind: ErrorKind,
    /// The operation. Boxed: errors travel through every signature.
    pub context: Box<Context>,
}

impl Error {
    /// Returns an error of this kind. Its context is still empty.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, context: Box::default() }
    }

    /// Tells whether something is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, ErrorKind::NotFound(_) | ErrorKind::UploadUnknown)
    }

    /// Tells whether the registry denies access.
    pub fn is_denied(&self) -> bool {
        self.kind == ErrorKind::Denied
    }

    /// Tells whether the registry asks for credentials.
    pub fn is_unauthorized(&self) -> bool {
        self.kind == ErrorKind::Unauthorized
    }

    /// Tells whether there were too many requests.
    pub fn is_rate_limited(&self) -> bool {
        matches!(self.kind, ErrorKind::RateLimited(_))
    }

    /// Tells whether no answer could be read at all.
    pub fn is_cors_or_network(&self) -> bool {
        matches!(self.kind, ErrorKind::Network { .. })
    }

    /// Tells whether trying the same again later may help.
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

impl ErrorKind {
    /// Names the content of a size mismatch, unless it is named already.
    #[must_use]
    pub fn about(self, content: &Digest) -> Self {
        match self {
            Self::SizeMismatch { digest: None, expected, actual } => {
                Self::SizeMismatch { digest: Some(content.clone()), expected, actual }
            }
            Self::WrongSize { digest: None, stated, actual } => {
                Self::WrongSize { digest: Some(content.clone()), stated, actual }
            }
            other => other,
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Context { registry, operation, repository, status, messages, .. } = &*self.context;
        if let Some(operation) = operation {
            let object = operation.object(repository.as_ref());
            let space = if object.is_empty() { "" } else { " " };
            write!(f, "could not {operation}{space}{object}")?;
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
        f.write_str(match self {
            Self::RateLimited(Some(wait)) => {
                return write!(f, "too many requests, try again in {} s", wait.as_secs());
            }
            Self::DigestMismatch { expected, actual } => {
                return write!(f, "the bytes have digest {actual}, not {expected}");
            }
            Self::SizeMismatch { expected, actual, .. } => {
                return write!(f, "{actual} bytes came where {expected} were announced");
            }
            Self::WrongSize { stated, actual, .. } => {
                return write!(
                    f,
                    "the descriptor states {stated} bytes, and its digest has {actual}"
                );
            }
            Self::TooLarge { limit } => {
                return write!(f, "the answer is larger than {limit} bytes");
            }
            Self::UnsupportedDigest(digest) => {
                return write!(f, "{} cannot be computed here", digest.algorithm().name());
            }
            Self::HiddenHeader(name) => {
                return write!(f, "the response header {name} cannot be read");
            }
            Self::Network { detail, .. } => return write!(f, "no answer could be read: {detail}"),
            Self::Timeout(after) => return write!(f, "nothing came for {} s", after.as_secs()),
            Self::Unsupported(what) => return write!(f, "not supported: {what}"),
            Self::BlobUnknown(Some(digest)) => {
                return write!(f, "it points at {digest}, which is missing");
            }
            Self::ApproveTokenServer { registry, token_server } => {
                return write!(f, "{registry} wants to check credentials at {token_server}");
            }
            Self::Refused(reason) => return write!(f, "refused: {reason}"),
            Self::Status(status) => return write!(f, "unexpected status {status}"),
            Self::Engine(fault) => return write!(f, "the engine failed: {fault}"),
            Self::Layout(fault) => return write!(f, "the layout cannot be read: {fault}"),
            Self::FileUnreadable(why) => return write!(f, "the file cannot be read: {why}"),
            Self::BadAnswer(fault) => return fault.fmt(f),
            Self::InvalidInput(fault) => return fault.fmt(f),
            Self::NotFound(Missing::Repository) => "there is no such repository",
            Self::NotFound(Missing::Manifest) => "there is no such manifest or tag",
            Self::NotFound(Missing::Blob) => "there is no such blob",
            Self::NotFound(Missing::Unknown) => "it is not there",
            Self::Unauthorized => "the registry asks for credentials",
            Self::Denied => "the registry denies access",
            Self::RateLimited(_) => "too many requests",
            Self::Unavailable => "the registry failed",
            Self::CatalogUnavailable => "the registry does not list its repositories",
            Self::DeleteDisabled => "deleting is switched off on this registry",
            Self::InvalidRange { .. } => "the range is refused",
            Self::UploadUnknown => "the upload session is gone",
            Self::AlreadyClosed => "the upload has ended",
            Self::BlobUnknown(_) => "it points at content that is missing",
            Self::Rejected => "the registry refused the content",
            Self::NotModified => "it has not changed",
        })
    }
}

impl ErrorKind {
    /// Returns its name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "notFound",
            Self::Unauthorized => "unauthorized",
            Self::Denied => "denied",
            Self::RateLimited(_) => "rateLimited",
            Self::Unavailable => "unavailable",
            Self::DigestMismatch { .. } => "digestMismatch",
            Self::SizeMismatch { .. } => "sizeMismatch",
            Self::WrongSize { .. } => "wrongSize",
            Self::TooLarge { .. } => "tooLarge",
            Self::UnsupportedDigest(_) => "unsupportedDigest",
            Self::BadAnswer(_) => "badAnswer",
            Self::HiddenHeader(_) => "hiddenHeader",
            Self::Network { .. } => "network",
            Self::Timeout(_) => "timeout",
            Self::CatalogUnavailable => "catalogUnavailable",
            Self::Unsupported(_) => "unsupported",
            Self::DeleteDisabled => "deleteDisabled",
            Self::InvalidRange { .. } => "invalidRange",
            Self::UploadUnknown => "uploadUnknown",
            Self::AlreadyClosed => "alreadyClosed",
            Self::BlobUnknown(_) => "blobUnknown",
            Self::ApproveTokenServer { .. } => "approveTokenServer",
            Self::Refused(_) => "refused",
            Self::InvalidInput(_) => "invalidInput",
            Self::Rejected => "rejected",
            Self::NotModified => "notModified",
            Self::Status(_) => "status",
            Self::Engine(_) => "engine",
            Self::Layout(_) => "layout",
            Self::FileUnreadable(_) => "fileUnreadable",
        }
    }
}

impl std::error::Error for Error {}
