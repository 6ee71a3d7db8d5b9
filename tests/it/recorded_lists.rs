//! Lists of tags and headers of manifests as Docker Hub and others sent them, recorded by other projects.

use std::collections::BTreeSet;

use porthole::{
    oci::Tag,
    wire::{Headers, Url, Window, link, list, page},
};
use serde_json::Value;

use crate::{
    fixtures::{bytes, of_kind},
    wire_exchanges::resolved,
};

#[test]
fn r095_tag_lists_of_real_registries() {
    for fixture in of_kind("http-tag-list") {
        let listed = list::tags(fixture.read("").into()).unwrap();
        let count = fixture.expected["tags"].as_u64().unwrap() as usize;
        assert_eq!((listed.items.len(), listed.issues.len()), (count, 0), "{}", fixture.path);
        assert_eq!(listed.items.first().map(String::as_str), fixture.expected["first"].as_str());
        assert_eq!(listed.items.last().map(String::as_str), fixture.expected["last"].as_str());
        let (fresh, _) = page::Pages::new().take(listed.items, page::Next::End);
        let distinct = fixture.expected["distinct"].as_u64().unwrap() as usize;
        assert_eq!(fresh.len(), distinct, "{}", fixture.path);
        assert!(fresh.iter().all(|tag| tag.parse::<porthole::oci::Tag>().is_ok()));
    }
}

/// Reads the headers of the older recordings, whose names have underscores, as Python's test tools write them.
fn recorded_headers(path: &str) -> Headers {
    let fields: Value = serde_json::from_slice(&bytes(path)).unwrap();
    let fields = fields.as_object().unwrap();
    fields.iter().map(|(name, value)| (name.replace('_', "-"), value.as_str().unwrap())).collect()
}

#[test]
fn r098_docker_hubs_opaque_cursor_is_followed_as_it_is() {
    for fixture in of_kind("http-paged-tag-list") {
        let count =
            fixture.expected.as_object().unwrap().keys().filter(|key| key.starts_with("page"));
        let count = count.count();
        let mut pages = page::Pages::new();
        let mut seen = BTreeSet::new();
        let mut asked: Option<Url> = None;
        for number in 1..=count {
            let facts = &fixture.expected[format!("page{number}")];
            let items =
                list::tags(fixture.read(&format!("page-{number}.json")).into()).unwrap().items;
            assert_eq!(Some(items.len() as u64), facts["tags"].as_u64(), "{}", fixture.path);
            let folder = fixture.path.trim_end_matches('/');
            let headers = recorded_headers(&format!("{folder}/headers-page-{number}.json"));
            let target = headers.get("link").and_then(|field| field.split_once('<'));
            let target = target.and_then(|(_, rest)| Some(rest.split_once('>')?.0.to_owned()));
            // The first page was asked for at the host that its link names.
            let first = || target.as_deref().and_then(|target| target.split('?').next());
            let request = asked.clone().or_else(|| Url::parse(first()?).ok()).expect("a request");
            let next = page::next(
                &request,
                &Window { n: None, last: None },
                &items,
                link::next(&request, headers.all("link")),
            );
            match (&next, target.filter(|_| number < count)) {
                (page::Next::Page(page::Cursor::Url(url)), Some(target)) => {
                    // The cursor stays as it was written, `%2F` and `%2B` too.
                    let (_, query) = target.split_once('?').unwrap();
                    assert_eq!(url.query(), Some(query));
                    asked = Some(url.clone());
                }
                (found, target) => assert_eq!((found, target), (&page::Next::End, None)),
            }
            let fresh: BTreeSet<_> =
                items.iter().filter(|item| !seen.contains(*item)).cloned().collect();
            seen.extend(fresh.clone());
            assert_eq!(pages.take(items, next).0.len(), fresh.len(), "{}", fixture.path);
        }
    }
}

#[test]
fn r029_headers_of_a_real_manifest_describe_it() {
    for fixture in of_kind("http-manifest-headers") {
        let headers = recorded_headers(&fixture.path);
        let found = resolved(&headers, &Tag::latest().into()).unwrap();
        assert_eq!(Some(found.media_type.as_str()), fixture.expected["content_type"].as_str());
        assert_eq!(
            Some(found.size.to_string().as_str()),
            fixture.expected["content_length"].as_str()
        );
        let digest = fixture.expected["docker_content_digest"].as_str();
        assert_eq!(Some(found.digest.as_str()), digest);
    }
}
