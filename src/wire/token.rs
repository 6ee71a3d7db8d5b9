//! Tokens: the requests for them, and the answers of token servers (R65, R66, R68).

use std::{fmt, time::Duration};

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{scope::ScopeSet, secret::Secret, url::Url};
use crate::{
    caps,
    oci::{
        Timestamp,
        json::{self, Node},
    },
};

/// The name of this client for token servers. It replaces `User-Agent` (R39).
pub const CLIENT_ID: &str = "porthole";

/// The characters that the URL Standard escapes in a form.
const FORM_SET: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*');

/// The shortest lifetime of a token, and its lifetime if the server names none (R68).
const MIN_LIFETIME: Duration = Duration::from_secs(60);

/// The time before its end in which a token is not used, in seconds (R68).
const SAFETY: Duration = Duration::from_secs(1);

/// The longest lifetime of a token: one day. Longer ones are cut.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the URL of a token request by GET: the realm with its own query, `service`, one `scope`
/// for each scope, and `client_id` (R65).
pub fn get_url(
    realm: &Url,
    service: Option<&str>,
    scopes: &ScopeSet,
    account: Option<&str>,
    wants_refresh_token: bool,
) -> Url {
    let mut url = realm.clone();
    if let Some(service) = service {
        url = url.with_parameter("service", service);
    }
    for scope in scopes.to_texts() {
        url = url.with_parameter("scope", &scope);
    }
    url = url.with_parameter("client_id", CLIENT_ID);
    if let Some(account) = account {
        url = url.with_parameter("account", account);
    }
    if wants_refresh_token { url.with_parameter("offline_token", "true") } else { url }
}

/// The credential of a token request by OAuth2 POST (R66).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// An identity token or a refresh token from an earlier answer.
    RefreshToken(Secret),
    /// User name and password.
    Password {
        /// The user's name.
        user: String,
        /// The password, which goes to the token server alone.
        password: Secret,
    },
}

/// `Content-Type` of a token request by POST. A page may send it without a preflight.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Returns the form of a token request by OAuth2 POST (R66). The whole form is a secret.
pub fn post_form(grant: &Grant, service: Option<&str>, scopes: &ScopeSet) -> Secret {
    let mut fields: Vec<(&str, String)> = match grant {
        Grant::RefreshToken(token) => vec![
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", token.expose().to_owned()),
        ],
        Grant::Password { user, password } => vec![
            ("grant_type", "password".to_owned()),
            ("username", user.clone()),
            ("password", password.expose().to_owned()),
            ("access_type", "offline".to_owned()),
        ],
    };
    fields.extend(service.map(|service| ("service", service.to_owned())));
    fields.push(("client_id", CLIENT_ID.to_owned()));
    if !scopes.is_empty() {
        fields.push(("scope", scopes.to_string()));
    }
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", form_value(value))).collect();
    Secret::new(pairs.join("&"))
}

fn form_value(value: &str) -> String {
    utf8_percent_encode(value, FORM_SET).to_string()
}

/// Returns true if a token server that answered a POST with this status knows only GET (R66).
/// distribution's own answers 404, others 405.
pub fn must_use_get(status: u16) -> bool {
    matches!(status, 404 | 405)
}

/// A token from a token server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The bearer token, from `token` or `access_token`.
    pub token: Secret,
    /// A new refresh token, if there is one. It replaces the earlier one (R66).
    pub refresh_token: Option<Secret>,
    /// The end of its use, in seconds since 1970.
    pub expires_at: u64,
    /// The scopes that the server granted, if it names them. Fewer than requested are no error.
    pub granted: Option<ScopeSet>,
}

impl Token {
    /// Returns true if the token can still be used.
    pub fn is_valid_at(&self, now: u64) -> bool {
        now < self.expires_at
    }
}

/// The reason why an answer of a token server has no token that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// It is longer than [`caps::TOKEN_BYTES`].
    TooLarge,
    /// The body is not JSON; often it is a page of a proxy.
    NotJson,
    /// It has neither `token` nor `access_token`.
    Missing,
    /// The token cannot stand in a header field.
    Unusable,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "too large",
            Self::NotJson => "not JSON",
            Self::Missing => "neither token nor access_token",
            Self::Unusable => "not fit for a header field",
        })
    }
}

/// Reads the answer of a token server, received at `now` (seconds since 1970). The lifetime starts
/// at `issued_at`, unless the server's clock is ahead, or so late that the token would be old.
///
/// # Errors
/// The answer holds no token.
pub fn read(body: &[u8], now: u64) -> Result<Token, TokenError> {
    if body.len() > caps::TOKEN_BYTES {
        return Err(TokenError::TooLarge);
    }
    let answer = json::parse(Bytes::copy_from_slice(body)).value;
    if !matches!(answer, Node::Object(_)) {
        return Err(TokenError::NotJson);
    }
    let text = |name| answer.get(name).and_then(Node::as_str).filter(|text| !text.is_empty());
    let token = text("token").or_else(|| text("access_token")).ok_or(TokenError::Missing)?;
    let token = Secret::new(token);
    super::secret::bearer(&token).ok_or(TokenError::Unusable)?;
    let lifetime = lifetime(&answer);
    let issued_at = text("issued_at").and_then(unix_seconds);
    Ok(Token {
        token,
        refresh_token: text("refresh_token").map(Secret::new),
        expires_at: expiry(now, issued_at, lifetime),
        granted: text("scope").map(|text| [text].into_iter().collect()),
    })
}

/// Returns `expires_in` in seconds, at least 60 (R68). Some servers send it as a text.
fn lifetime(answer: &Node) -> Duration {
    let seconds = answer.get("expires_in").and_then(|node| {
        node.as_u64().or_else(|| node.as_str().and_then(|text| text.trim().parse().ok()))
    });
    Duration::from_secs(seconds.unwrap_or(0)).clamp(MIN_LIFETIME, MAX_LIFETIME)
}

fn unix_seconds(text: &str) -> Option<u64> {
    let time: Timestamp = text.parse().ok()?;
    u64::try_from(time.unix_seconds()).ok()
}

fn expiry(now: u64, issued_at: Option<u64>, lifetime: Duration) -> u64 {
    let usable = lifetime.saturating_sub(SAFETY).as_secs();
    let from_issue = issued_at.filter(|at| *at <= now).map(|at| at.saturating_add(usable));
    match from_issue {
        Some(end) if end > now => end,
        // The token seems old on arrival, so the clocks differ. A wrong guess costs one 401.
        _ => now.saturating_add(usable),
    }
}

/// A token server that the client knows, for registries that hide `WWW-Authenticate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRealm {
    /// The address of its requests for tokens.
    pub realm: String,
    /// The service that the request names.
    pub service: String,
}

/// Returns the token server of a well-known registry, in case it hides `WWW-Authenticate`. The
/// makers of ghcr.io, quay.io and Artifact Registry have not confirmed these values of `service`.
pub fn known_realm(host: &str) -> Option<KnownRealm> {
    let known =
        |realm: String, service: &str| Some(KnownRealm { realm, service: service.to_owned() });
    let same_host = |path: &str| format!("https://{host}{path}");
    match host {
        "docker.io" | "index.docker.io" | "registry-1.docker.io" => {
            known("https://auth.docker.io/token".to_owned(), "registry.docker.io")
        }
        "ghcr.io" => known(same_host("/token"), host),
        "quay.io" => known(same_host("/v2/auth"), host),
        "registry.gitlab.com" => {
            known("https://gitlab.com/jwt/auth".to_owned(), "container_registry")
        }
        "codeberg.org" | "gitea.com" => known(same_host("/v2/token"), "container_registry"),
        _ if host == "gcr.io" || host.ends_with(".gcr.io") || host.ends_with("-docker.pkg.dev") => {
            known(same_host("/v2/token"), host)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn scopes(text: &str) -> ScopeSet {
        text.parse().unwrap()
    }

    #[test]
    fn r065_get_repeats_scope_and_keeps_the_realms_query() {
        let check = |realm: &str, service, text: &str, account, refresh, expected: &str| {
            let realm = Url::parse(realm).unwrap();
            let url = get_url(&realm, service, &scopes(text), account, refresh);
            assert_eq!(url.to_string(), expected);
        };
        check(
            "https://a.example/token",
            Some("r.example"),
            "repository:b:pull repository:a:pull,push",
            None,
            false,
            "https://a.example/token?service=r.example&scope=repository:a:pull,push\
             &scope=repository:b:pull&client_id=porthole",
        );
        check(
            "https://a.example/token?tenant=1",
            Some("a b&c"),
            "",
            Some("me"),
            true,
            "https://a.example/token?tenant=1&service=a%20b%26c&client_id=porthole&account=me\
             &offline_token=true",
        );
    }

    #[test]
    fn r066_post_forms() {
        let form =
            |grant| post_form(&grant, Some("s"), &scopes("repository:a:pull")).expose().to_owned();
        assert_eq!(
            form(Grant::RefreshToken(Secret::new("r+1"))),
            "grant_type=refresh_token&refresh_token=r%2B1&service=s&client_id=porthole\
             &scope=repository%3Aa%3Apull"
        );
        let password = Secret::new("p&q= ");
        assert_eq!(
            form(Grant::Password { user: "u".to_owned(), password }),
            "grant_type=password&username=u&password=p%26q%3D%20&access_type=offline&service=s\
             &client_id=porthole&scope=repository%3Aa%3Apull"
        );
        assert!(must_use_get(404) && !must_use_get(401));
    }

    #[test]
    fn r065_token_or_access_token() {
        let check = |body: &str, expected: Result<&str, TokenError>| {
            let token = read(body.as_bytes(), 1000).map(|token| token.token.expose().to_owned());
            assert_eq!(token, expected.map(str::to_owned), "{body}");
        };
        check(r#"{"token":"a"}"#, Ok("a"));
        check(r#"{"access_token":"b"}"#, Ok("b"));
        check(r#"{"token":"a","access_token":"b"}"#, Ok("a"));
        check(r#"{"token":"","access_token":"b"}"#, Ok("b"));
        check(r#"{"token":null}"#, Err(TokenError::Missing));
        check(r#"{"token":"a\r\nX: y"}"#, Err(TokenError::Unusable));
        check("[]", Err(TokenError::NotJson));
        check("<html>", Err(TokenError::NotJson));
    }

    #[test]
    fn cap_token_bytes_refuses_a_longer_answer() {
        let check = |length: usize, expected: Option<TokenError>| {
            let answer = format!(r#"{{"token":"{}"}}"#, "a".repeat(length - 12));
            assert_eq!(answer.len(), length);
            assert_eq!(read(answer.as_bytes(), 0).err(), expected, "{length}");
        };
        check(caps::TOKEN_BYTES, None);
        check(caps::TOKEN_BYTES + 1, Some(TokenError::TooLarge));
    }

    #[test]
    fn r068_expiry() {
        let check = |fields: &str, expected: u64| {
            let token = read(format!(r#"{{"token":"t"{fields}}}"#).as_bytes(), 1000).unwrap();
            assert_eq!(token.expires_at, expected, "{fields}");
            assert!(token.is_valid_at(expected - 1) && !token.is_valid_at(expected));
        };
        check("", 1059);
        check(r#","expires_in":300"#, 1299);
        check(r#","expires_in":"300""#, 1299);
        check(r#","expires_in":5"#, 1059);
        check(r#","expires_in":-5"#, 1059);
        check(r#","expires_in":99999999999"#, 1000 + 86_399);
        check(r#","expires_in":300,"issued_at":"1970-01-01T00:15:00Z""#, 900 + 299);
        check(r#","expires_in":300,"issued_at":"2030-01-01T00:00:00Z""#, 1299);
        check(r#","expires_in":300,"issued_at":"1970-01-01T00:00:01Z""#, 1299);
        check(r#","expires_in":300,"issued_at":"rubbish""#, 1299);
    }

    #[test]
    fn r066_a_refresh_token_and_the_granted_scope_are_read() {
        let body = br#"{"access_token":"t","refresh_token":"r","scope":"repository:a:push,pull"}"#;
        let token = read(body, 0).unwrap();
        assert_eq!(token.refresh_token.unwrap().expose(), "r");
        assert_eq!(token.granted.unwrap().to_string(), "repository:a:pull,push");
    }

    #[test]
    fn r071_known_realms_are_of_the_registry_or_built_in_pairs() {
        use crate::wire::{Origin, Scheme, realm};
        let hosts = ["registry-1.docker.io", "ghcr.io", "quay.io", "gcr.io", "eu.gcr.io"];
        let more = ["us-docker.pkg.dev", "registry.gitlab.com", "codeberg.org"];
        for host in hosts.into_iter().chain(more) {
            let origin = Origin::new(Scheme::Https, host).unwrap();
            let known = known_realm(host).unwrap();
            let decision = realm::decide(&origin, &known.realm, &[]);
            assert!(matches!(decision, realm::Decision::Allowed(_)), "{host}");
        }
        assert_eq!(known_realm("registry.example"), None);
    }
}
