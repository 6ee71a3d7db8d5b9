#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::wire::{BaseUrl, UrlError};

fn base() -> BaseUrl {
    BaseUrl::parse("https://r.example").unwrap()
}

fn digest() -> Digest {
    format!("sha256:{}", "a".repeat(64)).parse().unwrap()
}

fn url_of(request: &Request) -> Url {
    request.endpoint.url(&base())
}

fn request(step: Step) -> Request {
    match step {
        Step::Send(request) => *request,
        other => panic!("no request: {other:?}"),
    }
}

fn fields(location: &str, range: &str) -> Headers {
    let all = [("Location", location), ("Range", range)];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// An open session at `/u/0`.
fn open(chunk_size: u64) -> Upload {
    let (mut upload, first) = Upload::start(&"a/b".parse().unwrap(), None, chunk_size);
    let step = upload.answered(&url_of(&first), 202, &fields("/u/0?_state=s", ""));
    assert_eq!(step, Step::Ready);
    upload
}

/// Sends the request's answer back.
fn answer(upload: &mut Upload, sent: &Request, status: u16, headers: &Headers) -> Step {
    upload.answered(&url_of(sent), status, headers)
}

#[test]
fn r109_a_blob_goes_out_whole_in_the_closing_put() {
    let mut upload = open(u64::MAX);
    assert_eq!(upload.write(1000), Step::Ready);
    let put = request(upload.commit(&digest()));
    assert_eq!(put.body, 0..1000);
    assert_eq!(put.endpoint.method().as_str(), "PUT");
    let url = url_of(&put).to_string();
    assert_eq!(url, format!("https://r.example/u/0?_state=s&digest={}", digest()));
    assert_eq!(put.headers.get("content-type"), Some("application/octet-stream"));
    assert!(!put.headers.contains("content-range"));
    assert_eq!(answer(&mut upload, &put, 201, &Headers::new()), Step::Committed);
}

#[test]
fn r112_chunks_are_at_least_as_long_as_the_registry_wants() {
    let (mut upload, first) = Upload::start(&"a".parse().unwrap(), None, 10);
    let headers = fields("/u", "").with("OCI-Chunk-Min-Length", "100");
    assert_eq!(answer(&mut upload, &first, 202, &headers), Step::Ready);
    assert_eq!(upload.chunk_size(), 100);
    assert_eq!(upload.write(100), Step::Ready);
    assert_eq!(request(upload.write(1)).body, 0..101);
    let (upload, _) = Upload::start(&"a".parse().unwrap(), None, 0);
    assert_eq!(upload.chunk_size(), DEFAULT_CHUNK_SIZE);
}

#[test]
fn r113_exactly_one_chunk_is_kept_for_the_closing_put() {
    let mut upload = open(10);
    assert_eq!(upload.write(10), Step::Ready);
    assert_eq!(request(upload.commit(&digest())).body, 0..10);
}

#[test]
fn r113_more_than_a_chunk_goes_out_as_one_patch_with_its_range() {
    let mut upload = open(10);
    assert_eq!(upload.write(8), Step::Ready);
    let patch = request(upload.write(7));
    assert_eq!(patch.endpoint.id(), "end-5");
    assert_eq!(patch.body, 0..15);
    assert_eq!(patch.headers.get("content-range"), Some("0-14"));
    assert_eq!((upload.size(), upload.stored()), (15, 0));
    assert_eq!(answer(&mut upload, &patch, 202, &fields("/u/1", "0-14")), Step::Ready);
    assert_eq!((upload.size(), upload.stored()), (15, 15));
    let put = request(upload.commit(&digest()));
    assert_eq!(put.body, 15..15);
    assert!(url_of(&put).to_string().starts_with("https://r.example/u/1?digest="));
}

#[test]
fn r114_a_closing_put_with_a_body_after_chunks_has_its_range() {
    let mut upload = open(10);
    let patch = request(upload.write(11));
    answer(&mut upload, &patch, 202, &fields("/u/1", "0-10"));
    assert_eq!(upload.write(5), Step::Ready);
    let put = request(upload.commit(&digest()));
    assert_eq!(put.headers.get("content-range"), Some("11-15"));
    assert_eq!(answer(&mut upload, &put, 201, &Headers::new()), Step::Committed);
    assert_eq!(upload.commit(&digest()), Step::Failed(UploadError::AlreadyClosed));
    assert_eq!(upload.write(1), Step::Failed(UploadError::AlreadyClosed));
    assert_eq!(upload.cancel(), Step::Cancelled);
}

#[test]
fn r115_a_refused_chunk_is_sent_again_from_where_the_registry_is() {
    let mut upload = open(10);
    let patch = request(upload.write(20));
    let ask = request(answer(&mut upload, &patch, 416, &Headers::new()));
    assert_eq!(ask.endpoint.id(), "end-13");
    let patch = request(answer(&mut upload, &ask, 204, &fields("/u/2", "0-4")));
    assert_eq!(patch.body, 5..20);
    assert_eq!(url_of(&patch).to_string(), "https://r.example/u/2");
}

#[test]
fn r115_a_registry_that_refuses_everything_ends_the_upload() {
    let mut upload = open(10);
    let mut step = upload.write(20);
    for _ in 0..20 {
        let Step::Send(sent) = step else { break };
        let status = if sent.endpoint.id() == "end-13" { 204 } else { 416 };
        step = answer(&mut upload, &sent, status, &fields("", "0-4"));
    }
    assert!(matches!(step, Step::Failed(UploadError::OutOfStep { size: 20, stored: Some(5), .. })));
}

#[test]
fn r115_more_stored_than_sent_is_out_of_step() {
    let mut upload = open(10);
    let patch = request(upload.write(20));
    let step = answer(&mut upload, &patch, 202, &fields("", "0-99"));
    assert!(matches!(step, Step::Failed(UploadError::OutOfStep { stored: Some(100), .. })));
}

#[test]
fn d05_one_stored_byte_and_none_are_told_apart() {
    let location = Url::parse("https://r.example/u").unwrap();
    let (mut upload, step) = Upload::resume(location, None, 10);
    let ask = request(step);
    assert_eq!(answer(&mut upload, &ask, 204, &fields("", "0-0")), Step::Ready);
    assert_eq!(upload.size(), 0);
    let patch = request(upload.write(20));
    assert_eq!(patch.body, 0..20);
    let ask = request(answer(&mut upload, &patch, 416, &Headers::new()));
    let patch = request(answer(&mut upload, &ask, 204, &fields("", "0-0")));
    assert_eq!(patch.body, 1..20);
    assert_eq!(answer(&mut upload, &patch, 202, &fields("", "0-19")), Step::Ready);
}

#[test]
fn r116_resuming_trusts_an_offset_and_else_asks() {
    let location = Url::parse("https://r.example/u?_state=x").unwrap();
    let (upload, step) = Upload::resume(location.clone(), Some(7), 10);
    assert_eq!((step, upload.size(), upload.stored()), (Step::Ready, 7, 7));
    let (mut upload, step) = Upload::resume(location.clone(), None, 10);
    assert_eq!(answer(&mut upload, &request(step), 204, &fields("", "0-41")), Step::Ready);
    assert_eq!((upload.size(), upload.id()), (42, "u"));
    for range in ["", "5-9", "rubbish"] {
        let (mut upload, step) = Upload::resume(location.clone(), None, 10);
        let step = answer(&mut upload, &request(step), 204, &fields("", range));
        assert_eq!(step, Step::Failed(UploadError::NotResumable), "{range}");
    }
}

#[test]
fn r116_a_session_can_be_found_by_its_name() {
    let url = location_of_id(&base(), &"a/b".parse().unwrap(), "x/../y?z");
    assert_eq!(url.to_string(), "https://r.example/v2/a/b/blobs/uploads/x%2F..%2Fy%3Fz");
}

#[test]
fn r117_an_unknown_session_is_told() {
    let location = Url::parse("https://r.example/u").unwrap();
    let (mut upload, step) = Upload::resume(location, None, 10);
    let step = answer(&mut upload, &request(step), 404, &Headers::new());
    assert_eq!(step, Step::Failed(UploadError::Unknown));
    let mut upload = open(10);
    let patch = request(upload.write(20));
    assert_eq!(
        answer(&mut upload, &patch, 404, &Headers::new()),
        Step::Failed(UploadError::Unknown)
    );
}

#[test]
fn r118_closing_flushes_and_cancelling_ignores_failures() {
    let mut upload = open(10);
    assert_eq!(upload.write(3), Step::Ready);
    let patch = request(upload.flush());
    assert_eq!(patch.body, 0..3);
    assert_eq!(answer(&mut upload, &patch, 202, &Headers::new()), Step::Ready);
    assert_eq!(upload.flush(), Step::Ready);
    let cancel = request(upload.cancel());
    assert_eq!(cancel.endpoint.id(), "end-14");
    assert_eq!(answer(&mut upload, &cancel, 500, &Headers::new()), Step::Cancelled);
    assert_eq!(upload.cancel(), Step::Cancelled);
}

#[test]
fn d09_any_answer_to_a_cancellation_will_do() {
    for status in [200, 202, 204, 404, 405] {
        let mut upload = open(10);
        let cancel = request(upload.cancel());
        assert_eq!(answer(&mut upload, &cancel, status, &Headers::new()), Step::Cancelled);
    }
}

#[test]
fn d16_chunks_are_sent_with_patch() {
    let mut upload = open(10);
    assert_eq!(request(upload.write(20)).endpoint.method().as_str(), "PATCH");
}

#[test]
fn r119_a_mount_that_opened_a_session_goes_on_as_an_upload() {
    let asked = Url::parse("https://r.example/v2/a/blobs/uploads/?mount=x").unwrap();
    let mut upload = Upload::opened(&asked, &fields("/u/9", ""), 10).unwrap();
    upload.write(5);
    let put = request(upload.commit(&digest()));
    assert!(url_of(&put).to_string().starts_with("https://r.example/u/9?digest="));
    let hidden = Upload::opened(&asked, &Headers::new(), 10);
    assert_eq!(hidden.unwrap_err(), UploadError::NoLocation);
}

#[test]
fn r110_hidden_and_hostile_locations_end_the_upload() {
    let check = |location: &str, expected: UploadError| {
        let (mut upload, first) = Upload::start(&"a".parse().unwrap(), None, 10);
        let step = answer(&mut upload, &first, 202, &fields(location, ""));
        assert_eq!(step, Step::Failed(expected));
    };
    check("", UploadError::NoLocation);
    check("javascript:alert(1)", UploadError::BadLocation(UrlError::NotHttp));
    check("https://a@evil.example/", UploadError::BadLocation(UrlError::UserInfo));
    check("\\\\evil.example/", UploadError::BadLocation(UrlError::Ambiguous));
}

#[test]
fn a_lost_answer_makes_the_registry_be_asked() {
    let mut upload = open(10);
    let _patch = request(upload.write(25));
    let ask = request(upload.broken());
    assert_eq!(ask.endpoint.id(), "end-13");
    let patch = request(answer(&mut upload, &ask, 204, &fields("", "0-9")));
    assert_eq!(patch.body, 10..25);
    answer(&mut upload, &patch, 202, &fields("", "0-24"));
    let _put = request(upload.commit(&digest()));
    assert_eq!(upload.broken(), Step::Failed(UploadError::Unclear));
}

#[test]
fn a_largest_chunk_is_kept_to() {
    let (mut upload, first) = Upload::start(&"a".parse().unwrap(), None, 1000);
    let headers = fields("/u", "").with("OCI-Chunk-Max-Length", "10");
    answer(&mut upload, &first, 202, &headers);
    let patch = request(upload.write(25));
    assert_eq!(patch.body, 0..10);
    let patch = request(answer(&mut upload, &patch, 202, &Headers::new()));
    assert_eq!(patch.body, 10..20);
    assert_eq!(answer(&mut upload, &patch, 202, &Headers::new()), Step::Ready);
    assert_eq!(request(upload.commit(&digest())).body, 20..25);
}

/// A registry that takes as much as it likes, refuses wrong offsets and breaks connections.
struct Moody {
    stored: Vec<u64>,
    random: u64,
    trouble: u64,
}

impl Moody {
    fn below(&mut self, limit: u64) -> u64 {
        // xorshift64*, fixed seeds.
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit.max(1)
    }

    fn range(&self) -> String {
        format!("0-{}", (self.stored.len() as u64).saturating_sub(1))
    }

    /// The status and the headers, or nothing where the connection breaks.
    fn handle(&mut self, sent: &Request) -> Option<(u16, Headers)> {
        let at = self.stored.len() as u64;
        match sent.endpoint.id() {
            "end-13" => Some((204, fields("", &self.range()))),
            _ if sent.body.start != at && !sent.body.is_empty() => Some((416, Headers::new())),
            "end-6" => {
                self.stored.extend(sent.body.clone());
                Some((201, Headers::new()))
            }
            _ => {
                let length = sent.body.end - sent.body.start;
                let trouble = self.below(100) < self.trouble;
                let taken = if trouble { self.below(length + 1) } else { length };
                let breaks = trouble && self.below(2) == 0;
                self.stored.extend(sent.body.start..sent.body.start + taken);
                // A success must have taken something, or the next chunk would never fit.
                let accepted = taken > 0 && !breaks;
                accepted.then(|| (202, fields("", &self.range())))
            }
        }
    }
}

#[test]
fn r113_whatever_is_taken_all_bytes_arrive_once_and_in_order() {
    let (mut finished, mut troubled) = (0, 0);
    for seed in 1..=3000u64 {
        let mut registry = Moody {
            stored: Vec::new(),
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15),
            trouble: seed % 60,
        };
        let size = registry.below(200);
        let chunk = registry.below(20) + 1;
        let mut upload = open(chunk);
        let (mut handed, mut step) = (0, Step::Ready);
        for _ in 0..5000 {
            step = match step {
                Step::Ready if handed < size => {
                    let length = (registry.below(30) + 1).min(size - handed);
                    handed += length;
                    upload.write(length)
                }
                Step::Ready => upload.commit(&digest()),
                Step::Send(sent) => match registry.handle(&sent) {
                    Some((status, headers)) => answer(&mut upload, &sent, status, &headers),
                    None => upload.broken(),
                },
                end => {
                    step = end;
                    break;
                }
            };
        }
        match step {
            Step::Committed => {
                finished += 1;
                let expected: Vec<u64> = (0..size).collect();
                assert_eq!(registry.stored, expected, "seed {seed}");
            }
            // Too much trouble in a row: given up, never wrong.
            Step::Failed(UploadError::OutOfStep { .. }) => troubled += 1,
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    assert!(finished > 2500, "{finished} finished, {troubled} given up");
}

#[test]
fn r120_every_raw_operation_is_a_request_of_its_own() {
    let (_, initiate) = Upload::start(&"a".parse().unwrap(), None, 10);
    let location = Url::parse("https://r.example/u?_state=s").unwrap();
    let resume = || Upload::resume(location.clone(), Some(5), 10).0;
    let status = request(Upload::resume(location.clone(), None, 10).1);
    let chunk = request(resume().write(11));
    let mut finishing = resume();
    finishing.write(3);
    let finish = request(finishing.commit(&digest()));
    let cancel = request(resume().cancel());
    let ids = [&initiate, &status, &chunk, &finish, &cancel].map(|sent| sent.endpoint.id());
    assert_eq!(ids, ["end-4a", "end-13", "end-5", "end-6", "end-14"]);
    assert_eq!((chunk.body, finish.body), (5..16, 5..8));
}
