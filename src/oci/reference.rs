//! References as `docker pull` takes them: `[host/]repository[:tag][@digest]` (R1, R2, R4 to R11).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Digest, NameFault, ReferenceError, reference_error::refused};

/// The name under which Docker Hub is shown and its credentials are kept (R5, R12).
const DOCKER_HUB: &str = "docker.io";

/// The name under which Docker Hub answers (R12).
const DOCKER_HUB_API: &str = "registry-1.docker.io";

/// Names that all mean Docker Hub (R5).
const HUB_ALIASES: [&str; 5] =
    ["", "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/// The name of a registry: a host with an optional port, without a scheme or a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

impl Host {
    /// Returns Docker Hub under its display name.
    pub fn docker_hub() -> Self {
        Self(DOCKER_HUB.to_owned())
    }

    /// Returns the host as it is shown, with its port.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns true for Docker Hub.
    pub fn is_docker_hub(&self) -> bool {
        self.0 == DOCKER_HUB
    }

    /// Returns the name to connect to. Docker Hub answers under another name than its own (R12).
    pub fn connect_name(&self) -> &str {
        if self.is_docker_hub() { DOCKER_HUB_API } else { self.as_str() }
    }

    /// Returns the names under which credentials are looked up: first the given one, then the other
    /// names of Docker Hub in sorted order. The first hit counts (R12).
    pub fn credential_names(asked_for: &str) -> Vec<String> {
        let mut names = vec![asked_for.to_owned()];
        if HUB_ALIASES.contains(&asked_for) {
            let mut others: Vec<&str> = HUB_ALIASES.to_vec();
            others.retain(|name| !name.is_empty() && *name != asked_for);
            others.sort_unstable();
            names.extend(others.into_iter().map(str::to_owned));
        }
        names.retain(|name| !name.is_empty());
        names
    }

    /// Returns true if the first component of a path is a host and no part of a repository name: it
    /// contains a dot, has a port, or is an IPv6 address in brackets (R4).
    pub fn is_host_like(component: &str) -> bool {
        component.contains(['.', ':']) || component.starts_with('[')
    }
}

impl FromStr for Host {
    type Err = ReferenceError;

    /// Parses a host with an optional port. All names of Docker Hub become `docker.io` (R5).
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if HUB_ALIASES.contains(&text) {
            return Ok(Self::docker_hub());
        }
        let bad = || refused(text, ReferenceError::Host);
        let (name, port) = split_port(text).ok_or_else(bad)?;
        let port_ok = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|n| n != 0));
        if port_ok && (is_domain(name) || is_ipv6_literal(name)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(bad())
        }
    }
}

/// Splits `name:port`. Colons inside brackets belong to the name.
fn split_port(text: &str) -> Option<(&str, Option<&str>)> {
    let name_end = match text.strip_prefix('[') {
        Some(_) => text.find(']')? + 1,
        None => text.find(':').unwrap_or(text.len()),
    };
    let (name, rest) = text.split_at_checked(name_end)?;
    match rest.strip_prefix(':') {
        Some(port) => Some((name, Some(port))),
        None if rest.is_empty() => Some((name, None)),
        None => None,
    }
}

fn is_domain(name: &str) -> bool {
    name.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

fn is_ipv6_literal(name: &str) -> bool {
    name.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A repository name that fits the grammar of the distribution specification (R1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName(String);

impl RepositoryName {
    /// Returns the name, without a host.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RepositoryName {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let fail = |fault| Err(refused(text, |name| ReferenceError::Repository { name, fault }));
        match text {
            "" => fail(NameFault::Empty),
            _ if text.len() > 255 => fail(NameFault::TooLong),
            _ if text.bytes().any(|b| b.is_ascii_uppercase()) => fail(NameFault::UpperCase),
            _ if text.split('/').any(str::is_empty) => fail(NameFault::EmptyComponent),
            _ if !text.split('/').all(is_path_component) => fail(NameFault::Grammar),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

/// Returns true for alphanumerics that are joined by `.`, `_`, `__` or any number of `-`.
fn is_path_component(component: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = component.as_bytes();
    let ends_ok = bytes.first().copied().is_some_and(alphanumeric)
        && bytes.last().copied().is_some_and(alphanumeric);
    ends_ok
        && component
            .split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            .all(|gap| matches!(gap, "" | "." | "_" | "__") || gap.bytes().all(|b| b == b'-'))
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A tag: 1 to 128 characters, the first a word character (R2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// Returns the tag that tools assume if a reference names none (R77).
    pub fn latest() -> Self {
        Self("latest".to_owned())
    }

    /// Returns the tag's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let first_ok = text.bytes().next().is_some_and(word);
        let rest_ok = text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'));
        if first_ok && rest_ok && text.len() <= 128 {
            Ok(Self(text.to_owned()))
        } else {
            Err(refused(text, ReferenceError::Tag))
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A canonical reference. A missing tag or digest stays missing (R7).
///
/// ```
/// use porthole::oci::Reference;
///
/// let reference: Reference = "index.docker.io/library/alpine:3.20".parse()?;
/// assert_eq!(reference.host.as_str(), "docker.io");
/// assert_eq!(reference.to_string(), "alpine:3.20");
/// assert_eq!(reference.canonical(), "docker.io/library/alpine:3.20");
/// # Ok::<(), porthole::oci::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The registry.
    pub host: Host,
    /// The repository of the registry.
    pub repository: RepositoryName,
    /// The tag, if one was given.
    pub tag: Option<Tag>,
    /// The digest, if one was given. It fixes the bytes, even if the tag moves.
    pub digest: Option<Digest>,
}

impl Reference {
    /// Makes a reference to a whole repository.
    pub fn repository(host: Host, repository: RepositoryName) -> Self {
        Self { host, repository, tag: None, digest: None }
    }

    /// Returns the same repository at a digest, without a tag.
    #[must_use]
    pub fn at_digest(&self, digest: Digest) -> Self {
        Self { tag: None, digest: Some(digest), ..self.clone() }
    }

    /// Returns the same repository at a tag, without a digest.
    #[must_use]
    pub fn at_tag(&self, tag: Tag) -> Self {
        Self { tag: Some(tag), digest: None, ..self.clone() }
    }

    /// Returns the display form, without the digest if the reader already knows it (R9).
    pub fn display_knowing(&self, known: &Digest) -> String {
        let digest = self.digest.clone().filter(|digest| digest != known);
        Self { digest, ..self.clone() }.to_string()
    }

    /// Returns the canonical form, always with the host.
    pub fn canonical(&self) -> String {
        format!("{}/{}{}", self.host, self.repository, Suffix(self))
    }
}

/// Prints `:tag@digest`, each part if it is present.
struct Suffix<'a>(&'a Reference);

impl fmt::Display for Suffix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tag) = &self.0.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.0.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Reference {
    /// Prints the display form. It leaves out Docker Hub's host and its `library/` (R8), unless the
    /// rest would name another registry.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.repository.as_str();
        let misread = name.split_once('/').is_some_and(|(first, _)| Host::is_host_like(first));
        if !self.host.is_docker_hub() || misread {
            return write!(f, "{}/{name}{}", self.host, Suffix(self));
        }
        // `library/` stays if the rest is a path of its own.
        let short = name.strip_prefix("library/").filter(|rest| !rest.contains('/'));
        write!(f, "{}{}", short.unwrap_or(name), Suffix(self))
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    /// Parses a reference and makes it canonical (R4 to R7).
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (
                rest,
                Some(
                    digest
                        .parse()
                        .map_err(|error| refused(digest, |_| ReferenceError::Digest(error)))?,
                ),
            ),
            None => (text, None),
        };
        let (host, path) = match rest.split_once('/') {
            Some((first, path)) if Host::is_host_like(first) => (first.parse()?, path),
            _ => (Host::docker_hub(), rest),
        };
        let (name, tag) = match path.split_once(':') {
            Some((name, tag)) => (name, Some(tag.parse()?)),
            None => (path, None),
        };
        Ok(Self { repository: official(&host, name).parse()?, host, tag, digest })
    }
}

/// Adds `library/`, under which Docker Hub keeps images without a namespace (R6).
fn official(host: &Host, name: &str) -> String {
    if host.is_docker_hub() && !name.is_empty() && !name.contains('/') {
        format!("library/{name}")
    } else {
        name.to_owned()
    }
}

impl Serialize for Reference {
    /// Writes the display form (R10).
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    /// Parses a reference and makes it canonical (R10).
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
