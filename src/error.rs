//! The one public error: what was tried, on which registry, what came back (R15 to R27).

mod display;
mod encoding;
mod engine;
mod layout;
mod operation;
mod reasons;

use std::time::Duration;

pub use encoding::TransportEncoding;
pub use engine::EngineFault;
pub use layout::{LayoutFault, Unreadable};
pub use operation::Operation;
pub use reasons::{AnswerFault, InputFault, Limitation, RefusedAddress};

use crate::caps;
use crate::oci::{Descriptor, Digest, Host, ManifestRef, RepositoryName, Tag};
use crate::wire::Scheme;
pub use crate::wire::{failure::Rejection, realm::Refusal, token::TokenError, url::UrlError};

/// The result of asking any source.
pub type Result<T> = std::result::Result<T, Error>;

/// The kinds of failure that a caller can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
    /// The range is refused (416). For uploads, with the facts that are needed to go on (R22, R115).
    InvalidRange {
        /// The location at which the upload is taken up again. A secret: never shown.
        location: Option<String>,
        /// Bytes that the registry holds: the last valid byte is the one before.
        stored: Option<u64>,
        /// Size of the blob in bytes; of an upload, the bytes that were handed in so far.
        size: Option<u64>,
    },
    /// The registry knows no such upload session: it ended, it is too old, or there was none.
    UploadUnknown {
        /// The location that was asked. A secret: never shown.
        location: Option<String>,
    },
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
    /// The registry refused the content, with what it finds wrong.
    Rejected(Rejection),
    /// The registry could not verify a manifest, with everything that it found.
    Unverified(Vec<ServerMessage>),
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// The repository; a registry says so too where it hides one.
    Repository,
    /// This tag; a registry says so too of a manifest that the tag has lost.
    Tag(Tag),
    /// The manifest of this digest.
    Revision(Digest),
    /// A manifest of which neither tag nor digest is known.
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
#[non_exhaustive]
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
    /// The text of the answer, beside its messages; absent if it has more than 2,048 bytes (R16). Of other
    /// content than was asked for, its start.
    pub body: Option<String>,
    /// The wait that the registry asked for with any status (`Retry-After`, R16, R46).
    pub retry_after: Option<Duration>,
    /// Set if the registry was asked without any credential, so that a login may help.
    pub is_anonymous: bool,
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

    /// Names the operation and the repository, unless they are named already.
    #[must_use]
    pub fn during(mut self, operation: Operation, repository: &RepositoryName) -> Self {
        self.context.operation.get_or_insert(operation);
        self.context.repository.get_or_insert_with(|| repository.clone());
        self
    }

    /// Names a registry that was to be reached, unless an operation is named already.
    #[must_use]
    pub(crate) fn reaching(mut self, host: &Host) -> Self {
        self.context.operation.get_or_insert(Operation::ReachRegistry);
        self.on(host.as_str())
    }

    /// Names the registry, unless it is named already.
    #[must_use]
    pub fn on(mut self, registry: &str) -> Self {
        if self.context.registry.is_empty() {
            registry.clone_into(&mut self.context.registry);
        }
        self
    }

    /// Keeps the start of other content than was asked for.
    #[must_use]
    pub(crate) fn with_body(mut self, bytes: &[u8]) -> Self {
        let start = bytes.get(..caps::BODY_KEPT).unwrap_or(bytes);
        self.context.body = Some(String::from_utf8_lossy(start).into_owned());
        self
    }

    /// Tells whether something is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, ErrorKind::NotFound(_) | ErrorKind::UploadUnknown { .. })
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
    /// Returns a refused range of content of this size.
    pub fn invalid_range(size: Option<u64>) -> Self {
        Self::InvalidRange { location: None, stored: None, size }
    }

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

impl Missing {
    /// Returns the missing manifest that a tag or digest names.
    pub fn manifest(reference: &ManifestRef) -> Self {
        match reference {
            ManifestRef::Tag(tag) => Self::Tag(tag.clone()),
            ManifestRef::Digest(digest) => Self::Revision(digest.clone()),
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cap_body_kept_keeps_the_start_of_other_content() {
        let kept = |length: usize| {
            let error = Error::new(ErrorKind::Denied).with_body(&vec![b'x'; length]);
            error.context.body.map(|body| body.len())
        };
        assert_eq!(kept(caps::BODY_KEPT), Some(caps::BODY_KEPT));
        assert_eq!(kept(caps::BODY_KEPT + 1), Some(caps::BODY_KEPT));
    }
}
