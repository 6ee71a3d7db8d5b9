//! Blobs: verified as they stream, taken up where they break, read in part.

use super::*;
use crate::error::AnswerFault;

#[test]
fn r080_a_blob_is_counted_and_hashed_as_it_streams() {
    let check = |reply: Reply, expected: fn(&Result<Vec<u8>>) -> bool| {
        let bench = Bench::answering(move |request, _| match request.headers.get("range") {
            None => reply.clone(),
            Some(_) => Reply::status(404),
        });
        let outcome = bench.blob(&descriptor(b"hello world"));
        assert!(expected(&outcome), "{outcome:?}");
    };
    let mismatch = |outcome: &Result<Vec<u8>>| {
        matches!(outcome, Err(Error { kind: ErrorKind::DigestMismatch { .. }, .. }))
    };
    check(Reply::ok("hello ").body("world"), |outcome| outcome.as_deref() == Ok(b"hello world"));
    check(Reply::ok("hello World"), mismatch);
    check(Reply::ok("hello world!"), |outcome| {
        let size = |kind: &ErrorKind| matches!(kind, ErrorKind::SizeMismatch { expected: 11, .. });
        outcome.as_ref().is_err_and(|error| size(&error.kind))
    });
}

#[test]
fn r037_embedded_data_spares_the_request_only_when_it_is_right() {
    let mut blob = descriptor(b"hello");
    blob.data = Some(b"hello".to_vec());
    let bench = Bench::in_order([]);
    assert_eq!(bench.blob(&blob).unwrap(), b"hello");
    assert_eq!(bench.script.sent().len(), 0);
    blob.data = Some(b"jello".to_vec());
    let bench = Bench::in_order([Reply::ok("hello")]);
    assert_eq!(bench.blob(&blob).unwrap(), b"hello");
    assert_eq!(bench.script.sent().len(), 1);
}

#[test]
fn r084_a_broken_blob_is_taken_up_where_it_broke() {
    let bench = Bench::in_order([
        Reply::ok("hello ").broken_off(),
        Reply::status(206).body("wor").broken_off(),
        Reply::status(206).header("Content-Range", "bytes 9-10/11").body("ld"),
    ]);
    assert_eq!(bench.blob(&descriptor(b"hello world")).unwrap(), b"hello world");
    assert_eq!(bench.header(1, "range").as_deref(), Some("bytes=6-10"));
    assert_eq!(bench.header(2, "range").as_deref(), Some("bytes=9-10"));
}

#[test]
fn r084_a_body_that_ends_early_without_an_error_is_taken_up_too() {
    let bench = Bench::in_order([Reply::ok("hello "), Reply::status(206).body("world")]);
    assert_eq!(bench.blob(&descriptor(b"hello world")).unwrap(), b"hello world");
}

#[test]
fn r084_a_part_that_starts_elsewhere_is_final() {
    let wrong = Reply::status(206).header("Content-Range", "bytes 0-10/11").body("hello world");
    let bench = Bench::in_order([Reply::ok("hello ").broken_off(), wrong]);
    let error = bench.blob(&descriptor(b"hello world")).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::BadAnswer(_)), "{error}");
}

#[test]
fn r084_without_progress_it_gives_up_and_says_how_far_it_got() {
    let bench = Bench::answering(|_, n| match n {
        0 => Reply::ok("hello "),
        _ => Reply::status(206).body(""),
    });
    let error = bench.blob(&descriptor(b"hello world")).unwrap_err();
    let size = matches!(error.kind, ErrorKind::SizeMismatch { expected: 11, actual: 6, .. });
    assert!(size, "{error}");
    assert_eq!(bench.script.sent().len(), 5);
}

#[test]
fn d15_a_whole_answer_to_a_ranged_request_is_cut_to_what_was_asked_for() {
    let bench = Bench::in_order([Reply::ok("hello ").body("world")]);
    assert_eq!(bench.range(&descriptor(b"hello world"), 4, 4).unwrap(), b"o wo");
    let bench = Bench::in_order([Reply::ok("hello ").broken_off(), Reply::ok("hello world")]);
    assert_eq!(
        bench.blob(&descriptor(b"hello world")).unwrap(),
        b"hello world",
        "resumed by skipping"
    );
}

#[test]
fn r083_a_part_whose_content_range_is_hidden_is_accepted_by_its_length() {
    let part = Reply::status(206).header("Content-Length", "3").body("o w");
    let bench = Bench::in_order([part]);
    assert_eq!(bench.range(&descriptor(b"hello world"), 4, 3).unwrap(), b"o w");
    assert_eq!(bench.header(0, "range").as_deref(), Some("bytes=4-6"));
}

#[test]
fn r085_an_absent_blob_is_no_error_and_a_denied_one_is() {
    let stat = |reply: Reply| {
        let bench = Bench::in_order([reply]);
        let digest = digest_of(b"x");
        bench.clock.run(bench.registry.stat_blob(&repository(), &digest)).unwrap()
    };
    assert_eq!(stat(Reply::status(404)), Ok(None));
    assert!(stat(Reply::status(403)).unwrap_err().is_denied());
    assert_eq!(stat(Reply::status(200).header("Content-Length", "7")).unwrap().unwrap().size, 7);
    let kind = stat(Reply::status(200)).unwrap_err().kind;
    assert_eq!(kind, ErrorKind::HiddenHeader("Content-Length"));
}

/// Answers a rest by this, and everything by the whole.
fn cut_then(rest: Reply) -> Bench {
    Bench::answering(move |request, before| match (request.headers.get("range"), before) {
        (_, 0) => Reply::ok("hello ").header("Content-Length", "11").broken_off(),
        (Some(_), _) => rest.clone(),
        (None, _) => Reply::ok("hello world").header("Content-Length", "11"),
    })
}

#[test]
fn r084_after_any_answer_that_is_none_to_a_range_the_body_is_read_once_from_its_beginning() {
    for (rest, ignored) in [
        (Reply::status(416), false),
        (Reply::status(416).header("Content-Range", "bytes */11"), false),
        (Reply::status(400), false),
        (Reply::status(405), false),
        (Reply::status(501), false),
        (Reply::status(204), false),
        (Reply::status(403), false),
        (Reply::ok("<html>").header("Content-Type", "text/html; charset=utf-8"), false),
        (Reply::ok("<html>").header("Content-Length", "6"), false),
        (part("bytes 0-10/11", "hello world"), false),
        (part("bytes 7-10/11", "orld"), false),
        (part("bytes 6-10/11", "world").header("Content-Length", "9"), false),
        (part("rubbish", "world"), false),
        (part("", "--x").header("Content-Type", "multipart/byteranges; boundary=x"), false),
        (Reply::ok("hello world"), true),
    ] {
        let bench = cut_then(rest);
        assert_eq!(bench.blob(&descriptor(b"hello world")).unwrap(), b"hello world");
        let ranges: Vec<_> =
            (0..bench.script.sent().len()).map(|n| bench.header(n, "range")).collect();
        let asked = Some("bytes=6-10".to_owned());
        let expected = if ignored { vec![None, asked] } else { vec![None, asked, None] };
        assert_eq!(ranges, expected);
    }
    for (rest, status) in [(Reply::status(404), 404), (Reply::status(401), 401)] {
        let bench = cut_then(rest);
        let error = bench.blob(&descriptor(b"hello world")).unwrap_err();
        assert_eq!(
            error.context.status,
            Some(status),
            "a refusal of the blob is no answer to a range"
        );
        assert_eq!(bench.script.sent().len(), 2);
    }
    let again = Bench::answering(|request, _| match request.headers.get("range") {
        None => Reply::ok("hello ").header("Content-Length", "11").broken_off(),
        Some(_) => Reply::status(416),
    });
    assert!(again.blob(&descriptor(b"hello world")).is_err(), "once, and not without end");
    assert_eq!(again.script.sent().len(), 4);
}

fn part(range: &str, body: &'static str) -> Reply {
    Reply::status(206).header("Content-Range", range).body(body)
}

/// distribution answers errors of ranges without CORS headers, which a browser shows as no answer.
#[test]
fn r084_a_rest_that_is_refused_each_time_is_read_once_from_the_beginning() {
    for rest in [Reply::network_failure(), Reply::status(503)] {
        let bench = cut_then(rest);
        assert_eq!(bench.blob(&descriptor(b"hello world")).unwrap(), b"hello world");
    }
    let bench = Bench::answering(|_, n| match n {
        0 => Reply::ok("hello ").header("Content-Length", "11").broken_off(),
        _ => Reply::network_failure(),
    });
    assert!(bench.blob(&descriptor(b"hello world")).unwrap_err().is_cors_or_network());
}

/// RFC 9110 section 15.3.7 lets a server send a smaller part than it was asked for.
#[test]
fn r084_a_shorter_part_is_taken_and_the_rest_is_asked_for() {
    let bench = Bench::in_order([
        Reply::ok("hello ").header("Content-Length", "11").broken_off(),
        part("bytes 6-7/11", "wo").header("Content-Length", "2"),
        part("bytes 8-10/11", "rld").header("Content-Length", "3"),
    ]);
    assert_eq!(bench.blob(&descriptor(b"hello world")).unwrap(), b"hello world");
    assert_eq!(bench.header(2, "range").as_deref(), Some("bytes=8-10"));
    let bench = Bench::in_order([
        part("bytes 4-5/11", "o ").header("Content-Length", "2"),
        part("bytes 6-7/11", "wo").header("Content-Length", "2"),
    ]);
    assert_eq!(bench.range(&descriptor(b"hello world"), 4, 4).unwrap(), b"o wo");
}

#[test]
fn r083_a_part_is_cut_from_the_whole_if_a_range_is_not_understood() {
    for refusal in [416, 400, 204] {
        let bench = Bench::in_order([Reply::status(refusal), Reply::ok("hello world")]);
        assert_eq!(bench.range(&descriptor(b"hello world"), 4, 4).unwrap(), b"o wo", "{refusal}");
    }
}

#[test]
fn the_digest_decides_where_a_descriptor_states_a_wrong_size() {
    let told = |length: bool| {
        move |request: &Request, _: usize| {
            let whole = Reply::ok("hello world");
            match request.headers.get("range") {
                Some(_) => Reply::status(416),
                None if length => whole.header("Content-Length", "11"),
                None => whole,
            }
        }
    };
    for has_length in [true, false] {
        for stated in [12, 10, 1, 0, 1 << 40] {
            let blob = Descriptor { size: stated, ..descriptor(b"hello world") };
            let bench = Bench::answering(told(has_length));
            let place = repository();
            let read = crate::ops::read::blob_of_any_size(&bench.registry, &place, &blob, 1 << 20);
            assert_eq!(bench.clock.run(read).unwrap().unwrap(), "hello world", "{stated}");
            // A reader that did not ask for it is told so: never as a fault of the registry.
            let error = Bench::answering(told(has_length)).blob(&blob).unwrap_err();
            let (digest, actual) = (Some(blob.digest.clone()), 11);
            match stated > 11 {
                true => assert_eq!(error.kind, ErrorKind::WrongSize { digest, stated, actual }),
                false => assert!(matches!(error.kind, ErrorKind::SizeMismatch { .. }), "{error}"),
            }
        }
    }
    let blob = Descriptor { size: 5, ..descriptor(b"hello world") };
    let bench = Bench::answering(|_, _| Reply::ok("hello world").body("!".repeat(100)));
    let read = crate::ops::read::blob_of_any_size;
    let outcome = bench.clock.run(read(&bench.registry, &repository(), &blob, 50)).unwrap();
    assert_eq!(outcome.unwrap_err().kind, ErrorKind::TooLarge { limit: 50 }, "the cap holds");
}

#[test]
fn a_page_in_the_place_of_a_blob_is_told_as_a_page() {
    let page = "<!doctype html><title>Sign in</title>";
    let blob = descriptor(b"0123456789");
    let replies = [
        Reply::ok(page),
        Reply::ok(page).header("Content-Type", "text/html; charset=utf-8"),
        Reply::ok("short").header("Content-Type", "text/html"),
        Reply::ok(page).header("Content-Type", "text/html").header("Content-Length", "37"),
    ];
    for (n, reply) in replies.into_iter().enumerate() {
        let expected = ErrorKind::BadAnswer(AnswerFault::HtmlPage);
        let answer = reply.clone();
        let bench = Bench::answering(move |_, _| answer.clone());
        // Without a type, only the bytes show it, once there are not too many.
        let most = 100;
        let read = async {
            collect(bench.registry.blob_by_digest(&repository(), &blob, most).await?).await
        };
        assert_eq!(bench.clock.run(read).unwrap().unwrap_err().kind, expected, "{n}");
        if n > 0 {
            assert_eq!(bench.blob(&blob).unwrap_err().kind, expected, "whole {n}");
            assert_eq!(bench.range(&blob, 3, 4).unwrap_err().kind, expected, "a part {n}");
            assert_eq!(bench.range(&blob, 0, 4).unwrap_err().kind, expected, "a beginning {n}");
        }
    }
    let content = descriptor(page.as_bytes());
    let bench = Bench::answering(move |_, _| Reply::ok(page).header("Content-Type", "text/html"));
    assert_eq!(bench.blob(&content).unwrap(), page.as_bytes(), "a blob that is a page");
}
