//! Descriptors from the headers of an answer (R29, R30).

use super::{
    headers::{Headers, name},
    range,
};
use crate::oci::{Descriptor, Digest, MediaType};

/// The statements of an answer's headers about its content. Each may be missing or hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// `Content-Type` without parameters. `None` if it is missing, malformed or generic.
    pub media_type: Option<MediaType>,
    /// The size of the whole content in bytes.
    pub size: Option<u64>,
    /// `Docker-Content-Digest`, if it is a digest.
    pub digest: Option<Digest>,
}

/// The reason why headers make no descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DescribeError {
    /// The header's digest is not the one that was asked for.
    DigestMismatch {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest in the header.
        actual: Digest,
    },
    /// The header holds a text that is no digest.
    BadDigest(String),
    /// Neither the header nor the caller names a digest. Read the content and hash it.
    NoDigest,
    /// The size is missing or hidden. Read the content and count it.
    NoSize,
    /// The answer is partial, and its `Content-Range` does not give the whole size.
    BadContentRange,
}

/// Reads the headers of an answer, each on its own.
pub fn read(status: u16, headers: &Headers) -> Described {
    Described {
        media_type: content_type(headers),
        size: size(status, headers).ok(),
        digest: headers.get(name::DOCKER_CONTENT_DIGEST).and_then(|text| text.trim().parse().ok()),
    }
}

/// Returns `Content-Type` without parameters (R29). Generic types count as missing (R38).
pub fn content_type(headers: &Headers) -> Option<MediaType> {
    let text = headers.get(name::CONTENT_TYPE)?.split(';').next()?.trim();
    let (kind, subtype) = text.split_once('/')?;
    let generic =
        ["application/octet-stream", "application/json", "text/plain", "binary/octet-stream"];
    let legal =
        |part: &str| !part.is_empty() && part.chars().all(crate::wire::field_cursor::is_token);
    let says_something = !generic.iter().any(|known| text.eq_ignore_ascii_case(known));
    (legal(kind) && legal(subtype) && says_something).then(|| MediaType::new(text))
}

/// Returns the size of the whole content: the number after the `/` of a partial answer, else
/// `Content-Length`.
fn size(status: u16, headers: &Headers) -> Result<u64, DescribeError> {
    if status == 206 {
        let range = headers.get(name::CONTENT_RANGE).and_then(range::parse_content_range);
        return range.and_then(|range| range.total).ok_or(DescribeError::BadContentRange);
    }
    let length = headers.get(name::CONTENT_LENGTH).map(str::trim).unwrap_or_default();
    let digits = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| length.parse().ok()).flatten().ok_or(DescribeError::NoSize)
}

/// Makes a descriptor of an answer's headers. `known` is the digest that the caller asked for, if
/// there is one. A missing media type becomes `application/octet-stream`.
///
/// # Errors
/// The headers give no digest or no size, or the header names another digest. A digest of another
/// algorithm is not compared, because it may name the same content.
pub fn descriptor(
    status: u16,
    headers: &Headers,
    known: Option<&Digest>,
) -> Result<Descriptor, DescribeError> {
    let digest = digest(headers, known)?;
    let size = size(status, headers)?;
    let media_type = headers
        .get(name::CONTENT_TYPE)
        .and_then(|text| text.split(';').next())
        .map(str::trim)
        .filter(|text| text.split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty()))
        .map_or(MediaType::OCTET_STREAM, MediaType::new);
    Ok(Descriptor::new(media_type, digest, size))
}

fn digest(headers: &Headers, known: Option<&Digest>) -> Result<Digest, DescribeError> {
    let Some(text) = headers.get(name::DOCKER_CONTENT_DIGEST) else {
        return known.cloned().ok_or(DescribeError::NoDigest);
    };
    let actual: Digest =
        text.trim().parse().map_err(|_| DescribeError::BadDigest(text.to_owned()))?;
    match known {
        Some(known) if known.algorithm() != actual.algorithm() => Ok(known.clone()),
        Some(known) if *known != actual => {
            Err(DescribeError::DigestMismatch { expected: known.clone(), actual })
        }
        _ => Ok(actual),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn sha256(fill: &str) -> Digest {
        format!("sha256:{}", fill.repeat(64)).parse().unwrap()
    }

    #[test]
    fn r029_descriptors_from_headers() {
        let check = |status, fields: &[(&str, &str)], known: Option<&Digest>, expected| {
            let headers: Headers = fields.iter().copied().collect();
            assert_eq!(descriptor(status, &headers, known), expected, "{fields:?}");
        };
        let (a, b) = (sha256("a"), sha256("b"));
        let length = ("Content-Length", "7");
        let named = ("Docker-Content-Digest", a.as_str());
        let bytes = |digest: &Digest| Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), 7);
        check(200, &[length, named], None, Ok(bytes(&a)));
        check(200, &[length, named], Some(&a), Ok(bytes(&a)));
        let mismatch = DescribeError::DigestMismatch { expected: b.clone(), actual: a.clone() };
        check(200, &[length, named], Some(&b), Err(mismatch));
        check(200, &[length], None, Err(DescribeError::NoDigest));
        check(200, &[named], None, Err(DescribeError::NoSize));
        check(206, &[named, ("Content-Range", "bytes 0-1/7")], None, Ok(bytes(&a)));
        check(206, &[named, length], None, Err(DescribeError::BadContentRange));
        let bad = ("Docker-Content-Digest", "md5");
        check(200, &[length, bad], None, Err(DescribeError::BadDigest("md5".to_owned())));
        let typed = ("Content-Type", "application/vnd.oci.image.index.v1+json; charset=utf-8");
        let index = Descriptor::new(MediaType::OCI_INDEX, a.clone(), 7);
        check(200, &[length, named, typed], None, Ok(index));
    }

    #[test]
    fn d04_the_callers_digest_is_used_where_the_header_is_missing() {
        let headers = Headers::new().with("Content-Length", "7");
        let found = descriptor(200, &headers, Some(&sha256("a"))).unwrap();
        assert_eq!(found.digest, sha256("a"));
    }

    #[test]
    fn r030_what_is_hidden_is_none() {
        let nothing = Described { media_type: None, size: None, digest: None };
        assert_eq!(read(200, &Headers::new()), nothing);
        let headers = Headers::new().with("Content-Type", "application/json; charset=utf-8");
        assert_eq!(content_type(&headers), None);
        let headers = Headers::new().with("Content-Type", "rubbish");
        assert_eq!(content_type(&headers), None);
    }
}
