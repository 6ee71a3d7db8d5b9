//! Telling documents from HTML pages, before anything in their headers is believed.

use crate::{content::sniff::is_html_page, error::AnswerFault};

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
    is_html_page(bytes).then_some(AnswerFault::HtmlPage)
}
