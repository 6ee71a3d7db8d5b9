//! Handles, over a scripted transport.

use super::lists::tag_list;
use super::*;
use crate::transport::Redirect;

fn view(bench: &Bench) -> Repository {
    bench.registry.repository(repository())
}

#[test]
fn r082_seeking_asks_for_nothing_and_the_next_read_does() {
    let bench = Bench::answering(|request, _| match request.headers.get("range") {
        Some("bytes=6-") => Reply::status(206).body("world"),
        Some(_) => Reply::status(416),
        None => Reply::ok("hello world"),
    });
    let repository = view(&bench);
    let mut blob = repository.blobs().open(descriptor(b"hello world"));
    blob.seek(6).unwrap();
    assert_eq!(bench.script.sent().len(), 0);
    let read = bench.clock.run(blob.read()).unwrap().unwrap();
    assert_eq!((read.as_deref(), blob.position()), (Some(&b"world"[..]), 11));
    for _ in 0..2 {
        assert_eq!(bench.clock.run(blob.read()).unwrap().unwrap(), None, "the end, also again");
    }
    assert!(matches!(blob.seek(12).unwrap_err().kind, ErrorKind::InvalidInput(_)));
    assert_eq!(blob.position(), 11);
    blob.seek(0).unwrap();
    let read = bench.clock.run(blob.read()).unwrap().unwrap();
    assert_eq!(read.as_deref(), Some(&b"hello world"[..]));
}

#[test]
fn r085_a_blob_above_the_limit_is_not_asked_for() {
    let bench = Bench::in_order([Reply::ok("hello")]);
    let repository = view(&bench);
    let (blobs, blob) = (repository.blobs(), descriptor(b"hello"));
    let error = bench.clock.run(blobs.get(&blob, 4)).unwrap().unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge { limit: 4 });
    assert_eq!(bench.script.sent().len(), 0);
    assert_eq!(bench.clock.run(blobs.get(&blob, 5)).unwrap().unwrap(), "hello");
}

#[test]
fn r079_asked_by_tag_and_verified_by_digest() {
    let bench = Bench::answering(|_, _| Reply::ok(INDEX));
    let repository = view(&bench);
    let (manifests, tag) = (repository.manifests(), "v1".parse().unwrap());
    let right = digest_of(INDEX.as_bytes());
    let found = bench.clock.run(manifests.get_tag_verified(&tag, &right)).unwrap().unwrap();
    assert_eq!(found.verification, Verification::Verified);
    assert!(bench.script.lines()[0].ends_with("/manifests/v1"));
    let wrong = digest_of(b"other");
    let error = bench.clock.run(manifests.get_tag_verified(&tag, &wrong)).unwrap().unwrap_err();
    assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }));
}

#[test]
fn r139_what_is_known_already_is_not_modified() {
    let known = digest_of(INDEX.as_bytes());
    for reply in [Reply::status(304), Reply::ok(INDEX)] {
        let bench = Bench::in_order([reply]);
        let repository = view(&bench);
        let (manifests, tag) = (repository.manifests(), "v1".parse().unwrap());
        let error = bench.clock.run(manifests.get_unless(&tag, &known)).unwrap().unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotModified);
        assert_eq!(bench.header(0, "if-none-match"), Some(format!("\"{known}\"")));
    }
}

#[test]
fn r102_the_tags_of_a_digest_are_found_a_few_at_a_time() {
    let digest = digest_of(INDEX.as_bytes());
    let other = digest_of(b"other");
    let wanted = digest.clone();
    let bench = Bench::answering(move |request, _| match request.url.path() {
        path if path.ends_with("/tags/list") => tag_list(&["a", "b", "c", "d"].map(str::to_owned)),
        path if path.ends_with("/c") => Reply::status(404),
        path => {
            let digest = if path.ends_with("/b") { &other } else { &digest };
            Reply::status(200)
                .header("Docker-Content-Digest", digest.as_str())
                .header("Content-Length", "88")
        }
    });
    let repository = view(&bench);
    let tags = bench.clock.run(repository.tags().lookup(&wanted)).unwrap().unwrap();
    let tags: Vec<_> = tags.iter().map(Tag::as_str).collect();
    assert_eq!(tags, ["a", "d"]);
}

#[test]
fn r140_a_handle_is_made_without_asking_and_names_are_checked_before() {
    let bench = Bench::in_order([]);
    assert_eq!(view(&bench).name().as_str(), "a/b");
    assert!("A/B".parse::<RepositoryName>().is_err(), "bad names are values, not panics");
    assert_eq!((bench.registry.name(), bench.script.sent().len()), ("registry.example", 0));
}

#[test]
fn r141_two_digests_must_name_the_same_bytes() {
    use crate::{content::verify::digest_with, oci::Algorithm};
    let aliases = Aliases::default();
    let (canonical, bytes) = (descriptor(b"hello"), b"hello");
    let long = digest_with(&Algorithm::Sha512, bytes).unwrap();
    aliases.set(&long, &canonical, bytes).unwrap();
    assert_eq!(aliases.stat(&long), Some(canonical.clone()));
    assert!(aliases.set(&long, &canonical, b"other").is_err());
    aliases.clear(&long);
    assert_eq!(aliases.stat(&long), None);
}

#[test]
fn r039_in_a_page_own_headers_cost_the_preflight_and_follow_no_redirect() {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), |request, _| {
        assert_eq!(request.redirect, Redirect::Error, "fetch would carry them along");
        assert_eq!(request.headers.get("X-Key"), Some("k"));
        Reply::ok(INDEX).header("Content-Type", MediaType::OCI_INDEX.as_str())
    });
    let stack = Stack::over(Rc::clone(&script) as _, clock.shared()).as_page(true);
    let connection = || Connection::to(&"registry.example".parse().unwrap()).unwrap();
    let fields = |name: &str| [(name, "k")].into_iter().collect();
    let refused = RemoteRegistry::with_headers(connection(), &stack, fields("Cookie"));
    assert!(matches!(refused.err().unwrap().kind, ErrorKind::InvalidInput(_)));
    let registry = RemoteRegistry::with_headers(connection(), &stack, fields("X-Key")).unwrap();
    let latest = ManifestRef::Tag(Tag::latest());
    clock.run(registry.manifest(&repository(), &latest)).unwrap().unwrap();
    let accept = script.sent()[0].headers.get("Accept").unwrap().to_owned();
    assert_eq!(accept.split(',').count(), 4, "the request is preflighted anyway: {accept}");
}

/// A hidden `Link`, and a registry that pages by 100.
#[test]
fn r099_ten_thousand_tags_are_listed_without_link_none_missing_and_none_twice() {
    let all: Vec<String> = (0..10_000).map(|n| format!("t{n:05}")).collect();
    let bench = Bench::answering(move |request, _| {
        let parameter = |name| request.url.parameters().find(|(key, _)| key == name);
        let last = parameter("last").map(|(_, last)| last).unwrap_or_default();
        let n = parameter("n").and_then(|(_, n)| n.parse().ok()).unwrap_or(1000);
        if n > 100 {
            return Reply::status(400);
        }
        let start = all.partition_point(|tag| *tag <= last);
        let page: Vec<_> =
            all[start..(start + n).min(all.len())].iter().map(|t| format!("{t:?}")).collect();
        Reply::ok(format!(r#"{{"tags":[{}]}}"#, page.join(",")))
    });
    let view = view(&bench);
    let mut pages = view.tags().pages();
    let mut found = Vec::new();
    while let Some(page) = bench.clock.run(pages.next()).unwrap().unwrap() {
        found.extend(page.iter().map(ToString::to_string));
    }
    let expected: Vec<String> = (0..10_000).map(|n| format!("t{n:05}")).collect();
    assert_eq!(found, expected);
}
