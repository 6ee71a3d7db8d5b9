#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::{
    app::Route,
    oci::{Descriptor, MediaType},
};

fn blob(n: u8, size: u64) -> Descriptor {
    let digest = format!("sha256:{}", format!("{n:02x}").repeat(32)).parse().unwrap();
    Descriptor::new(MediaType::OCTET_STREAM, digest, size)
}

fn started(object: &Descriptor) -> JobEvent {
    JobEvent::Started { object: object.clone(), role: Role::Layer }
}

fn progress(object: &Descriptor, done: u64) -> JobEvent {
    JobEvent::Progress { digest: object.digest.clone(), done }
}

fn finished(object: &Descriptor, outcome: Outcome) -> JobEvent {
    JobEvent::Finished { digest: object.digest.clone(), outcome }
}

#[test]
fn bytes_speed_and_time_left_follow_the_events() {
    let (one, two) = (blob(1, 4_000), blob(2, 6_000));
    let mut run = Run::new(1_000);
    assert_eq!((run.total(), run.speed(), run.left()), (None, None, None));
    run.take(&JobEvent::Planned { objects: 2, bytes: 10_000 }, 1_000);
    run.take(&started(&one), 1_000);
    run.take(&progress(&one, 1_000), 1_500);
    run.take(&progress(&one, 2_000), 2_000);
    assert_eq!((run.done(), run.total()), (2_000, Some(10_000)));
    assert_eq!((run.speed(), run.left()), (Some(2_000), Some(4)));
    assert_eq!((run.rows()[0].speed(2_000), run.rows()[0].left(2_000)), (Some(2_000), Some(1)));
    run.take(&finished(&one, Outcome::Verified), 3_000);
    run.take(&started(&two), 3_000);
    run.end(State::Done, 5_000);
    assert_eq!(run.elapsed(), 4_000);
}

#[test]
fn what_came_counts_and_not_what_was_stated() {
    let mut run = Run::new(0);
    let (huge, other) = (blob(1, 1_000_000_000_000), blob(2, 100));
    run.take(&JobEvent::Planned { objects: 2, bytes: huge.size + other.size }, 0);
    run.take(&started(&huge), 0);
    run.take(&progress(&huge, 418), 500);
    run.take(&finished(&huge, Outcome::Verified), 500);
    assert_eq!((run.done(), run.total()), (418, Some(518)));
    run.take(&started(&other), 500);
    run.take(&finished(&other, Outcome::Verified), 1_000);
    run.end(State::Done, 1_000);
    assert_eq!((run.done(), run.speed()), (418, Some(418)));
}

#[test]
fn speed_forgets_what_is_long_ago() {
    let one = blob(1, 1_000_000);
    let mut run = Run::new(0);
    run.take(&started(&one), 0);
    for second in 1..=10 {
        run.take(&progress(&one, second * 10_000), second * 1_000);
    }
    for second in 11..=20 {
        run.take(&progress(&one, 100_000 + (second - 10) * 1_000), second * 1_000);
    }
    assert_eq!(run.speed(), Some(1_000));
}

#[test]
fn a_read_that_begins_again_is_not_counted_twice() {
    let one = blob(1, 5_000);
    let mut run = Run::new(0);
    run.take(&started(&one), 0);
    run.take(&progress(&one, 3_000), 10);
    run.take(&progress(&one, 500), 20);
    assert_eq!(run.done(), 500);
    run.take(&started(&one), 30);
    assert_eq!((run.done(), run.rows().len()), (0, 1));
}

#[test]
fn every_outcome_falls_into_one_of_three_states() {
    let blobs: Vec<_> = (1..=5).map(|n| blob(n, 10)).collect();
    let (expected, actual) = (blobs[1].digest.clone(), blob(9, 0).digest);
    let outcomes = [
        Outcome::Verified,
        Outcome::Mismatch(Mismatch::Digest { expected, actual: actual.clone() }),
        Outcome::Mismatch(Mismatch::Size { expected: 10, actual: 7 }),
        Outcome::NotVerified(UnverifiedReason::NotRead),
    ];
    let mut run = Run::new(0);
    for (blob, outcome) in blobs.iter().zip(outcomes) {
        run.take(&started(blob), 0);
        if outcome == Outcome::Verified {
            run.take(&progress(blob, 10), 1);
        }
        run.take(&finished(blob, outcome), 1);
    }
    run.take(&started(&blobs[4]), 1);
    run.end(State::Cancelled, 2);
    assert_eq!(run.counts(), Counts { verified: 1, mismatch: 2, not_verified: 2 });
    assert_eq!(run.done(), 10, "what came counts, and nothing else");

    let Route::Reference(place) = Route::parse("#/ghcr.io/a/b:1?platform=linux/amd64") else {
        panic!("not a reference")
    };
    let json = run.report().to_json_of(&run.occasion(&place, "2026-01-02T03:04:05Z"));
    let rows = json["objects"].as_array().unwrap();
    let states: Vec<_> = rows.iter().map(|row| row["outcome"]["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["verified", "mismatch", "mismatch", "not verified", "not verified"]);
    assert_eq!(rows[1]["outcome"]["actual"], actual.as_str());
    assert_eq!(rows[2]["outcome"]["actualSize"], 7);
    assert_eq!(rows[4]["outcome"]["why"], "cancelled");
    assert_eq!((&json["complete"], &json["verified"]), (&false.into(), &1.into()));
    assert_eq!(json["platform"], "linux/amd64");
}

#[test]
fn a_link_writes_no_line_into_the_report() {
    let check = |platform: &str, expected: Option<&str>| {
        let address = ["#/ghcr.io/a/b:1?platform=", platform].concat();
        let Route::Reference(place) = Route::parse(&address) else { panic!("not a reference") };
        let told = Run::new(0).occasion(&place, "2026-01-02T03:04:05Z").platform;
        assert_eq!(told.as_deref(), expected, "{platform}");
    };
    check("linux/arm64", Some("linux/arm64"));
    check("x86_64", Some("linux/amd64"));
    check("all,%20signed%20and%20approved%20by%20security@example.com", None);
    check("linux/amd64%20https://evil.example/ok", None);
    check("linux/amd64,approved", None);
}
