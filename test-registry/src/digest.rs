//! Digests of bytes, in the text form of the image specification.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// `sha256:…` of some bytes.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    hexed(&Sha256::digest(bytes))
}

pub(crate) fn hexed(hash: &[u8]) -> String {
    hash.iter().fold(String::from("sha256:"), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
