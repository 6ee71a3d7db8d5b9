//! Telling documents from HTML pages, before anything in their headers is believed.

/// Returns why these bytes cannot be a document: they are empty, or an HTML page.
pub(super) fn not_a_document(bytes: &[u8]) -> Option<String> {
    match bytes.trim_ascii_start() {
        [] => Some("the answer is empty".to_owned()),
        _ => html_page(bytes),
    }
}

/// Returns a reason if these bytes are an HTML page: login pages and proxies send one with status
/// 200. An empty body is none.
pub(super) fn html_page(bytes: &[u8]) -> Option<String> {
    let text = bytes.trim_ascii_start();
    let start = text.get(..text.len().min(32)).unwrap_or_default().to_ascii_lowercase();
    let tags = [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<?xml"];
    let is_page = tags.iter().any(|tag| start.starts_with(tag));
    is_page.then(|| "the answer is an HTML page, as login pages and proxies send it".to_owned())
}
