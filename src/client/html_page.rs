//! Telling documents from HTML pages, before anything in their headers is believed.

use crate::error::AnswerFault;

/// Returns the fault of bytes that cannot be a document: they are empty, or an HTML page.
pub(super) fn not_a_document(bytes: &[u8]) -> Option<AnswerFault> {
    match bytes.trim_ascii_start() {
        [] => Some(AnswerFault::Empty),
        _ => html_page(bytes),
    }
}

/// Returns the fault of bytes that are an HTML page: login pages and proxies send one with status
/// 200. An empty body is none.
pub(super) fn html_page(bytes: &[u8]) -> Option<AnswerFault> {
    let text = bytes.trim_ascii_start();
    let start = text.get(..text.len().min(32)).unwrap_or_default().to_ascii_lowercase();
    let tags = [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<?xml"];
    let is_page = tags.iter().any(|tag| start.starts_with(tag));
    is_page.then_some(AnswerFault::HtmlPage)
}
