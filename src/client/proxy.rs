//! The read-only proxy of Docker Hub that two variables name (R55).

#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
use std::ffi::OsString;

#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
use super::{Clients, Connection};
use crate::{
    error::{ErrorKind, InputFault, Result},
    wire::{BaseUrl, Url},
};
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
use crate::{oci::Host, transport::Stack};

/// Reads the values of `DOCKERHUB_PUBLIC_PROXY`, a URL without a path whose scheme may be missing, and of
/// `DOCKERHUB_PUBLIC_PROXY_HOST`, a host. The first counts. Hand the result to
/// [`Connection::reading_through`](super::Connection::reading_through); outside a browser `Clients::native` does so.
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

#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
impl Clients {
    /// Returns an empty set over a native HTTP client. If the environment names a proxy of Docker Hub
    /// (`DOCKERHUB_PUBLIC_PROXY`, or `DOCKERHUB_PUBLIC_PROXY_HOST`), `docker.io` is read through it.
    ///
    /// # Errors
    /// As for [`Stack::native`] and [`hub_proxy`].
    pub fn native() -> Result<Self> {
        let variable = |name: &str| std::env::var_os(name);
        Self::in_environment(Stack::native()?, &variable)
    }

    fn in_environment(stack: Stack, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Self> {
        let value = |name: &str| variable(name).map(|value| value.to_string_lossy().into_owned());
        let (url, host) = (value("DOCKERHUB_PUBLIC_PROXY"), value("DOCKERHUB_PUBLIC_PROXY_HOST"));
        let hub = Host::docker_hub();
        let proxy = hub_proxy(url.as_deref(), host.as_deref());
        let clients = Self::new(stack);
        if let Some(proxy) = proxy.map_err(|error| error.reaching(&hub))? {
            clients.configure(Connection::to(&hub)?.reading_through(proxy));
        }
        Ok(clients)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[cfg(feature = "native")]
    #[test]
    fn r055_the_environment_names_the_proxy_of_the_hub_and_of_no_other_registry() {
        use crate::{
            registry::{Read, Write},
            testing::{Reply, Scripted, VirtualClock},
        };
        let first = |variables: &[(&str, &str)], host: &str, writes: bool| {
            let clock = VirtualClock::default();
            let script = Scripted::answering(clock.shared(), |_, _| Reply::status(404));
            let stack = Stack::over(std::rc::Rc::clone(&script) as _, clock.shared());
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            };
            let clients = Clients::in_environment(stack, &variable).map_err(|e| e.to_string())?;
            let registry = clients.get(&host.parse().unwrap(), None).unwrap();
            let (place, tag) = ("a/b".parse().unwrap(), "v1".parse().unwrap());
            let failed = match writes {
                true => clock.run(registry.start_upload(&place, 0)).unwrap().is_err(),
                false => clock.run(registry.manifest(&place, &tag)).unwrap().is_err(),
            };
            assert!(failed);
            Ok::<String, String>(script.sent()[0].url.clone())
        };
        let url = [("DOCKERHUB_PUBLIC_PROXY", "http://hub.example:5000")];
        let host = [("DOCKERHUB_PUBLIC_PROXY_HOST", "other.example")];
        let check = |variables: &[(&str, &str)], host: &str, writes: bool, expected: &str| {
            let found = first(variables, host, writes).unwrap();
            assert!(found.starts_with(expected), "{variables:?} {host} {writes}: {found}");
        };
        check(&url, "docker.io", false, "http://hub.example:5000/v2/a/b/manifests/v1");
        check(&host, "docker.io", false, "https://other.example/v2/a/b/manifests/v1");
        check(&[url[0], host[0]], "docker.io", false, "http://hub.example:5000/v2/");
        check(&url, "docker.io", true, "https://registry-1.docker.io/v2/a/b/blobs/uploads/");
        check(&url, "ghcr.io", false, "https://ghcr.io/v2/");
        check(&[], "docker.io", false, "https://registry-1.docker.io/v2/");
        for wrong in ["https://hub.example/path", "hub.example", "https://hub\u{fffd}.example"] {
            let told = first(&[("DOCKERHUB_PUBLIC_PROXY", wrong)], "docker.io", false).unwrap_err();
            assert!(told.starts_with("could not reach the registry on docker.io: "), "{told}");
        }
    }

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
