//! Digests: `algorithm:encoded`, as image-spec descriptor.md defines them (R3).

use std::{fmt, str::FromStr};

use crate::caps;

/// A digest algorithm. It may be unknown here and still fit the grammar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-256, 64 lower-case hex digits.
    Sha256,
    /// SHA-512, 128 lower-case hex digits.
    Sha512,
    /// BLAKE3, 64 lower-case hex digits (image-spec main, descriptor.md).
    Blake3,
    /// Any other algorithm that fits the grammar. Its digests can be compared and shown, but not
    /// verified.
    Other(String),
}

impl Algorithm {
    /// Returns the name as it stands before the colon.
    pub fn name(&self) -> &str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Blake3 => "blake3",
            Self::Other(name) => name,
        }
    }

    /// Returns true if the digest of content can be computed here by this algorithm.
    pub fn is_supported(&self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// Returns the number of hex digits of this algorithm's digests, if it is known.
    fn hex_len(&self) -> Option<usize> {
        match self {
            Self::Sha256 | Self::Blake3 => Some(64),
            Self::Sha512 => Some(128),
            Self::Other(_) => None,
        }
    }

    /// Reads the name of an algorithm. Returns `None` if the name does not fit the grammar.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "sha256" => Self::Sha256,
            "sha512" => Self::Sha512,
            "blake3" => Self::Blake3,
            _ if is_algorithm(name) => Self::Other(name.to_owned()),
            _ => return None,
        })
    }
}

/// A digest that fits the grammar. It prints exactly as it was parsed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    text: String,
    colon: usize,
}

impl Digest {
    /// Builds a digest from an algorithm and its encoded part.
    ///
    /// # Errors
    /// As for parsing.
    pub fn new(algorithm: &Algorithm, encoded: &str) -> Result<Self, DigestError> {
        format!("{}:{encoded}", algorithm.name()).parse()
    }

    /// Makes the digest of a SHA-256 hash.
    pub fn from_sha256(hash: [u8; 32]) -> Self {
        Self::of_hash(&Algorithm::Sha256, &hash)
    }

    /// Makes the digest of a SHA-512 hash.
    pub fn from_sha512(hash: [u8; 64]) -> Self {
        Self::of_hash(&Algorithm::Sha512, &hash)
    }

    /// Makes the digest of a BLAKE3 hash of the usual length.
    pub fn from_blake3(hash: [u8; 32]) -> Self {
        Self::of_hash(&Algorithm::Blake3, &hash)
    }

    fn of_hash(algorithm: &Algorithm, hash: &[u8]) -> Self {
        let name = algorithm.name();
        let mut text = format!("{name}:");
        for byte in hash {
            text.extend([byte >> 4, byte & 15].map(hex_digit));
        }
        Self { text, colon: name.len() }
    }

    /// Returns the whole digest, `algorithm:encoded`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the algorithm before the colon.
    pub fn algorithm(&self) -> Algorithm {
        let name = self.text.get(..self.colon).unwrap_or_default();
        Algorithm::parse(name).unwrap_or_else(|| Algorithm::Other(name.to_owned()))
    }

    /// Returns the part after the colon.
    pub fn encoded(&self) -> &str {
        self.text.get(self.colon + 1..).unwrap_or_default()
    }

    /// Returns the first twelve characters of the encoded part. They are for the eye and are never
    /// compared.
    pub fn short(&self) -> &str {
        self.encoded().get(..12).unwrap_or(self.encoded())
    }
}

/// Returns a number below 16 as a lower-case hexadecimal digit.
fn hex_digit(number: u8) -> char {
    char::from_digit(u32::from(number), 16).unwrap_or('0')
}

/// The reason why a text is no digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DigestError {
    /// It does not fit the grammar `algorithm:encoded`.
    Malformed(String),
    /// The algorithm is known, and the encoded part has the wrong length.
    Length {
        /// The whole text.
        digest: String,
        /// The number of characters that the algorithm's digests have.
        expected: usize,
        /// The number of characters found.
        actual: usize,
    },
    /// The algorithm is known, and the encoded part is not lower-case hexadecimal.
    NotLowerHex(String),
}

impl fmt::Display for DigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text) | Self::NotLowerHex(text) => write!(f, "invalid digest “{text}”"),
            Self::Length { digest, expected, .. } => {
                write!(f, "invalid digest “{digest}”: not {expected} characters")
            }
        }
    }
}

impl std::error::Error for DigestError {}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        if text.len() > caps::DIGEST_BYTES {
            let start = text.get(..text.floor_char_boundary(caps::DIGEST_BYTES));
            return Err(DigestError::Malformed([start.unwrap_or_default(), "…"].concat()));
        }
        let malformed = || DigestError::Malformed(text.to_owned());
        let (name, encoded) = text.split_once(':').ok_or_else(malformed)?;
        let algorithm = Algorithm::parse(name).ok_or_else(malformed)?;
        if encoded.is_empty() || !encoded.bytes().all(is_encoded) {
            return Err(malformed());
        }
        check_known(text, &algorithm, encoded)?;
        Ok(Self { text: text.to_owned(), colon: name.len() })
    }
}

fn check_known(text: &str, algorithm: &Algorithm, encoded: &str) -> Result<(), DigestError> {
    let Some(expected) = algorithm.hex_len() else { return Ok(()) };
    if encoded.len() != expected {
        let digest = text.to_owned();
        return Err(DigestError::Length { digest, expected, actual: encoded.len() });
    }
    if !encoded.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(DigestError::NotLowerHex(text.to_owned()));
    }
    Ok(())
}

/// Lower-case alphanumerics joined by single `+`, `.`, `_` or `-`.
fn is_algorithm(name: &str) -> bool {
    name.split(['+', '.', '_', '-']).all(|part| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

fn is_encoded(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'=' | b'_' | b'-')
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cap_digest_bytes_refuses_a_longer_text() {
        let read = |length: usize| format!("{:a<length$}", "other:").parse::<Digest>();
        let most = caps::DIGEST_BYTES;
        assert_eq!(read(most).map(|digest| digest.as_str().len()), Ok(most));
        let start = format!("{:a<most$}…", "other:");
        assert_eq!(read(most + 1), Err(DigestError::Malformed(start)));
    }
}
