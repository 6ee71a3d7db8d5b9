//! `Location`: the address at which an upload continues (R110).

use super::{
    headers::{Headers, name},
    url::{Url, UrlError},
};

/// Returns the location that an answer to `request` names, or `None` if the header is missing or
/// hidden. Every query parameter stays, because they carry the state of the session.
///
/// # Errors
/// A text that is no URL that can be requested.
pub fn read(request: &Url, headers: &Headers) -> Result<Option<Url>, UrlError> {
    headers.get(name::LOCATION).map(|text| resolve(request, text)).transpose()
}

/// Resolves a `Location`. Registries behind a proxy on `https://host:443` leave out the port. It is
/// added again, so that the origin of the credential is recognised.
///
/// # Errors
/// As for [`read`].
pub fn resolve(request: &Url, location: &str) -> Result<Url, UrlError> {
    let url = request.join(location)?;
    let lost_port = request.has_explicit_port()
        && request.origin().port() == 443
        && !url.has_explicit_port()
        && url.origin().host() == request.origin().host()
        && url.origin().scheme() == request.origin().scheme();
    Ok(if lost_port { url.with_port(443) } else { url })
}

/// Returns the name of the session: `Docker-Upload-UUID`, or the last segment of the location
/// (R111).
pub fn session_id(headers: &Headers, location: &Url) -> String {
    let last = location.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    super::list::short_name(headers.get(name::DOCKER_UPLOAD_UUID).unwrap_or(last).to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn r110_locations_resolve_against_the_request_and_keep_their_query() {
        let check = |request: &str, location: &str, expected: &str| {
            let url = resolve(&Url::parse(request).unwrap(), location).unwrap();
            assert_eq!(url.to_string(), expected, "{location}");
        };
        let request = "https://r.example/v2/a/blobs/uploads/";
        check(
            request,
            "/v2/a/blobs/uploads/1?_state=x%3D",
            "https://r.example/v2/a/blobs/uploads/1?_state=x%3D",
        );
        check(request, "1?_state=x", "https://r.example/v2/a/blobs/uploads/1?_state=x");
        check(request, "https://s.example/up?sig=1&sig=2", "https://s.example/up?sig=1&sig=2");
        check("https://r.example:443/v2/", "https://r.example/up?a", "https://r.example:443/up?a");
        check("https://r.example:443/v2/", "https://s.example/up", "https://s.example/up");
        check("https://r.example:443/v2/", "/up", "https://r.example:443/up");
        check("https://r.example:8443/v2/", "https://r.example/up", "https://r.example/up");
    }

    #[test]
    fn r110_the_digest_joins_the_query() {
        let url = Url::parse("https://r.example/up?_state=x%3D%3D").unwrap();
        let url = url.with_parameter("digest", "sha256:ab");
        assert_eq!(url.to_string(), "https://r.example/up?_state=x%3D%3D&digest=sha256:ab");
    }

    #[test]
    fn r111_the_session_is_named_by_header_or_by_location() {
        let location = Url::parse("https://r.example/v2/a/blobs/uploads/abc?x=1").unwrap();
        assert_eq!(session_id(&Headers::new(), &location), "abc");
        let headers = Headers::new().with("Docker-Upload-UUID", "def");
        assert_eq!(session_id(&headers, &location), "def");
    }
}
