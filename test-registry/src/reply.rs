//! Replies in the forms of the distribution specification.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::json;

/// Makes a reply with an error document of one entry.
pub(crate) fn error(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let document = json!({ "errors": [{ "code": code, "message": message, "detail": null }] });
    with_type(status, "application/json", document.to_string())
}

/// Makes a reply with a body and its `Content-Type`.
pub(crate) fn with_type(
    status: StatusCode,
    content_type: &str,
    body: impl Into<Body>,
) -> Response<Body> {
    let mut reply = Response::new(body.into());
    *reply.status_mut() = status;
    set(&mut reply, header::CONTENT_TYPE, content_type);
    reply
}

/// Makes a reply that has a status and no body.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = status;
    reply
}

/// Sets a header. Leaves out a value that HTTP does not allow.
pub(crate) fn set<B>(reply: &mut Response<B>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(name, value);
    }
}

/// Returns the first value of one key of a query string, percent-decoded.
pub(crate) fn query(uri: &axum::http::Uri, key: &str) -> Option<String> {
    all_in_query(uri, key).into_iter().next()
}

/// Returns all values of one key of a query string, percent-decoded.
pub(crate) fn all_in_query(uri: &axum::http::Uri, key: &str) -> Vec<String> {
    pairs(uri.query().unwrap_or_default())
        .into_iter()
        .filter(|(k, _)| k == key)
        .map(|(_, v)| v)
        .collect()
}

/// Returns the pairs of a query string or a form, percent-decoded.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let decode = |s: &str| {
        percent_encoding::percent_decode_str(&s.replace('+', " ")).decode_utf8_lossy().into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(k, v)| (decode(k), decode(v)))
        .collect()
}
