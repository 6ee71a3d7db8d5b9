//! The check of a realm: a credential may go to the token server that a registry names, or not
//! (R71).
//!
//! The rule is about pairs of a registry and a token server. If it allowed a token server alone,
//! any registry could use that one as a confused deputy. The same origin is allowed. Docker Hub and
//! GitLab.com are built in. All others are refused, or the caller decides.

use std::fmt;

use super::{
    host::{self, Reach},
    url::{Origin, Scheme, Url, UrlError},
};

/// A registry and a token server that may see its credentials.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// The origin of the registry.
    pub registry: Origin,
    /// The origin of the server that issues its tokens.
    pub token_server: Origin,
}

/// The hosts of registries and their token servers, both over https.
const BUILT_IN: [(&str, &str); 4] = [
    ("registry-1.docker.io", "auth.docker.io"),
    ("index.docker.io", "auth.docker.io"),
    ("docker.io", "auth.docker.io"),
    ("registry.gitlab.com", "gitlab.com"),
];

/// The decision about a realm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Credentials and token requests may go there.
    Allowed(Url),
    /// This pair is not approved yet. The caller shows both names and decides.
    Ask {
        /// The pair to approve.
        pair: Pair,
        /// The address of the request for a token.
        realm: Url,
    },
    /// No request may go there.
    Refused(Refusal),
}

/// The reason to refuse a realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no URL that can be requested.
    Url(UrlError),
    /// It is plain http, and the registry is not, or is another host.
    PlainHttp,
    /// It is on this machine or on a private network, and the registry is public.
    PrivateAddress,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused token server: ")?;
        match self {
            Self::Url(error) => error.fmt(f),
            Self::PlainHttp => f.write_str("plain http"),
            Self::PrivateAddress => f.write_str("private network"),
        }
    }
}

/// Decides about the realm that a registry names. `approved` are the pairs that the caller
/// approved.
pub fn decide(registry: &Origin, realm: &str, approved: &[Pair]) -> Decision {
    let url = match Url::parse(realm) {
        Ok(url) => url,
        Err(error) => return Decision::Refused(Refusal::Url(error)),
    };
    let server = url.origin();
    if server == registry {
        return Decision::Allowed(url);
    }
    if let Some(refusal) = refusal(registry, server) {
        return Decision::Refused(refusal);
    }
    let pair = Pair { registry: registry.clone(), token_server: server.clone() };
    if approved.contains(&pair) || is_built_in(&pair) {
        return Decision::Allowed(url);
    }
    Decision::Ask { pair, realm: url }
}

fn refusal(registry: &Origin, server: &Origin) -> Option<Refusal> {
    let same_host = server.host() == registry.host();
    if server.scheme() == Scheme::Http && (registry.scheme() == Scheme::Https || !same_host) {
        return Some(Refusal::PlainHttp);
    }
    let is_public = host::reach(registry.host()) == Reach::Public;
    if is_public && host::reach(server.host()) != Reach::Public {
        return Some(Refusal::PrivateAddress);
    }
    None
}

fn is_built_in(pair: &Pair) -> bool {
    let is_https = |origin: &Origin| origin.scheme() == Scheme::Https && origin.port() == 443;
    let hosts = (pair.registry.host(), pair.token_server.host());
    is_https(&pair.registry) && is_https(&pair.token_server) && BUILT_IN.contains(&hosts)
}

/// Hosts that an attacker may imitate.
const WELL_KNOWN: [&str; 9] = [
    "ghcr.io",
    "gcr.io",
    "quay.io",
    "docker.io",
    "mcr.microsoft.com",
    "registry.gitlab.com",
    "public.ecr.aws",
    "registry.k8s.io",
    "cgr.dev",
];

/// Returns the well-known host that this name only resembles, as `ghrc.io` resembles `ghcr.io`: two
/// neighbours are swapped, or one letter is changed, added or left out. Well-known hosts resemble
/// each other too, so they get no warning.
pub fn near_miss(host: &str) -> Option<&'static str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if WELL_KNOWN.contains(&host) || KNOWN_NEIGHBOURS.contains(&host) {
        return None;
    }
    WELL_KNOWN.into_iter().find(|known| is_one_slip(known.as_bytes(), host.as_bytes()))
}

/// Real registries whose names differ from a well-known one by one letter.
const KNOWN_NEIGHBOURS: [&str; 3] = ["lgcr.io", "scr.io", "icr.io"];

/// Returns true if two names differ by one typing error. It compares the parts between the common
/// start and the common end.
fn is_one_slip(left: &[u8], right: &[u8]) -> bool {
    let start = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (left, right) =
        (left.get(start..).unwrap_or_default(), right.get(start..).unwrap_or_default());
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    let middle = |bytes: &[u8]| bytes.get(..bytes.len() - end).unwrap_or_default().to_vec();
    match (middle(left).as_slice(), middle(right).as_slice()) {
        ([_], [_]) | ([_], []) | ([], [_]) => true,
        ([a, b], [c, d]) => (a, b) == (d, c),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
