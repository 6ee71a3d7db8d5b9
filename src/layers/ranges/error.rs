//! The outcome of reading by ranges: an error, or the evidence that the content was checked
//! against.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::content::decode::DecodeError;

/// The reason why content could not be read by a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RangeError {
    /// The bytes cannot be decompressed, so they are not those that were expected.
    Decoding(DecodeError),
    /// There were fewer bytes than the plan asked for.
    Short,
    /// The bytes are others than in the first pass, or than the table of contents says.
    Changed,
    /// The content is larger than the caller wanted, in bytes.
    TooLarge(u64),
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decoding(error) => error.fmt(f),
            Self::Short => f.write_str("fewer bytes came than there should be"),
            Self::Changed => f.write_str("these are not the bytes that were announced"),
            Self::TooLarge(limit) => write!(f, "the content is larger than {limit} bytes"),
        }
    }
}

impl std::error::Error for RangeError {}

/// The evidence that content read by a range was checked against. A range can never be checked
/// against the digest of its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// The first pass, in which the whole layer had its digest.
    FirstPass,
    /// Digests in the table of contents, and that against the digest in the layer's annotation.
    Toc,
    /// Nothing: the table of contents has no digest of it.
    NoDigest,
    /// Nothing: no digest vouches for the table of contents.
    LooseToc,
    /// Nothing: the layer was not read to its end, or its digest cannot be computed here.
    Unhashed,
}
