//! The response headers that a page can read, and the cost of those that it cannot (R165).

use super::headers::{Headers, name};

/// The cost of a hidden header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// Something cannot be done without it.
    Blocks,
    /// Another way is taken, slower or less sure.
    Worsens,
    /// Something is not shown.
    Hides,
}

/// A response header that CORS hides unless `Access-Control-Expose-Headers` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposable {
    /// The name as it is usually written.
    pub name: &'static str,
    /// The use of the header.
    pub needed_for: &'static str,
    /// The behaviour without the header.
    pub without: &'static str,
    /// The severity of the loss.
    pub cost: Cost,
}

const fn header(
    name: &'static str,
    needed_for: &'static str,
    without: &'static str,
    cost: Cost,
) -> Exposable {
    Exposable { name, needed_for, without, cost }
}

/// Every header that is worth exposing, the most important first.
pub const EXPOSABLE: [Exposable; 18] = [
    header("Location", "uploads", "pushing is not possible", Cost::Blocks),
    header(
        "WWW-Authenticate",
        "finding the token server",
        "known token servers, or asking",
        Cost::Worsens,
    ),
    header(
        "Docker-Content-Digest",
        "finding a tag's digest",
        "the manifest is read and hashed",
        Cost::Worsens,
    ),
    header(
        "Link",
        "the next page",
        "paging by the last item; referrers end after one page",
        Cost::Worsens,
    ),
    header("Range", "resuming an upload", "a broken upload starts again", Cost::Worsens),
    header("OCI-Subject", "keeping referrers", "the referrers API is probed", Cost::Worsens),
    header("Retry-After", "waiting as asked", "a fixed back-off", Cost::Worsens),
    header(
        "Content-Range",
        "reading part of a blob",
        "accepted by length, checked by digest",
        Cost::Worsens,
    ),
    header("Accept-Ranges", "knowing that parts can be read", "a range is tried", Cost::Worsens),
    header("OCI-Chunk-Min-Length", "the size of chunks", "large chunks", Cost::Worsens),
    header("Docker-Upload-UUID", "naming an upload", "the location's last segment", Cost::Worsens),
    header("OCI-Tag", "several tags in one push", "one push for each tag", Cost::Worsens),
    header("OCI-Filters-Applied", "filtered referrers", "filtered here", Cost::Worsens),
    header("ETag", "conditional reading", "digests are compared", Cost::Worsens),
    header("Warning", "the registry's notices", "not shown", Cost::Hides),
    header("OCI-Namespace", "the registry behind a proxy", "not shown", Cost::Hides),
    header("Docker-Distribution-API-Version", "the API version", "not shown", Cost::Hides),
    header("RateLimit-Remaining", "the quota", "not shown", Cost::Hides),
];

/// The exposure that one answer shows. A header that is present is exposed. A missing header is
/// known to be hidden only if the answer must have had it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Names of headers that could be read.
    pub readable: Vec<&'static str>,
    /// Headers that the answer must have had and that could not be read.
    pub hidden: Vec<Exposable>,
}

impl Report {
    /// Judges an answer: `must_have` names the headers that it has on any registry.
    pub fn of(headers: &Headers, must_have: &[&str]) -> Self {
        let mut report = Self::default();
        for header in EXPOSABLE {
            let must = must_have.iter().any(|name| name.eq_ignore_ascii_case(header.name));
            match headers.contains(header.name) {
                true => report.readable.push(header.name),
                false if must => report.hidden.push(header),
                false => {}
            }
        }
        report
    }
}

/// Headers that an answer of this status to a `GET` of a manifest or of `/v2/` must have had.
pub fn must_have(status: u16, is_manifest: bool) -> &'static [&'static str] {
    match status {
        401 => &[name::WWW_AUTHENTICATE],
        200 if is_manifest => &[name::DOCKER_CONTENT_DIGEST],
        202 => &[name::LOCATION],
        _ => &[],
    }
}

/// The value of `Access-Control-Expose-Headers` that shows everything.
pub fn expose_headers() -> String {
    EXPOSABLE.map(|header| header.name).join(", ")
}

/// The value of `Access-Control-Allow-Headers` for reading and writing. `Authorization` must be
/// named: `*` does not cover it (Fetch, CORS non-wildcard request-header name).
pub const ALLOW_HEADERS: &str =
    "Authorization, Accept, Content-Type, Content-Range, Range, If-None-Match";

/// The value of `Access-Control-Allow-Methods` for reading and writing.
pub const ALLOW_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r165_the_report_names_what_is_hidden_and_what_that_costs() {
        let headers = Headers::new().with("ETag", "x");
        let report = Report::of(&headers, must_have(401, false));
        assert_eq!(report.readable, ["ETag"]);
        assert_eq!(report.hidden.iter().map(|h| h.name).collect::<Vec<_>>(), ["WWW-Authenticate"]);
        let headers = headers.with("WWW-Authenticate", "Basic");
        assert!(Report::of(&headers, must_have(401, false)).hidden.is_empty());
    }

    #[test]
    fn r165_generated_lists_are_whole() {
        let list = expose_headers();
        for wanted in ["Docker-Content-Digest", "Location", "Link", "Warning", "ETag"] {
            assert!(list.split(", ").any(|name| name == wanted), "{wanted}");
        }
        assert!(EXPOSABLE.is_sorted_by_key(|header| header.cost));
        assert!(ALLOW_HEADERS.starts_with("Authorization"));
    }
}
