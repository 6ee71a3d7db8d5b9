#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{cell::RefCell, io::Write, rc::Rc};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use futures_util::{FutureExt, future::select, pin_mut};

use super::*;
use crate::{
    client::{Connection, RemoteRegistry},
    content::{
        sniff::Compression,
        verify::{Verdict, digest_of},
    },
    error::{ErrorKind, Result},
    layers::{
        findings::Findings,
        index::{Answer, Question, RowRange, Rows, Scope},
        ranges::Basis,
    },
    oci::{Algorithm, Descriptor, MediaType, RepositoryName},
    transport::{Reply, Request, Scripted, SharedTransport, Stack, VirtualClock},
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
        let door = Door::new(network, Rc::clone(&engine));
        let stack = Stack::over(Rc::new(door), clock.shared()).as_page(true);
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
            let body = self.registry.hand_off(&repository(), blob, job.pack().into()).await?;
            let found = outcome(body, |bytes| told.push(bytes)).await?;
            Ok((found, told))
        })
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
        (1, Some("bytes=4-")) => Reply::network_failure(),
        (2, Some("bytes=4-")) => Reply::status(503),
        (3, Some("bytes=4-")) => {
            Reply::status(206).header("content-range", "bytes 4-9/10").body("45").broken_off()
        }
        // A server that ignores ranges.
        (4, Some("bytes=6-")) => Reply::ok("0123456789"),
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
    assert!(error.to_string().starts_with("could not read the blob sha256:"), "{error}");
}

#[test]
fn dropping_the_answer_ends_the_fetch() {
    let layer = blob(b"0123456789");
    let bench = Bench::answering(|_, _| Reply::ok("0123").silent());
    bench.run(async {
        let job = Job::verify(&layer).pack().into();
        let mut body = bench.registry.hand_off(&repository(), &layer, job).await.unwrap();
        let first = futures_util::StreamExt::next(&mut body).await.unwrap();
        assert!(first.is_ok());
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
    bench.read(&layer, &Job::verify(&layer).keeping(set)).unwrap();
    let ask = |set, question: &Question| {
        let answer = bench.run(bench.engine.ask(set, question.to_bytes()));
        answer.map(|bytes| Answer::from_bytes(&bytes).unwrap())
    };
    let layers = vec![layer.digest.clone()];
    let part = RowRange { offset: 0, count: 10 };
    let largest = Question::Largest { scope: Scope { layers, ..Scope::default() }, part };
    let Answer::Rows(rows) = ask(set, &largest).unwrap() else { panic!("rows") };
    assert_eq!(rows.total, 1);
    let content = Question::Content { layer: layer.digest.clone(), offset: 7 };
    assert_eq!(ask(set, &content).unwrap(), Answer::Nothing);
    let file = OneFile { offset: 7, cap: 100 };
    bench.read(&layer, &Job::verify(&layer).keeping_file(set, file)).unwrap();
    assert!(matches!(ask(set, &content).unwrap(), Answer::Failed(_)));
    let nothing = Answer::Rows(Rows::default());
    assert_eq!(ask(set + 100, &largest).unwrap(), nothing, "no such set");
    bench.engine.forget(set);
    assert_eq!(ask(set, &largest).unwrap(), nothing, "forgotten");
}

#[test]
fn a_transport_without_an_engine_refuses_jobs() {
    let clock = VirtualClock::default();
    let script = Scripted::in_order(clock.shared(), [Reply::ok("layer")]);
    let stack = Stack::over(Rc::clone(&script) as _, clock.shared());
    let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
    let registry = RemoteRegistry::new(connection, &stack);
    let layer = blob(b"layer");
    let job = Job::verify(&layer).pack().into();
    let outcome = clock.run(registry.hand_off(&repository(), &layer, job)).unwrap();
    assert!(matches!(outcome.err().unwrap().kind, ErrorKind::Unsupported(_)));
    assert!(script.sent().is_empty());
}

#[test]
fn an_engine_that_does_not_start_is_said_and_replaced() {
    let starts = Rc::new(RefCell::new(0));
    let counted = Rc::clone(&starts);
    let spawn = move |inbox: Inbox| -> Outbox {
        *counted.borrow_mut() += 1;
        Rc::new(move |_| inbox(Err("blocked")))
    };
    let engine = Engine::new(Box::new(spawn), 4);
    for _ in 0..2 {
        let error = engine.ask(1, vec![0]).now_or_never().unwrap().unwrap_err();
        assert!(error.to_string().contains("blocked"), "{error}");
    }
    assert_eq!(*starts.borrow(), 2);
}

#[test]
fn engines_are_started_as_they_are_needed() {
    let starts = Rc::new(RefCell::new(0));
    let counted = Rc::clone(&starts);
    let spawn = move |_: Inbox| -> Outbox {
        *counted.borrow_mut() += 1;
        Rc::new(|_| ())
    };
    let engine = Engine::new(Box::new(spawn), 2);
    let url = crate::wire::Url::parse("https://registry.example/").unwrap();
    let request = || Request::new(crate::wire::Method::Get, url.clone());
    let job: Bytes = Job::verify(&blob(b"")).pack().into();
    let mut running: Vec<_> =
        (0..5).map(|_| engine.run(request(), job.clone()).boxed_local()).collect();
    for (at, expected) in [1, 2, 2, 2, 2].into_iter().enumerate() {
        assert!((&mut running[at]).now_or_never().is_none());
        assert_eq!(*starts.borrow(), expected);
    }
    drop(running);
    assert!(engine.run(request(), job).now_or_never().is_none());
    assert_eq!(*starts.borrow(), 2, "idle ones are used again");
}

/// Serves a blob, or the range of it that is asked for.
fn serving(bytes: Vec<u8>, ranges: bool) -> impl Fn(&Request, usize) -> Reply {
    move |request, _| {
        let range = request.headers.get("range").filter(|_| ranges);
        let Some((start, end)) =
            range.and_then(|text| text.strip_prefix("bytes=")?.split_once('-'))
        else {
            return Reply::ok(bytes.clone());
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
    for (bytes, ranges) in [(plain.clone(), true), (gzipped(&plain), true), (plain.clone(), false)]
    {
        let layer = blob(&bytes);
        let bench = Bench::answering(serving(bytes, ranges));
        let file = OneFile { offset, cap: 8 << 20 };
        let look = |job: Job| bench.read(&layer, &job).unwrap().0;
        look(Job::verify(&layer).keeping(7));
        for turn in 0..3 {
            let found = look(Job::verify(&layer).keeping_file(7, file));
            assert_eq!(found.verdict, Verdict::Verified);
            let question = Question::Content { layer: layer.digest.clone(), offset };
            let answer = bench.run(bench.engine.ask(7, question.to_bytes())).unwrap();
            let kept = Answer::from_bytes(&answer).unwrap();
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
    bench.read(&layer, &Job::verify(&layer).keeping(7)).unwrap();
    let file = Job::verify(&layer).keeping_file(7, OneFile { offset: 512, cap: 8 << 20 });
    bench.read(&layer, &file).unwrap();
    let question = Question::Content { layer: layer.digest, offset: 512 };
    let answer = bench.run(bench.engine.ask(7, question.to_bytes())).unwrap();
    assert!(Answer::from_bytes(&answer) == Some(Answer::Content(content, Basis::FirstPass)));
    let ranges: Vec<_> =
        bench.script.sent().iter().map(|sent| sent.headers.contains("range")).collect();
    assert_eq!(ranges, [false, true, false], "the layer is read as a whole instead");
}

/// Two engines in this thread, each with a network of its own, and a way to end the first.
struct Pair {
    bench: Bench,
    networks: [Rc<Scripted>; 2],
    first: Rc<RefCell<Option<Inbox>>>,
}

fn pair(bytes: &[u8]) -> Pair {
    let clock = VirtualClock::default();
    let network = || Scripted::answering(clock.shared(), serving(bytes.to_vec(), true));
    let networks = [network(), network()];
    let places = networks.each_ref().map(|network| {
        let letters: Mailbox<Vec<u8>> = Mailbox::default();
        let page: Rc<RefCell<Option<Inbox>>> = Rc::default();
        let to = Rc::clone(&page);
        let answers: Outbox = Rc::new(move |message| to.borrow().clone().unwrap()(Ok(&message)));
        let work = serve(Rc::clone(network) as _, clock.shared(), letters.clone(), answers);
        (letters, page, work.boxed_local())
    });
    let [(one, first, work), (other, second, more)] = places;
    let free = RefCell::new(vec![(other, second), (one, Rc::clone(&first))]);
    let spawn = move |inbox: Inbox| -> Outbox {
        let (letters, page) = free.borrow_mut().pop().unwrap();
        page.replace(Some(inbox));
        Rc::new(move |message| letters.put(message))
    };
    let engine = Engine::new(Box::new(spawn), 2);
    let door = Door::new(Rc::clone(&networks[0]) as _, Rc::clone(&engine));
    let stack = Stack::over(Rc::new(door), clock.shared()).as_page(true);
    let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
    let registry = RemoteRegistry::new(connection, &stack);
    let serving =
        RefCell::new(Some(futures_util::future::join(work, more).map(drop).boxed_local()));
    let script = Rc::clone(&networks[0]);
    Pair { bench: Bench { clock, script, engine, serving, registry }, networks, first }
}

#[test]
fn a_file_is_asked_of_the_engine_that_listed_its_layer() {
    let content: Vec<u8> = (0..900_000_u32).flat_map(|n| (n / 3).to_le_bytes()).collect();
    let mut plain = archive_of("large", &content);
    plain.truncate(plain.len() - 1024);
    plain.extend(archive_of("other", &content));
    let layer = blob(&plain);
    let Pair { bench, networks, first } = pair(&plain);
    let listing = Job::verify(&layer).keeping(7);
    bench.read(&layer, &listing).unwrap();
    let file = Job::verify(&layer).keeping_file(7, OneFile { offset: 512, cap: 8 << 20 });
    let question = Question::Content { layer: layer.digest.clone(), offset: 512 };
    let kept = || {
        let answer = bench.run(bench.engine.ask(7, question.to_bytes())).unwrap();
        Answer::from_bytes(&answer) == Some(Answer::Content(content.clone(), Basis::FirstPass))
    };
    bench.run(async {
        // The engine that has the layer is busy; the other one is not.
        let job = || Job::verify(&layer).pack().into();
        let body = bench.registry.hand_off(&repository(), &layer, job()).await.unwrap();
        let read = bench.registry.hand_off(&repository(), &layer, file.pack().into()).await;
        outcome(read.unwrap(), |_| ()).await.unwrap();
        drop(body);
    });
    assert!(kept());
    let ranges = |network: &Scripted| {
        network.sent().iter().map(|r| r.headers.get("range").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(ranges(&networks[0]).last().unwrap().as_deref(), Some("bytes=0-3604479"));
    assert!(networks[1].sent().is_empty());
    // What an engine kept ends with it. Another one reads the layer, and has its file.
    first.borrow().clone().unwrap()(Err("crashed"));
    bench.read(&layer, &file).unwrap();
    assert!(kept());
    assert_eq!(ranges(&networks[1]), [None]);
}
