//! Options of single questions and of clients, over a scripted transport.

use std::{cell::Cell, time::Duration};

use futures_core::future::LocalBoxFuture;
use futures_util::{FutureExt, TryFutureExt};

use super::*;
use crate::{
    caps,
    client::{Clients, StartedUpload},
    content::verify::digest_with,
    error::AnswerFault,
    oci::Algorithm,
    wire::{Method, Scheme},
};

const SESSION: &str = "https://registry.example/v2/a/b/blobs/uploads/1?state=s";

fn place(bench: &Bench) -> Repository {
    bench.registry.repository(repository())
}

#[test]
fn r034_a_question_can_ask_for_its_own_types() {
    let bench = Bench::in_order([index()]);
    let types = [MediaType::OCI_INDEX, MediaType::new("a/b")];
    let (place, latest) = (place(&bench), ManifestRef::Tag(Tag::latest()));
    bench.clock.run(place.manifests().get_as(&latest, &types)).unwrap().unwrap();
    let asked = bench.header(0, "accept");
    assert_eq!(asked.as_deref(), Some("application/vnd.oci.image.index.v1+json, a/b"));
}

#[test]
fn r051_the_largest_manifest_is_the_callers_choice() {
    let bench = Bench::answering(|_, _| index());
    bench.registry.set_manifest_limit(10);
    assert_eq!(bench.manifest("a").unwrap_err().kind, ErrorKind::TooLarge { limit: 10 });
    bench.registry.set_manifest_limit(INDEX.len() as u64);
    assert!(bench.manifest("a").is_ok());
}

#[test]
fn r096_pages_have_a_size_and_a_start() {
    let check = |size: Option<u32>, after: Option<&str>, expected: &str| {
        let bench = Bench::answering(|_, _| Reply::ok(r#"{"name":"a/b","tags":["x"]}"#));
        let place = place(&bench);
        let mut pages = place.tags().pages();
        if let Some(size) = size {
            pages = pages.by(size);
        }
        if let Some(after) = after {
            pages = pages.after(&after.parse().unwrap());
        }
        bench.clock.run(pages.next()).unwrap().unwrap();
        assert_eq!(bench.script.sent()[0].url, format!("https://registry.example/v2/{expected}"));
    };
    check(None, None, "a/b/tags/list?n=1000");
    check(Some(7), None, "a/b/tags/list?n=7");
    check(Some(0), None, "a/b/tags/list");
    check(Some(7), Some("m"), "a/b/tags/list?n=7&last=m");
    let bench = Bench::answering(|_, _| Reply::ok(r#"{"repositories":["z"]}"#));
    let mut pages = bench.registry.repository_pages().by(3).after(&"m".parse().unwrap());
    bench.clock.run(pages.next()).unwrap().unwrap();
    assert_eq!(bench.script.sent()[0].url, "https://registry.example/v2/_catalog?n=3&last=m");
}

#[test]
fn r111_a_writer_begun_by_a_mount_has_three_outcomes() {
    let start = |reply: Reply| {
        let bench = Bench::in_order([reply, Reply::status(201)]);
        let (place, blob, from) = (place(&bench), descriptor(b"hello"), "c/d".parse().unwrap());
        let blobs = place.blobs();
        let started = bench.clock.run(blobs.start_or_mount(&from, &blob, 0)).unwrap();
        (started, bench, blob)
    };
    let (mounted, bench, blob) = start(Reply::status(201));
    assert!(matches!(mounted.unwrap(), StartedUpload::Mounted(found) if *found == blob));
    assert!(bench.script.sent()[0].url.ends_with("&from=c/d") && bench.script.sent().len() == 1);

    let (opened, bench, blob) = start(Reply::status(202).header("Location", SESSION));
    let StartedUpload::Open(mut upload) = opened.unwrap() else { panic!("mounted") };
    assert_eq!((upload.id(), upload.size()), ("1", 0));
    bench.clock.run(upload.write("hello".into())).unwrap().unwrap();
    bench.clock.run(upload.commit(&blob.digest)).unwrap().unwrap();
    assert!(bench.script.sent()[1].url.starts_with(SESSION), "in the session of the mount");

    let (refused, _, _) = start(Reply::status(403));
    assert!(refused.err().unwrap().is_denied());
    let (odd, _, _) = start(Reply::ok("<html>sign in</html>"));
    assert_eq!(odd.err().unwrap().kind, ErrorKind::BadAnswer(AnswerFault::HtmlPage));
}

#[test]
fn r119_a_mount_whose_session_is_hidden_goes_on_in_a_session_of_its_own() {
    let opened = Reply::status(202).header("Location", SESSION);
    let bench = Bench::in_order([Reply::status(202), opened, Reply::status(201)]);
    let (place, blob, from) = (place(&bench), descriptor(b"hello"), "c/d".parse().unwrap());
    let started = bench.clock.run(place.blobs().start_or_mount(&from, &blob, 0)).unwrap();
    let StartedUpload::Open(mut upload) = started.unwrap() else { panic!("mounted") };
    bench.clock.run(upload.write("hello".into())).unwrap().unwrap();
    bench.clock.run(upload.commit(&blob.digest)).unwrap().unwrap();
    let uploads = "https://registry.example/v2/a/b/blobs/uploads/";
    let lines = [
        format!("POST {uploads}?mount={}&from=c/d", blob.digest),
        format!("POST {uploads}"),
        format!("PUT {SESSION}&digest={}", blob.digest),
    ];
    assert_eq!(bench.script.lines(), lines);
}

#[test]
fn r118_a_writer_tells_its_start_and_takes_a_whole_source() {
    let opened = Reply::status(202).header("Location", SESSION);
    let stored = |range| Reply::status(202).header("Location", SESSION).header("Range", range);
    let bench = Bench::in_order([opened, stored("0-3"), Reply::status(201)]);
    let now = bench.clock.shared().now();
    let (repository, source) = (repository(), Bytes::from_static(b"hello"));
    let mut upload = bench.clock.run(bench.registry.start_upload(&repository, 2)).unwrap().unwrap();
    assert!(upload.started_at().is_some_and(|start| start >= now));
    assert_eq!(bench.clock.run(upload.read_from(&source)).unwrap().unwrap(), 5);
    assert_eq!(upload.size(), 5);
    bench.clock.run(upload.commit(&digest_of(b"hello"))).unwrap().unwrap();
    let bodies: Vec<_> = bench.script.sent().iter().map(|sent| sent.body.clone()).collect();
    assert_eq!(bodies.concat(), b"hello");
}

#[test]
fn r045_a_back_off_of_ones_own_waits_and_stops() {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), |_, _| Reply::status(503));
    let asked = Rc::new(Cell::new(0));
    let own = {
        let asked = Rc::clone(&asked);
        Rc::new(move |tries| {
            asked.set(tries);
            (tries < 8).then_some(Duration::from_secs(60))
        })
    };
    let stack = Stack::over(Rc::clone(&script) as _, clock.shared()).waiting(own);
    let start = clock.shared().now();
    let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
    let registry = RemoteRegistry::new(connection, &stack);
    let error = clock.run(registry.ping()).unwrap().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!((script.sent().len(), asked.get()), (8, 8), "more tries than the policy has");
    assert!(clock.shared().now() - start >= Duration::from_secs(7 * 60));
}

/// A body that breaks off after each beginning, and an upload whose sessions are all lost.
#[test]
fn r045_a_back_off_of_ones_own_steers_resuming_and_uploads() {
    let check = |tries: u32, task: fn(&RemoteRegistry) -> LocalBoxFuture<'_, Result<()>>| {
        let clock = VirtualClock::default();
        let script = Scripted::answering(clock.shared(), |request, _| match request.method {
            Method::Get => Reply::ok("").header("Content-Length", "5").broken_off(),
            Method::Post => Reply::status(202).header("Location", SESSION),
            Method::Delete => Reply::status(204),
            _ => Reply::status(404),
        });
        let own = Rc::new(move |tried| (tried < tries).then_some(Duration::from_secs(60)));
        let stack = Stack::over(Rc::clone(&script) as _, clock.shared()).waiting(own);
        let start = clock.shared().now();
        let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
        let registry = RemoteRegistry::new(connection, &stack);
        assert!(clock.run(task(&registry)).unwrap().is_err());
        let waited = clock.shared().now() - start;
        assert_eq!(waited.as_secs() / 60, u64::from(tries - 1), "{tries} tries");
        let lines = script.lines();
        lines.iter().filter(|line| line.starts_with("GET ") || line.starts_with("POST ")).count()
    };
    for tries in [1, 2, 8] {
        let read = check(tries, |registry| {
            let blob = descriptor(b"hello");
            let read = async move { collect(registry.blob(&repository(), &blob).await?).await };
            read.map_ok(drop).boxed_local()
        });
        assert_eq!(read, tries as usize, "a body is resumed as often as the back-off says");
        let pushed = check(tries, |registry| {
            let (blob, bytes) = (descriptor(b"hello"), Bytes::from_static(b"hello"));
            let push =
                async move { registry.push_blob(&repository(), &blob, &bytes).await.map(drop) };
            push.boxed_local()
        });
        assert_eq!(pushed, tries as usize, "an upload is begun as often as the back-off says");
    }
}

#[test]
fn r013_the_scheme_is_found_out_by_asking_both() {
    let check = |https: Reply, http: Reply, expected: Option<Scheme>| {
        let clock = VirtualClock::default();
        let script = Scripted::answering(clock.shared(), move |request, _| {
            assert!(!request.is_authorized());
            let reply = if request.url.to_string().starts_with("https") { &https } else { &http };
            reply.clone()
        });
        let clients = Clients::new(Stack::over(Rc::clone(&script) as _, clock.shared()));
        let host = "registry.example:5000".parse().unwrap();
        let found = clock.run(clients.detect_scheme(&host)).unwrap();
        assert_eq!(found.ok(), expected);
        assert_eq!(script.sent().len(), 2, "each is asked once");
    };
    let (up, locked) = (|| Reply::ok("{}"), || Reply::status(401));
    let (down, other) = (Reply::network_failure, || Reply::status(404));
    check(up(), up(), Some(Scheme::Https));
    check(locked(), up(), Some(Scheme::Https));
    check(down(), locked(), Some(Scheme::Http));
    check(other(), up(), Some(Scheme::Http));
    check(down(), other(), None);
}

#[test]
fn r050_r087_a_client_with_its_cache_is_made_once() {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), |_, _| index());
    let clients = Clients::new(Stack::over(Rc::clone(&script) as _, clock.shared()));
    let host = "registry.example".parse().unwrap();
    let (one, two) = (clients.cached(&host, None).unwrap(), clients.cached(&host, None).unwrap());
    assert!(Rc::ptr_eq(&one, &two));
    let reference = ManifestRef::Tag(Tag::latest());
    for client in [one, two] {
        clock.run(client.manifest(&repository(), &reference)).unwrap().unwrap();
    }
    assert_eq!(script.sent().len(), 1);
    clients.forget(&host);
    let new = clients.cached(&host, None).unwrap();
    clock.run(new.manifest(&repository(), &reference)).unwrap().unwrap();
    assert_eq!(script.sent().len(), 2);
}

#[test]
fn r141_a_noted_digest_is_asked_for_under_its_canonical_one() {
    let bench = Bench::answering(|request, _| match request.method {
        Method::Head => Reply::status(200).header("Content-Length", "5"),
        _ => Reply::ok("hello"),
    });
    let (canonical, place) = (descriptor(b"hello"), place(&bench));
    let long = digest_with(&Algorithm::Sha512, b"hello").unwrap();
    bench.registry.aliases().set(&long, &canonical, b"hello").unwrap();
    let found = bench.clock.run(place.blobs().stat(&long)).unwrap().unwrap();
    assert_eq!(found, Some(canonical.clone()));
    assert!(bench.script.sent()[0].url.ends_with(canonical.digest.as_str()));
}

#[test]
fn cap_manifest_bytes_refuses_a_longer_manifest() {
    let read = |length: usize| {
        let padded = [INDEX, &" ".repeat(length - INDEX.len())].concat();
        let bench = Bench::answering(move |_, _| {
            Reply::ok(padded.clone()).header("Content-Type", MediaType::OCI_INDEX.as_str())
        });
        bench.manifest("a").map(|manifest| manifest.bytes.len()).map_err(|error| error.kind)
    };
    let limit = caps::MANIFEST_BYTES;
    assert_eq!(read(limit as usize), Ok(limit as usize));
    assert_eq!(read(limit as usize + 1), Err(ErrorKind::TooLarge { limit }));
}
