//! Challenges, tokens and what is shown when, over a script.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod policy;

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::*;
use crate::{
    testing::{Reply, Scripted, Sent, VirtualClock},
    transport::{Body, Stack},
    wire::{Method, Scheme, Url},
};

const REGISTRY: &str = "https://registry.example";
const TOKEN_SERVER: &str = "https://auth.example";

/// A registry that wants a token for `repository:a:pull`, and its token server on another origin.
fn challenge() -> Reply {
    bearer(
        r#"realm="https://auth.example/token",service="registry.example",scope="repository:a:pull""#,
    )
}

fn bearer(parameters: &str) -> Reply {
    Reply::status(401).header("WWW-Authenticate", &format!("Bearer {parameters}"))
}

fn token(token: &str) -> Reply {
    Reply::ok(format!(r#"{{"token":"{token}","expires_in":300}}"#))
}

fn basic_credential() -> Credential {
    Credential::Basic { user: "me".to_owned(), password: Secret::new("canary") }
}

struct Bench {
    clock: VirtualClock,
    script: Rc<Scripted>,
    stack: Stack,
    auth: Rc<Auth>,
}

impl Bench {
    fn answering(answer: impl Fn(&Request, usize) -> Reply + 'static) -> Self {
        let clock = VirtualClock::default();
        let script = Scripted::answering(clock.shared(), answer);
        let stack = Stack::over(Rc::clone(&script) as _, clock.shared()).with_retry(None);
        let origin = Origin::new(Scheme::Https, "registry.example").unwrap();
        let account = Account { origin, key: "registry.example".to_owned(), token_server: None };
        let auth = stack.authenticated(vec![account]);
        Self { clock, script, stack, auth }
    }

    fn in_order(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        Self::answering(move |_, n| replies.get(n).cloned().unwrap_or_else(Reply::network_failure))
    }

    fn approved(self) -> Self {
        self.stack.approvals().approve(REGISTRY, TOKEN_SERVER).unwrap();
        self
    }

    fn with(self, credential: Credential) -> Self {
        self.stack.credentials().set("registry.example", credential);
        self
    }

    fn send(&self, request: Request) -> Result<Response> {
        self.clock.run(self.auth.send(request)).unwrap()
    }

    fn get(&self, path: &str, scope: &str) -> Result<Response> {
        let mut request = Request::new(Method::Get, url(&format!("{REGISTRY}{path}")));
        request.scopes = scope.parse().unwrap();
        self.send(request)
    }

    fn pull(&self) -> Result<Response> {
        self.get("/v2/a/manifests/x", "repository:a:pull")
    }

    fn authorization(&self, request: usize) -> Option<String> {
        self.script.sent()[request].headers.get("authorization").map(str::to_owned)
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn status(response: &Result<Response>) -> u16 {
    response.as_ref().unwrap_or_else(|error| panic!("{error}")).status
}

#[test]
fn r060_the_first_request_is_bare_even_when_credentials_are_at_hand() {
    let bench = Bench::in_order([Reply::ok("{}")]).with(basic_credential());
    assert_eq!(status(&bench.pull()), 200);
    assert_eq!(bench.authorization(0), None);
    assert!(!bench.auth.would_authorize(&Origin::new(Scheme::Https, "registry.example").unwrap()));
}

#[test]
fn r061_a_challenge_is_answered_once() {
    let bench = Bench::in_order([challenge(), token("t1"), Reply::ok("{}")]).approved();
    assert_eq!(status(&bench.pull()), 200);
    assert_eq!(
        bench.script.lines(),
        [
            "GET https://registry.example/v2/a/manifests/x",
            "GET https://auth.example/token?service=registry.example&scope=repository:a:pull&client_id=porthole",
            "GET https://registry.example/v2/a/manifests/x",
        ]
    );
    assert_eq!(bench.authorization(1), None, "anonymous");
    assert_eq!(bench.authorization(2).as_deref(), Some("Bearer t1"));
}

#[test]
fn r051_an_endless_answer_of_a_token_server_is_cut_off() {
    let check = |size: usize, expected: u16, requests: usize| {
        let padding = " ".repeat(size);
        let answer = Reply::ok(format!("{{\"token\":\"t1\"}}{padding}"));
        let bench = Bench::in_order([challenge(), answer, Reply::ok("{}")]).approved();
        assert_eq!(status(&bench.pull()), expected, "{size}: without a token the refusal stands");
        assert_eq!(bench.script.sent().len(), requests, "{size}");
    };
    check(100_000, 200, 3);
    check(200_000, 401, 2);
}

#[test]
fn r062_an_unusable_challenge_gives_the_refusal_with_its_body() {
    let body = |response: Response, bench: &Bench| bench.clock.run(response.bytes(100)).unwrap();
    let check = |reply: Reply| {
        let bench = Bench::in_order([reply.body("why")]);
        let response = bench.pull().unwrap();
        assert_eq!(response.status, 401);
        assert!(!response.is_late_refusal);
        assert_eq!(body(response, &bench).unwrap(), "why");
        assert_eq!(bench.script.sent().len(), 1);
    };
    check(Reply::status(401));
    check(Reply::status(401).header("WWW-Authenticate", "Basic realm=\"x\""));
    check(Reply::status(401).header("WWW-Authenticate", "Negotiate"));
    check(Reply::status(401).header("WWW-Authenticate", "Bearer realm=\"a\",realm=\"b\""));
}

#[test]
fn r062_a_person_who_signed_in_is_shown_to_a_registry_that_asks_in_a_way_of_its_own() {
    let shown = Some(format!("Basic {}", STANDARD.encode("me:canary")));
    let check = |refusal: Reply| {
        let bench = Bench::in_order([refusal.clone(), Reply::ok("{}"), Reply::ok("{}")])
            .with(basic_credential());
        assert_eq!((status(&bench.pull()), status(&bench.pull())), (200, 200));
        let sent: Vec<_> = (0..3).map(|n| bench.authorization(n)).collect();
        assert_eq!(sent, [None, shown.clone(), shown.clone()]);
        // A stranger gets the refusal as it is, once.
        let bench = Bench::in_order([refusal]);
        assert!(matches!(status(&bench.pull()), 401 | 403));
        assert_eq!(bench.script.sent().len(), 1);
    };
    check(Reply::status(401).header("WWW-Authenticate", "Negotiate"));
    check(Reply::status(401).header("WWW-Authenticate", "Digest realm=\"x\", nonce=\"y\""));
    check(Reply::status(401).header("WWW-Authenticate", "Bearer service=\"x\""));
    check(Reply::status(401).header("WWW-Authenticate", "Bearer realm=\"a\",realm=\"b\""));
    check(Reply::status(403));
    check(Reply::status(403).header("WWW-Authenticate", "Basic realm=\"x\""));
    // One refusal more is final.
    let bench = Bench::in_order([Reply::status(403), Reply::status(403)]).with(basic_credential());
    assert_eq!((status(&bench.pull()), bench.script.sent().len()), (403, 2));
}

#[test]
fn r064_basic_is_sent_on_the_retry_and_then_beforehand() {
    let basic = || Reply::status(401).header("WWW-Authenticate", "Basic realm=\"x\"");
    let bench = Bench::in_order([basic(), Reply::ok("{}"), Reply::ok("{}"), basic()])
        .with(basic_credential());
    let expected = format!("Basic {}", STANDARD.encode("me:canary"));
    assert_eq!(status(&bench.pull()), 200);
    assert_eq!(status(&bench.pull()), 200);
    let sent: Vec<_> = (0..3).map(|n| bench.authorization(n)).collect();
    assert_eq!(sent, [None, Some(expected.clone()), Some(expected)]);
    let refused = bench.pull().unwrap();
    assert_eq!((refused.status, refused.is_late_refusal), (401, false), "a wrong password");
    assert_eq!(bench.script.sent().len(), 4);
}

#[test]
fn r065_a_token_is_asked_for_by_get_with_basic_when_there_are_credentials() {
    let bench = Bench::in_order([challenge(), token("t1"), Reply::ok("{}")])
        .approved()
        .with(basic_credential());
    bench.pull().unwrap();
    assert!(bench.authorization(1).unwrap().starts_with("Basic "));
    assert!(bench.script.sent()[1].url.contains("account=me"));
    assert_eq!(bench.authorization(2).as_deref(), Some("Bearer t1"));
}

fn form(sent: &Sent) -> String {
    String::from_utf8(sent.body.to_vec()).unwrap()
}

#[test]
fn r066_an_identity_token_goes_by_post_and_is_renewed() {
    let answer = Reply::ok(r#"{"access_token":"t1","refresh_token":"second","expires_in":60}"#);
    let bench = Bench::in_order([challenge(), answer, Reply::ok("{}")])
        .approved()
        .with(Credential::Identity(Secret::new("first")));
    assert_eq!(status(&bench.pull()), 200);
    let post = &bench.script.sent()[1];
    assert_eq!(post.line(), "POST https://auth.example/token");
    assert!(form(post).contains("grant_type=refresh_token&refresh_token=first"));
    let renewed = bench.stack.credentials().get("registry.example");
    assert_eq!(renewed, Some(Credential::Identity(Secret::new("second"))));
}

fn password() -> Credential {
    Credential::Password { user: "me".to_owned(), password: Secret::new("p&q") }
}

#[test]
fn r066_a_password_is_traded_by_post_for_a_refresh_token() {
    let answer = Reply::ok(r#"{"access_token":"t1","refresh_token":"kept","expires_in":60}"#);
    let bench = Bench::in_order([challenge(), answer, Reply::ok("{}")]).approved().with(password());
    assert_eq!(status(&bench.pull()), 200);
    let sent = form(&bench.script.sent()[1]);
    assert!(sent.contains("grant_type=password&username=me&password=p%26q&access_type=offline"));
    let renewed = bench.stack.credentials().get("registry.example");
    assert_eq!(renewed, Some(Credential::Identity(Secret::new("kept"))));
}

#[test]
fn r065_a_server_without_post_is_asked_for_a_refresh_token_by_get() {
    let replies = [challenge(), Reply::status(404), token("t1"), Reply::ok("{}")];
    let bench = Bench::in_order(replies).approved().with(password());
    assert_eq!(status(&bench.pull()), 200);
    let sent = &bench.script.sent()[2];
    assert!(sent.url.contains("offline_token=true"), "{}", sent.url);
    assert_eq!(bench.authorization(2).as_deref(), Some("Basic bWU6cCZx"));
}

#[test]
fn r066_a_server_that_knows_only_get_is_asked_so() {
    let replies = [challenge(), Reply::status(404), token("t1"), Reply::ok("{}")];
    let bench =
        Bench::in_order(replies).approved().with(Credential::Identity(Secret::new("first")));
    assert_eq!(status(&bench.pull()), 200);
    assert_eq!(bench.script.sent()[2].method, Method::Get);
}

#[test]
fn r067_a_static_registry_token_never_calls_the_realm() {
    let bench = Bench::in_order([challenge(), Reply::ok("{}"), Reply::ok("{}"), challenge()])
        .with(Credential::Registry(Secret::new("static")));
    assert_eq!(status(&bench.pull()), 200, "and needs no approval");
    assert_eq!(status(&bench.get("/v2/b/tags/list", "repository:b:pull")), 200);
    for request in [1, 2] {
        assert_eq!(bench.authorization(request).as_deref(), Some("Bearer static"));
    }
    assert!(bench.pull().unwrap().is_late_refusal);
    assert!(bench.script.lines().iter().all(|line| line.contains(REGISTRY)));
}

#[test]
fn r068_tokens_are_kept_by_scope_until_they_expire() {
    let bench = Bench::answering(|request, n| match request.url.origin().host() {
        "auth.example" => token(&format!("t{n}")),
        _ if request.is_authorized() => Reply::ok("{}"),
        _ => challenge(),
    })
    .approved();
    bench.pull().unwrap();
    bench.pull().unwrap();
    assert_eq!(bench.script.sent().len(), 4, "the second time the token is at hand");
    bench.get("/v2/b/manifests/x", "repository:b:pull").unwrap();
    assert_eq!(
        bench.script.sent().len(),
        6,
        "another repository: another token, and no 401 for it"
    );
    bench.clock.run(bench.stack.clock().sleep(Duration::from_secs(299))).unwrap();
    bench.pull().unwrap();
    assert_eq!(bench.script.sent().len(), 8, "expired: a new one is fetched beforehand");
}

#[test]
fn r068_those_who_need_the_same_token_at_the_same_time_share_one_request() {
    let bench = Bench::answering(|request, _| match request.url.origin().host() {
        "auth.example" => token("t1").after(Duration::from_secs(1)),
        _ if request.is_authorized() => Reply::ok("{}"),
        _ => challenge(),
    })
    .approved();
    let pull = || {
        let mut request = Request::new(Method::Get, url("https://registry.example/v2/a/x"));
        request.scopes = "repository:a:pull".parse().unwrap();
        bench.auth.send(request)
    };
    let all = futures_util::future::join_all([pull(), pull(), pull()]);
    assert!(bench.clock.run(all).unwrap().iter().all(|response| status(response) == 200));
    let to_server = bench.script.lines().iter().filter(|l| l.contains("auth.example")).count();
    assert_eq!(to_server, 1);
}

#[test]
fn r069_the_request_and_the_challenge_are_united_and_the_challenge_alone_is_the_second_try() {
    let bench =
        Bench::in_order([challenge(), Reply::status(403), token("t1"), Reply::ok("{}")]).approved();
    assert_eq!(status(&bench.get("/v2/a/x", "repository:a:push,pull repository:b:pull")), 200);
    let lines = bench.script.lines();
    assert!(
        lines[1].contains("scope=repository:a:pull,push&scope=repository:b:pull"),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains("scope=repository:a:pull&client_id"), "{}", lines[2]);
}

#[test]
fn r070_insufficient_scope_is_answered_with_the_scope_that_is_named() {
    let more = bearer(
        r#"realm="https://auth.example/token",service="s",scope="repository:a:delete",error="insufficient_scope""#,
    );
    let bench = Bench::in_order([
        challenge(),
        token("t1"),
        Reply::ok("{}"),
        more,
        token("t2"),
        Reply::ok("{}"),
    ])
    .approved();
    bench.pull().unwrap();
    assert_eq!(status(&bench.pull()), 200);
    assert!(bench.script.lines()[4].contains("repository:a:delete,pull"));
    assert_eq!(bench.authorization(5).as_deref(), Some("Bearer t2"));
}

#[test]
fn r026_a_401_after_a_fresh_token_is_a_denial() {
    let bench = Bench::in_order([challenge(), token("t1"), challenge()]).approved();
    let response = bench.pull().unwrap();
    assert_eq!((response.status, response.is_late_refusal), (401, true));
    assert_eq!(bench.script.sent().len(), 3);
}

#[test]
fn d17_a_token_that_the_registry_no_longer_takes_is_fetched_anew() {
    let replies =
        [challenge(), token("t1"), Reply::ok("{}"), challenge(), token("t2"), Reply::ok("{}")];
    let bench = Bench::in_order(replies).approved();
    bench.pull().unwrap();
    assert_eq!(status(&bench.pull()), 200);
    assert_eq!(bench.authorization(5).as_deref(), Some("Bearer t2"));
}

#[test]
fn r061_a_token_that_dies_without_a_challenge_is_fetched_anew_once() {
    let dead = || Reply::status(401);
    let ok = || Reply::ok("{}");
    for (dying, last, expected) in [
        (vec![dead(), token("t2"), ok()], "Bearer t2", 200),
        // Still refused: the one new token was all.
        (vec![dead(), token("t2"), dead()], "Bearer t2", 401),
        // Words that cannot be read are as good as none.
        (vec![dead().header("WWW-Authenticate", "?!"), token("t2"), ok()], "Bearer t2", 200),
        // A store behind a redirect: its words are not the registry's.
        (
            vec![
                bearer(r#"realm="https://evil.example/token""#).at("https://store.example/x"),
                token("t2"),
                ok(),
            ],
            "Bearer t2",
            200,
        ),
    ] {
        let mut replies = vec![challenge(), token("t1"), ok()];
        let count = replies.len() + dying.len();
        replies.extend(dying);
        let bench = Bench::in_order(replies).approved();
        assert_eq!(status(&bench.pull()), 200);
        assert_eq!(status(&bench.pull()), expected);
        let sent = bench.script.sent();
        assert_eq!(sent.len(), count);
        assert!(sent.iter().all(|sent| !sent.url.contains("evil")));
        assert_eq!(bench.authorization(count - 1).as_deref(), Some(last));
        assert!(sent[count - 2].url.starts_with(TOKEN_SERVER));
    }
}

#[test]
fn r072_a_store_behind_a_redirect_asks_for_no_credential() {
    let refusal = Reply::status(401)
        .header("WWW-Authenticate", "Basic realm=x")
        .at("https://store.example/x");
    let bench = Bench::in_order([refusal]).with(basic_credential());
    assert_eq!(status(&bench.pull()), 401);
    assert_eq!(bench.script.sent().len(), 1);
}
