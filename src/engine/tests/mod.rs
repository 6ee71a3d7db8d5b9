//! The engine and the page together, over a scripted network.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod cancel;
mod pool;
mod slices;

use std::{cell::RefCell, io::Write, rc::Rc};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use futures_util::{FutureExt, StreamExt, future::select, pin_mut};

use super::*;
use crate::{
    client::{Connection, RemoteRegistry},
    content::{
        sniff::Compression,
        verify::{Verdict, digest_of},
    },
    error::{AnswerFault, ErrorKind, Operation, Result, TransportEncoding},
    layers::{
        file_location::FileLocation,
        findings::Findings,
        index::{Answer, Question, RowRange, Rows, Scope},
        ranges::Basis,
    },
    oci::{Algorithm, Descriptor, MediaType, RepositoryName},
    testing::{Reply, Scripted, VirtualClock},
    transport::{Request, SharedTransport, Stack},
    wire::backoff::Policy,
};

/// A client whose blobs an engine reads, over a script.
struct Bench {
    clock: VirtualClock,
    script: Rc<Scripted>,
    engine: Rc<Engine>,
    serving: RefCell<Option<futures_core::future::LocalBoxFuture<'static, ()>>>,
    registry: RemoteRegistry,
}

impl Bench {
    fn answering(answer: impl Fn(&Request, usize) -> Reply + 'static) -> Self {
        let clock = VirtualClock::default();
        let script = Scripted::answering(clock.shared(), answer);
        let network: SharedTransport = Rc::clone(&script) as _;
        let (engine, serving) = Engine::local(Rc::clone(&network), clock.shared());
        let stack = Stack::over(network, clock.shared()).as_page(true);
        let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
        let registry = RemoteRegistry::new(connection, &stack);
        Self { clock, script, engine, serving: RefCell::new(Some(serving)), registry }
    }

    fn in_order(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        Self::answering(move |_, n| replies.get(n).cloned().unwrap_or_else(Reply::network_failure))
    }

    /// Runs a task while the engine serves.
    fn run<T>(&self, task: impl Future<Output = T>) -> T {
        let mut serving = self.serving.take().unwrap();
        let outcome = self.clock.run(async {
            pin_mut!(task);
            match select(task, &mut serving).await {
                futures_util::future::Either::Left((outcome, _)) => outcome,
                futures_util::future::Either::Right(_) => panic!("the engine ended"),
            }
        });
        self.serving.replace(Some(serving));
        outcome.expect("an end")
    }

    fn read(&self, blob: &Descriptor, job: &Job) -> Result<(Findings, Vec<u64>)> {
        self.run(async {
            let mut told = Vec::new();
            let (via, reports) = self.engine.transport(job.clone(), Policy::default());
            let body = self.registry.blob_via(&repository(), blob, via).await?;
            let found = reports.follow(body, &mut |bytes| told.push(bytes)).await?;
            Ok((found, told))
        })
    }

    fn read_slice(&self, slice: &Slice, job: &Job) -> Result<Findings> {
        self.run(self.engine.read_slice(slice.clone(), job.clone(), &mut |_| ()))
    }

    fn ask(&self, set: u64, question: &Question) -> Answer {
        self.run(self.engine.ask(set, question)).unwrap()
    }
}

fn repository() -> RepositoryName {
    "library/harbour".parse().unwrap()
}

fn blob(bytes: &[u8]) -> Descriptor {
    Descriptor::new(MediaType::OCTET_STREAM, digest_of(bytes), bytes.len() as u64)
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Level::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive of one small file.
fn archive() -> Vec<u8> {
    archive_of("hello", b"world")
}

/// An archive of one file.
fn archive_of(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..5].copy_from_slice(name.as_bytes());
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let padding = content.len().next_multiple_of(512) - content.len();
    [header, content.to_vec(), vec![0; padding + 1024]].concat()
}

#[test]
fn one_pass_gives_digest_compression_and_diff_id() {
    let plain = archive();
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let zstd = ruzstd::encoding::compress_to_vec(&plain[..], level);
    for (bytes, compression) in [
        (gzipped(&plain), Compression::Gzip),
        (plain.clone(), Compression::None),
        (zstd, Compression::Zstd),
    ] {
        let layer = blob(&bytes);
        let bench = Bench::answering(move |_, _| Reply::ok(bytes.clone()));
        let job = Job::verify(&layer).with_diff_id(Algorithm::Sha256);
        let (found, told) = bench.read(&layer, &job).unwrap();
        assert_eq!(found.verdict, Verdict::Verified);
        assert_eq!(found.compression, Some(compression));
        assert_eq!((found.size, found.plain_size), (layer.size, plain.len() as u64));
        assert_eq!(found.diff_id, Some(digest_of(&plain)));
        assert_eq!((found.problem, told), (None, vec![layer.size]));
        let path = format!("/v2/library/harbour/blobs/{}", layer.digest);
        assert_eq!(bench.script.lines(), [format!("GET https://registry.example{path}")]);
    }
}

#[test]
fn where_only_the_digest_is_wanted_nothing_is_said_of_the_inside() {
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let plain = archive();
    let zstd = ruzstd::encoding::compress_to_vec(&plain[..], level);
    for bytes in [zstd, gzipped(&plain), plain] {
        let layer = blob(&bytes);
        let bench = Bench::answering(move |_, _| Reply::ok(bytes.clone()));
        let (found, _) = bench.read(&layer, &Job::verify(&layer)).unwrap();
        assert_eq!((found.verdict, found.problem), (Verdict::Verified, None));
    }
}

#[test]
fn wrong_bytes_are_a_finding_and_not_an_error() {
    let right = blob(b"right");
    for (body, verdict) in [
        (
            &b"wrong"[..],
            Verdict::DigestMismatch { expected: right.digest.clone(), actual: digest_of(b"wrong") },
        ),
        (b"righter", Verdict::SizeMismatch { expected: 5, actual: 7 }),
    ] {
        let bench = Bench::answering(move |_, _| Reply::ok(body));
        let (found, _) = bench.read(&right, &Job::verify(&right)).unwrap();
        assert_eq!(found.verdict, verdict);
    }
}

#[test]
fn a_wrong_size_is_a_finding_beside_a_right_digest() {
    let bytes = gzipped(&archive());
    let right = blob(&bytes);
    let actual = right.size;
    for (stated, has_length) in
        [(actual + 1, true), (actual + 1, false), (actual - 1, true), (0, true), (0, false)]
    {
        let layer = Descriptor { size: stated, ..right.clone() };
        let body = bytes.clone();
        let bench = Bench::answering(move |request, _| match request.headers.get("range") {
            Some(_) => Reply::status(416),
            None if has_length => {
                Reply::ok(body.clone()).header("content-length", &body.len().to_string())
            }
            None => Reply::ok(body.clone()),
        });
        let job = Job::verify(&layer).with_diff_id(Algorithm::Sha256);
        let (found, _) = bench.read(&layer, &job).unwrap();
        assert_eq!(found.verdict, Verdict::WrongSize { stated, actual }, "{stated} {has_length}");
        assert_eq!((found.size, found.diff_id), (actual, Some(digest_of(&archive()))));
        assert_eq!((found.problem, found.encoding), (None, None));
    }
}

#[test]
fn r084_after_a_range_that_is_not_understood_the_engine_begins_again_once() {
    let layer = blob(b"0123456789");
    for status in [416, 400, 204] {
        let bench = Bench::answering(move |request, before| match request.headers.get("range") {
            None if before == 0 => Reply::ok("0123").broken_off(),
            None => Reply::ok("0123456789"),
            Some(_) => Reply::status(status),
        });
        let (found, _) = bench.read(&layer, &Job::verify(&layer)).unwrap();
        assert_eq!(found.verdict, Verdict::Verified, "{status}");
        assert_eq!(bench.script.sent().len(), 3);
    }
}

#[test]
fn a_page_in_the_place_of_a_blob_is_told_as_a_page() {
    let page = "<!doctype html><title>Sign in</title>";
    let layer = blob(b"layer");
    let long = blob(&[7; 500]);
    for reply in [Reply::ok(page), Reply::ok("Sign in").header("Content-Type", "text/html")] {
        for layer in [&layer, &long] {
            for job in [Job::verify(layer), Job::verify(layer).retaining(7)] {
                let reply = reply.clone();
                let bench = Bench::answering(move |_, _| reply.clone());
                let error = bench.read(layer, &job).unwrap_err();
                assert_eq!(error.kind, ErrorKind::BadAnswer(AnswerFault::HtmlPage));
            }
        }
    }
    let is_content = blob(page.as_bytes());
    let bench = Bench::answering(move |_, _| Reply::ok(page).header("Content-Type", "text/html"));
    let (found, _) = bench.read(&is_content, &Job::verify(&is_content)).unwrap();
    assert_eq!(found.verdict, Verdict::Verified, "a blob that is a page");
}

#[test]
fn an_encoding_of_the_transport_is_a_finding() {
    let layer = blob(b"right");
    for (reply, encoding) in [
        (Reply::ok("right").header("content-length", "5"), None),
        (Reply::ok("right").header("content-encoding", "identity"), None),
        (Reply::ok("wrong").header("content-encoding", "gzip"), Some(TransportEncoding::Kept)),
        // A browser unpacks, hides the name of the encoding, and tells the length of the packed bytes.
        (Reply::ok("right").header("content-length", "3"), Some(TransportEncoding::Undone)),
        (Reply::ok("rightest").header("content-length", "3"), Some(TransportEncoding::Undone)),
    ] {
        let bench = Bench::answering(move |_, _| reply.clone());
        let (found, _) = bench.read(&layer, &Job::verify(&layer)).unwrap();
        assert_eq!(found.encoding, encoding);
    }
}

#[test]
fn a_refusal_reaches_the_layers_that_answer_it() {
    let layer = blob(b"layer");
    let bench = Bench::answering(|_, before| match before {
        0 => Reply::status(503),
        1 => Reply::status(401)
            .header("www-authenticate", "Bearer realm=\"https://registry.example/token\""),
        2 => Reply::ok(r#"{"token":"abc"}"#),
        3 => Reply::ok("layer"),
        _ => Reply::status(404).body(r#"{"errors":[{"code":"BLOB_UNKNOWN","message":"gone"}]}"#),
    });
    assert_eq!(bench.read(&layer, &Job::verify(&layer)).unwrap().0.verdict, Verdict::Verified);
    let sent = bench.script.sent();
    assert_eq!(sent.len(), 4);
    assert_eq!(sent[3].headers.get("authorization"), Some("Bearer abc"));
    let error = bench.read(&layer, &Job::verify(&layer)).unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.context.messages[0].message, "gone");
}

#[test]
fn r084_a_broken_stream_is_taken_up_again_inside_the_engine() {
    let layer = blob(b"0123456789");
    let bench = Bench::answering(|request, before| match (before, request.headers.get("range")) {
        (0, None) => Reply::ok("0123").broken_off(),
        (1, Some("bytes=4-9")) => Reply::network_failure(),
        (2, Some("bytes=4-9")) => Reply::status(503),
        (3, Some("bytes=4-9")) => {
            Reply::status(206).header("content-range", "bytes 4-9/10").body("45").broken_off()
        }
        // A server that ignores ranges.
        (4, Some("bytes=6-9")) => Reply::ok("0123456789"),
        _ => panic!("unexpected"),
    });
    assert_eq!(bench.read(&layer, &Job::verify(&layer)).unwrap().0.verdict, Verdict::Verified);
    assert_eq!(bench.script.sent().len(), 5);
}

#[test]
fn a_rest_that_is_refused_is_an_error_that_says_so() {
    let layer = blob(b"0123456789");
    let bench = Bench::in_order([Reply::ok("0123").broken_off(), Reply::status(403)]);
    let error = bench.read(&layer, &Job::verify(&layer)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Status(403));
    let operation = Operation::ReadBlob(layer.digest);
    assert_eq!(error.context.operation, Some(operation));
}

#[test]
fn dropping_the_answer_ends_the_fetch() {
    let layer = blob(b"0123456789");
    let bench = Bench::answering(|_, _| Reply::ok("0123").silent());
    bench.run(async {
        let (via, _reports) = bench.engine.transport(Job::verify(&layer), Policy::default());
        let mut body = bench.registry.blob_via(&repository(), &layer, via).await.unwrap();
        let first = body.next().await.unwrap();
        assert_eq!(first.unwrap(), Bytes::new(), "a sign of life");
        assert_eq!(bench.script.open(), 1);
    });
    // The task that held the answer is over; the engine hears of it when it is served next.
    bench.run(async { futures_util::future::ready(()).await });
    bench.run(bench.clock.shared().as_ref().sleep(std::time::Duration::from_millis(1)));
    assert_eq!(bench.script.open(), 0);
}

#[test]
fn what_is_kept_of_a_layer_can_be_asked() {
    let bytes = gzipped(&archive());
    let layer = blob(&bytes);
    let bench = Bench::answering(move |_, _| Reply::ok(bytes.clone()));
    let set = bench.engine.new_set();
    bench.read(&layer, &Job::verify(&layer).retaining(set)).unwrap();
    let ask = |set, question: &Question| bench.ask(set, question);
    let layers = vec![layer.digest.clone()];
    let part = RowRange { offset: 0, count: 10 };
    let largest = Question::Largest { scope: Scope { layers, ..Scope::default() }, part };
    let Answer::Rows(rows) = ask(set, &largest) else { panic!("rows") };
    assert_eq!(rows.total, 1);
    let content = Question::Content { layer: layer.digest.clone(), offset: 7 };
    assert_eq!(ask(set, &content), Answer::Nothing);
    let file = FileLocation { offset: 7, cap: 100 };
    bench.read(&layer, &Job::verify(&layer).retaining_file(set, file)).unwrap();
    assert!(matches!(ask(set, &content), Answer::Failed(_)));
    let nothing = Answer::Rows(Rows::default());
    assert_eq!(ask(set + 100, &largest), nothing, "no such set");
    bench.engine.forget(set);
    assert_eq!(ask(set, &largest), nothing, "forgotten");
}

#[test]
fn a_request_that_names_its_sender_passes_all_layers_and_never_the_network() {
    let layer = blob(b"layer");
    let clock = VirtualClock::default();
    let network = Scripted::in_order(clock.shared(), []);
    let sender = Scripted::in_order(clock.shared(), [Reply::status(503), Reply::ok("layer")]);
    let stack = Stack::over(Rc::clone(&network) as _, clock.shared());
    let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
    let registry = RemoteRegistry::new(connection, &stack);
    let via = Rc::clone(&sender) as SharedTransport;
    let body = clock.run(registry.blob_via(&repository(), &layer, via)).unwrap().unwrap();
    let parts: Vec<_> = body.map(|part| part.unwrap()).collect().now_or_never().unwrap();
    assert_eq!((parts.concat(), sender.sent().len()), (b"layer".to_vec(), 2));
    assert!(network.sent().is_empty());
    assert_eq!(stack.log().counts().requests, 2, "both tries are logged");
}

/// Serves a blob, or the range of it that is asked for.
fn serving(bytes: Vec<u8>, ranges: bool) -> impl Fn(&Request, usize) -> Reply {
    move |request, _| {
        let range = request.headers.get("range").filter(|_| ranges);
        let Some((start, end)) =
            range.and_then(|text| text.strip_prefix("bytes=")?.split_once('-'))
        else {
            let length = bytes.len().to_string();
            return Reply::ok(bytes.clone()).header("content-length", &length);
        };
        let start: usize = start.parse().unwrap();
        let end = end.parse().unwrap_or(bytes.len() - 1);
        Reply::status(206).body(bytes[start..=end].to_vec())
    }
}

#[test]
fn any_look_at_a_file_after_the_listing_costs_one_range() {
    let content: Vec<u8> = (0..600_000_u32).flat_map(|n| (n / 3).to_le_bytes()).collect();
    let mut plain = archive_of("other", &content);
    let offset = plain.len() as u64 - 512;
    plain.truncate(plain.len() - 1024);
    plain.extend(archive_of("large", &content[..100_000]));
    let (packed, size) = (gzipped(&plain), plain.len() as u64);
    for (bytes, ranges, stated) in [
        (plain.clone(), true, size),
        (packed.clone(), true, packed.len() as u64),
        (plain.clone(), false, size),
        // The digest decides, and not a size that is stated wrongly.
        (plain.clone(), true, size + 1),
        (plain.clone(), true, 0),
        (packed.clone(), true, packed.len() as u64 - 1),
        (plain.clone(), false, size - 1),
    ] {
        let layer = Descriptor { size: stated, ..blob(&bytes) };
        let bench = Bench::answering(serving(bytes, ranges));
        let file = FileLocation { offset, cap: 8 << 20 };
        let look = |job: Job| bench.read(&layer, &job).unwrap().0;
        assert!(look(Job::verify(&layer).retaining(7)).verdict.has_digest());
        for turn in 0..3 {
            let found = look(Job::verify(&layer).retaining_file(7, file));
            assert_eq!(found.verdict, Verdict::Verified);
            let question = Question::Content { layer: layer.digest.clone(), offset };
            let kept = bench.ask(7, &question);
            let expected = Answer::Content(content[..100_000].to_vec(), Basis::FirstPass);
            assert!(kept == expected, "turn {turn}");
        }
        let asked: Vec<_> =
            bench.script.sent().iter().map(|r| r.headers.get("range").is_some()).collect();
        // A server that knows no ranges sends the whole, which is read up to the end of the file.
        assert_eq!(asked, [false, true, true, true]);
    }
}

#[test]
fn a_range_of_other_bytes_than_those_of_the_listing_is_not_believed() {
    let content: Vec<u8> = (0..900_000_u32).flat_map(|n| (n / 3).to_le_bytes()).collect();
    let mut plain = archive_of("large", &content);
    plain.truncate(plain.len() - 1024);
    plain.extend(archive_of("other", &content));
    let layer = blob(&plain);
    let honest = serving(plain.clone(), true);
    let mut wrong = plain.clone();
    wrong[1_000_000] ^= 1;
    let lying = serving(wrong, true);
    let is_part = |request: &Request| request.headers.contains("range");
    let bench =
        Bench::answering(
            move |request, n| {
                if is_part(request) { lying(request, n) } else { honest(request, n) }
            },
        );
    bench.read(&layer, &Job::verify(&layer).retaining(7)).unwrap();
    let file = Job::verify(&layer).retaining_file(7, FileLocation { offset: 512, cap: 8 << 20 });
    bench.read(&layer, &file).unwrap();
    let question = Question::Content { layer: layer.digest, offset: 512 };
    assert!(bench.ask(7, &question) == Answer::Content(content, Basis::FirstPass));
    let ranges: Vec<_> =
        bench.script.sent().iter().map(|sent| sent.headers.contains("range")).collect();
    assert_eq!(ranges, [false, true, false], "the layer is read as a whole instead");
}
