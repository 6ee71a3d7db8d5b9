//! Counting and hashing bytes as they pass, against a digest and a size (R81).
//!
//! Sizes are 64-bit, memory is constant, and a byte too many is an error at once: a body that never
//! ends must not be read to its end to find that out.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha512};

use super::sha256_lanes::{HashBatch, Midstate, RunningHash};
use crate::{
    error::{Error, ErrorKind},
    oci::{Algorithm, Digest},
};

/// Returns the SHA-256 digest of some bytes: the digest by which registries name content by
/// default.
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest::from_sha256(Sha256::digest(bytes).into())
}

/// The digest of some bytes by any algorithm that can be computed here.
pub fn digest_with(algorithm: &Algorithm, bytes: &[u8]) -> Option<Digest> {
    let mut hasher = Hasher::new(algorithm)?;
    hasher.update(bytes);
    Some(hasher.finish())
}

/// A running hash.
pub struct Hasher(HashState);

enum HashState {
    Sha256(Sha256),
    // Behind a trait: a program that never hashes in batches, such as the page, does not link the code.
    Lane(Box<dyn RunningHash>),
    Sha512(Sha512),
    // Boxed: its state is 1.9 kB, against about 0.1 and 0.2 kB of the others.
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    /// A hash with nothing in it; `None` if the algorithm cannot be computed here (R3).
    pub fn new(algorithm: &Algorithm) -> Option<Self> {
        Some(Self(match algorithm {
            Algorithm::Sha256 => return Some(Self::sha256()),
            Algorithm::Sha512 => HashState::Sha512(Sha512::new()),
            Algorithm::Blake3 => HashState::Blake3(Box::default()),
            Algorithm::Other(_) => return None,
        }))
    }

    /// A running SHA-256.
    pub fn sha256() -> Self {
        Self(HashState::Sha256(Sha256::new()))
    }

    /// Hashes in a batch with others, if that is faster. Must be called before the first byte.
    #[must_use]
    pub fn in_batch(self, batch: &HashBatch) -> Self {
        match self.0 {
            HashState::Sha256(_) => Self(HashState::Lane(Box::new(batch.join()))),
            _ => self,
        }
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            HashState::Sha256(hash) => hash.update(bytes),
            HashState::Lane(lane) => lane.update(bytes),
            HashState::Sha512(hash) => hash.update(bytes),
            HashState::Blake3(hash) => {
                hash.update(bytes);
            }
        }
    }

    /// The digest of all bytes taken in.
    pub fn finish(self) -> Digest {
        match self.0 {
            HashState::Sha256(hash) => Digest::from_sha256(hash.finalize().into()),
            HashState::Lane(lane) => Digest::from_sha256(lane.finish()),
            HashState::Sha512(hash) => Digest::from_sha512(hash.finalize().into()),
            HashState::Blake3(hash) => Digest::from_blake3(*hash.finalize().as_bytes()),
        }
    }
}

/// Counts and hashes bytes, and compares them with what was announced.
pub struct Verifier {
    expected: Digest,
    size: Option<u64>,
    /// The most bytes that are taken in, whatever size was announced.
    most: Option<u64>,
    received: u64,
    hasher: Option<Hasher>,
}

impl Verifier {
    /// A verifier for content of this digest and, if it is known, this size in bytes.
    pub fn new(expected: &Digest, size: Option<u64>) -> Self {
        let hasher = Hasher::new(&expected.algorithm());
        Self { expected: expected.clone(), size, most: size, received: 0, hasher }
    }

    /// Lets the digest decide: more bytes than were announced are taken in, up to this many.
    #[must_use]
    pub fn reading_up_to(mut self, most: u64) -> Self {
        self.most = self.size.map(|size| size.max(most));
        self
    }

    /// Hashes in a batch with others, if that is faster. Must be called before the first byte.
    #[must_use]
    pub fn in_batch(mut self, batch: &HashBatch) -> Self {
        self.hasher = self.hasher.map(|hasher| hasher.in_batch(batch));
        self
    }

    /// The digest that the content is to have.
    pub fn expected(&self) -> &Digest {
        &self.expected
    }

    /// Makes midstates available if the digest is of SHA-256. Must be called before the first byte.
    #[must_use]
    pub fn with_midstates(self) -> Self {
        match &self.hasher {
            Some(Hasher(HashState::Lane(_))) => self,
            _ => self.in_batch(&HashBatch::default()),
        }
    }

    /// Returns the state of the hash; `None` if it cannot be kept.
    pub fn midstate(&self) -> Option<Midstate> {
        match &self.hasher {
            Some(Hasher(HashState::Lane(lane))) => lane.midstate(),
            _ => None,
        }
    }

    /// Bytes taken in so far, counting those that were too many.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Takes in the next bytes.
    ///
    /// # Errors
    /// As soon as there are more bytes than were announced; nothing after that can be verified.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), SizeExceeded> {
        self.received = self.received.saturating_add(bytes.len() as u64);
        match self.most {
            Some(most) if self.received > most => {
                self.hasher = None;
                Err(SizeExceeded { digest: self.expected.clone(), expected: most })
            }
            _ => {
                if let Some(hasher) = &mut self.hasher {
                    hasher.update(bytes);
                }
                Ok(())
            }
        }
    }

    /// Counts as if so many bytes had come, for tests of caps that no test can reach.
    #[cfg(test)]
    pub(crate) fn pretend(&mut self, received: u64) {
        self.received = received;
    }

    /// The verdict after the last byte. The digest decides if the bytes are right.
    pub fn finish(self) -> Verdict {
        self.finish_with_digest().0
    }

    /// Does the same as [`Self::finish`], and returns the digest of the bytes if it could be computed.
    pub fn finish_with_digest(self) -> (Verdict, Option<Digest>) {
        let actual = self.received;
        let came = self.hasher.map(Hasher::finish);
        let digest = came.clone().map(|came| compare(self.expected.clone(), came));
        let verdict = match (self.size.filter(|size| *size != actual), digest) {
            (Some(stated), Some(Verdict::Verified)) => Verdict::WrongSize { stated, actual },
            (Some(expected), _) => Verdict::SizeMismatch { expected, actual },
            (None, None) => Verdict::Unsupported(self.expected),
            (None, Some(verdict)) => verdict,
        };
        (verdict, came)
    }
}

fn compare(expected: Digest, actual: Digest) -> Verdict {
    if expected == actual {
        Verdict::Verified
    } else {
        Verdict::DigestMismatch { expected, actual }
    }
}

/// Verifies bytes that are complete.
pub fn verify(bytes: &[u8], expected: &Digest, size: Option<u64>) -> Verdict {
    let mut verifier = Verifier::new(expected, size).reading_up_to(u64::MAX);
    let _ = verifier.update(bytes);
    verifier.finish()
}

/// The verdict on some content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Size and digest are right.
    Verified,
    /// The size is right or was not known, the digest is not right.
    DigestMismatch {
        /// The digest that was announced.
        expected: Digest,
        /// The digest of the bytes.
        actual: Digest,
    },
    /// There were fewer or more bytes than announced, and they do not have the digest.
    SizeMismatch {
        /// The size that was announced, in bytes.
        expected: u64,
        /// The bytes counted. If there are too many, counting stops when that is seen.
        actual: u64,
    },
    /// The digest is right, and the size that was announced is not.
    WrongSize {
        /// The size that was announced, in bytes.
        stated: u64,
        /// The number of bytes that have the digest.
        actual: u64,
    },
    /// The size is right or was not known; the algorithm cannot be computed here (R3).
    Unsupported(Digest),
}

impl Verdict {
    /// Returns `true` if digest and size are right.
    pub fn is_verified(&self) -> bool {
        *self == Self::Verified
    }

    /// Returns `true` if the bytes have the digest, whatever size was announced.
    pub fn has_digest(&self) -> bool {
        matches!(self, Self::Verified | Self::WrongSize { .. })
    }

    /// Returns `true` if the bytes are known to be others.
    pub fn is_mismatch(&self) -> bool {
        matches!(self, Self::DigestMismatch { .. } | Self::SizeMismatch { .. })
    }

    /// Returns the error for a caller that accepts verified bytes only.
    ///
    /// # Errors
    /// `DigestMismatch`, `SizeMismatch`, `WrongSize`, `UnsupportedDigest`.
    pub fn require_verified(self) -> Result<(), ErrorKind> {
        Err(match self {
            Self::Verified => return Ok(()),
            Self::DigestMismatch { expected, actual } => {
                ErrorKind::DigestMismatch { expected, actual }
            }
            Self::SizeMismatch { expected, actual } => {
                ErrorKind::SizeMismatch { digest: None, expected, actual }
            }
            Self::WrongSize { stated, actual } => {
                ErrorKind::WrongSize { digest: None, stated, actual }
            }
            Self::Unsupported(digest) => ErrorKind::UnsupportedDigest(digest),
        })
    }

    /// Returns the error for a caller that also accepts bytes whose algorithm is unknown: counted,
    /// not hashed. Such a caller sees it from the digest (R3).
    ///
    /// # Errors
    /// `DigestMismatch`, `SizeMismatch`, `WrongSize`.
    pub fn reject_mismatch(self) -> Result<(), ErrorKind> {
        match self {
            Self::Unsupported(_) => Ok(()),
            other => other.require_verified(),
        }
    }

    /// Returns the verdict that an error of a verifying source states.
    ///
    /// # Errors
    /// The same error if it states none.
    pub fn of_error(error: Error) -> Result<Self, Error> {
        match error.kind {
            ErrorKind::DigestMismatch { expected, actual } => {
                Ok(Self::DigestMismatch { expected, actual })
            }
            ErrorKind::SizeMismatch { expected, actual, .. } => {
                Ok(Self::SizeMismatch { expected, actual })
            }
            ErrorKind::WrongSize { stated, actual, .. } => Ok(Self::WrongSize { stated, actual }),
            _ => Err(error),
        }
    }
}

/// More bytes came than were announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizeExceeded {
    /// The digest under which they were announced.
    pub digest: Digest,
    /// The size that was announced, in bytes.
    pub expected: u64,
}

impl fmt::Display for SizeExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than the {} bytes announced for {} came", self.expected, self.digest)
    }
}

impl std::error::Error for SizeExceeded {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    // FIPS 180-4 examples; the two BLAKE3 values are in the official test vectors for the empty
    // input and in its README for “abc”.
    const KNOWN: &[(&str, &[u8])] = &[
        ("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", b""),
        ("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", b"abc"),
        (
            "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            b"abc",
        ),
        ("blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262", b""),
        ("blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85", b"abc"),
    ];

    fn digest(text: &str) -> Digest {
        text.parse().unwrap()
    }

    #[test]
    fn known_digests_are_computed() {
        for (expected, bytes) in KNOWN {
            let expected = digest(expected);
            assert_eq!(digest_with(&expected.algorithm(), bytes), Some(expected.clone()));
            assert_eq!(verify(bytes, &expected, Some(bytes.len() as u64)), Verdict::Verified);
            assert_eq!(verify(bytes, &expected, None), Verdict::Verified);
        }
    }

    #[test]
    fn slices_of_any_length_give_the_same_digest() {
        let bytes: Vec<u8> =
            (0u32..10_007).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512, Algorithm::Blake3] {
            let whole = digest_with(&algorithm, &bytes).unwrap();
            for length in [1, 3, 55, 63, 64, 65, 127, 128, 129, 1023, 1025, 4096, 9999] {
                let mut verifier = Verifier::new(&whole, Some(bytes.len() as u64));
                bytes.chunks(length).for_each(|chunk| verifier.update(chunk).unwrap());
                assert_eq!(verifier.finish(), Verdict::Verified, "{algorithm:?} by {length}");
            }
        }
    }

    #[test]
    fn r081_a_byte_too_many_fails_at_once() {
        let expected = digest_of(b"abc");
        let mut verifier = Verifier::new(&expected, Some(3));
        assert_eq!(verifier.update(b"ab"), Ok(()));
        let exceeded = SizeExceeded { digest: expected, expected: 3 };
        assert_eq!(verifier.update(b"cd"), Err(exceeded.clone()));
        assert_eq!(verifier.update(b""), Err(exceeded), "it stays failed");
        assert_eq!(verifier.finish(), Verdict::SizeMismatch { expected: 3, actual: 4 });
    }

    #[test]
    fn r081_size_is_checked_before_the_digest() {
        let expected = digest_of(b"abc");
        let short = Verdict::SizeMismatch { expected: 3, actual: 2 };
        assert_eq!(verify(b"ab", &expected, Some(3)), short);
        let actual = digest_of(b"abd");
        assert_eq!(
            verify(b"abd", &expected, Some(3)),
            Verdict::DigestMismatch { expected, actual }
        );
    }

    #[test]
    fn the_digest_decides_and_a_wrong_size_is_told_apart() {
        let expected = digest_of(b"abc");
        for (stated, verdict) in [
            (3, Verdict::Verified),
            (4, Verdict::WrongSize { stated: 4, actual: 3 }),
            (0, Verdict::WrongSize { stated: 0, actual: 3 }),
            (2, Verdict::WrongSize { stated: 2, actual: 3 }),
        ] {
            let mut verifier = Verifier::new(&expected, Some(stated)).reading_up_to(3);
            assert_eq!(verifier.update(b"abc"), Ok(()));
            assert_eq!(verifier.finish(), verdict);
            let mut verifier = Verifier::new(&expected, Some(stated)).reading_up_to(3);
            assert!(verifier.update(b"abcde").is_err(), "no further than the cap");
        }
        assert!(!Verdict::WrongSize { stated: 4, actual: 3 }.is_mismatch());
    }

    #[test]
    fn r003_an_unknown_algorithm_is_counted_and_not_verified() {
        let unknown = digest("sha3-256:abcdef");
        assert_eq!(verify(b"abc", &unknown, Some(3)), Verdict::Unsupported(unknown.clone()));
        let short = Verdict::SizeMismatch { expected: 4, actual: 3 };
        assert_eq!(verify(b"abc", &unknown, Some(4)), short);
    }

    #[test]
    fn sizes_are_wider_than_32_bits() {
        let mut verifier = Verifier::new(&digest_of(b""), Some(u64::from(u32::MAX) + 2));
        verifier.received = u64::from(u32::MAX);
        assert_eq!(verifier.update(b"ab"), Ok(()));
        assert!(verifier.update(b"c").is_err());
        assert_eq!(verifier.received(), u64::from(u32::MAX) + 3);
    }
}
