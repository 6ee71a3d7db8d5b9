//! The proxy that Docker Hub is read through, as variables of the environment name it (R55).

use std::fmt;

use crate::{
    error::{ErrorKind, InputFault, Result},
    oci::Host,
    wire::{BaseUrl, Scheme, Url, UrlError},
};

/// The fault of a variable.
enum ProxyFault {
    Address(UrlError),
    MoreThanHost,
    NoHost,
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(error) => error.fmt(f),
            Self::MoreThanHost => f.write_str("something follows the host"),
            Self::NoHost => f.write_str("this is no host"),
        }
    }
}

/// The variable with the URL of the proxy.
const URL: &str = "DOCKERHUB_PUBLIC_PROXY";

/// The variable with the host of the proxy. It counts where the other is not set.
const HOST: &str = "DOCKERHUB_PUBLIC_PROXY_HOST";

/// Reads the values of `DOCKERHUB_PUBLIC_PROXY` and `DOCKERHUB_PUBLIC_PROXY_HOST`; empty ones count as not
/// set. The URL has a host, the scheme https or http or none (`//HOST`), and nothing behind the host but `/`.
///
/// ```
/// use porthole::client::hub_proxy;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let proxy = hub_proxy(Some("//mirror.example"), None)?.ok_or("no proxy")?;
/// assert_eq!(proxy.to_string(), "https://mirror.example");
/// assert!(hub_proxy(Some("https://mirror.example/hub/"), None).is_err());
/// assert_eq!(hub_proxy(None, None)?, None);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `InvalidInput` for anything else.
pub fn hub_proxy(url: Option<&str>, host: Option<&str>) -> Result<Option<BaseUrl>> {
    let is_set = |text: &&str| !text.is_empty();
    match (url.filter(is_set), host.filter(is_set)) {
        (Some(url), _) => of_url(url).map(Some),
        (None, Some(host)) => of_host(host).map(Some),
        (None, None) => Ok(None),
    }
}

fn of_url(text: &str) -> Result<BaseUrl> {
    let whole = match text.strip_prefix("//") {
        Some(rest) => format!("{}://{rest}", Scheme::Https.as_str()),
        None => text.to_owned(),
    };
    let url = Url::parse(&whole).map_err(|error| wrong(URL, &ProxyFault::Address(error)))?;
    // The fragment is no part of a parsed URL.
    if url.path() != "/" || url.query().is_some() || whole.contains('#') {
        return Err(wrong(URL, &ProxyFault::MoreThanHost));
    }
    BaseUrl::parse(&whole).map_err(|error| wrong(URL, &ProxyFault::Address(error)))
}

fn of_host(text: &str) -> Result<BaseUrl> {
    let host: Host = text.parse().map_err(|_| wrong(HOST, &ProxyFault::NoHost))?;
    BaseUrl::of_host(&host).map_err(|error| wrong(HOST, &ProxyFault::Address(error)))
}

fn wrong(variable: &str, why: &ProxyFault) -> crate::error::Error {
    ErrorKind::InvalidInput(InputFault::Other(format!("{variable}: {why}"))).into()
}

/// Reads the proxy from the environment of this program.
///
/// # Errors
/// As for [`hub_proxy`].
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn of_environment() -> Result<Option<BaseUrl>> {
    let variable = |name| std::env::var(name).ok();
    hub_proxy(variable(URL).as_deref(), variable(HOST).as_deref())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn r055_the_proxy_of_docker_hub_is_a_host_and_nothing_behind_it() {
        for (url, host, expected) in [
            ("", "", Some("")),
            ("https://mirror.example", "", Some("https://mirror.example")),
            ("https://mirror.example/", "", Some("https://mirror.example")),
            ("http://mirror.example:5000", "", Some("http://mirror.example:5000")),
            ("//mirror.example", "", Some("https://mirror.example")),
            ("https://mirror.example", "other.example", Some("https://mirror.example")),
            ("", "other.example:5000", Some("https://other.example:5000")),
            ("", "localhost:5000", Some("http://localhost:5000")),
            ("mirror.example", "", None),
            ("ftp://mirror.example", "", None),
            ("https://", "", None),
            ("https:///path", "", None),
            ("https://mirror.example/hub", "", None),
            ("https://mirror.example/v2/", "", None),
            ("https://mirror.example/?a=b", "", None),
            ("https://mirror.example/#a", "", None),
            ("https://user:word@mirror.example", "", None),
            ("", "https://other.example", None),
            ("", "other.example/path", None),
        ] {
            let found = hub_proxy(Some(url), Some(host));
            let found = found.map(|base| base.map(|base| base.to_string()).unwrap_or_default());
            assert_eq!(found.as_deref().ok(), expected, "{url:?} {host:?}");
            if let Err(error) = found {
                assert!(error.kind.to_string().contains("DOCKERHUB_PUBLIC_PROXY"), "{error}");
            }
        }
        assert_eq!(hub_proxy(None, None), Ok(None));
    }
}
