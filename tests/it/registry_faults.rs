//! Checks from the outside, byte by byte, that the test registry has each fault that it claims (R162).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use test_registry::faults::{Fault, Rule};
use test_registry::{Pattern, Seed, Switches, TestRegistry};

use crate::http::{Reply, get, send};
use crate::servers::ours;

/// A registry with one fault, a blob that is long enough, and the right bytes of the blob.
struct Stage {
    registry: TestRegistry,
    blob: String,
    content: Vec<u8>,
}

impl Stage {
    fn new(rule: Rule) -> Self {
        let registry = ours(Switches::default().seed(Seed::Empty).fault(rule));
        let pattern = Pattern { size: 100_000, seed: 3 };
        let digest = pattern.digest();
        registry.add_pattern("a", &digest, pattern);
        let content = pattern.bytes(0..pattern.size).to_vec();
        Self { registry, blob: format!("/v2/a/blobs/{digest}"), content }
    }

    fn get(&self) -> Reply {
        get(&self.registry.host(), &self.blob)
    }
}

fn of(fault: Fault) -> Stage {
    Stage::new(Rule::new(fault))
}

#[test]
fn r162_statuses_and_pages() {
    for (fault, status, retry_after) in [
        (Fault::UnauthorizedLoop, 401, false),
        (Fault::Forbidden, 403, false),
        (Fault::RequestTimeout, 408, false),
        (Fault::TooManySeconds, 429, true),
        (Fault::TooManyDate, 429, true),
        (Fault::TooManyHidden, 429, false),
        (Fault::ServerError, 500, false),
        (Fault::BadGateway, 502, false),
    ] {
        let reply = of(fault).get();
        assert_eq!(
            (reply.status, reply.header("retry-after").is_some()),
            (status, retry_after),
            "{fault:?}"
        );
    }
    let page = of(Fault::HtmlLogin).get();
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(of(Fault::TooManyDate).get().header("retry-after").unwrap().ends_with("GMT"));
}

#[test]
fn r162_faults_that_pass() {
    let stage = of(Fault::NotFoundOnce);
    assert_eq!([stage.get().status, stage.get().status, stage.get().status], [404, 200, 200]);
    let stage = of(Fault::Flapping);
    let statuses: Vec<u16> = (0..6).map(|_| stage.get().status).collect();
    assert_eq!(statuses, [503, 200, 200, 503, 200, 200]);
    let stage = Stage::new(Rule::new(Fault::ServerError).after(1).times(1));
    assert_eq!([stage.get().status, stage.get().status, stage.get().status], [200, 500, 200]);
    assert_eq!(stage.registry.times_applied(), [1]);
    let stage = Stage::new(Rule::new(Fault::ServerError).probability(0.3));
    let failed = (0..100).filter(|_| stage.get().status == 500).count();
    assert!((15..45).contains(&failed), "{failed} of 100");
}

#[test]
fn r162_bodies_that_break() {
    for (fault, complete, length) in [
        (Fault::ResetBody, false, 50_000),
        (Fault::ChunkedCut, false, 50_000),
        (Fault::LengthTooLong, false, 100_000),
        (Fault::LengthTooShort, true, 50_000),
        (Fault::NoLengthEarlyClose, true, 50_000),
        (Fault::ByteSlices, true, 100_000),
    ] {
        let stage = of(fault);
        let reply = stage.get();
        assert_eq!((reply.status, reply.complete), (200, complete), "{fault:?}");
        // A reset may arrive before the bytes that were sent first.
        let long_enough = reply.body.len() == length || fault == Fault::ResetBody;
        assert!(long_enough, "{fault:?}: {}", reply.body.len());
        assert!(stage.content.starts_with(&reply.body), "{fault:?}");
    }
    let stage = Stage::new(Rule::new(Fault::ChunkedCut).at(777));
    assert_eq!(stage.get().body.len(), 777);
}

#[test]
fn r162_bodies_that_lie() {
    let stage = of(Fault::WrongBytes);
    let differing = stage.get().body.iter().zip(&stage.content).filter(|(a, b)| a != b).count();
    assert_eq!(differing, 1);
    assert_eq!(of(Fault::WrongContentType).get().header("content-type"), Some("text/plain"));
    assert!(of(Fault::WrongDigest).get().header("docker-content-digest").unwrap().ends_with("000"));
    assert!(of(Fault::LongerBody).get().body.len() > 100_000);
    assert!(of(Fault::EmptyBody).get().body.is_empty());
    assert_eq!(of(Fault::DeepJson).get().body.len(), 100_000);
    assert!(of(Fault::HugeBody).get().body.len() > 10_000_000);
    for fault in [Fault::GzipEncoded, Fault::BrokenGzip, Fault::EncodingBomb] {
        let reply = of(fault).get();
        assert_eq!(reply.header("content-encoding"), Some("gzip"), "{fault:?}");
        assert_eq!(reply.body.starts_with(&[0x1f, 0x8b]), fault != Fault::BrokenGzip, "{fault:?}");
    }
}

#[test]
fn r162_ranges_that_lie() {
    let ranged = |fault: Fault| {
        let stage = of(fault);
        send(&stage.registry.host(), "GET", &stage.blob, &[("range", "bytes=10-19")], b"")
    };
    let wrong = ranged(Fault::WrongRange);
    assert_eq!((wrong.status, wrong.header("content-range")), (206, Some("bytes 1-2/100000")));
    let ignored = ranged(Fault::RangeIgnored);
    assert_eq!((ignored.status, ignored.body.len()), (200, 100_000));
}

/// Sends a request over a raw connection. Returns the time until the first byte, and until the end.
fn timed(stage: &Stage) -> (Duration, Duration) {
    let start = Instant::now();
    let mut stream = TcpStream::connect(stage.registry.host()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(1500))).unwrap();
    write!(stream, "GET {} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", stage.blob).unwrap();
    let mut byte = [0];
    let first = stream.read(&mut byte).map_or(Duration::MAX, |_| start.elapsed());
    let mut rest = Vec::new();
    let end = stream.read_to_end(&mut rest).map_or(Duration::MAX, |_| start.elapsed());
    (first, end)
}

#[test]
fn r162_replies_that_are_slow() {
    let short = Duration::from_millis(300);
    let (first, _) = timed(&Stage::new(Rule::new(Fault::Latency).delay(short)));
    assert!(first >= short);
    let (first, end) = timed(&Stage::new(Rule::new(Fault::SlowClose).delay(short)));
    assert!(first < Duration::MAX && end >= short && end < Duration::MAX);
    let (first, end) = timed(&of(Fault::StallHeaders));
    assert_eq!((first, end), (Duration::MAX, Duration::MAX));
    let (first, end) = timed(&of(Fault::StallBody));
    assert!(first < Duration::MAX);
    assert_eq!(end, Duration::MAX);
    let (_, end) = timed(&Stage::new(Rule::new(Fault::Jitter).delay(short)));
    assert!(end < Duration::MAX);
    // 100,000 bytes at 8 KB/s take twelve seconds. The first ones arrive at once.
    let start = Instant::now();
    let stage = of(Fault::Throttle);
    let mut stream = TcpStream::connect(stage.registry.host()).unwrap();
    write!(stream, "GET {} HTTP/1.1\r\nhost: a\r\n\r\n", stage.blob).unwrap();
    stream.read_exact(&mut [0; 4000]).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(250));
}

#[test]
fn r162_addresses_that_do_not_answer() {
    let registry = ours(Switches::default());
    let host_of = |fault| registry.url_under(fault).unwrap().split("//").nth(1).unwrap().to_owned();
    assert!(TcpStream::connect(host_of(Fault::Refused)).is_err());
    assert!(TcpStream::connect(host_of(Fault::NoSuchName)).is_err());
    assert!(registry.url_under(Fault::NoTls).unwrap().starts_with("https://127.0.0.1"));
}

#[test]
fn r162_the_gauntlet_ends() {
    let stage = of(Fault::Gauntlet);
    assert_eq!(stage.get().status, 503);
    let redirect = stage.get();
    assert_eq!((redirect.status, redirect.header("location")), (307, Some(stage.blob.as_str())));
    assert_eq!(stage.get().status, 401);
    let bearer = [("authorization", "Bearer anything")];
    let mut lengths = Vec::new();
    loop {
        let reply = send(&stage.registry.host(), "GET", &stage.blob, &bearer, b"");
        lengths.push(reply.body.len());
        if reply.complete {
            break;
        }
    }
    assert_eq!(lengths.last(), Some(&100_000));
    assert!(lengths.is_sorted() && lengths.len() > 2, "{lengths:?}");
}
