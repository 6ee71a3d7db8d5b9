//! Sentences about the results of jobs: outcomes of a verification, and the doctor's configurations.

use super::{
    error, layer_faults,
    numbers::counted,
    short,
    verification::{self, MISMATCH, NOT_VERIFIED, VERIFIED},
};
use crate::app::{
    session::doctor::RegistryKind,
    views::verify::{Mismatch, Outcome, UnverifiedReason},
};
use crate::content::sniff::Compression;

/// Returns the state of an outcome, and its reason, which may be empty.
pub fn outcome(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Verified => (VERIFIED, String::new()),
        Outcome::Mismatch(mismatch) => (MISMATCH, self::mismatch(mismatch)),
        Outcome::NotVerified(reason) => (NOT_VERIFIED, self::reason(reason)),
        Outcome::Failed(failure) => (NOT_VERIFIED, error::reason_with_status(failure)),
        Outcome::Transferred | Outcome::Mounted | Outcome::AlreadyThere | Outcome::Skipped => {
            (NOT_VERIFIED, String::new())
        }
    }
}

fn mismatch(mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Digest { actual, .. } => format!("the bytes have the digest {actual}"),
        Mismatch::Size { actual, .. } => format!("{actual} bytes came"),
        Mismatch::StatedSize { stated, actual } => super::sizes::wrong(*stated, *actual),
        Mismatch::Layers { expected, actual } => {
            format!("{actual}, and the manifest has {}", counted(*expected, "layer", "layers"))
        }
        Mismatch::Claim { expected, actual } if actual == Compression::None.name() => {
            format!("not compressed, and not {}", short(expected))
        }
        Mismatch::Claim { expected, actual } => {
            format!("{}, not {}", short(actual), short(expected))
        }
    }
}

fn reason(reason: &UnverifiedReason) -> String {
    let words = match reason {
        UnverifiedReason::Bytes(reason) => return verification::unverified(reason),
        UnverifiedReason::Unreadable(failure) => return error::reason_with_status(failure),
        UnverifiedReason::Foreign => "a foreign layer: this registry does not hold it",
        UnverifiedReason::BeyondLimits => "the image is too large to verify at once",
        UnverifiedReason::NotSelected => "its platform was not asked for",
        UnverifiedReason::NotRead => "not read",
        UnverifiedReason::Cancelled => "cancelled",
        UnverifiedReason::TransportEncoding(true) => {
            "it was unpacked on its way (Content-Encoding), so that it cannot be checked against its \
             digest; what came has the diff ID that the configuration states"
        }
        UnverifiedReason::TransportEncoding(false) => {
            "it was sent with Content-Encoding and unpacked on its way, so that it cannot be checked \
             against its digest"
        }
        UnverifiedReason::NoDiffIds => "the configuration states no diff IDs",
        UnverifiedReason::NoHistory => "the configuration has no history",
        UnverifiedReason::Encrypted => "the layer is encrypted",
        UnverifiedReason::WrongBytes => "the bytes are not those of the layer's digest",
        UnverifiedReason::OtherAlgorithm => "another image states it by another algorithm",
        UnverifiedReason::NotToItsEnd => "it was not read to its end",
        UnverifiedReason::Decoding(fault) => return layer_faults::read_fault(fault),
    };
    words.to_owned()
}

/// Returns the name of a kind of registry.
pub fn kind(kind: RegistryKind) -> &'static str {
    match kind {
        RegistryKind::Distribution => "distribution",
        RegistryKind::Zot => "zot",
        RegistryKind::Harbor => "Harbor",
        RegistryKind::Proxy => "any registry, behind nginx",
    }
}

/// Returns a remark about a configuration.
pub fn note(kind: RegistryKind) -> &'static str {
    match kind {
        RegistryKind::Distribution => {
            "With authentication, distribution asks preflights for a password, which no browser \
             sends. Put a proxy in front of it then."
        }
        RegistryKind::Zot => {
            "zot sends these headers with lists and manifests only. For blobs, for signing in and \
             for hidden headers put a proxy in front of it."
        }
        RegistryKind::Harbor => {
            "Harbor has no setting for it. Put this in front of it. Its token service must go through \
             the proxy too."
        }
        RegistryKind::Proxy => {
            "If the registry itself sends CORS headers, the proxy must remove them: a browser \
             refuses an answer that has such a header twice."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mismatch_has_its_words() {
        let check = |of: Mismatch, expected: &str| assert_eq!(mismatch(&of), expected);
        check(Mismatch::Layers { expected: 1, actual: 0 }, "0, and the manifest has 1 layer");
        check(Mismatch::Layers { expected: 3, actual: 2 }, "2, and the manifest has 3 layers");
        let claim = |expected: &str, actual: &str| {
            let (expected, actual) = (expected.to_owned(), actual.to_owned());
            Mismatch::Claim { expected, actual }
        };
        check(claim("gzip", "none"), "not compressed, and not gzip");
        check(claim("gzip", "zstd"), "zstd, not gzip");
        let long = "x".repeat(50_000);
        assert!(mismatch(&claim(&long, &long)).len() < 500);
    }

    #[test]
    fn r167_every_configuration_has_a_name_and_a_remark() {
        for of in RegistryKind::ALL {
            assert!(!kind(of).is_empty() && note(of).ends_with('.'), "{of:?}");
        }
    }
}
