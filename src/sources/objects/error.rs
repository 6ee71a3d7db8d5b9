//! The errors of a store.

use std::fmt;

use crate::{
    content::verify::Verdict,
    error::{Error, ErrorKind, InputFault, Missing},
    oci::Digest,
};

/// The answer of a store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The reason why a store could not do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The layer is complete and is not written again.
    AlreadyExists,
    /// Another writer is open.
    Locked,
    /// The layer is not, or not completely, there.
    NotWritten(Digest),
    /// The layer is being written.
    BeingWritten(Digest),
    /// Bytes came before their number was stated.
    SizeNotSet,
    /// Another size than before, in bytes.
    SizeChanged {
        /// The size that was stated first.
        before: u64,
        /// The size that is stated now.
        now: u64,
    },
    /// More bytes than were announced.
    SizeExceeded {
        /// The size that was announced, in bytes.
        size: u64,
    },
    /// The bytes are not those of the digest.
    Mismatch {
        /// The digest that was announced.
        expected: Digest,
        /// The digest of the bytes.
        actual: Digest,
    },
    /// The digest's algorithm cannot be computed here.
    UnsupportedDigest(Digest),
    /// The `index.json` of a folder is no index.
    NotAnIndex,
    /// The folder is a layout of another version.
    UnknownVersion,
    /// The store itself failed, with its reason.
    Failed(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyExists => f.write_str("it is there already"),
            Self::Locked => f.write_str("another writer is open"),
            Self::NotWritten(digest) => write!(f, "{digest} is not here, or only in part"),
            Self::BeingWritten(digest) => write!(f, "{digest} is being written"),
            Self::SizeNotSet => f.write_str("its size was not stated before its bytes"),
            Self::SizeChanged { before, now } => {
                write!(f, "its size was {before} bytes and is now {now}")
            }
            Self::SizeExceeded { size } => write!(f, "more than its {size} bytes came"),
            Self::Mismatch { expected, actual } => {
                write!(f, "the bytes have digest {actual}, not {expected}")
            }
            Self::UnsupportedDigest(digest) => {
                write!(f, "{} cannot be computed here", digest.algorithm().name())
            }
            Self::NotAnIndex => f.write_str("its index.json is no index"),
            Self::UnknownVersion => f.write_str("its oci-layout names another version"),
            Self::Failed(how) => f.write_str(how),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let text = error.to_string();
        Self::new(match error {
            StoreError::Mismatch { expected, actual } => {
                ErrorKind::DigestMismatch { expected, actual }
            }
            StoreError::UnsupportedDigest(digest) => ErrorKind::UnsupportedDigest(digest),
            StoreError::NotWritten(_) => ErrorKind::NotFound(Missing::Blob),
            _ => ErrorKind::InvalidInput(InputFault::Other(format!("the store: {text}"))),
        })
    }
}

/// Only verified bytes are kept.
pub(super) fn accept(verdict: Verdict) -> Result<()> {
    match verdict {
        Verdict::Verified => Ok(()),
        Verdict::DigestMismatch { expected, actual } => {
            Err(StoreError::Mismatch { expected, actual })
        }
        Verdict::SizeMismatch { expected, .. } | Verdict::WrongSize { stated: expected, .. } => {
            Err(StoreError::SizeExceeded { size: expected })
        }
        Verdict::Unsupported(digest) => Err(StoreError::UnsupportedDigest(digest)),
    }
}
