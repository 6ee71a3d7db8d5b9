//! Rows whose lists are long or never end.

use std::fmt::Write;

use super::indexes::image;
use super::packed::Packed;
use super::pages::{JSON, Pages, index};
use super::shelf::{MANIFEST, Shelf};
use super::text::{digest, key, many};

/// The entries of a page of a list without end.
const PAGE: usize = 100;

/// The tags of such a page: with as many, clients stop at a number of names and not of pages.
const TAGS: usize = 1_000;

/// The repositories of such a page: with as few, clients stop at a number of pages.
const REPOSITORIES: usize = 10;

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
    shelf.tag_list = Some(Pages::Endless(|page| names("tags", &numbered(page * TAGS, TAGS))));
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
    shelf.catalog = Some(Pages::Endless(|page| {
        names("repositories", &numbered(page * REPOSITORIES, REPOSITORIES))
    }));
}
