//! The read-only proxy of Docker Hub that two variables name (R55).

use crate::{
    error::{ErrorKind, InputFault, Result},
    wire::{BaseUrl, Url},
};

/// Reads the values of `DOCKERHUB_PUBLIC_PROXY`, a URL without a path whose scheme may be missing, and of
/// `DOCKERHUB_PUBLIC_PROXY_HOST`, a host. The first counts. Hand the result to
/// [`Connection::reading_through`](super::Connection::reading_through).
///
/// # Errors
/// `InvalidInput` for anything else: a mistyped proxy must not be left out silently.
pub fn hub_proxy(url: Option<&str>, host: Option<&str>) -> Result<Option<BaseUrl>> {
    let text = match (url.filter(|url| !url.is_empty()), host.filter(|host| !host.is_empty())) {
        (Some(url), _) if url.starts_with("//") => ["https:", url].concat(),
        (Some(url), _) => url.to_owned(),
        (None, Some(host)) => ["https://", host].concat(),
        (None, None) => return Ok(None),
    };
    let fault = |error| ErrorKind::InvalidInput(InputFault::Address(error));
    let parsed = Url::parse(&text).map_err(fault)?;
    if parsed.path() != "/" || text.contains(['?', '#']) {
        return Err(ErrorKind::InvalidInput(InputFault::ProxyPath).into());
    }
    Ok(Some(BaseUrl::parse(&text).map_err(fault)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn r055_the_proxy_of_the_hub_is_validated() {
        let check = |url: Option<&str>, host: Option<&str>, expected: Option<&str>| {
            let found = hub_proxy(url, host).unwrap().map(|base| base.to_string());
            assert_eq!(found.as_deref(), expected, "{url:?} {host:?}");
        };
        check(None, None, None);
        check(Some(""), Some(""), None);
        check(Some("https://hub.example"), None, Some("https://hub.example"));
        check(Some("http://hub.example:5000/"), Some("other"), Some("http://hub.example:5000"));
        check(Some("//hub.example/"), None, Some("https://hub.example"));
        check(None, Some("hub.example:5000"), Some("https://hub.example:5000"));
        for wrong in ["hub.example", "ftp://hub.example", "https://", "https://u:p@hub.example"] {
            assert!(hub_proxy(Some(wrong), None).is_err(), "{wrong}");
        }
        for wrong in ["https://hub.example/path", "https://hub.example/?a=b", "//hub.example#x"] {
            assert!(hub_proxy(Some(wrong), None).is_err(), "{wrong}");
        }
        assert!(hub_proxy(None, Some("hub.example/path")).is_err());
    }
}
