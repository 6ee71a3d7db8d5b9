#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use futures_util::future::join_all;

use super::*;
use crate::{
    testing::{Reply, Scripted, VirtualClock},
    transport::{Lane, Stack},
    wire::{Method, Url},
};

const SECOND: Duration = Duration::from_secs(1);

fn request(url: &str, lane: Lane) -> Request {
    let mut request = Request::new(Method::Get, Url::parse(url).unwrap());
    request.lane = lane;
    request
}

/// Returns the number of requests sent after each second, if each answer takes one second.
fn sent_by_second(lanes: &[Lane]) -> Vec<usize> {
    let clock = VirtualClock::default();
    let start = clock.shared().now();
    let script = Scripted::answering(clock.shared(), |_, _| Reply::ok("x").after(SECOND));
    let layers = Stack::over(Rc::clone(&script) as _, clock.shared()).layers();
    let all = lanes.iter().map(|lane| {
        let layers = Rc::clone(&layers);
        async move {
            let sent = layers.send(request("https://registry.example/v2/", *lane)).await;
            sent.unwrap().bytes(10).await.unwrap();
        }
    });
    clock.run(join_all(all)).unwrap();
    let sent = script.sent();
    let last = sent.last().unwrap().at - start;
    (0..=last.as_secs())
        .map(|second| sent.iter().filter(|s| (s.at - start).as_secs() <= second).count())
        .collect()
}

#[test]
fn four_at_a_time_per_host() {
    assert_eq!(sent_by_second(&[Lane::Metadata; 10]), [4, 8, 10]);
}

#[test]
fn blobs_leave_a_slot_for_short_questions() {
    assert_eq!(sent_by_second(&[Lane::Blob; 7]), [3, 6, 7]);
    let mut lanes = vec![Lane::Blob; 6];
    lanes.push(Lane::Metadata);
    assert_eq!(sent_by_second(&lanes)[0], 4, "the question does not wait for a blob");
}

#[test]
fn uploads_do_not_wait_for_downloads() {
    let lanes = [Lane::Blob, Lane::Blob, Lane::Blob, Lane::Upload, Lane::Upload, Lane::Upload];
    assert_eq!(sent_by_second(&lanes), [5, 6]);
}

#[test]
fn a_slot_is_held_until_the_body_ends_or_is_dropped() {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), |_, _| Reply::ok("x"));
    let layers = Stack::over(Rc::clone(&script) as _, clock.shared()).layers();
    let send = || layers.send(request("https://registry.example/v2/", Lane::Blob));
    let mut held: Vec<_> = clock.run(join_all([send(), send(), send()])).unwrap();
    assert!(clock.run(send()).is_none(), "the fourth blob can never start");
    drop(held.pop());
    assert!(clock.run(send()).unwrap().is_ok());
}

#[test]
fn an_answer_without_a_body_gives_its_slot_back_at_once() {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), |_, _| Reply::status(404));
    let layers = Stack::over(script, clock.shared()).layers();
    let mut kept = Vec::new();
    let all = async {
        for _ in 0..20 {
            let mut head = request("https://registry.example/v2/", Lane::Metadata);
            head.method = Method::Head;
            kept.push(layers.send(head).await.unwrap());
        }
    };
    clock.run(all).expect("kept answers keep no slot");
}

#[test]
fn hosts_do_not_wait_for_each_other() {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), |_, _| Reply::ok("x").after(SECOND));
    let layers = Stack::over(Rc::clone(&script) as _, clock.shared()).layers();
    let hosts = ["https://a.example/", "https://b.example/"];
    let all = (0..8).map(|n| layers.send(request(hosts[n % 2], Lane::Metadata)));
    let start = clock.shared().now();
    clock.run(join_all(all)).unwrap();
    assert!(script.sent().iter().all(|sent| sent.at == start));
}

#[test]
fn r041_docker_hub_and_its_token_server_share_one_bucket_and_others_have_none() {
    let spread = |hosts: [&str; 2]| {
        let clock = VirtualClock::default();
        let script = Scripted::answering(clock.shared(), |_, _| Reply::ok("x"));
        let layers = Stack::over(Rc::clone(&script) as _, clock.shared()).layers();
        let send = |n: usize| {
            let layers = Rc::clone(&layers);
            async move {
                let sent = layers.send(request(hosts[n % 2], Lane::Metadata)).await;
                sent.unwrap().bytes(10).await.unwrap();
            }
        };
        clock.run(join_all((0..310).map(send))).unwrap();
        let sent = script.sent();
        sent.last().unwrap().at - sent[0].at
    };
    let hub = spread(["https://registry-1.docker.io/v2/", "https://auth.docker.io/token"]);
    assert_eq!(hub.as_millis(), 2000, "ten more than the burst, five a second");
    assert_eq!(spread(["https://ghcr.io/v2/", "https://ghcr.io/token"]), Duration::ZERO);
}
