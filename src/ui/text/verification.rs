//! The three states of verification, in words.

use crate::registry::Unverified;

/// Names bytes that were counted and hashed here.
pub const VERIFIED: &str = "verified";
/// Names bytes that do not have their digest.
pub const MISMATCH: &str = "mismatch";
/// Names bytes that were not checked.
pub const NOT_VERIFIED: &str = "not verified";
/// Explains “verified”.
pub const VERIFIED_MEANS: &str =
    "These bytes were counted and hashed in this page: they are the bytes of this digest.";

/// Returns the two digests of a mismatch, to be read after “mismatch”.
pub fn digests(expected: &str, actual: &str) -> String {
    format!(": asked for {expected}, received {actual}")
}

/// Returns the reason why bytes were not checked, to be read after “not verified:”.
pub fn unverified(reason: &Unverified) -> String {
    match reason {
        Unverified::ByTag => "asked for by tag, so there is no digest to check against".to_owned(),
        Unverified::OtherThanNamed(digest) => {
            format!("asked for by tag; the registry names {digest}, which these bytes do not have")
        }
        Unverified::Pushed => "pushed from here under this tag".to_owned(),
        Unverified::Made => {
            "the archive has no manifest; this one was made from its configuration \
                             and layers, and no registry knows its digest"
                .to_owned()
        }
        Unverified::Algorithm(digest) => {
            format!("{} cannot be computed here", digest.algorithm().name())
        }
    }
}
