#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::RefCell;

use super::*;
use crate::{
    testing::{Reply, Scripted, VirtualClock},
    transport::Stack,
    wire::{Url, backoff::Policy},
};

struct Bench {
    clock: VirtualClock,
    script: Rc<Scripted>,
    layers: SharedTransport,
    notices: Rc<RefCell<Vec<RetryNotice>>>,
}

impl Bench {
    fn new(policy: Option<RetryPolicy>, replies: impl IntoIterator<Item = Reply>) -> Self {
        let clock = VirtualClock::default();
        let script = Scripted::in_order(clock.shared(), replies);
        let notices: Rc<RefCell<Vec<RetryNotice>>> = Rc::default();
        let told = Rc::clone(&notices);
        let stack = Stack::over(Rc::clone(&script) as _, clock.shared())
            .with_retry(policy)
            .telling(Rc::new(move |notice| told.borrow_mut().push(notice.clone())));
        Self { clock, script, layers: stack.layers(), notices }
    }

    fn send(&self, request: Request) -> Result<Response> {
        self.clock.run(self.layers.send(request)).unwrap()
    }

    /// Seconds between the tries, rounded down.
    fn gaps(&self) -> Vec<u64> {
        let sent = self.script.sent();
        sent.windows(2).map(|pair| (pair[1].at - pair[0].at).as_secs()).collect()
    }
}

fn get() -> Request {
    request(Method::Get)
}

fn request(method: Method) -> Request {
    Request::new(method, Url::parse("https://registry.example/v2/").unwrap()).read_up_to(1000)
}

fn default(replies: impl IntoIterator<Item = Reply>) -> Bench {
    Bench::new(Some(RetryPolicy::default()), replies)
}

fn ok() -> Reply {
    Reply::ok("{}")
}

fn status(code: u16) -> Reply {
    Reply::status(code)
}

#[test]
fn r045_without_a_policy_there_is_one_try() {
    let bench = Bench::new(None, [status(503), ok()]);
    assert_eq!(bench.send(get()).unwrap().status, 503);
    assert_eq!(bench.script.sent().len(), 1);
}

#[test]
fn r045_temporary_failures_are_tried_again_and_others_are_not() {
    for code in [408, 425, 429, 500, 502, 503, 504] {
        assert_eq!(default([status(code), ok()]).send(get()).unwrap().status, 200, "{code}");
    }
    for code in [400, 401, 403, 404, 405, 416, 501, 505, 511] {
        assert_eq!(default([status(code), ok()]).send(get()).unwrap().status, code);
    }
}

#[test]
fn r044_the_last_answer_comes_back_as_it_is() {
    let policy = RetryPolicy { backoff: Policy::three_after_failure(), ..RetryPolicy::default() };
    let replies = [status(500), status(502), status(503).body("third"), ok()];
    let bench = Bench::new(Some(policy), replies);
    let response = bench.send(get()).unwrap();
    assert_eq!(response.status, 503);
    assert_eq!(bench.clock.run(response.bytes(10)).unwrap().unwrap(), "third");
    assert_eq!(bench.script.sent().len(), 3);
}

#[test]
fn r042_tries_are_at_least_a_second_apart() {
    let bench = default([status(503), status(503), ok()]);
    bench.send(get()).unwrap();
    assert_eq!(bench.gaps(), [1, 1]);
}

#[test]
fn r046_the_registrys_wait_is_obeyed_up_to_two_minutes() {
    let bench = default([status(503).header("Retry-After", "17"), ok()]);
    bench.send(get()).unwrap();
    assert_eq!(bench.gaps(), [17]);
    let bench = default([status(429).header("Retry-After", "3600"), ok()]);
    let response = bench.send(get()).unwrap();
    assert_eq!((response.status, bench.script.sent().len()), (429, 1), "the user decides");
}

#[test]
fn r043_after_429_nobody_asks_this_host_before_the_wait_is_over() {
    let replies = [status(429).header("Retry-After", "30"), ok(), ok()];
    let bench = default(replies);
    let both = futures_util::future::join(bench.layers.send(get()), async {
        bench.clock.shared().sleep(Duration::from_secs(5)).await;
        bench.layers.send(get()).await
    });
    let (first, second) = bench.clock.run(both).unwrap();
    assert_eq!((first.unwrap().status, second.unwrap().status), (200, 200));
    let start = bench.script.sent()[0].at;
    assert!(bench.script.sent()[1..].iter().all(|sent| (sent.at - start).as_secs() >= 30));
}

#[test]
fn r047_no_wait_goes_beyond_the_callers_deadline() {
    let bench = default([status(503).header("Retry-After", "60"), ok()]);
    let mut request = get();
    request.give_up_at = Some(bench.clock.shared().now() + Duration::from_secs(30));
    assert_eq!(bench.send(request).unwrap().status, 503);
    assert_eq!(bench.script.sent().len(), 1);
}

#[test]
fn r047_dropping_ends_the_wait() {
    let bench = default([status(503).header("Retry-After", "60"), ok()]);
    let abandoned = bench.clock.run(async {
        let alarm = bench.clock.shared().sleep(Duration::from_secs(1));
        futures_util::future::select(bench.layers.send(get()), alarm).await;
    });
    assert!(abandoned.is_some());
    let later = bench.clock.run(bench.clock.shared().sleep(Duration::from_secs(100)));
    assert!(later.is_some());
    assert_eq!(bench.script.sent().len(), 1);
}

#[test]
fn r048_somebody_is_told_before_each_wait() {
    let bench = default([status(503), status(429).header("Retry-After", "7"), ok()]);
    bench.send(get()).unwrap();
    let notices = bench.notices.borrow();
    assert_eq!(notices.len(), 2);
    assert_eq!(notices[0].reason, ErrorKind::Status(503));
    assert_eq!(notices[1].reason, ErrorKind::RateLimited(Some(Duration::from_secs(7))));
    assert_eq!(notices[1].request, "GET https://registry.example/v2/");
    assert_eq!((notices[0].attempt, notices[1].attempt), (1, 2));
}

#[test]
fn r048_the_wait_that_is_told_is_the_whole_wait() {
    let bench = default([status(429), ok()]);
    let start = bench.clock.shared().now();
    bench.send(get()).unwrap();
    let told: Duration = bench.notices.borrow().iter().map(|notice| notice.wait).sum();
    assert_eq!(told, bench.clock.shared().now() - start, "a host that refused is left alone");
}

#[test]
fn r047_a_pause_of_the_host_does_not_go_beyond_the_callers_deadline() {
    let bench = default([status(429).header("Retry-After", "60"), ok()]);
    let limited = |seconds: u64| {
        let mut request = get();
        request.give_up_at = Some(bench.clock.shared().now() + Duration::from_secs(seconds));
        bench.send(request)
    };
    assert_eq!(limited(5).unwrap().status, 429);
    let before = bench.clock.shared().now();
    let error = limited(5).err().expect("the host is still to be left alone");
    assert!(matches!(error.kind, ErrorKind::RateLimited(Some(_))), "{error}");
    assert_eq!((bench.clock.shared().now(), bench.script.sent().len()), (before, 1));
    assert_eq!(limited(120).unwrap().status, 200);
}

#[test]
fn r049_bodies_are_sent_again_whole() {
    let bench = default([status(503), ok()]);
    let mut post = request(Method::Post);
    post.body = crate::transport::Body::Bytes("body".into());
    bench.send(post).unwrap();
    assert!(bench.script.sent().iter().all(|sent| sent.body == "body"));
}

#[test]
fn r049_what_changes_things_is_not_sent_twice_unseen() {
    let check = |replay: Replay, first: Reply, tries: usize| {
        let bench = default([first, ok()]);
        let mut request = request(Method::Delete);
        request.replay = replay;
        let _ = bench.send(request);
        assert_eq!(bench.script.sent().len(), tries, "{replay:?}");
    };
    check(Replay::Never, status(503), 1);
    check(Replay::Never, status(429), 1);
    check(Replay::Never, Reply::network_failure(), 1);
    check(Replay::IfRefused, status(429), 2);
    check(Replay::IfRefused, status(503), 1);
    check(Replay::IfRefused, Reply::network_failure(), 1);
    check(Replay::Always, Reply::network_failure(), 2);
}

#[test]
fn a_body_that_breaks_off_counts_as_a_failed_try() {
    let bench = default([Reply::ok("{\"a").broken_off(), Reply::ok("{}")]);
    let response = bench.send(get()).unwrap();
    assert_eq!(bench.clock.run(response.bytes(10)).unwrap().unwrap(), "{}");
}

#[test]
fn a_host_that_never_answered_is_tried_less_often() {
    let failures = || std::iter::repeat_n(Reply::network_failure(), 9);
    let bench = default(failures());
    assert!(bench.send(get()).unwrap_err_kind_is_network());
    assert_eq!(bench.script.sent().len(), 3);
    let bench = default(std::iter::once(ok()).chain(failures()));
    bench.send(get()).unwrap();
    assert!(bench.send(get()).unwrap_err_kind_is_network());
    assert_eq!(bench.script.sent().len(), 6, "one answer, five failures");
}

trait IsNetwork {
    fn unwrap_err_kind_is_network(self) -> bool;
}

impl IsNetwork for Result<Response> {
    fn unwrap_err_kind_is_network(self) -> bool {
        self.is_err_and(|error| error.is_cors_or_network())
    }
}

#[test]
fn headers_have_thirty_seconds_and_a_silent_body_twenty() {
    let bench = Bench::new(None, [Reply::hang()]);
    let start = bench.clock.shared().now();
    let error = bench.send(get()).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Timeout(Duration::from_secs(30)));
    assert_eq!((bench.clock.shared().now() - start).as_secs(), 30);
    let bench = Bench::new(None, [Reply::ok("part").silent()]);
    let error = bench.send(get()).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Timeout(Duration::from_secs(20)));
}

#[test]
fn under_a_minute_of_429_a_host_is_asked_at_most_twelve_times() {
    let clock = VirtualClock::default();
    let start = clock.shared().now();
    let now = clock.shared();
    let script = Scripted::answering(clock.shared(), move |_, _| {
        if (now.now() - start).as_secs() < 60 { status(429) } else { ok() }
    });
    let layers = Stack::over(Rc::clone(&script) as _, clock.shared()).layers();
    let all = futures_util::future::join_all((0..8).map(|_| layers.send(get())));
    clock.run(all).unwrap();
    let early = script.sent().iter().filter(|sent| (sent.at - start).as_secs() < 60).count();
    assert!(early <= 12, "{early}");
}

/// A clock that throws dice of its own.
struct Dice {
    clock: SharedClock,
    state: std::cell::Cell<u64>,
}

impl crate::transport::Clock for Dice {
    fn now(&self) -> Duration {
        self.clock.now()
    }

    fn sleep(&self, length: Duration) -> futures_core::future::LocalBoxFuture<'static, ()> {
        self.clock.sleep(length)
    }

    fn random(&self) -> f64 {
        let mut state = self.state.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.state.set(state);
        f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX)
    }
}

/// 200 tabs are turned away in the same second, for a minute.
#[test]
fn two_hundred_tabs_do_not_come_back_in_the_same_second() {
    let clock = VirtualClock::default();
    let (start, now) = (clock.shared().now(), clock.shared());
    let script = Scripted::answering(clock.shared(), move |_, _| {
        if (now.now() - start).as_secs() < 60 { status(429) } else { ok() }
    });
    let tabs = (1..=200_u64).map(|seed| {
        let state = std::cell::Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let dice = Rc::new(Dice { clock: clock.shared(), state });
        // Each tab has hosts, waits and dice of its own.
        let tab = Stack::over(Rc::clone(&script) as _, dice).layers();
        async move { tab.send(get()).await.map(|answer| answer.status) }
    });
    clock.run(futures_util::future::join_all(tabs)).unwrap();
    let mut by_second = std::collections::BTreeMap::<u64, usize>::new();
    let retries = script.sent().into_iter().filter(|sent| sent.at > start);
    for sent in retries {
        *by_second.entry((sent.at - start).as_secs()).or_default() += 1;
    }
    let (all, most) = (by_second.values().sum::<usize>(), by_second.values().max().unwrap());
    println!("{all} retries, at most {most} in one second");
    assert!(all > 400, "{by_second:?}");
    assert!(most * 20 <= all, "{by_second:?}");
}
