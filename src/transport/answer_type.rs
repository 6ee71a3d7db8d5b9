//! The kinds of answers that are no bytes of a blob, by what they say of themselves.

use super::Response;
use crate::wire::headers::name;

/// Tells whether an answer says that it is a page for people.
pub(super) fn is_page(answer: &Response) -> bool {
    answer.status == 200 && is_of_type(answer, "text/html")
}

/// Tells whether an answer is several parts in one body.
pub(super) fn is_multipart(answer: &Response) -> bool {
    is_of_type(answer, "multipart/")
}

fn is_of_type(answer: &Response, beginning: &str) -> bool {
    let kind = answer.headers.get(name::CONTENT_TYPE).unwrap_or_default();
    kind.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}
