//! Writing and deleting, over a scripted transport.

use super::*;
use crate::testing::Sent;

const SESSION: &str = "/v2/a/b/blobs/uploads/1?_state=s%3D";

fn opened() -> Reply {
    Reply::status(202).header("Location", SESSION)
}

fn stored(range: &str) -> Reply {
    Reply::status(202).header("Location", "/v2/a/b/blobs/uploads/1?_state=t").header("Range", range)
}

fn text(sent: &Sent) -> String {
    String::from_utf8(sent.body.to_vec()).unwrap()
}

impl Bench {
    fn push(&self, bytes: &'static [u8]) -> Result<Descriptor> {
        let (repository, blob) = (repository(), descriptor(bytes));
        let source = Bytes::from_static(bytes);
        self.clock.run(self.registry.push_blob(&repository, &blob, &source)).unwrap()
    }

    fn upload(&self, chunk_size: u64) -> Box<dyn BlobUpload> {
        let repository = repository();
        self.clock.run(self.registry.start_upload(&repository, chunk_size)).unwrap().unwrap()
    }

    fn push_manifest(&self, document: &str, tags: &[&str]) -> Result<Descriptor> {
        let tags: Vec<Tag> = tags.iter().map(|tag| tag.parse().unwrap()).collect();
        let bytes = Bytes::copy_from_slice(document.as_bytes());
        let (repository, media_type) = (repository(), MediaType::OCI_INDEX);
        let task = self.registry.push_manifest(&repository, &media_type, bytes, &tags);
        self.clock.run(task).unwrap()
    }

    fn paths(&self) -> Vec<String> {
        let strip = |line: String| line.replace("https://registry.example/v2/a/b/", "");
        self.script.lines().into_iter().map(strip).collect()
    }
}

#[test]
fn r109_a_blob_goes_out_in_two_requests_and_the_location_keeps_its_query() {
    let bench = Bench::in_order([opened(), Reply::status(201)]);
    let blob = bench.push(b"hello").unwrap();
    assert_eq!(blob, descriptor(b"hello"));
    let put = format!("PUT blobs/uploads/1?_state=s%3D&digest={}", blob.digest);
    assert_eq!(bench.paths(), ["POST blobs/uploads/".to_owned(), put]);
    assert_eq!(text(&bench.script.sent()[1]), "hello");
    assert_eq!(bench.header(1, "content-type").as_deref(), Some("application/octet-stream"));
    assert_eq!(bench.header(1, "content-range"), None);
}

#[test]
fn r109_a_source_that_is_not_its_digest_is_noticed_before_anything_is_sent() {
    let bench = Bench::in_order([]);
    let wrong = Descriptor { size: 5, ..descriptor(b"other") };
    let (repository, source) = (repository(), Bytes::from_static(b"hello"));
    let error = bench.clock.run(bench.registry.push_blob(&repository, &wrong, &source)).unwrap();
    assert!(matches!(error.unwrap_err().kind, ErrorKind::DigestMismatch { .. }));
    assert_eq!(bench.script.sent().len(), 0);
}

#[test]
fn r110_a_hidden_location_is_named_as_the_cause() {
    let bench = Bench::in_order([Reply::status(202)]);
    let error = bench.push(b"hello").unwrap_err();
    assert_eq!(error.kind, ErrorKind::HiddenHeader("Location"));
    let digest = Some(digest_of(b"hello"));
    assert_eq!(error.context.operation, Some(Operation::PushBlob(digest)));
}

#[test]
fn r109_after_a_break_on_the_closing_request_the_registry_is_asked_whether_it_has_the_blob() {
    let there = Reply::status(200).header("Content-Length", "5");
    let bench = Bench::in_order([opened(), Reply::network_failure(), there]);
    bench.push(b"hello").unwrap();
    assert!(bench.paths()[2].starts_with("HEAD blobs/sha256:"));
    let anew = [opened(), Reply::network_failure(), Reply::status(404), Reply::status(204)];
    let bench = Bench::in_order(anew.into_iter().chain([opened(), Reply::status(201)]));
    bench.push(b"hello").unwrap();
    assert!(bench.paths()[3].starts_with("DELETE"), "the broken session is ended");
    assert_eq!(bench.paths()[4], "POST blobs/uploads/");
}

#[test]
fn r112_to_r114_chunks_go_out_when_more_than_one_is_there_and_the_rest_closes() {
    let bench = Bench::in_order([opened(), stored("0-4"), Reply::status(201)]);
    let mut upload = bench.upload(4);
    assert_eq!((upload.chunk_size(), upload.id(), upload.size()), (4, "1", 0));
    bench.clock.run(upload.write("hell".into())).unwrap().unwrap();
    assert_eq!(bench.script.sent().len(), 1, "exactly one chunk waits");
    bench.clock.run(upload.write("o".into())).unwrap().unwrap();
    bench.clock.run(upload.write(" you".into())).unwrap().unwrap();
    assert_eq!(upload.size(), 9);
    let blob = bench.clock.run(upload.commit(&digest_of(b"hello you"))).unwrap().unwrap();
    assert_eq!(blob.size, 9);
    let sent = bench.script.sent();
    assert_eq!((text(&sent[1]), text(&sent[2])), ("hello".to_owned(), " you".to_owned()));
    assert_eq!(bench.header(1, "content-range").as_deref(), Some("0-4"));
    assert_eq!(bench.header(2, "content-range").as_deref(), Some("5-8"));
    assert!(
        bench.paths()[2].starts_with("PUT blobs/uploads/1?_state=t&digest="),
        "the latest location"
    );
    let again = bench.clock.run(upload.commit(&digest_of(b"hello you"))).unwrap();
    assert_eq!(again.unwrap_err().kind, ErrorKind::AlreadyClosed);
}

#[test]
fn r112_the_registrys_least_chunk_is_obeyed() {
    let bench = Bench::in_order([opened().header("OCI-Chunk-Min-Length", "100")]);
    assert_eq!(bench.upload(4).chunk_size(), 100);
}

#[test]
fn r115_a_refused_chunk_is_sent_again_from_where_the_registry_is() {
    let status = Reply::status(204).header("Location", SESSION).header("Range", "0-2");
    let replies = [opened(), Reply::status(416), status, stored("0-4"), Reply::status(201)];
    let bench = Bench::in_order(replies);
    let mut upload = bench.upload(4);
    bench.clock.run(upload.write("hello".into())).unwrap().unwrap();
    bench.clock.run(upload.commit(&digest_of(b"hello"))).unwrap().unwrap();
    let sent = bench.script.sent();
    assert_eq!(bench.paths()[2], format!("GET {}", &SESSION["/v2/a/b/".len()..]));
    assert_eq!(
        (text(&sent[3]).as_str(), bench.header(3, "content-range").as_deref()),
        ("lo", Some("3-4"))
    );
}

#[test]
fn r115_an_upload_that_is_gone_says_so() {
    let bench = Bench::in_order([opened(), Reply::status(404)]);
    let mut upload = bench.upload(4);
    let error = bench.clock.run(upload.write("hello".into())).unwrap().unwrap_err();
    let location = Some(upload.location().to_owned());
    assert_eq!(error.kind, ErrorKind::UploadUnknown { location });
}

#[test]
fn r116_an_upload_is_taken_up_where_the_registry_says() {
    let status = Reply::status(204).header("Location", SESSION).header("Range", "0-2");
    let bench = Bench::in_order([status, Reply::status(201)]);
    let resume = |location: &'static str, offset| {
        let repository = repository();
        bench.clock.run(bench.registry.resume_upload(&repository, location, offset, 0)).unwrap()
    };
    let mut upload = resume(SESSION, None).unwrap();
    assert_eq!(upload.size(), 3);
    bench.clock.run(upload.write("lo".into())).unwrap().unwrap();
    bench.clock.run(upload.commit(&digest_of(b"hello"))).unwrap().unwrap();
    assert_eq!(bench.header(1, "content-range").as_deref(), Some("3-4"));
    let trusted = resume("abc", Some(2)).unwrap();
    assert_eq!(trusted.size(), 2);
    assert_eq!(trusted.location(), "https://registry.example/v2/a/b/blobs/uploads/abc");
    assert_eq!(bench.script.sent().len(), 2, "an offset that is given needs no question");
    assert!(matches!(resume("", None).err().unwrap().kind, ErrorKind::InvalidInput(_)));
}

#[test]
fn r116_without_a_readable_range_nobody_guesses() {
    let bench = Bench::in_order([Reply::status(204).header("Location", SESSION)]);
    let repository = repository();
    let outcome = bench.clock.run(bench.registry.resume_upload(&repository, SESSION, None, 0));
    assert_eq!(outcome.unwrap().err().unwrap().kind, ErrorKind::HiddenHeader("Range"));
}

#[test]
fn r118_closing_twice_gives_one_outcome_and_cancelling_is_silent() {
    let bench = Bench::in_order([opened(), Reply::status(403), Reply::status(500)]);
    let mut upload = bench.upload(4);
    bench.clock.run(upload.write("hi".into())).unwrap().unwrap();
    let first = bench.clock.run(upload.close()).unwrap();
    assert!(first.clone().unwrap_err().is_denied());
    assert_eq!(bench.clock.run(upload.close()).unwrap(), first);
    bench.clock.run(upload.cancel()).unwrap();
    bench.clock.run(upload.cancel()).unwrap();
    let deletes = bench.paths().iter().filter(|line| line.starts_with("DELETE")).count();
    assert_eq!(deletes, 1, "d09: any answer to it will do");
}

#[test]
fn d01_mounting_posts_and_a_202_means_that_nothing_was_mounted() {
    let mount = |replies: Vec<Reply>| {
        let bench = Bench::in_order(replies);
        let (from, to) = ("c".parse().unwrap(), repository());
        let mounted = bench.clock.run(bench.registry.mount_blob(&to, &from, &digest_of(b"x")));
        (mounted.unwrap().unwrap(), bench.paths())
    };
    let (mounted, paths) = mount(vec![Reply::status(201)]);
    let line = format!("POST blobs/uploads/?mount={}&from=c", digest_of(b"x"));
    assert_eq!((mounted, paths), (true, vec![line]));
    let (mounted, paths) = mount(vec![opened(), Reply::status(204)]);
    assert!(!mounted);
    assert!(paths[1].starts_with("DELETE"), "the session that was opened instead is ended");
}

#[test]
fn r124_a_manifest_goes_out_as_it_is_by_digest_or_by_tag() {
    let bench = Bench::in_order([Reply::status(201), Reply::status(200)]);
    let manifest = bench.push_manifest(INDEX, &[]).unwrap();
    assert_eq!(manifest.digest, digest_of(INDEX.as_bytes()));
    bench.push_manifest(INDEX, &["v1"]).unwrap();
    let by_digest = format!("PUT manifests/{}", manifest.digest);
    assert_eq!(bench.paths(), [by_digest, "PUT manifests/v1".to_owned()]);
    assert_eq!(text(&bench.script.sent()[0]), INDEX);
    assert_eq!(bench.header(0, "content-type").as_deref(), Some(MediaType::OCI_INDEX.as_str()));
}

#[test]
fn r124_a_manifest_of_another_type_than_it_says_is_not_sent() {
    let bench = Bench::in_order([]);
    let other = INDEX.replace("image.index", "image.manifest");
    let error = bench.push_manifest(&other, &[]).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::InvalidInput(_)), "{error}");
    assert_eq!(bench.script.sent().len(), 0);
}

#[test]
fn r125_a_registry_that_computed_another_digest_is_not_believed() {
    let other = digest_of(b"other").to_string();
    let bench = Bench::in_order([Reply::status(201).header("Docker-Content-Digest", &other)]);
    let error = bench.push_manifest(INDEX, &[]).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }), "{error}");
}

#[test]
fn r126_several_tags_go_at_once_and_those_left_out_one_by_one() {
    let bench = Bench::answering(|request, n| match n {
        0 => Reply::status(201).header("OCI-Tag", "v1, v1.2").header("OCI-Tag", "v2"),
        _ => Reply::status(if request.url.query().is_none() { 201 } else { 500 }),
    });
    bench.push_manifest(INDEX, &["v1", "v1.2", "v1.3", "v2"]).unwrap();
    let first =
        format!("PUT manifests/{}?tag=v1&tag=v1.2&tag=v1.3&tag=v2", digest_of(INDEX.as_bytes()));
    assert_eq!(bench.paths(), [first, "PUT manifests/v1.3".to_owned()]);
}

#[test]
fn r126_at_most_ten_tags_go_with_one_request() {
    let tags: Vec<String> = (0..25).map(|n| format!("t{n}")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    let bench = Bench::answering(|request, _| {
        let accepted: Vec<String> = request.url.parameters().map(|(_, tag)| tag).collect();
        assert!((1..=10).contains(&accepted.len()));
        Reply::status(201).header("OCI-Tag", &accepted.join(","))
    });
    bench.push_manifest(INDEX, &tags).unwrap();
    assert_eq!(bench.script.sent().len(), 3);
}

#[test]
fn r126_a_registry_that_does_not_know_the_query_is_not_asked_again() {
    for refusal in [Reply::status(414), Reply::status(201)] {
        let bench = Bench::answering(move |request, _| match request.url.query() {
            Some(_) => refusal.clone(),
            None => Reply::status(201),
        });
        bench.push_manifest(INDEX, &["a", "b"]).unwrap();
        bench.push_manifest(INDEX, &["c", "d"]).unwrap();
        let with_query = bench.paths().iter().filter(|line| line.contains('?')).count();
        assert_eq!((with_query, bench.paths().len()), (1, 5));
    }
}

#[test]
fn r131_the_three_outcomes_of_deleting_are_told_apart() {
    let delete = |reply: Reply| {
        let bench = Bench::in_order([reply]);
        let (repository, tag) = (repository(), "v1".parse().unwrap());
        bench.clock.run(bench.registry.delete_manifest(&repository, &tag)).unwrap()
    };
    for status in [200, 202, 204] {
        assert_eq!(delete(Reply::status(status)), Ok(()));
    }
    assert!(delete(Reply::status(404)).unwrap_err().is_not_found());
    for status in [400, 405] {
        let unsupported = r#"{"errors":[{"code":"UNSUPPORTED"}]}"#;
        let error = delete(Reply::status(status).body(unsupported)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported(Limitation::DeletingTags));
    }
    assert!(delete(Reply::status(403)).unwrap_err().is_denied());
}

#[test]
fn r132_deletions_are_never_sent_twice() {
    let bench = Bench::in_order([Reply::network_failure(), Reply::status(202)]);
    let (repository, digest) = (repository(), digest_of(b"x"));
    let outcome = bench.clock.run(bench.registry.delete_blob(&repository, &digest)).unwrap();
    assert!(outcome.unwrap_err().is_cors_or_network());
    assert_eq!(bench.script.sent().len(), 1);
}

#[test]
fn r124_a_manifest_with_another_algorithm_goes_under_its_own_digest_or_not_at_all() {
    use crate::{content::verify::digest_with, oci::Algorithm};
    let bytes = Bytes::from_static(INDEX.as_bytes());
    let digest = digest_with(&Algorithm::Sha512, &bytes).unwrap();
    let manifest = Descriptor::new(MediaType::OCI_INDEX, digest.clone(), bytes.len() as u64);
    let place = repository();
    let push = |bench: &Bench, manifest: &Descriptor| {
        let tags = ["v1".parse().unwrap()];
        let push = bench.registry.push_manifest_as(&place, manifest, bytes.clone(), &tags);
        bench.clock.run(push).unwrap()
    };
    let bench = Bench::answering(|_, _| Reply::status(201));
    assert_eq!(push(&bench, &manifest).unwrap().digest, digest);
    let url = |name: &str| format!("PUT https://registry.example/v2/a/b/manifests/{name}");
    assert_eq!(bench.script.lines(), [url(digest.as_str()), url("v1")]);
    let refused = Bench::answering(|_, _| {
        Reply::status(400).body(r#"{"errors":[{"code":"DIGEST_INVALID"}]}"#)
    });
    assert!(push(&refused, &manifest).is_err(), "and no tag points at anything");
    assert_eq!(refused.script.sent().len(), 1);
    let other =
        Descriptor { digest: digest_with(&Algorithm::Sha512, b"other").unwrap(), ..manifest };
    let nothing = Bench::in_order([]);
    assert!(matches!(push(&nothing, &other).unwrap_err().kind, ErrorKind::DigestMismatch { .. }));
    assert_eq!(nothing.script.sent().len(), 0, "before anything is sent");
}
