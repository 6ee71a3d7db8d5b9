//! Reading, over a scripted transport.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[cfg(feature = "native")]
mod async_blob;
mod blobs;
mod errors;
mod handles;
mod lists;
mod options;
mod push;
mod referrers;
mod views;

use std::rc::Rc;

use bytes::Bytes;
use futures_util::StreamExt;

use super::*;
use crate::{
    content::verify::digest_of,
    error::{Error, ErrorKind, Limitation, Missing, Operation, Result},
    oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag},
    registry::{
        BlobStream, BlobUpload, ByteRange, Delete, List, Manifest, Read, Verification, Write,
    },
    testing::{Reply, Scripted, VirtualClock},
    transport::Request,
};

pub(super) const INDEX: &str =
    r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;

/// A page's client for `registry.example` over a script.
pub(super) struct Bench {
    pub(super) clock: VirtualClock,
    pub(super) script: Rc<Scripted>,
    pub(super) registry: RemoteRegistry,
    pub(super) stack: Stack,
}

impl Bench {
    pub(super) fn answering(answer: impl Fn(&Request, usize) -> Reply + 'static) -> Self {
        Self::of_page(true, answer)
    }

    /// A client of a page, or of a program outside a browser.
    pub(super) fn of_page(
        is_page: bool,
        answer: impl Fn(&Request, usize) -> Reply + 'static,
    ) -> Self {
        let clock = VirtualClock::default();
        let script = Scripted::answering(clock.shared(), answer);
        let stack = Stack::over(Rc::clone(&script) as _, clock.shared()).as_page(is_page);
        let host = "registry.example".parse().unwrap();
        let registry = RemoteRegistry::new(Connection::to(&host).unwrap(), &stack);
        Self { clock, script, registry, stack }
    }

    pub(super) fn in_order(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        Self::answering(move |_, n| replies.get(n).cloned().unwrap_or_else(Reply::network_failure))
    }

    pub(super) fn manifest(&self, reference: &str) -> Result<Manifest> {
        let (repository, reference) = (repository(), reference.parse().unwrap());
        self.clock.run(self.registry.manifest(&repository, &reference)).unwrap()
    }

    pub(super) fn resolve(&self, reference: &str) -> Result<Descriptor> {
        let (repository, reference) = (repository(), reference.parse().unwrap());
        self.clock.run(self.registry.resolve(&repository, &reference)).unwrap()
    }

    pub(super) fn blob(&self, blob: &Descriptor) -> Result<Vec<u8>> {
        let task = async { collect(self.registry.blob(&repository(), blob).await?).await };
        self.clock.run(task).unwrap()
    }

    pub(super) fn range(&self, blob: &Descriptor, start: u64, length: u64) -> Result<Vec<u8>> {
        let range = ByteRange { start, length: Some(length) };
        let task =
            async { collect(self.registry.blob_range(&repository(), blob, range).await?).await };
        self.clock.run(task).unwrap()
    }

    pub(super) fn header(&self, request: usize, name: &str) -> Option<String> {
        self.script.sent()[request].headers.get(name).map(str::to_owned)
    }
}

async fn collect(mut stream: BlobStream) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(chunk) = stream.chunks.next().await {
        all.extend_from_slice(&chunk?);
    }
    Ok(all)
}

pub(super) fn repository() -> RepositoryName {
    "a/b".parse().unwrap()
}

pub(super) fn descriptor(bytes: &[u8]) -> Descriptor {
    Descriptor::new(MediaType::OCTET_STREAM, digest_of(bytes), bytes.len() as u64)
}

fn index() -> Reply {
    Reply::ok(INDEX)
        .header("Content-Type", "application/vnd.oci.image.index.v1+json; charset=utf-8")
}

#[test]
fn r030_digest_and_size_come_from_the_bytes_and_from_no_header() {
    let bench = Bench::in_order([Reply::ok(INDEX)]);
    let manifest = bench.manifest("latest").unwrap();
    assert_eq!(manifest.descriptor.digest, digest_of(INDEX.as_bytes()));
    assert_eq!(manifest.descriptor.size, INDEX.len() as u64);
    assert_eq!(manifest.descriptor.media_type, MediaType::OCI_INDEX, "from the body's own field");
    assert!(matches!(manifest.verification, Verification::NotVerified(_)));
}

#[test]
fn r029_the_content_type_loses_its_parameters() {
    let manifest = Bench::in_order([index()]).manifest("latest").unwrap();
    assert_eq!(manifest.content_type, Some(MediaType::OCI_INDEX));
}

#[test]
fn r076_a_manifest_by_digest_is_verified() {
    let digest = digest_of(INDEX.as_bytes());
    let manifest = Bench::in_order([index()]).manifest(digest.as_str()).unwrap();
    assert_eq!(manifest.verification, Verification::Verified);
    assert_eq!(manifest.descriptor.digest, digest);
}

#[test]
fn r076_other_bytes_than_those_of_the_digest_are_refused_with_both_digests() {
    let wanted = digest_of(b"something else");
    let bench = Bench::in_order([index(), index()]);
    let error = bench.manifest(wanted.as_str()).unwrap_err();
    let actual = digest_of(INDEX.as_bytes());
    assert_eq!(error.kind, ErrorKind::DigestMismatch { expected: wanted, actual });
    assert_eq!(bench.script.sent().len(), 2, "a cache on the way gets one more chance");
}

#[test]
fn r164_pairs_are_asked_for_in_turn_and_the_right_one_is_remembered() {
    let list = r#"{"manifests":[]}"#;
    let bench = Bench::answering(move |request, _| {
        match request.headers.get("accept").unwrap().contains("docker") {
            true => Reply::ok(list).header("Content-Type", MediaType::DOCKER_LIST.as_str()),
            // Others than distribution refuse without a word about it.
            false => Reply::status(404),
        }
    });
    assert_eq!(bench.manifest("a").unwrap().descriptor.media_type, MediaType::DOCKER_LIST);
    assert_eq!(bench.script.sent().len(), 2);
    assert!(bench.header(0, "accept").unwrap().len() <= 128);
    bench.manifest("b").unwrap();
    assert_eq!(bench.script.sent().len(), 3, "the second time the Docker pair is asked for first");
}

const OCI_NOT_ACCEPTED: &str = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"OCI index found, but accept header does not support OCI indexes"}]}"#;

#[test]
fn r164_a_manifest_that_is_said_to_be_unknown_is_asked_for_once() {
    let check = |body: &'static str, expected: usize| {
        let bench = Bench::answering(move |_, _| Reply::status(404).body(body));
        let error = bench.manifest("a").unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert_eq!(bench.script.sent().len(), expected, "{body}");
    };
    check(r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#, 1);
    check(r#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, 1);
    check(OCI_NOT_ACCEPTED, 2);
    // Google's words.
    check(
        r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"Manifest has media type 'x', but client accepts y"}]}"#,
        2,
    );
    check(r#"{"errors":[{"code":"UNKNOWN"}]}"#, 2);
    check("not found", 2);
    check("", 2);
}

#[test]
fn r164_an_oci_index_asked_for_with_the_docker_pair_is_asked_for_again() {
    let bench = Bench::answering(|request, _| {
        let docker = request.headers.get("accept").unwrap().contains("docker");
        match (docker, request.url.path().ends_with("/docker")) {
            (true, true) => Reply::ok(r#"{"manifests":[]}"#)
                .header("Content-Type", MediaType::DOCKER_LIST.as_str()),
            (false, false) => index(),
            _ => Reply::status(404).body(OCI_NOT_ACCEPTED),
        }
    });
    assert_eq!(bench.manifest("docker").unwrap().descriptor.media_type, MediaType::DOCKER_LIST);
    assert_eq!(bench.manifest("oci").unwrap().descriptor.media_type, MediaType::OCI_INDEX);
    assert!(
        bench.header(2, "accept").unwrap().contains("docker"),
        "what was right before is first"
    );
    assert_eq!(bench.script.sent().len(), 4);
}

#[test]
fn r164_an_image_that_distribution_picked_out_of_a_list_is_not_taken_for_the_tag() {
    let bench = Bench::answering(|request, _| {
        match request.headers.get("accept").unwrap().contains("docker") {
            true => Reply::ok(r#"{"manifests":[]}"#)
                .header("Content-Type", MediaType::DOCKER_LIST.as_str()),
            false => Reply::ok(r#"{"layers":[]}"#)
                .header("Content-Type", MediaType::DOCKER_MANIFEST.as_str()),
        }
    });
    assert_eq!(bench.manifest("a").unwrap().descriptor.media_type, MediaType::DOCKER_LIST);
}

#[test]
fn r164_outside_a_page_all_types_are_asked_for_at_once() {
    let clock = VirtualClock::default();
    let script = Scripted::in_order(clock.shared(), [index()]);
    let stack = Stack::over(Rc::clone(&script) as _, clock.shared()).as_page(false);
    let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
    let registry = RemoteRegistry::new(connection, &stack);
    clock.run(registry.manifest(&repository(), &"a".parse().unwrap())).unwrap().unwrap();
    assert_eq!(script.sent()[0].headers.get("accept").unwrap().len(), 193);
}

#[test]
fn r038_a_content_type_that_contradicts_the_document_is_refused() {
    let reply = Reply::ok(INDEX).header("Content-Type", MediaType::OCI_MANIFEST.as_str());
    let error = Bench::in_order([reply]).manifest("latest").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::BadAnswer(_)), "{error}");
}

#[test]
fn a_viewer_gets_a_document_whose_types_differ_and_both_types() {
    let reply = Reply::ok(INDEX).header("Content-Type", MediaType::OCI_MANIFEST.as_str());
    let clock = VirtualClock::default();
    let script = Scripted::in_order(clock.shared(), [reply]);
    let stack = Stack::over(Rc::clone(&script) as _, clock.shared()).as_viewer();
    let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
    let registry = RemoteRegistry::new(connection, &stack);
    let manifest =
        clock.run(registry.manifest(&repository(), &"a".parse().unwrap())).unwrap().unwrap();
    assert_eq!(manifest.content_type, Some(MediaType::OCI_MANIFEST));
    assert_eq!(manifest.descriptor.media_type, MediaType::OCI_INDEX);
    assert_eq!(manifest.bytes, INDEX);
}

#[test]
fn other_bytes_than_those_asked_for_stay_readable_in_the_error() {
    let wrong = format!("sha256:{}", "0".repeat(64));
    let error = Bench::answering(|_, _| Reply::ok("{\"other\":1}")).manifest(&wrong).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }), "{error}");
    assert_eq!(error.context.body.as_deref(), Some("{\"other\":1}"));
}

#[test]
fn errors_name_the_registry_the_request_and_what_came_back() {
    let check = |reply: Reply, expected: fn(&Error) -> bool| {
        let bench = Bench::answering(move |_, _| reply.clone());
        let error = bench.manifest("latest").unwrap_err();
        assert!(expected(&error), "{error}");
        assert_eq!(error.context.registry, "registry.example");
        let operation = Operation::ReadManifest(Tag::latest().into());
        assert_eq!(error.context.operation, Some(operation));
        assert!(error.to_string().starts_with("could not read manifest a/b:latest on "));
        let request = error.context.request.as_deref();
        assert_eq!(request, Some("GET https://registry.example/v2/a/b/manifests/latest"));
    };
    check(Reply::ok("<!DOCTYPE html><title>Sign in</title>"), |error| {
        error.context.status == Some(200) && error.to_string().contains("HTML")
    });
    check(Reply::ok(""), |error| error.to_string().contains("empty"));
    check(Reply::ok("{").broken_off(), Error::is_cors_or_network);
    check(Reply::network_failure(), Error::is_cors_or_network);
    check(Reply::hang(), |error| matches!(error.kind, ErrorKind::Timeout(_)));
    let many = "x".repeat(4 * 1024 * 1024 + 1);
    check(Reply::ok(many), |error| matches!(error.kind, ErrorKind::TooLarge { .. }));
    check(Reply::ok("").header("Content-Length", "4194305"), |error| {
        matches!(error.kind, ErrorKind::TooLarge { limit: 4_194_304 })
    });
    check(Reply::status(403).body("no"), |error| {
        error.is_denied() && error.context.body.as_deref() == Some("no")
    });
    check(
        Reply::status(404)
            .body(r#"{"errors":[{"code":"NAME_UNKNOWN","message":"m","detail":{"a":1}}]}"#),
        |error| {
            error.kind == ErrorKind::NotFound(Missing::Repository)
                && error.context.messages[0].message == "m"
        },
    );
}

#[test]
fn r029_a_head_answer_is_described_by_its_headers() {
    let (a, b) = (digest_of(b"a"), digest_of(b"b"));
    let check = |asked: &Digest,
                 fields: &[(&str, &str)],
                 expected: std::result::Result<Descriptor, ErrorKind>| {
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let bench = Bench::answering(move |request, _| match request.method.is_read() {
            true if request.method.as_str() == "HEAD" => fields
                .iter()
                .fold(Reply::status(200), |reply, (name, value)| reply.header(name, value)),
            _ => Reply::status(500),
        });
        assert_eq!(bench.resolve(asked.as_str()).map_err(|error| error.kind), expected);
    };
    let (length, named) = (("Content-Length", "7"), ("Docker-Content-Digest", a.as_str()));
    let typed = ("Content-Type", "application/vnd.oci.image.index.v1+json; charset=utf-8");
    let bytes = |kind| Ok(Descriptor::new(kind, a.clone(), 7));
    check(&a, &[length, named], bytes(MediaType::OCTET_STREAM));
    check(&a, &[length, named, typed], bytes(MediaType::OCI_INDEX));
    check(&a, &[length, ("Docker-Content-Digest", "md5")], bytes(MediaType::OCTET_STREAM));
    let mismatch = ErrorKind::DigestMismatch { expected: b.clone(), actual: a.clone() };
    check(&b, &[length, named], Err(mismatch));
    // Without a size the manifest itself is asked for.
    check(&a, &[named], Err(ErrorKind::Unavailable));
}

#[test]
fn d04_a_head_answer_without_a_digest_keeps_the_digest_that_was_asked_for() {
    let digest = digest_of(INDEX.as_bytes());
    let bench = Bench::in_order([Reply::status(200).header("Content-Length", "88")]);
    let found = bench.resolve(digest.as_str()).unwrap();
    assert_eq!((found.digest, found.size), (digest, 88));
}

#[test]
fn r030_a_tag_whose_head_hides_the_digest_is_read_and_head_is_not_tried_again() {
    let bench = Bench::answering(|request, _| match request.method.as_str() {
        "HEAD" => Reply::status(200).header("Content-Length", "88"),
        _ => index(),
    });
    assert_eq!(bench.resolve("a").unwrap().digest, digest_of(INDEX.as_bytes()));
    bench.resolve("b").unwrap();
    let methods: Vec<_> = bench.script.sent().iter().map(|s| s.method.as_str()).collect();
    assert_eq!(methods, ["HEAD", "GET", "GET"]);
}

#[test]
fn r074_the_version_is_said_where_it_can_be_read() {
    let bench = Bench::in_order([Reply::ok("{}"), Reply::status(404)]);
    assert_eq!(bench.clock.run(bench.registry.ping()).unwrap().unwrap().version, "");
    assert!(bench.clock.run(bench.registry.ping()).unwrap().unwrap_err().is_not_found());
}

#[test]
fn r163_warnings_are_kept_once_each() {
    let reply = Reply::ok("{}").header("Warning", "299 - \"going away\"");
    let bench = Bench::in_order([reply.clone(), reply]);
    bench.clock.run(bench.registry.ping()).unwrap().unwrap();
    bench.clock.run(bench.registry.ping()).unwrap().unwrap();
    let texts: Vec<_> = bench.registry.warnings().all().into_iter().map(|n| n.text).collect();
    assert_eq!(texts, ["going away"]);
}
