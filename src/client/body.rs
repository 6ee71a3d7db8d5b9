//! What the body of an answer is, before anybody believes its headers.

use bytes::Bytes;

use super::exchange::Document;
use crate::oci::{
    MediaType,
    json::{self, Node},
};

/// Why these bytes cannot be a document, where that shows: empty, or an HTML page, which is what
/// login pages and proxies answer with status 200.
pub(super) fn not_a_document(document: &Document) -> Option<String> {
    match () {
        () if document.bytes.trim_ascii_start().is_empty() => {
            Some("the answer is empty".to_owned())
        }
        () => is_page(document),
    }
}

/// What a document says of its own type.
pub(super) fn stated_type(bytes: &Bytes) -> Option<MediaType> {
    stated(&json::parse(bytes.clone()).value)
}

/// The same, of a document that is read already.
pub(super) fn stated(document: &Node) -> Option<MediaType> {
    document.get("mediaType").and_then(Node::as_str).map(MediaType::new)
}

/// Says so where these bytes are an HTML page. Answers without a body are none.
pub(super) fn is_page(document: &Document) -> Option<String> {
    let text = document.bytes.trim_ascii_start();
    let start = text.get(..text.len().min(32)).unwrap_or_default().to_ascii_lowercase();
    let tags = [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<?xml"];
    let is_page = tags.iter().any(|tag| start.starts_with(tag));
    is_page.then(|| "the answer is an HTML page, as login pages and proxies send it".to_owned())
}
