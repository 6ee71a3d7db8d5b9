//! The text in the reference box, and the address that it means. Pure.

use super::{AddressFault, Route, Scheme, route::RegistryAddress};
use crate::oci::Host;

/// The words before a reference in commands, and in other tools' addresses.
const PREFIXES: [&str; 9] = [
    "docker pull ",
    "docker run ",
    "podman pull ",
    "nerdctl pull ",
    "crane pull ",
    "docker://",
    "oci://",
    "registry://",
    "#/",
];

/// Reads what was typed. Hosts in `plain_http` are spoken to over plain http unless a scheme is
/// written.
///
/// # Errors
/// The text is empty, or no address.
pub fn read(text: &str, plain_http: &[Host]) -> Result<Route, AddressFault> {
    let text = unwrap(text);
    if text.is_empty() {
        return Err(AddressFault::Empty);
    }
    match Route::parse(text) {
        Route::NotFound { reason, .. } => Err(reason),
        route if text.contains("://") => Ok(route),
        route => Ok(over_plain_http(route, plain_http)),
    }
}

/// The reference inside what was pasted.
fn unwrap(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)) {
        text = rest.trim_start();
    }
    text.strip_suffix("/v2/").or(text.strip_suffix("/v2")).unwrap_or(text)
}

fn over_plain_http(route: Route, plain_http: &[Host]) -> Route {
    let plain = |address: RegistryAddress| {
        let is_plain = plain_http.contains(&address.host);
        RegistryAddress { scheme: if is_plain { Scheme::Http } else { address.scheme }, ..address }
    };
    match route {
        Route::Registry(registry) => Route::Registry(plain(registry)),
        Route::Repository { registry, repository } => {
            Route::Repository { registry: plain(registry), repository }
        }
        Route::Reference(mut place) => {
            place.registry = plain(place.registry.clone());
            Route::Reference(place)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::oci::{NameFault, ReferenceError};

    #[test]
    fn what_is_typed_becomes_an_address() {
        let check = |text: &str, expected: &str| {
            let plain = ["reg.example:5000".parse().unwrap()];
            assert_eq!(read(text, &plain).unwrap().href(), expected, "{text}");
        };
        check("alpine", "#/alpine");
        check("  alpine:3.20\n", "#/alpine:3.20");
        check("docker pull ghcr.io/org/app:1", "#/ghcr.io/org/app:1");
        check("docker://ghcr.io/org/app:1", "#/ghcr.io/org/app:1");
        check("https://ghcr.io/v2/", "#/ghcr.io");
        check("http://reg.example/app:1", "#/http://reg.example/app:1");
        check("reg.example:5000/app:1", "#/http://reg.example:5000/app:1");
        check("reg.example:5000", "#/http://reg.example:5000");
        check("https://reg.example:5000/app:1", "#/reg.example:5000/app:1");
        check("#/ghcr.io/org/app:1?view=json", "#/ghcr.io/org/app:1?view=json");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |text: &str, expected: AddressFault| {
            assert_eq!(read(text, &[]), Err(expected), "{text}");
        };
        let name = |name: &str, fault| {
            let name = name.to_owned();
            AddressFault::Reference(ReferenceError::Repository { name, fault })
        };
        check("", AddressFault::Empty);
        check("ghcr.io/Org/app", name("Org/app", NameFault::UpperCase));
        check("a b", name("library/a b", NameFault::Grammar));
    }
}
