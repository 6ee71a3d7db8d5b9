//! Credentials: texts that never appear in a log or an error.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

/// A password, token or header value that must not reach a log, an error or a screen.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text, for a request.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns true if the secret is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Returns the value of `Authorization` for a user name and password (RFC 7617). `None` if one of
/// them is missing, or if the name holds a colon, which would end the name (R64).
pub fn basic(user: &str, password: &Secret) -> Option<Secret> {
    let usable = !user.is_empty() && !user.contains(':') && !password.is_empty();
    let pair = format!("{user}:{}", password.expose());
    usable.then(|| Secret(format!("Basic {}", STANDARD.encode(pair))))
}

/// Returns the value of `Authorization` for a token. `None` if it cannot stand in a header field.
pub fn bearer(token: &Secret) -> Option<Secret> {
    let legal = |b: u8| (0x21..0x7f).contains(&b);
    let usable = !token.is_empty() && token.expose().bytes().all(legal);
    usable.then(|| Secret(format!("Bearer {}", token.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r064_basic_needs_both_parts() {
        let check = |user: &str, password: &str, expected: Option<&str>| {
            let value = basic(user, &Secret::new(password));
            assert_eq!(value.as_ref().map(Secret::expose), expected);
        };
        check("Aladdin", "open sesame", Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
        check("test", "123£", Some("Basic dGVzdDoxMjPCow=="));
        check("", "x", None);
        check("x", "", None);
        check("a:b", "x", None);
    }

    #[test]
    fn a_token_that_would_break_the_header_is_refused() {
        assert!(bearer(&Secret::new("a b")).is_none());
        assert!(bearer(&Secret::new("a\r\nX: y")).is_none());
        assert!(bearer(&Secret::new("")).is_none());
        let value = bearer(&Secret::new("abc.def_-~+/="));
        assert_eq!(value.as_ref().map(Secret::expose), Some("Bearer abc.def_-~+/="));
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }
}
