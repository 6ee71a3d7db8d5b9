//! The meaning of a failed answer. It comes from the codes of the specification, else from the
//! status (R19 to R25).

use std::fmt;

use super::{
    challenge::ChallengeError,
    endpoint::{Endpoint, Subject},
    error_document::{Code, ErrorDocument},
    method::Method,
};
use crate::oci::Digest;

/// A failure as the registry reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// This content is not there.
    Unknown(Subject),
    /// A manifest points at content that the registry does not have. The registry may name it.
    ReferencesUnknown(Option<Digest>),
    /// The registry asks for credentials.
    Unauthorized,
    /// The registry denies access.
    Denied,
    /// The registry does not have this operation, or not for this kind of content.
    Unsupported,
    /// The range is wrong: a chunk out of order, or bytes beyond the end.
    RangeInvalid,
    /// The registry refuses the content: name, tag, digest, size or manifest invalid.
    Rejected(Rejection),
    /// Status 429, or its code.
    TooManyRequests,
    /// The registry failed or is not available.
    Unavailable,
    /// The content has not changed since it was last read (304).
    NotModified,
    /// Any other status.
    Status(u16),
}

/// The registry's complaint about the content that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rejection {
    /// The repository's name.
    Name,
    /// The tag, which is outside what the registry allows.
    Tag,
    /// The manifest: its form, its type, or what it points at.
    Manifest,
    /// The manifest's signature (schema 1).
    Unverified,
    /// The digest does not fit the content, or its algorithm is not accepted.
    Digest,
    /// The size does not fit the content.
    Size,
    /// The upload, which is in another state or was never begun.
    Upload,
    /// The content is larger than the registry accepts (413).
    TooLarge,
    /// The page is larger than the registry lists at a time.
    PageSize,
    /// The manifest is of schema 1, which the registry no longer takes.
    Schema1,
    /// The registry did not say.
    Unsaid,
}

impl FailureKind {
    /// Judges an answer to `endpoint` that was no success. `challenge` is the error in the answer's
    /// `WWW-Authenticate`, if there is one (R25).
    ///
    /// A status with one clear meaning counts more than a code: some registries answer 401 with
    /// `DENIED`, 429 with `UNKNOWN`, and 404 for a missing repository with `MANIFEST_UNKNOWN`.
    pub fn of(
        endpoint: &Endpoint,
        document: &ErrorDocument,
        challenge: Option<&ChallengeError>,
    ) -> Self {
        match (document.status, challenge) {
            (401, Some(ChallengeError::InsufficientScope)) => Self::Denied,
            (401, _) => Self::Unauthorized,
            (304, _) => Self::NotModified,
            (429, _) => Self::TooManyRequests,
            (416, _) => Self::RangeInvalid,
            (status, _) => document
                .entries
                .iter()
                .find_map(|entry| Self::of_code(&entry.code, status, endpoint, entry))
                .unwrap_or_else(|| Self::of_status(status, endpoint)),
        }
    }

    fn of_code(
        code: &Code,
        status: u16,
        endpoint: &Endpoint,
        entry: &super::error_document::Entry,
    ) -> Option<Self> {
        let is_push = endpoint.method() == Method::Put && endpoint.subject() == Subject::Repository;
        let kind = match code {
            // For a pushed manifest, distribution names missing blobs with either code.
            Code::ManifestBlobUnknown => Self::ReferencesUnknown(entry.digest()),
            Code::BlobUnknown | Code::ManifestUnknown if is_push => {
                Self::ReferencesUnknown(entry.digest())
            }
            Code::BlobUnknown => Self::Unknown(Subject::Blob),
            Code::BlobUploadUnknown => Self::Unknown(Subject::Upload),
            Code::ManifestUnknown => Self::Unknown(Subject::Manifest),
            Code::NameUnknown => Self::Unknown(Subject::Repository),
            Code::BlobUploadInvalid => Self::Rejected(Rejection::Upload),
            Code::DigestInvalid => Self::Rejected(Rejection::Digest),
            Code::ManifestInvalid if says_schema_1(entry) => Self::Rejected(Rejection::Schema1),
            Code::ManifestInvalid => Self::Rejected(Rejection::Manifest),
            Code::ManifestUnverified => Self::Rejected(Rejection::Unverified),
            Code::NameInvalid => Self::Rejected(Rejection::Name),
            Code::TagInvalid => Self::Rejected(Rejection::Tag),
            Code::SizeInvalid => Self::Rejected(Rejection::Size),
            Code::RangeInvalid => Self::RangeInvalid,
            Code::PaginationNumberInvalid => Self::Rejected(Rejection::PageSize),
            Code::Unauthorized => Self::Unauthorized,
            Code::Denied => Self::Denied,
            Code::Unsupported => Self::Unsupported,
            Code::TooManyRequests => Self::TooManyRequests,
            Code::Unavailable => Self::Unavailable,
            // The status says more than an unknown code.
            Code::Other(_) => return None,
        };
        (status >= 400).then_some(kind)
    }

    /// Judges a status without a usable code, as after HEAD, which has no body (R24).
    pub fn of_status(status: u16, endpoint: &Endpoint) -> Self {
        match status {
            304 => Self::NotModified,
            400 => Self::Rejected(Rejection::Unsaid),
            401 => Self::Unauthorized,
            403 => Self::Denied,
            404 => Self::Unknown(endpoint.subject()),
            405 => Self::Unsupported,
            413 => Self::Rejected(Rejection::TooLarge),
            416 => Self::RangeInvalid,
            429 => Self::TooManyRequests,
            500 | 502..=504 | 522 => Self::Unavailable,
            501 => Self::Unsupported,
            _ => Self::Status(status),
        }
    }
}

/// Returns true if the registry refuses a manifest for its schema. There is no code for it: distribution says
/// “Schema 1 manifest not supported” in the detail.
fn says_schema_1(entry: &super::error_document::Entry) -> bool {
    let says = |text: &str| text.to_ascii_lowercase().contains("schema 1 manifest");
    says(&entry.detail) || says(&entry.message)
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "the name of the repository",
            Self::Tag => "the tag",
            Self::Manifest => "the manifest",
            Self::Unverified => "the manifest cannot be verified",
            Self::Digest => "the digest",
            Self::Size => "the size",
            Self::Upload => "the state of the upload",
            Self::TooLarge => "it is too large",
            Self::PageSize => "the size of the page",
            Self::Schema1 => "manifests of schema 1 are not taken",
            Self::Unsaid => "no reason is given",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::wire::Window;

    fn get_manifest() -> Endpoint {
        let reference = "latest".parse().unwrap();
        Endpoint::GetManifest { repository: "a".parse().unwrap(), reference }
    }

    fn put_manifest() -> Endpoint {
        let (repository, reference) = ("a".parse().unwrap(), "latest".parse().unwrap());
        Endpoint::PutManifest { repository, reference, tags: Vec::new() }
    }

    fn judge(endpoint: &Endpoint, status: u16, code: &str) -> FailureKind {
        let body = format!(r#"{{"errors":[{{"code":"{code}"}}]}}"#);
        FailureKind::of(endpoint, &ErrorDocument::read(status, body.as_bytes()), None)
    }

    #[test]
    fn r023_every_code_has_its_kind() {
        let check = |status, code: &str, expected| {
            assert_eq!(judge(&get_manifest(), status, code), expected, "{code}");
        };
        check(404, "BLOB_UNKNOWN", FailureKind::Unknown(Subject::Blob));
        check(400, "BLOB_UPLOAD_INVALID", FailureKind::Rejected(Rejection::Upload));
        check(404, "BLOB_UPLOAD_UNKNOWN", FailureKind::Unknown(Subject::Upload));
        check(400, "DIGEST_INVALID", FailureKind::Rejected(Rejection::Digest));
        check(404, "MANIFEST_BLOB_UNKNOWN", FailureKind::ReferencesUnknown(None));
        check(400, "MANIFEST_INVALID", FailureKind::Rejected(Rejection::Manifest));
        check(404, "MANIFEST_UNKNOWN", FailureKind::Unknown(Subject::Manifest));
        check(400, "NAME_INVALID", FailureKind::Rejected(Rejection::Name));
        check(404, "NAME_UNKNOWN", FailureKind::Unknown(Subject::Repository));
        check(400, "SIZE_INVALID", FailureKind::Rejected(Rejection::Size));
        check(401, "UNAUTHORIZED", FailureKind::Unauthorized);
        check(403, "DENIED", FailureKind::Denied);
        check(405, "UNSUPPORTED", FailureKind::Unsupported);
        check(429, "TOOMANYREQUESTS", FailureKind::TooManyRequests);
        check(416, "RANGE_INVALID", FailureKind::RangeInvalid);
        check(400, "TAG_INVALID", FailureKind::Rejected(Rejection::Tag));
        check(400, "PAGINATION_NUMBER_INVALID", FailureKind::Rejected(Rejection::PageSize));
        check(400, "MANIFEST_UNVERIFIED", FailureKind::Rejected(Rejection::Unverified));
        check(503, "UNAVAILABLE", FailureKind::Unavailable);
        check(404, "SOMETHING_ELSE", FailureKind::Unknown(Subject::Manifest));
        check(401, "DENIED", FailureKind::Unauthorized);
        check(429, "UNKNOWN", FailureKind::TooManyRequests);
    }

    #[test]
    fn r019_failures_of_blobs_are_told_apart() {
        let digest: Digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
        let location = crate::wire::Url::parse("https://r.example/u").unwrap();
        let commit = Endpoint::CommitUpload { location, digest };
        let kinds = [
            judge(&commit, 404, "BLOB_UPLOAD_UNKNOWN"),
            judge(&commit, 404, "BLOB_UNKNOWN"),
            judge(&commit, 400, "SIZE_INVALID"),
            judge(&commit, 400, "DIGEST_INVALID"),
            judge(&commit, 400, "BLOB_UPLOAD_INVALID"),
        ];
        let expected = [
            FailureKind::Unknown(Subject::Upload),
            FailureKind::Unknown(Subject::Blob),
            FailureKind::Rejected(Rejection::Size),
            FailureKind::Rejected(Rejection::Digest),
            FailureKind::Rejected(Rejection::Upload),
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn r021_general_failures_are_told_apart() {
        let check = |status, code: &str, expected| {
            assert_eq!(judge(&get_manifest(), status, code), expected, "{status} {code}");
        };
        check(403, "DENIED", FailureKind::Denied);
        check(304, "", FailureKind::NotModified);
        check(405, "UNSUPPORTED", FailureKind::Unsupported);
        check(400, "UNSUPPORTED", FailureKind::Unsupported);
    }

    #[test]
    fn r022_what_the_old_client_told_apart_still_is() {
        let check = |endpoint: &Endpoint, status, expected| {
            assert_eq!(FailureKind::of_status(status, endpoint), expected, "{status}");
        };
        let repository = "a".parse().unwrap();
        let tags = Endpoint::Tags { repository, window: Window::default() };
        let location = crate::wire::Url::parse("https://r.example/u").unwrap();
        let chunk = Endpoint::SendChunk { location };
        check(&tags, 404, FailureKind::Unknown(Subject::Repository));
        check(&get_manifest(), 404, FailureKind::Unknown(Subject::Manifest));
        check(&chunk, 404, FailureKind::Unknown(Subject::Upload));
        check(&chunk, 416, FailureKind::RangeInvalid);
        check(&chunk, 418, FailureKind::Status(418));
    }

    #[test]
    fn r020_a_manifest_that_names_missing_content_says_which() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let body = format!(
            r#"{{"errors":[{{"code":"MANIFEST_BLOB_UNKNOWN","detail":{{"digest":"{digest}"}}}}]}}"#
        );
        let document = ErrorDocument::read(400, body.as_bytes());
        let kind = FailureKind::of(&put_manifest(), &document, None);
        assert_eq!(kind, FailureKind::ReferencesUnknown(Some(digest.parse().unwrap())));
        assert_eq!(
            judge(&put_manifest(), 404, "BLOB_UNKNOWN"),
            FailureKind::ReferencesUnknown(None)
        );
    }

    #[test]
    fn r024_head_errors_are_made_from_status_and_endpoint() {
        let digest: Digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
        let stat = Endpoint::StatBlob { repository: "a".parse().unwrap(), digest };
        let check = |endpoint: &Endpoint, status, expected| {
            let kind = FailureKind::of(endpoint, &ErrorDocument::read(status, b""), None);
            assert_eq!(kind, expected, "{status}");
        };
        check(&stat, 404, FailureKind::Unknown(Subject::Blob));
        check(&get_manifest(), 404, FailureKind::Unknown(Subject::Manifest));
        let tags = Endpoint::Tags { repository: "a".parse().unwrap(), window: Window::default() };
        check(&tags, 404, FailureKind::Unknown(Subject::Repository));
        check(&stat, 401, FailureKind::Unauthorized);
        check(&stat, 403, FailureKind::Denied);
        check(&stat, 405, FailureKind::Unsupported);
        check(&stat, 413, FailureKind::Rejected(Rejection::TooLarge));
        check(&stat, 418, FailureKind::Status(418));
        check(&stat, 502, FailureKind::Unavailable);
        check(&stat, 304, FailureKind::NotModified);
    }

    #[test]
    fn r025_insufficient_scope_is_denied_and_an_invalid_token_is_not() {
        let document = ErrorDocument::read(401, b"");
        let judge = |error| FailureKind::of(&get_manifest(), &document, Some(&error));
        assert_eq!(judge(ChallengeError::InsufficientScope), FailureKind::Denied);
        assert_eq!(judge(ChallengeError::InvalidToken), FailureKind::Unauthorized);
    }
}
