//! Errors in a few technical words, for users of the library, and the names of their kinds in reports.

use std::fmt;

use super::{Context, Error, ErrorKind, Limitation, Missing, Operation, ServerMessage};
use crate::wire::error_document::write_answer;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Context { registry, operation, repository, status, messages, body, .. } =
            &*self.context;
        if let Some(operation) = operation {
            let object = operation.object(repository.as_ref());
            let space = if object.is_empty() { "" } else { " " };
            write!(f, "could not {operation}{space}{object}")?;
            if !registry.is_empty() {
                write!(f, " on {registry}")?;
            }
            f.write_str(": ")?;
        } else if !registry.is_empty() {
            write!(f, "{registry}: ")?;
        }
        write!(f, "{}", self.kind)?;
        if self.kind == ErrorKind::Unsupported(Limitation::Registry)
            && operation.as_ref().is_some_and(Operation::is_write)
        {
            f.write_str(" (if it is read-only, write to the registry that it mirrors)")?;
        }
        let messages = messages.iter().map(|said| (&*said.code, &*said.message));
        match status {
            Some(status) => {
                f.write_str(": ")?;
                write_answer(f, *status, messages, body.as_deref())
            }
            None => messages
                .into_iter()
                .try_for_each(|(code, message)| write!(f, "; {code}: {message}")),
        }
    }
}

fn write_faults(f: &mut fmt::Formatter<'_>, faults: &[ServerMessage]) -> fmt::Result {
    f.write_str("not verified")?;
    faults.iter().try_for_each(|fault| write!(f, "; {}: {}", fault.code, fault.message))
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
            Self::WrongSize { stated, actual, .. } => return SizeClaim(*stated, *actual).fmt(f),
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
            Self::NotFound(Missing::Tag(tag)) => return write!(f, "there is no tag {tag}"),
            Self::NotFound(Missing::Revision(digest)) => {
                return write!(f, "there is no manifest {digest}");
            }
            Self::InvalidRange { stored: Some(stored), .. } => {
                return write!(
                    f,
                    "the registry has {stored} bytes, and the range does not follow them"
                );
            }
            Self::Rejected(rejection) => {
                return write!(f, "the registry refused the content: {rejection}");
            }
            Self::Unverified(faults) => return write_faults(f, faults),
            Self::NotFound(Missing::Repository) => "there is no such repository",
            Self::NotFound(Missing::Manifest) => "there is no such manifest or tag",
            Self::NotFound(Missing::Blob) => "there is no such blob",
            Self::NotFound(Missing::Unknown) => "it is not there",
            Self::Unauthorized => "the registry asks for credentials",
            Self::Denied => "the registry denies access",
            Self::RateLimited(_) => "too many requests",
            Self::Unavailable => "the registry failed",
            Self::CatalogUnavailable => "the registry does not list its repositories",
            Self::DeleteDisabled => {
                "deleting is switched off on this registry, where its operator can allow it"
            }
            Self::InvalidRange { .. } => "the range is refused",
            Self::UploadUnknown { .. } => "the registry knows no such upload session",
            Self::AlreadyClosed => "the upload has ended",
            Self::BlobUnknown(_) => "it points at content that is missing",
            Self::NotModified => "it has not changed",
        })
    }
}

/// A size that a descriptor states, and that of the bytes with its digest.
struct SizeClaim(u64, u64);

impl fmt::Display for SizeClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the descriptor states {} bytes, and its digest has {}", self.0, self.1)
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
            Self::UploadUnknown { .. } => "uploadUnknown",
            Self::AlreadyClosed => "alreadyClosed",
            Self::BlobUnknown(_) => "blobUnknown",
            Self::ApproveTokenServer { .. } => "approveTokenServer",
            Self::Refused(_) => "refused",
            Self::InvalidInput(_) => "invalidInput",
            Self::Rejected(_) => "rejected",
            Self::Unverified(_) => "unverified",
            Self::NotModified => "notModified",
            Self::Status(_) => "status",
            Self::Engine(_) => "engine",
            Self::Layout(_) => "layout",
            Self::FileUnreadable(_) => "fileUnreadable",
        }
    }
}

impl std::error::Error for Error {}
