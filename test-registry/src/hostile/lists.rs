//! Rows whose lists are long or never end.

use std::fmt::Write;

use axum::extract::Request;
use axum::http::header;
use axum::response::Response;

use super::indexes::image;
use super::packed::Packed;
use super::shelf::{INDEX, MANIFEST, Shelf};
use super::text::{digest, key, many};
use crate::reply;

const JSON: &str = "application/json";

/// The entries of a page of a list without end.
const PAGE: usize = 100;

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

/// Returns a list of names as JSON. The key is `tags` or `repositories`.
fn names(key: &str, items: &str) -> Packed {
    let name = if key == "tags" { r#""name":"hostile/tags","# } else { "" };
    Packed::new(JSON, format!(r#"{{{name}"{key}":[{items}]}}"#).as_bytes())
}

/// Returns so many names, from this number on.
fn numbered(start: usize, count: usize) -> String {
    many(count, |text, number| {
        text.push_str("\"n");
        key(text, start + number);
        text.push('"');
    })
}

fn index(children: &str) -> Packed {
    let text = format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{children}]}}"#);
    Packed::new(INDEX, text.as_bytes())
}

/// Returns an index of so many referrers, from this number on.
fn referrers_from(start: usize, count: usize) -> Packed {
    index(&many(count, |text, number| {
        let _ = write!(text, r#"{{"mediaType":"{MANIFEST}","size":1,"digest":""#);
        digest(text, start + number);
        text.push_str(r#"","artifactType":"application/vnd.a"}"#);
    }))
}

pub(super) fn referrers(shelf: &mut Shelf) {
    image(shelf);
    shelf.referrers = Some(Pages::Whole(referrers_from(0, 60_000)));
}

pub(super) fn referrers_endless(shelf: &mut Shelf) {
    image(shelf);
    shelf.referrers = Some(Pages::Endless(|page| referrers_from(page * PAGE, PAGE)));
}

pub(super) fn tags(shelf: &mut Shelf) {
    shelf.tag_list = Some(Pages::Whole(names("tags", &numbered(0, 1_000_000))));
}

pub(super) fn tags_ones(shelf: &mut Shelf) {
    // Two bytes for each, and 16 MiB are the most that clients read of a list.
    let count = (16 << 20) / 2 - 64;
    let ones = many(count, |text, _| text.push('1'));
    shelf.tag_list = Some(Pages::Whole(names("tags", &ones)));
}

pub(super) fn tags_endless(shelf: &mut Shelf) {
    shelf.tag_list = Some(Pages::Endless(|page| names("tags", &numbered(page * PAGE, PAGE))));
}

pub(super) fn tags_empty(shelf: &mut Shelf) {
    shelf.tag_list = Some(Pages::Endless(|_| names("tags", "")));
}

pub(super) fn catalog_1000000(shelf: &mut Shelf) {
    shelf.catalog = Some(Pages::Whole(names("repositories", &numbered(0, 1_000_000))));
}

pub(super) fn catalog_100000(shelf: &mut Shelf) {
    shelf.catalog = Some(Pages::Whole(names("repositories", &numbered(0, 100_000))));
}

pub(super) fn catalog_endless(shelf: &mut Shelf) {
    shelf.catalog =
        Some(Pages::Endless(|page| names("repositories", &numbered(page * PAGE, PAGE))));
}
