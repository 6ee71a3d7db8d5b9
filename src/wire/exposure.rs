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
    /// The severity of the loss.
    pub cost: Cost,
}

const fn header(name: &'static str, cost: Cost) -> Exposable {
    Exposable { name, cost }
}

/// Every header that is worth exposing, the most important first. `docs/registries.md` gives the
/// use of each.
pub const EXPOSABLE: [Exposable; 18] = [
    header("Location", Cost::Blocks),
    header("WWW-Authenticate", Cost::Worsens),
    header("Docker-Content-Digest", Cost::Worsens),
    header("Link", Cost::Worsens),
    header("Range", Cost::Worsens),
    header("OCI-Subject", Cost::Worsens),
    header("Retry-After", Cost::Worsens),
    header("Content-Range", Cost::Worsens),
    header("Accept-Ranges", Cost::Worsens),
    header("OCI-Chunk-Min-Length", Cost::Worsens),
    header("Docker-Upload-UUID", Cost::Worsens),
    header("OCI-Tag", Cost::Worsens),
    header("OCI-Filters-Applied", Cost::Worsens),
    header("ETag", Cost::Worsens),
    header("Warning", Cost::Hides),
    header("OCI-Namespace", Cost::Hides),
    header("Docker-Distribution-API-Version", Cost::Hides),
    header("RateLimit-Remaining", Cost::Hides),
];

/// The headers that one answer exposes. A present header is exposed. A missing header is known to
/// be hidden only if the answer must have had it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Names of headers that could be read.
    pub readable: Vec<&'static str>,
    /// Headers that the answer must have had and that could not be read.
    pub hidden: Vec<Exposable>,
}

impl Report {
    /// Judges an answer. `must_have` names the headers that every registry sends with it.
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

/// Returns the headers that an answer of this status to a `GET` of a manifest or of `/v2/` must
/// have had.
pub fn must_have(status: u16, is_manifest: bool) -> &'static [&'static str] {
    match status {
        401 => &[name::WWW_AUTHENTICATE],
        200 if is_manifest => &[name::DOCKER_CONTENT_DIGEST],
        202 => &[name::LOCATION],
        _ => &[],
    }
}

/// Returns the value of `Access-Control-Expose-Headers` that exposes all of them.
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
