//! Header fields that every request of one client carries, token requests too (R39).
//!
//! They may be secrets, such as the key of a gateway: they go to the origins that the client
//! authenticates to and to their approved token servers, and nowhere else.

use std::rc::Rc;

use async_trait::async_trait;

use super::{Approvals, Redirect, Request, Response, SharedTransport, Transport};
use crate::{
    error::{ErrorKind, InputFault, Result},
    wire::{
        Headers, Origin, Url,
        realm::{self, Decision},
    },
};

/// Fields that the protocol itself needs: one of the user's own would break it, or go around the
/// rules for credentials.
const TAKEN: [&str; 13] = [
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "host",
    "if-none-match",
    "origin",
    "range",
    "transfer-encoding",
];

/// Checks that these fields can be a client's own.
///
/// # Errors
/// `InvalidInput` if a name or value is none of HTTP's, or the name is one that the client, or
/// the browser, sets itself.
pub fn check_own_headers(fields: &Headers) -> Result<()> {
    fields.iter().try_for_each(|(name, value)| match fault(name, value) {
        None => Ok(()),
        Some(fault) => Err(ErrorKind::InvalidInput(fault(name.to_owned())).into()),
    })
}

/// Returns the fault of a header field, which takes the name of the field.
fn fault(name: &str, value: &str) -> Option<fn(String) -> InputFault> {
    let lower = name.to_ascii_lowercase();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Some(InputFault::HeaderName);
    }
    let is_text = |byte: u8| byte == b'\t' || (byte >= 0x20 && byte != 0x7f);
    if !value.bytes().all(is_text) {
        return Some(InputFault::HeaderValue);
    }
    let is_browsers = lower.starts_with("sec-") || lower.starts_with("proxy-");
    (is_browsers || TAKEN.contains(&lower.as_str())).then_some(InputFault::HeaderTaken)
}

/// The layer that adds them, below authentication.
pub(super) struct OwnHeaders {
    inner: SharedTransport,
    fields: Headers,
    origins: Vec<Origin>,
    approvals: Rc<Approvals>,
    is_page: bool,
}

impl OwnHeaders {
    pub(super) fn new(
        inner: SharedTransport,
        fields: Headers,
        origins: Vec<Origin>,
        approvals: Rc<Approvals>,
        is_page: bool,
    ) -> Self {
        Self { inner, fields, origins, approvals, is_page }
    }

    /// Returns true if the fields may go to this origin: the registry's own, or that of an approved
    /// token server.
    fn may_go_to(&self, origin: &Origin) -> bool {
        let realm = Url::of_origin(origin.clone()).to_string();
        let pairs = self.approvals.pairs();
        let is_allowed =
            |own: &Origin| matches!(realm::decide(own, &realm, &pairs), Decision::Allowed(_));
        self.origins.iter().any(is_allowed)
    }
}

#[async_trait(?Send)]
impl Transport for OwnHeaders {
    async fn send(&self, mut request: Request) -> Result<Response> {
        if self.may_go_to(request.url.origin()) {
            for (name, value) in self.fields.iter() {
                request.headers.set(name, value);
            }
            // Across origins fetch drops `Authorization` and keeps everything else.
            if self.is_page {
                request.redirect = Redirect::Error;
            }
        }
        self.inner.send(request).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn r039_what_the_protocol_needs_is_not_the_users_to_set() {
        for (name, value, expected) in [
            ("X-Gateway-Key", "s3cret", true),
            ("User-Agent", "ci/1", true),
            ("Authorization", "Basic x", false),
            ("ACCEPT", "*/*", false),
            ("Sec-Fetch-Mode", "cors", false),
            ("Proxy-Authorization", "x", false),
            ("", "x", false),
            ("two words", "x", false),
            ("X-Key", "a\r\nHost: evil", false),
            ("X-Key", "tab\tand ümlaut", true),
        ] {
            let fields = [(name, value)].into_iter().collect();
            assert_eq!(check_own_headers(&fields).is_ok(), expected, "{name}: {value}");
        }
    }
}
