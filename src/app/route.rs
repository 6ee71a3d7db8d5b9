//! Addresses: what stands behind `#` in the page's address, and what it means.
//!
//! Pure, no DOM. Parsing and printing are inverse: [`Route::parse`] of a printed route is that
//! route. A link is a plain `<a href="#/…">`, so this module is all there is to routing.

use std::{fmt, str::FromStr};

use super::{
    AddressFault, LayerAddress,
    query_string::{self, Parts},
    view::{FileList, View},
};
use crate::{
    error::Error,
    oci::{Digest, Host, Reference},
    wire::{base::default_scheme, host::is_this_machine, realm::near_miss},
};

pub use crate::wire::Scheme;

const SETTINGS: &str = "settings";
const DOCTOR: &str = "doctor/";

/// The address of a registry: its host and scheme.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryAddress {
    /// The scheme of its requests.
    pub scheme: Scheme,
    /// The host that the address names, such as `docker.io`.
    pub host: Host,
}

impl RegistryAddress {
    /// A registry under the scheme that its host has by rule (R13).
    pub fn new(host: Host) -> Self {
        Self { scheme: default_scheme(&host), host }
    }

    /// Returns the registry of an error that names one.
    pub fn of_error(error: &Error) -> Option<Self> {
        let host = error.context.registry.parse().ok()?;
        let request = error.context.request.as_deref().unwrap_or_default();
        let asked = if request.contains(" http://") { Scheme::Http } else { Scheme::Https };
        Some(Self { scheme: error.context.scheme.unwrap_or(asked), host })
    }

    /// Returns the key of its credentials: scheme, host and port.
    pub fn credential_key(&self) -> String {
        [prefix(self.scheme), self.host.as_str()].concat()
    }

    /// Returns true if what is sent there passes a network unencrypted.
    pub fn is_exposed(&self) -> bool {
        self.scheme == Scheme::Http && !is_this_machine(self.host.as_str())
    }

    /// Returns the well-known registry that the name of this one only resembles, as `ghrc.io` resembles
    /// `ghcr.io`.
    pub fn resembles(&self) -> Option<&'static str> {
        near_miss(self.host.as_str().split(':').next()?)
    }

    /// Returns true if the scheme must be written: it differs from the rule, or the host alone
    /// would read as a repository (R4).
    fn needs_scheme(&self) -> bool {
        self.scheme != default_scheme(&self.host) || !Host::is_host_like(self.host.as_str())
    }
}

impl fmt::Display for RegistryAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.needs_scheme() { prefix(self.scheme) } else { "" };
        write!(f, "{scheme}{}", self.host)
    }
}

/// A place in a registry at which a reference view looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The registry. Its host is that of the reference.
    pub registry: RegistryAddress,
    /// The reference, with a tag, a digest or both.
    pub reference: Reference,
    /// The tab that is open.
    pub view: View,
    /// `?platform=`: the platform chosen from an index, as it prints: `linux/arm64/v8`.
    pub platform: Option<String>,
    /// `?layer=`: a layer by its digest.
    pub layer: Option<LayerAddress>,
    /// `?path=`: a path inside a layer or image.
    pub path: Option<String>,
    /// `?member=`: a file of the archive that the path is.
    pub member: Option<String>,
    /// `?with=`: what it is compared with.
    pub with: Option<Reference>,
    /// `?list=`: which list of the view of files.
    pub list: FileList,
    /// `?find=`: what is looked for there.
    pub find: Option<String>,
}

impl Place {
    /// The tree view of a reference.
    pub fn new(registry: RegistryAddress, reference: Reference) -> Self {
        Self {
            registry,
            reference,
            view: View::default(),
            platform: None,
            layer: None,
            path: None,
            member: None,
            with: None,
            list: FileList::default(),
            find: None,
        }
    }

    /// The same reference and platform in another view.
    #[must_use]
    pub fn in_view(&self, view: View) -> Self {
        let platform = self.platform.clone();
        Self { view, platform, ..Self::new(self.registry.clone(), self.reference.clone()) }
    }

    /// The same view of another reference in the same registry, all platforms.
    #[must_use]
    pub fn at(&self, reference: Reference) -> Self {
        Self { view: self.view, ..Self::new(self.registry.clone(), reference) }
    }

    /// The same view of one platform, or of all.
    #[must_use]
    pub fn for_platform(&self, platform: Option<String>) -> Self {
        Self { platform, layer: None, path: None, member: None, find: None, ..self.clone() }
    }

    /// Returns true if another place is inside the same image of the files view.
    #[must_use]
    pub fn is_beside(&self, other: &Self) -> bool {
        let same = (&self.registry, &self.reference, &self.platform)
            == (&other.registry, &other.reference, &other.platform);
        same && self.view == View::Files && other.view == View::Files
    }

    /// The same repository in the same registry at a digest, in the tree view.
    #[must_use]
    pub fn at_digest(&self, digest: Digest) -> Self {
        Self::new(self.registry.clone(), self.reference.at_digest(digest))
    }
}

/// The meaning of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The start page, `#/`.
    Home,
    /// The settings, `#/settings`.
    Settings,
    /// `#/doctor/<host>`
    Doctor(RegistryAddress),
    /// `#/<host>`
    Registry(RegistryAddress),
    /// `#/<host>/<repository>`: a reference without tag and digest.
    Repository {
        /// The host, and the name of a mirrored registry (`ns=`) if there is one.
        registry: RegistryAddress,
        /// The name in that registry; its tag and digest are not used here.
        repository: Reference,
    },
    /// `#/<host>/<repository>` with a tag, a digest or both.
    Reference(Box<Place>),
    /// Nothing of ours.
    NotFound {
        /// The address as it stood, without `#/`.
        address: String,
        /// The reason why it leads nowhere.
        reason: AddressFault,
    },
}

impl Route {
    /// Reads a fragment, with or without its `#` and `/`. Never fails: what cannot be understood
    /// is [`Route::NotFound`].
    pub fn parse(fragment: &str) -> Self {
        let address = fragment.strip_prefix('#').unwrap_or(fragment);
        let address = address.strip_prefix('/').unwrap_or(address);
        read(address)
            .unwrap_or_else(|reason| Self::NotFound { address: address.to_owned(), reason })
    }

    /// The address for an `href`, with `#/`.
    pub fn href(&self) -> String {
        format!("#/{self}")
    }

    /// The registry that the address is about.
    pub fn registry(&self) -> Option<&RegistryAddress> {
        match self {
            Self::Home | Self::Settings | Self::NotFound { .. } => None,
            Self::Doctor(registry)
            | Self::Registry(registry)
            | Self::Repository { registry, .. } => Some(registry),
            Self::Reference(place) => Some(&place.registry),
        }
    }
}

impl From<Place> for Route {
    fn from(place: Place) -> Self {
        Self::Reference(Box::new(place))
    }
}

fn read(address: &str) -> Result<Route, AddressFault> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path = query_string::decode(path)?;
    let parts = query_string::parse(query)?;
    let route = match path.as_str() {
        "" => Route::Home,
        SETTINGS => Route::Settings,
        _ => match path.strip_prefix(DOCTOR) {
            Some(host) => Route::Doctor(read_host_only(host)?),
            None => return read_registry_path(&path, parts),
        },
    };
    no_parts(&parts)?;
    Ok(route)
}

/// A host with an optional scheme and nothing behind it.
fn read_host_only(text: &str) -> Result<RegistryAddress, AddressFault> {
    let (scheme, rest) = split_scheme(text);
    let host = read_host(rest.strip_suffix('/').unwrap_or(rest))?;
    Ok(RegistryAddress { scheme: scheme.unwrap_or(default_scheme(&host)), host })
}

/// No host would be Docker Hub's in a reference; in an address it is a mistake.
fn read_host(name: &str) -> Result<Host, AddressFault> {
    if name.is_empty() { Err(AddressFault::NoHost) } else { parse(name) }
}

fn read_registry_path(path: &str, parts: Parts) -> Result<Route, AddressFault> {
    let (scheme, rest) = split_scheme(path);
    if is_host_alone(scheme, rest) {
        no_parts(&parts)?;
        return read_host_only(path).map(Route::Registry);
    }
    let reference = match (scheme, rest.split_once('/')) {
        // After a scheme the first component is always a host.
        (Some(_), Some((host, name))) if !Host::is_host_like(host) => {
            Reference { host: read_host(host)?, ..parse(&format!("host.invalid/{name}"))? }
        }
        _ => parse(rest)?,
    };
    let scheme = scheme.unwrap_or(default_scheme(&reference.host));
    let registry = RegistryAddress { scheme, host: reference.host.clone() };
    read_reference(registry, reference, parts)
}

fn read_reference(
    registry: RegistryAddress,
    reference: Reference,
    parts: Parts,
) -> Result<Route, AddressFault> {
    if reference.tag.is_none() && reference.digest.is_none() {
        no_parts(&parts)?;
        return Ok(Route::Repository { registry, repository: reference });
    }
    let mut place = Place::new(registry, reference);
    for (name, value) in parts {
        match name.as_str() {
            "view" => {
                place.view = View::from_name(&value).ok_or(AddressFault::NoSuchView(value))?;
            }
            "platform" => place.platform = Some(value),
            "layer" => place.layer = Some(parse(&value)?),
            "path" => place.path = Some(value),
            "member" => place.member = Some(value),
            "with" => place.with = Some(parse(&value)?),
            "list" => {
                place.list = FileList::from_name(&value).ok_or(AddressFault::NoSuchList(value))?;
            }
            "find" => place.find = Some(value),
            _ => return Err(AddressFault::UnknownPart(name)),
        }
    }
    Ok(place.into())
}

/// Returns true if the text is a host without a repository: `ghcr.io`, `localhost:5000`,
/// `registry:5000/`, `http://registry`. Without a slash `alpine:3` is an image.
fn is_host_alone(scheme: Option<Scheme>, rest: &str) -> bool {
    if let Some((_, behind)) = rest.split_once('/') {
        return behind.is_empty();
    }
    let name = rest.split(':').next().unwrap_or(rest);
    scheme.is_some()
        || (!rest.contains('@')
            && (name.contains('.') || name == "localhost" && rest != name || rest.starts_with('[')))
}

fn prefix(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Http => "http://",
        Scheme::Https => "https://",
    }
}

fn split_scheme(text: &str) -> (Option<Scheme>, &str) {
    for scheme in [Scheme::Http, Scheme::Https] {
        if let Some(rest) = text.strip_prefix(prefix(scheme)) {
            return (Some(scheme), rest);
        }
    }
    (None, text)
}

fn no_parts(parts: &Parts) -> Result<(), AddressFault> {
    let unknown = |(name, _): &(String, String)| Err(AddressFault::UnknownPart(name.clone()));
    parts.first().map_or(Ok(()), unknown)
}

fn parse<T: FromStr<Err: Into<AddressFault>>>(text: &str) -> Result<T, AddressFault> {
    text.parse().map_err(Into::into)
}

impl fmt::Display for Route {
    /// The address without `#/`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => Ok(()),
            Self::Settings => f.write_str(SETTINGS),
            Self::Doctor(registry) => write!(f, "{DOCTOR}{registry}"),
            Self::Registry(registry) => {
                let text = registry.to_string();
                let (scheme, rest) = split_scheme(&text);
                write!(f, "{text}{}", if is_host_alone(scheme, rest) { "" } else { "/" })
            }
            Self::Repository { registry, repository } => write_reference(f, registry, repository),
            Self::Reference(place) => write_place(f, place),
            Self::NotFound { address, .. } => f.write_str(address),
        }
    }
}

fn write_place(f: &mut fmt::Formatter<'_>, place: &Place) -> fmt::Result {
    write_reference(f, &place.registry, &place.reference)?;
    let view = (place.view != View::default()).then(|| place.view.name().to_owned());
    let layer = place.layer.as_ref().map(LayerAddress::to_string);
    let with = place.with.as_ref().map(reversible);
    let list = (place.list != FileList::default()).then(|| place.list.name().to_owned());
    let values = [
        ("view", view),
        ("platform", place.platform.clone()),
        ("layer", layer),
        ("path", place.path.clone()),
        ("member", place.member.clone()),
        ("with", with),
        ("list", list),
        ("find", place.find.clone()),
    ];
    query_string::write(f, values)
}

fn write_reference(
    f: &mut fmt::Formatter<'_>,
    registry: &RegistryAddress,
    reference: &Reference,
) -> fmt::Result {
    if registry.needs_scheme() {
        write!(f, "{}{}", prefix(registry.scheme), reference.canonical())
    } else {
        f.write_str(&reversible(reference))
    }
}

/// The shortest text that reads back as this reference: the display form, unless a name in it
/// would pass for a host or for a page of ours.
fn reversible(reference: &Reference) -> String {
    let short = reference.to_string();
    let is_page = short == SETTINGS || short.starts_with(DOCTOR);
    let reads_back =
        !is_page && !is_host_alone(None, &short) && short.parse().as_ref() == Ok(reference);
    if reads_back { short } else { reference.canonical() }
}

#[cfg(test)]
mod tests;
