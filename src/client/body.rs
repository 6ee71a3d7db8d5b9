//! What the body of an answer is, before anybody believes its headers.

use crate::oci::{
    MediaType,
    json::{self, Node},
};

use super::exchange::Document;

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

/// Says so where these bytes are an HTML page. Answers without a body are none.
pub(super) fn is_page(document: &Document) -> Option<String> {
    let text = document.bytes.trim_ascii_start();
    let start = text.get(..text.len().min(32)).unwrap_or_default().to_ascii_lowercase();
    let tags = [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<?xml"];
    let is_page = tags.iter().any(|tag| start.starts_with(tag));
    is_page.then(|| "the answer is an HTML page, as login pages and proxies send it".to_owned())
}

/// What a document says that it is, and what it looks like.
pub(super) struct DeclaredType {
    pub(super) media_type: Option<MediaType>,
    pub(super) structure: Option<MediaType>,
}

/// Reads `mediaType`, and guesses from the members where it is missing (R38).
pub(super) fn declared_type(bytes: &bytes::Bytes) -> DeclaredType {
    let node = json::parse(bytes.clone()).value;
    let has = |key| node.get(key).is_some();
    let structure = match () {
        () if has("fsLayers") => Some(MediaType::DOCKER_V1_SIGNED),
        () if has("manifests") => Some(MediaType::OCI_INDEX),
        () if has("layers") || has("config") => Some(MediaType::OCI_MANIFEST),
        () => None,
    };
    let media_type = node.get("mediaType").and_then(Node::as_str).map(MediaType::new);
    DeclaredType { media_type, structure }
}
