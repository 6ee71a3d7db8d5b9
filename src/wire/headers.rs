//! A list of header fields. It keeps the order, and the case of names does not matter.

use serde::{Deserialize, Serialize};

/// Names of the header fields of the distribution protocol, in lower case.
pub mod name {
    /// `Accept` (R34, R164).
    pub const ACCEPT: &str = "accept";
    /// `Authorization` (RFC 9110, 11.6.2).
    pub const AUTHORIZATION: &str = "authorization";
    /// `Content-Length` (RFC 9110, 8.6).
    pub const CONTENT_ENCODING: &str = "content-encoding";
    /// The size of the body.
    pub const CONTENT_LENGTH: &str = "content-length";
    /// `Content-Range` (R83, R113).
    pub const CONTENT_RANGE: &str = "content-range";
    /// `Content-Type` (RFC 9110, 8.3).
    pub const CONTENT_TYPE: &str = "content-type";
    /// `Docker-Content-Digest` (R29, R125).
    pub const DOCKER_CONTENT_DIGEST: &str = "docker-content-digest";
    /// `Docker-Distribution-API-Version` (R74).
    pub const DOCKER_API_VERSION: &str = "docker-distribution-api-version";
    /// `Docker-Upload-UUID` (R111).
    pub const DOCKER_UPLOAD_UUID: &str = "docker-upload-uuid";
    /// `ETag` (R139).
    pub const ETAG: &str = "etag";
    /// `If-None-Match` (R139).
    pub const IF_NONE_MATCH: &str = "if-none-match";
    /// `Link` (R98).
    pub const LINK: &str = "link";
    /// `Location` (R110).
    pub const LOCATION: &str = "location";
    /// `OCI-Chunk-Min-Length` (R112).
    pub const OCI_CHUNK_MIN_LENGTH: &str = "oci-chunk-min-length";
    /// `OCI-Filters-Applied` (R104).
    pub const OCI_FILTERS_APPLIED: &str = "oci-filters-applied";
    /// `OCI-Namespace`: the registry behind a proxy.
    pub const OCI_NAMESPACE: &str = "oci-namespace";
    /// `OCI-Subject` (R127).
    pub const OCI_SUBJECT: &str = "oci-subject";
    /// `OCI-Tag` (R126).
    pub const OCI_TAG: &str = "oci-tag";
    /// `Range` (R83, R117).
    pub const RANGE: &str = "range";
    /// `Retry-After` (R46).
    pub const RETRY_AFTER: &str = "retry-after";
    /// `Warning` (R163).
    pub const WARNING: &str = "warning";
    /// `WWW-Authenticate` (R63).
    pub const WWW_AUTHENTICATE: &str = "www-authenticate";
}

/// Header fields in the order in which they were given. A name may repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Makes an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the first field of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Returns every field of this name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns true if a field of this name is present.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Adds a field after the others.
    pub fn append(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Sets a field. It replaces all fields of the same name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.append(name, value);
    }

    /// Returns the same fields with this one set.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Removes every field of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    /// Returns the fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns true if there are no fields.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_case_insensitive_and_order_is_kept() {
        let mut headers: Headers =
            [("Link", "a"), ("ETag", "x"), ("link", "b")].into_iter().collect();
        assert_eq!(headers.all("LINK").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(headers.get(name::ETAG), Some("x"));
        headers.set("LINK", "c");
        let fields: Vec<_> = headers.iter().collect();
        assert_eq!(fields, [("ETag", "x"), ("LINK", "c")]);
        headers.remove("etag");
        assert!(!headers.contains("ETag"));
    }
}
