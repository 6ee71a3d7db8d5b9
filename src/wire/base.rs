//! The base URL of a registry. Behind some proxies it has a path (R12 to R14).

use std::fmt;

use super::{
    host::{self, Reach},
    url::{Origin, Scheme, Url, UrlError},
};
use crate::oci::Host;

/// The URL under which `/v2/` is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BaseUrl {
    /// The path before `/v2/`, without a trailing slash. It is empty for most registries.
    prefix: String,
    root: Url,
}

impl BaseUrl {
    /// Reads a base that is given as a URL, such as that of a proxy. Its path becomes a prefix of
    /// `/v2/` (R14, R55).
    ///
    /// # Errors
    /// A text that is no http(s) URL.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let url = Url::parse(text)?;
        let prefix = url.path().trim_end_matches('/');
        let prefix = prefix.strip_suffix("/v2").unwrap_or(prefix).to_owned();
        Ok(Self { prefix, root: url.with_path("/") })
    }

    /// Returns the base URL of a host for which nothing is configured (R12, R13).
    ///
    /// # Errors
    ///
    /// A host that a browser would not accept.
    pub fn of_host(host: &Host) -> Result<Self, UrlError> {
        Self::with_scheme(host, default_scheme(host))
    }

    /// Returns the base URL of a host under a given scheme, even against the rule (R13).
    ///
    /// # Errors
    ///
    /// As for [`BaseUrl::of_host`].
    pub fn with_scheme(host: &Host, scheme: Scheme) -> Result<Self, UrlError> {
        Self::parse(&format!("{}://{}", scheme.as_str(), host.connect_name()))
    }

    /// Returns scheme, host and port. Credentials are kept for these.
    pub fn origin(&self) -> &Origin {
        self.root.origin()
    }

    /// Returns the path before `/v2/`, without a trailing slash.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the URL of an escaped path that begins with `/v2/`.
    pub fn at(&self, path: &str) -> Url {
        self.root.with_path(&format!("{}{path}", self.prefix))
    }

    /// Adds the prefix to a URL on this origin that lacks it: a registry behind a prefix may not
    /// know of it (R14). Returns other URLs as they are.
    pub fn restore_prefix(&self, url: Url) -> Url {
        let lost = url.origin() == self.origin()
            && !self.prefix.is_empty()
            && url.path().starts_with("/v2/");
        if !lost {
            return url;
        }
        url.with_path_kept_query(&format!("{}{}", self.prefix, url.path()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.root.to_string().trim_end_matches('/'), self.prefix)
    }
}

/// Returns `http` for this machine and for private addresses, else `https` (R13).
pub fn default_scheme(host: &Host) -> Scheme {
    let origin = Origin::new(Scheme::Https, host.as_str());
    origin.map_or(Scheme::Https, |origin| scheme_of(&origin))
}

/// Returns the origin of a registry that is named by its URL, or by its host alone, which has the scheme of
/// the rule (R13).
///
/// # Errors
/// A text that is neither.
pub fn registry_origin(text: &str) -> Result<Origin, UrlError> {
    if text.contains("://") {
        return Ok(Url::parse(text)?.origin().clone());
    }
    let scheme = scheme_of(&Origin::new(Scheme::Https, text)?);
    Origin::new(scheme, text)
}

fn scheme_of(origin: &Origin) -> Scheme {
    let is_address = host::address(origin.host()).is_some();
    match host::reach(origin.host()) {
        Reach::Loopback => Scheme::Http,
        Reach::Local if is_address => Scheme::Http,
        _ => Scheme::Https,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn r013_scheme_follows_the_host_unless_one_is_given() {
        let check = |host: &str, expected: &str| {
            let base = BaseUrl::of_host(&host.parse().unwrap()).unwrap();
            assert_eq!(base.to_string(), expected);
        };
        check("localhost:5000", "http://localhost:5000");
        check("127.0.0.1:5000", "http://127.0.0.1:5000");
        check("[::1]:5000", "http://[::1]:5000");
        check("10.2.3.4", "http://10.2.3.4");
        check("ghcr.io", "https://ghcr.io");
        let host = "localhost:5000".parse().unwrap();
        let base = BaseUrl::with_scheme(&host, Scheme::Https).unwrap();
        assert_eq!(base.to_string(), "https://localhost:5000");
    }

    #[test]
    fn r012_docker_hub_is_reached_at_its_api_host() {
        let base = BaseUrl::of_host(&Host::docker_hub()).unwrap();
        assert_eq!(base.at("/v2/").to_string(), "https://registry-1.docker.io/v2/");
    }

    #[test]
    fn r014_a_proxy_base_may_have_a_path_prefix() {
        let check = |text: &str, expected: &str| {
            assert_eq!(BaseUrl::parse(text).unwrap().at("/v2/a/tags/list").to_string(), expected);
        };
        check("https://p.example/hub", "https://p.example/hub/v2/a/tags/list");
        check("https://p.example/hub/", "https://p.example/hub/v2/a/tags/list");
        check("https://p.example/hub/v2/", "https://p.example/hub/v2/a/tags/list");
        check("https://p.example", "https://p.example/v2/a/tags/list");
        check("http://p.example:8080?x=1", "http://p.example:8080/v2/a/tags/list");
    }

    #[test]
    fn r014_a_lost_prefix_is_put_back() {
        let base = BaseUrl::parse("https://p.example/hub").unwrap();
        let check = |text: &str, expected: &str| {
            assert_eq!(base.restore_prefix(Url::parse(text).unwrap()).to_string(), expected);
        };
        check("https://p.example/v2/a/tags/list?n=1", "https://p.example/hub/v2/a/tags/list?n=1");
        check("https://p.example/hub/v2/a", "https://p.example/hub/v2/a");
        check("https://q.example/v2/a", "https://q.example/v2/a");
    }
}
