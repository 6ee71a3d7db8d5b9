//! Answers to requests for lists: in one answer, or on pages without end.

use axum::extract::Request;
use axum::http::header;
use axum::response::Response;

use super::packed::Packed;
use crate::reply;

pub(super) const JSON: &str = "application/json";
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The answers to requests for one list.
pub(super) enum Pages {
    /// The whole list in one answer.
    Whole(Packed),
    /// Pages without end, made of their number. Each links to the next.
    Endless(fn(usize) -> Packed),
}

impl Pages {
    /// Returns the list of these tags.
    pub(super) fn of_tags<'a>(name: &str, tags: impl Iterator<Item = &'a String>) -> Self {
        let tags: Vec<&String> = tags.collect();
        let document = serde_json::json!({ "name": name, "tags": tags });
        Self::Whole(Packed::new(JSON, document.to_string().as_bytes()))
    }

    /// Returns an empty list of referrers.
    pub(super) fn no_referrers() -> Self {
        Self::Whole(index(""))
    }

    pub(super) fn reply(&self, request: &Request) -> Response {
        let (method, headers) = (request.method(), request.headers());
        match self {
            Self::Whole(list) => list.reply(method, headers),
            Self::Endless(page) => {
                let number = reply::query(request.uri(), "page").and_then(|text| text.parse().ok());
                let number: usize = number.unwrap_or(0);
                let mut answer = page(number).reply(method, headers);
                let next = number.saturating_add(1);
                let link = format!("<{}?page={next}>; rel=\"next\"", request.uri().path());
                reply::set(&mut answer, header::LINK, &link);
                answer
            }
        }
    }
}

/// Returns an index of these descriptors.
pub(super) fn index(children: &str) -> Packed {
    let text = format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{children}]}}"#);
    Packed::new(INDEX, text.as_bytes())
}
