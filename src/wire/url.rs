//! Absolute http(s) URLs, and resolving references against them (RFC 3986 section 5.2).
//!
//! Realms, `Location` and `Link` come from a registry and decide where a credential goes. So this
//! reader and the browser must read them alike. A text that the two could read differently is
//! refused: one with backslashes, control characters or user-info, or without `//`.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use serde::{Deserialize, Serialize};

use super::host;
use crate::caps;

/// The characters that the URL Standard escapes in a path. `%` stays, because it may begin an
/// escape.
const PATH: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}').add(b'^');

/// The characters that the URL Standard escapes in a query of an http URL.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\'');

/// The characters to escape in one value. The unreserved characters of RFC 3986 stay, and so do the
/// `:`, `/`, `@` and `,` of digests, repositories and scopes, which are legal in a query.
const VALUE: &AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b'@')
    .remove(b',');

/// `http` or `https`. Nothing else is ever requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scheme {
    /// Plain http, without encryption.
    Http,
    /// Http over TLS.
    Https,
}

impl Scheme {
    /// Returns the scheme as it stands before `://`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// Returns the port that a URL without a port means.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Http, Self::Https]
            .into_iter()
            .find(|scheme| text.eq_ignore_ascii_case(scheme.as_str()))
    }
}

/// A scheme, a host and a port. A credential belongs to these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: u16,
}

impl Origin {
    /// Makes the origin of `host[:port]` under a scheme.
    ///
    /// # Errors
    /// The host or the port is not valid.
    pub fn new(scheme: Scheme, host_and_port: &str) -> Result<Self, UrlError> {
        let (host, port) = parse_authority(host_and_port)?;
        Ok(Self { scheme, host, port: port.unwrap_or(scheme.default_port()) })
    }

    /// Returns the scheme; only http and https are parsed.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the host in canonical spelling, without the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port, written or implied.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Origin {
    /// Prints `scheme://host`, and the port if it is not the scheme's own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// An absolute http(s) URL without user-info and fragment. It crosses to the engine in its parts: what was
/// parsed once is not parsed there again, and the engine does without the reader of addresses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Url {
    origin: Origin,
    /// True if the port was written, even if it is the scheme's own (R110).
    explicit_port: bool,
    path: String,
    query: Option<String>,
}

/// The reason why a text is no URL that can be requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// It does not begin with `http://` or `https://`.
    NotHttp,
    /// It holds a name or password.
    UserInfo,
    /// It holds a control character or a backslash. Programs read these differently.
    Ambiguous,
    /// The host is not valid.
    Host,
    /// The port is not a number from 1 to 65535.
    Port,
    /// It is longer than 8 KiB.
    TooLong,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotHttp => "not an http or https URL",
            Self::UserInfo => "a user name in the URL",
            Self::Ambiguous => "a control character or backslash in the URL",
            Self::Host => "invalid host in the URL",
            Self::Port => "invalid port in the URL",
            Self::TooLong => "the URL is longer than 8 KiB",
        })
    }
}

impl std::error::Error for UrlError {}

impl Url {
    /// Parses an absolute URL.
    ///
    /// # Errors
    /// The text is not http(s), or a browser could read it differently.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = clean(text)?;
        let (scheme, rest) = split_scheme(text).ok_or(UrlError::NotHttp)?;
        let scheme = Scheme::parse(scheme).ok_or(UrlError::NotHttp)?;
        Self::from_authority(scheme, rest.strip_prefix("//").ok_or(UrlError::NotHttp)?)
    }

    /// Resolves a reference, absolute or relative, against this URL.
    ///
    /// # Errors
    /// As for [`Url::parse`].
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        let reference = clean(reference)?;
        if split_scheme(reference).is_some() {
            return Self::parse(reference);
        }
        if let Some(rest) = reference.strip_prefix("//") {
            return Self::from_authority(self.origin.scheme, rest);
        }
        let (path, query) = split_query(reference);
        let mut url = self.clone();
        match path {
            "" if query.is_none() => return Ok(url),
            "" => {}
            _ if path.starts_with('/') => url.path = normal_path(path),
            _ => url.path = normal_path(&format!("{}/{path}", self.directory())),
        }
        url.query = query.map(escape_query);
        url.not_too_long()
    }

    fn from_authority(scheme: Scheme, rest: &str) -> Result<Self, UrlError> {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).ok_or(UrlError::Host)?;
        let (host, port) = parse_authority(authority)?;
        let (path, query) = split_query(rest);
        let url = Self {
            origin: Origin { scheme, host, port: port.unwrap_or(scheme.default_port()) },
            explicit_port: port.is_some(),
            path: normal_path(path),
            query: query.map(escape_query),
        };
        url.not_too_long()
    }

    /// Refuses a URL that grew too long: by its escapes, or by a reference in each page of a list.
    fn not_too_long(self) -> Result<Self, UrlError> {
        let Origin { scheme, host, .. } = &self.origin;
        let query = self.query.as_ref().map_or(0, |query| 1 + query.len());
        let length = scheme.as_str().len() + "://".len() + host.len() + self.path.len() + query;
        if length > caps::URL_BYTES { Err(UrlError::TooLong) } else { Ok(self) }
    }

    /// Makes the URL of the root of an origin.
    pub fn of_origin(origin: Origin) -> Self {
        Self { origin, explicit_port: false, path: "/".to_owned(), query: None }
    }

    /// Returns scheme, host and port.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the escaped path. It begins with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the escaped query, without its `?`.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// Returns true if the text had a port, even the scheme's own.
    pub fn has_explicit_port(&self) -> bool {
        self.explicit_port
    }

    /// Returns true if both have the same scheme, host and port.
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self.origin == other.origin
    }

    /// Returns the same URL with this path, which must be escaped already. The query is dropped.
    #[must_use]
    pub fn with_path(&self, path: &str) -> Self {
        Self { path: normal_path(path), query: None, ..self.clone() }
    }

    /// Returns the same URL with this path, which must be escaped already. The query stays.
    #[must_use]
    pub fn with_path_kept_query(&self, path: &str) -> Self {
        Self { path: normal_path(path), ..self.clone() }
    }

    /// Returns the same URL with a port.
    #[must_use]
    pub fn with_port(&self, port: u16) -> Self {
        let origin = Origin { port, ..self.origin.clone() };
        Self { origin, explicit_port: true, ..self.clone() }
    }

    /// Returns the same URL with one more query parameter, which is escaped here. Others stay as
    /// they are.
    #[must_use]
    pub fn with_parameter(&self, name: &str, value: &str) -> Self {
        let pair = format!("{}={}", escape_value(name), escape_value(value));
        let query = match self.query.as_deref() {
            None | Some("") => pair,
            Some(query) => format!("{query}&{pair}"),
        };
        Self { query: Some(query), ..self.clone() }
    }

    /// Returns the decoded query parameters, in order. `+` is a space.
    pub fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        let query = self.query.as_deref().unwrap_or_default();
        query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (unescape(name), unescape(value))
        })
    }

    /// Returns the path before its last `/`.
    fn directory(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(directory, _)| directory)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin { scheme, host, port } = &self.origin;
        write!(f, "{}://{host}", scheme.as_str())?;
        if self.explicit_port || *port != scheme.default_port() {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)?;
        match &self.query {
            Some(query) => write!(f, "?{query}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Url {
    /// Prints the redacted URL, because queries carry signatures and names of sessions (R18).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({})", super::redact::url(&self.to_string()))
    }
}

/// Escapes one value of a query or of a form.
pub fn escape_value(value: &str) -> String {
    utf8_percent_encode(value, VALUE).to_string()
}

fn unescape(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// Removes the blanks around a text. Refuses a text that programs read differently.
fn clean(text: &str) -> Result<&str, UrlError> {
    let text = text.trim_matches([' ', '\t']);
    match text {
        _ if text.len() > caps::URL_BYTES => Err(UrlError::TooLong),
        _ if text.chars().any(|c| c.is_control() || c == '\\') => Err(UrlError::Ambiguous),
        _ => Ok(text),
    }
}

/// Splits `scheme:rest`, if the text begins with a scheme (RFC 3986 section 3.1).
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let first = scheme.bytes().next()?;
    (first.is_ascii_alphabetic() && scheme.bytes().all(legal)).then_some((scheme, rest))
}

fn parse_authority(authority: &str) -> Result<(String, Option<u16>), UrlError> {
    if authority.contains('@') {
        return Err(UrlError::UserInfo);
    }
    let name_end = match authority.strip_prefix('[') {
        Some(_) => authority.find(']').ok_or(UrlError::Host)? + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (name, rest) = authority.split_at_checked(name_end).ok_or(UrlError::Host)?;
    let host = host::canonical(name).ok_or(UrlError::Host)?;
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Ok((host, None)),
        None => Err(UrlError::Host),
        Some("") => Ok((host, None)),
        Some(digits) => parse_port(digits).map(|port| (host, Some(port))),
    }
}

fn parse_port(digits: &str) -> Result<u16, UrlError> {
    let port = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    port.filter(|port| *port != 0).ok_or(UrlError::Port)
}

/// Splits the text after the authority into path and query. The fragment is dropped.
fn split_query(rest: &str) -> (&str, Option<&str>) {
    let rest = rest.split('#').next().unwrap_or_default();
    match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    }
}

fn escape_query(query: &str) -> String {
    utf8_percent_encode(query, QUERY).to_string()
}

/// Removes dot segments (RFC 3986 section 5.2.4), also those written `%2e`, as browsers do. Escapes
/// the rest.
fn normal_path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut ends_in_directory = false;
    for segment in path.strip_prefix('/').unwrap_or(path).split('/') {
        let dots = segment.to_ascii_lowercase().replace("%2e", ".");
        ends_in_directory = matches!(dots.as_str(), "." | "..");
        match dots.as_str() {
            "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    if ends_in_directory {
        segments.push("");
    }
    format!("/{}", utf8_percent_encode(&segments.join("/"), PATH))
}

#[cfg(test)]
mod tests;
