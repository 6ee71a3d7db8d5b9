//! Checks that the test registry follows the protocol (R159 to R161). The cases are those of the distribution
//! specification's conformance program. Debian's `docker-registry` gets the same requests, and each
//! difference stands here with its reason.

use test_registry::digest_of;
use test_registry::{Referrers, Seed, Switches, Uploads};

use crate::http::{Reply, get, send};
use crate::servers::{both, ours, push_blob, put_manifest};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Returns an image manifest of a config and one layer, which were pushed before.
fn image(host: &str, repository: &str, more: &str) -> String {
    let config = br#"{"architecture":"amd64","os":"linux"}"#;
    let layer = b"a layer";
    let (c, l) = (push_blob(host, repository, config), push_blob(host, repository, layer));
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{c}","size":{}}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{l}","size":{}}}]{more}}}"#,
        config.len(),
        layer.len()
    )
}

fn on_both(check: impl Fn(&str, &str)) {
    for server in both() {
        check(&server.host(), server.name());
    }
}

fn location(reply: &Reply) -> String {
    let location = reply.header("location").expect("a location");
    location.find("/v2/").map_or(location, |at| &location[at..]).to_owned()
}

#[test]
fn r159_what_was_pushed_is_found_by_tag_and_digest_and_a_tag_moves() {
    on_both(|host, name| {
        let first = image(host, "a/b", "");
        let digest = digest_of(first.as_bytes());
        assert_eq!(
            put_manifest(host, "a/b", "v1", MANIFEST, first.as_bytes()).status,
            201,
            "{name}"
        );
        let accept = [("accept", MANIFEST)];
        for reference in ["v1", digest.as_str()] {
            let reply = send(host, "GET", &format!("/v2/a/b/manifests/{reference}"), &accept, b"");
            assert_eq!((reply.status, reply.text()), (200, first.clone()), "{name} {reference}");
        }
        let second = image(host, "a/b", r#","annotations":{"a":"b"}"#);
        assert_eq!(put_manifest(host, "a/b", "v1", MANIFEST, second.as_bytes()).status, 201);
        let moved = send(host, "GET", "/v2/a/b/manifests/v1", &accept, b"");
        assert_eq!(moved.text(), second, "{name}");
        assert_eq!(get(host, "/v2/a/b/tags/list").json()["tags"], serde_json::json!(["v1"]));
    });
}

#[test]
fn r160_what_is_not_there_is_404_with_its_code() {
    let missing = digest_of(b"no such content");
    on_both(|host, name| {
        assert_eq!(get(host, "/v2/").status, 200, "{name}");
        let pushed = image(host, "known", "");
        put_manifest(host, "known", "v1", MANIFEST, pushed.as_bytes());
        let cases = [
            ("/v2/unknown/tags/list".to_owned(), "NAME_UNKNOWN"),
            ("/v2/known/manifests/nothing".to_owned(), "MANIFEST_UNKNOWN"),
            (format!("/v2/known/manifests/{missing}"), "MANIFEST_UNKNOWN"),
            (format!("/v2/known/blobs/{missing}"), "BLOB_UNKNOWN"),
        ];
        for (target, code) in cases {
            let reply = get(host, &target);
            assert_eq!((reply.status, reply.code().as_str()), (404, code), "{name} {target}");
            let head = send(host, "HEAD", &target, &[], b"");
            // docker-registry has no HEAD of tags.
            assert!(matches!(head.status, 404 | 405), "{name} HEAD {target}: {}", head.status);
        }
        // A blob of another repository does not exist in this one.
        let blob = push_blob(host, "other", b"a blob of the other");
        assert_eq!(get(host, &format!("/v2/known/blobs/{blob}")).code(), "BLOB_UNKNOWN", "{name}");
        assert_eq!(get(host, "/v2/known/nonsense").status, 404, "{name}");
    });
}

#[test]
fn r160_other_methods_than_those_of_an_endpoint_are_405() {
    on_both(|host, name| {
        for (method, target) in [
            ("POST", "/v2/known/tags/list"),
            ("PUT", "/v2/_catalog"),
            ("DELETE", "/v2/a/tags/list"),
        ] {
            let status = send(host, method, target, &[], b"").status;
            assert!(matches!(status, 404 | 405), "{name} {method} {target}: {status}");
        }
    });
}

#[test]
fn r161_content_carries_its_type_digest_tag_and_length() {
    on_both(|host, name| {
        let manifest = image(host, "a/b", "");
        let digest = digest_of(manifest.as_bytes());
        put_manifest(host, "a/b", "v1", MANIFEST, manifest.as_bytes());
        let blob = digest_of(b"a layer");
        for method in ["GET", "HEAD"] {
            let reply = send(host, method, "/v2/a/b/manifests/v1", &[("accept", MANIFEST)], b"");
            assert_eq!(reply.header("content-type"), Some(MANIFEST), "{name}");
            assert_eq!(reply.header("docker-content-digest"), Some(digest.as_str()), "{name}");
            assert_eq!(reply.header("etag"), Some(format!("\"{digest}\"").as_str()), "{name}");
            // docker-registry 2.8 sends `nosniff` with neither manifests nor errors.
            if name == "test-registry" {
                assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
            }
            assert_eq!(
                reply.header("content-length"),
                Some(manifest.len().to_string().as_str()),
                "{name}"
            );
            let reply = send(host, method, &format!("/v2/a/b/blobs/{blob}"), &[], b"");
            assert_eq!(reply.header("docker-content-digest"), Some(blob.as_str()), "{name}");
            assert_eq!(reply.header("content-length"), Some("7"), "{name}");
        }
    });
}

#[test]
fn r161_blobs_answer_ranges() {
    on_both(|host, name| {
        let digest = push_blob(host, "a", b"0123456789");
        let target = format!("/v2/a/blobs/{digest}");
        let range = |range: &str| send(host, "GET", &target, &[("range", range)], b"");
        for (asked, status, body, content_range) in [
            ("bytes=0-3", 206, "0123", "bytes 0-3/10"),
            ("bytes=7-", 206, "789", "bytes 7-9/10"),
            ("bytes=-2", 206, "89", "bytes 8-9/10"),
            ("bytes=8-99", 206, "89", "bytes 8-9/10"),
        ] {
            let reply = range(asked);
            assert_eq!((reply.status, reply.text().as_str()), (status, body), "{name} {asked}");
            assert_eq!(reply.header("content-range"), Some(content_range), "{name} {asked}");
        }
        assert_eq!(range("bytes=10-").status, 416, "{name}");
    });
}

#[test]
fn blobs_are_pushed_whole_in_chunks_and_resumed() {
    on_both(|host, name| {
        let whole = b"first half, second half";
        let digest = digest_of(whole);
        let mut place = location(&send(host, "POST", "/v2/a/blobs/uploads/", &[], b""));
        for (range, part) in [("0-11", &whole[..12]), ("12-22", &whole[12..])] {
            let headers = [("content-type", "application/octet-stream"), ("content-range", range)];
            let reply = send(host, "PATCH", &place, &headers, part);
            assert_eq!(reply.status, 202, "{name} {range}: {}", reply.text());
            let held = format!("0-{}", range.split('-').nth(1).unwrap());
            assert_eq!(reply.header("range"), Some(held.as_str()), "{name}");
            place = location(&reply);
        }
        let state = send(host, "GET", &place, &[], b"");
        assert_eq!((state.status, state.header("range")), (204, Some("0-22")), "{name}");
        let joint = if place.contains('?') { '&' } else { '?' };
        let closed = send(host, "PUT", &format!("{place}{joint}digest={digest}"), &[], b"");
        assert_eq!(closed.status, 201, "{name}: {}", closed.text());
        assert_eq!(get(host, &format!("/v2/a/blobs/{digest}")).body, whole, "{name}");
    });
}

#[test]
fn uploads_that_are_wrong_are_refused() {
    on_both(|host, name| {
        let place = location(&send(host, "POST", "/v2/a/blobs/uploads/", &[], b""));
        let joint = if place.contains('?') { '&' } else { '?' };
        let wrong = digest_of(b"other bytes");
        let reply =
            send(host, "PUT", &format!("{place}{joint}digest={wrong}"), &[], b"these bytes");
        assert_eq!((reply.status, reply.code().as_str()), (400, "DIGEST_INVALID"), "{name}");
        let place = location(&send(host, "POST", "/v2/a/blobs/uploads/", &[], b""));
        let late = [("content-range", "5-9"), ("content-type", "application/octet-stream")];
        // docker-registry 2.8 ignores `Content-Range` and appends all bytes.
        let expected = if name == "docker-registry" { 202 } else { 416 };
        let reply = send(host, "PATCH", &place, &late, b"later");
        assert_eq!(reply.status, expected, "{name}");
        let place = if reply.status == 202 { location(&reply) } else { place };
        assert_eq!(send(host, "DELETE", &place, &[], b"").status, 204, "{name}");
        assert_eq!(send(host, "GET", &place, &[], b"").status, 404, "{name}");
        let missing = format!(
            r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{{"mediaType":"x/y","digest":"{wrong}","size":1}},"layers":[]}}"#
        );
        let reply = put_manifest(host, "a", "v1", MANIFEST, missing.as_bytes());
        assert_eq!((reply.status, reply.code().as_str()), (400, "MANIFEST_BLOB_UNKNOWN"), "{name}");
        let reply = put_manifest(host, "a", "v1", MANIFEST, b"{");
        assert_eq!((reply.status, reply.code().as_str()), (400, "MANIFEST_INVALID"), "{name}");
    });
}

#[test]
fn blobs_are_mounted_from_where_they_are() {
    on_both(|host, name| {
        let digest = push_blob(host, "from", b"to be mounted");
        let mount = |from: &str| format!("/v2/to/blobs/uploads/?mount={digest}&from={from}");
        assert_eq!(send(host, "POST", &mount("nowhere"), &[], b"").status, 202, "{name}");
        assert_eq!(get(host, &format!("/v2/to/blobs/{digest}")).status, 404, "{name}");
        assert_eq!(send(host, "POST", &mount("from"), &[], b"").status, 201, "{name}");
        assert_eq!(get(host, &format!("/v2/to/blobs/{digest}")).text(), "to be mounted", "{name}");
    });
}

#[test]
fn manifests_and_blobs_are_deleted() {
    on_both(|host, name| {
        let manifest = image(host, "a", "");
        let digest = digest_of(manifest.as_bytes());
        put_manifest(host, "a", "v1", MANIFEST, manifest.as_bytes());
        let target = format!("/v2/a/manifests/{digest}");
        assert_eq!(send(host, "DELETE", &target, &[], b"").status, 202, "{name}");
        assert_eq!(send(host, "GET", &target, &[("accept", MANIFEST)], b"").status, 404, "{name}");
        assert_eq!(send(host, "DELETE", &target, &[], b"").status, 404, "{name}");
        let blob = format!("/v2/a/blobs/{}", digest_of(b"a layer"));
        assert_eq!(send(host, "DELETE", &blob, &[], b"").status, 202, "{name}");
        assert_eq!(get(host, &blob).status, 404, "{name}");
    });
    let frozen = ours(Switches { delete: false, ..Switches::default().seed(Seed::Images) });
    let host = frozen.host();
    let digest = digest_of(&get(&host, "/v2/demo/artifact/manifests/v1").body);
    assert_eq!(
        send(&host, "DELETE", &format!("/v2/demo/artifact/manifests/{digest}"), &[], b"").status,
        405
    );
}

/// Checks "Listing Referrers" of distribution-spec. docker-registry 2.8 has no such endpoint.
#[test]
fn referrers_are_listed_filtered_paged_and_forgotten() {
    let registry = ours(Switches::default());
    let host = registry.host();
    let subject = image(&host, "a", "");
    let digest = digest_of(subject.as_bytes());
    let referring = |kind: &str| {
        let more = format!(
            r#","artifactType":"{kind}","subject":{{"mediaType":"{MANIFEST}","digest":"{digest}","size":{}}}"#,
            subject.len()
        );
        image(&host, "a", &more)
    };
    // A registry must also accept a manifest whose subject does not exist yet.
    for kind in ["a/sbom", "a/signature", "b/sbom", "b/signature"] {
        let manifest = referring(kind);
        let reply = put_manifest(
            &host,
            "a",
            &digest_of(manifest.as_bytes()),
            MANIFEST,
            manifest.as_bytes(),
        );
        assert_eq!((reply.status, reply.header("oci-subject")), (201, Some(digest.as_str())));
    }
    let again = referring("a/sbom");
    put_manifest(&host, "a", "sbom", MANIFEST, again.as_bytes());
    put_manifest(&host, "a", "v1", MANIFEST, subject.as_bytes());
    let target = format!("/v2/a/referrers/{digest}");
    let all = get(&host, &target);
    assert_eq!(all.header("content-type"), Some(INDEX));
    assert_eq!(all.json()["manifests"].as_array().map(Vec::len), Some(4));
    let filtered = get(&host, &format!("{target}?artifactType=a/sbom"));
    assert_eq!(filtered.header("oci-filters-applied"), Some("artifactType"));
    assert_eq!(filtered.json()["manifests"][0]["artifactType"], "a/sbom");
    assert_eq!(filtered.json()["manifests"].as_array().map(Vec::len), Some(1));

    registry.turn(|switches| switches.referrers = Referrers::Paged);
    let first = get(&host, &target);
    let next = first.header("link").unwrap().split(['<', '>']).nth(1).unwrap().to_owned();
    assert_eq!(first.json()["manifests"].as_array().map(Vec::len), Some(3));
    let second = get(&host, &next);
    assert_eq!(second.json()["manifests"].as_array().map(Vec::len), Some(1));
    assert_eq!(second.header("link"), None);

    registry.turn(|switches| switches.referrers = Referrers::Absent);
    assert_eq!(get(&host, &target).status, 404);
    let unknown = put_manifest(&host, "a", "sbom", MANIFEST, again.as_bytes());
    assert_eq!((unknown.status, unknown.header("oci-subject")), (201, None));

    registry.turn(|switches| switches.referrers = Referrers::Api);
    let target_of = format!("/v2/a/manifests/{}", digest_of(again.as_bytes()));
    assert_eq!(send(&host, "DELETE", &target_of, &[], b"").status, 202);
    assert_eq!(get(&host, &target).json()["manifests"].as_array().map(Vec::len), Some(3));
}

/// Checks end-7b of the specification's main branch. docker-registry 2.8 is older.
#[test]
fn a_manifest_is_pushed_under_several_tags() {
    let registry = ours(Switches::default());
    let host = registry.host();
    let manifest = image(&host, "a", "");
    let target = format!("/v2/a/manifests/{}?tag=one&tag=two", digest_of(manifest.as_bytes()));
    let reply = send(&host, "PUT", &target, &[("content-type", MANIFEST)], manifest.as_bytes());
    assert_eq!(reply.status, 201);
    let accepted: Vec<_> =
        reply.headers.iter().filter(|(n, _)| n == "oci-tag").map(|(_, v)| v.as_str()).collect();
    assert_eq!(accepted, ["one", "two"]);
    assert_eq!(get(&host, "/v2/a/tags/list").json()["tags"], serde_json::json!(["one", "two"]));
}

#[test]
fn uploads_have_their_habits() {
    let uploads = Uploads {
        chunk_minimum: Some(10),
        absolute_location: true,
        stateful_location: true,
        range_header: false,
        odd_uuid: true,
        ..Uploads::default()
    };
    let registry = ours(Switches::default().uploads(uploads));
    let host = registry.host();
    let opened = send(&host, "POST", "/v2/a/blobs/uploads/", &[], b"");
    assert_eq!(opened.header("oci-chunk-min-length"), Some("10"));
    assert_eq!(opened.header("docker-upload-uuid"), Some("not-the-last-segment"));
    assert!(
        opened
            .header("location")
            .unwrap()
            .starts_with(&format!("http://{host}/v2/a/blobs/uploads/"))
    );
    let place = location(&opened);
    let bare = place.split('?').next().unwrap();
    assert_eq!(send(&host, "PATCH", bare, &[("content-range", "0-9")], b"0123456789").status, 400);
    assert_eq!(send(&host, "PATCH", &place, &[("content-range", "0-3")], b"0123").status, 416);
    let taken = send(&host, "PATCH", &place, &[("content-range", "0-9")], b"0123456789");
    assert_eq!((taken.status, taken.header("range")), (202, None));

    let whole_only =
        Uploads { chunked: false, single_post: false, mount: false, ..Uploads::default() };
    registry.turn(|switches| switches.uploads = whole_only);
    let place = location(&send(&host, "POST", "/v2/a/blobs/uploads/", &[], b""));
    assert_eq!(send(&host, "PATCH", &place, &[("content-range", "0-3")], b"0123").status, 405);
    let digest = digest_of(b"0123");
    let single = format!("/v2/a/blobs/uploads/?digest={digest}");
    assert_eq!(send(&host, "POST", &single, &[], b"0123").status, 202);
    let closed = send(&host, "PUT", &format!("{place}?digest={digest}"), &[], b"0123");
    assert_eq!(closed.status, 201);
    let mount = format!("/v2/b/blobs/uploads/?mount={digest}&from=a");
    assert_eq!(send(&host, "POST", &mount, &[], b"").status, 202);
}
