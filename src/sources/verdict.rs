//! The error that a verdict on some bytes is.

use crate::{content::verify::Verdict, error::ErrorKind, oci::Digest};

/// Returns the error of bytes that are not those announced. `None` if they are right, or if their
/// digest has an algorithm that cannot be computed here: those are counted and not hashed (R3).
pub(super) fn mismatch(verdict: Verdict, digest: &Digest) -> Option<ErrorKind> {
    match verdict {
        Verdict::Verified | Verdict::Unsupported(_) => None,
        Verdict::DigestMismatch { expected, actual } => {
            Some(ErrorKind::DigestMismatch { expected, actual })
        }
        Verdict::SizeMismatch { expected, actual } => {
            let digest = Some(digest.clone());
            Some(ErrorKind::SizeMismatch { digest, expected, actual })
        }
    }
}
