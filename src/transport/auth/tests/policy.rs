//! The places where credentials may go, and the rules for all requests at one time.

use futures_util::future::join_all;

use super::*;

#[test]
fn r071_an_unknown_pair_is_for_the_caller_to_approve() {
    let bench = Bench::in_order([challenge(), challenge(), token("t1"), Reply::ok("{}")])
        .with(basic_credential());
    let error = bench.pull().err().unwrap();
    let kind = ErrorKind::ApproveTokenServer {
        registry: REGISTRY.to_owned(),
        token_server: TOKEN_SERVER.to_owned(),
    };
    assert_eq!(error.kind, kind);
    assert_eq!(bench.script.sent().len(), 1, "nothing was sent to the token server");
    let bench = bench.approved();
    assert_eq!(status(&bench.pull()), 200);
}

#[test]
fn r071_realms_that_no_approval_can_mend_are_refused() {
    for realm in [
        "http://auth.example/token",
        "https://me:pw@auth.example/token",
        "https://127.0.0.1/token",
        "https://[::1]/token",
        "https://192.168.1.1/token",
        "javascript:alert(1)",
        "ftp://auth.example/",
    ] {
        let bench = Bench::in_order([bearer(&format!("realm=\"{realm}\""))])
            .approved()
            .with(basic_credential());
        let error = bench.pull().err().unwrap();
        assert!(matches!(error.kind, ErrorKind::Refused(_)), "{realm}: {error}");
        assert_eq!(bench.script.sent().len(), 1, "{realm}");
    }
}

#[test]
fn r071_a_token_server_on_the_registry_itself_needs_no_approval() {
    let own = bearer(r#"realm="https://registry.example/token""#);
    let bench = Bench::in_order([own, token("t1"), Reply::ok("{}")]).with(basic_credential());
    assert_eq!(status(&bench.pull()), 200);
}

#[test]
fn r072_another_origin_gets_no_credential() {
    let replies =
        [challenge(), token("t1"), Reply::ok("{}"), challenge(), challenge(), challenge()];
    let bench = Bench::in_order(replies).approved().with(basic_credential());
    bench.pull().unwrap();
    for target in [
        "https://evil.example/upload",
        "https://registry.example:8443/upload",
        "http://registry.example/upload",
    ] {
        let mut request = Request::new(Method::Put, url(target));
        request.headers.set("Authorization", "Bearer t1");
        request.body = Body::Bytes("x".into());
        assert_eq!(status(&bench.send(request)), 401, "{target}");
        assert_eq!(bench.authorization(bench.script.sent().len() - 1), None, "{target}");
    }
    assert_eq!(bench.script.sent().len(), 6, "and no challenge of theirs is answered");
}

#[test]
fn r054_a_request_can_bypass_authentication() {
    let bench = Bench::in_order([challenge()]).approved().with(basic_credential());
    let mut request = Request::new(Method::Get, url("https://registry.example/v2/"));
    request.anonymous = true;
    assert_eq!(status(&bench.send(request)), 401);
    assert_eq!(bench.script.sent().len(), 1);
}

#[test]
fn a_hidden_challenge_is_guessed_only_where_that_cannot_leak() {
    let bench = Bench::in_order([Reply::status(401), Reply::ok("{}")]).with(basic_credential());
    assert_eq!(status(&bench.pull()), 200, "Basic, to the registry itself");
    assert!(bench.authorization(1).unwrap().starts_with("Basic "));
    let bench = Bench::in_order([Reply::status(401)]);
    assert_eq!(status(&bench.pull()), 401, "nothing to show");
}

#[test]
fn a_hidden_challenge_of_a_known_registry_leads_to_its_token_server() {
    let clock = VirtualClock::default();
    let script =
        Scripted::in_order(clock.shared(), [Reply::status(401), token("t1"), Reply::ok("{}")]);
    let stack = Stack::over(Rc::clone(&script) as _, clock.shared());
    let origin = Origin::new(Scheme::Https, "ghcr.io").unwrap();
    let account = Account { origin, key: "ghcr.io".to_owned(), token_server: None };
    let mut request = Request::new(Method::Get, url("https://ghcr.io/v2/a/manifests/x"));
    request.scopes = "repository:a:pull".parse().unwrap();
    let response = clock.run(stack.authenticated(vec![account]).send(request)).unwrap();
    assert_eq!(status(&response), 200);
    assert!(script.lines()[1].starts_with("GET https://ghcr.io/token?service=ghcr.io&scope="));
}

#[test]
fn r073_logging_out_forgets_the_tokens_too() {
    let replies = [challenge(), token("t1"), Reply::ok("{}"), Reply::ok("{}")];
    let bench = Bench::in_order(replies).approved().with(basic_credential());
    bench.pull().unwrap();
    bench.stack.credentials().forget("registry.example");
    bench.pull().unwrap();
    assert_eq!(bench.authorization(3), None);
}

#[test]
fn c3_token_requests_follow_no_redirect_and_use_no_cache() {
    use crate::transport::{Cache, Redirect};
    let bench = Bench::answering(|request, _| match request.url.origin().host() {
        "auth.example" => {
            assert_eq!((request.redirect, request.cache), (Redirect::Error, Cache::Off));
            assert_eq!(request.read_up_to, Some(128 * 1024));
            token("t1")
        }
        _ if request.is_authorized() => Reply::ok("{}"),
        _ => challenge(),
    })
    .approved();
    assert_eq!(status(&bench.pull()), 200);
}

#[test]
fn a_token_servers_refusal_says_where_and_in_its_own_words() {
    let refusal = Reply::status(401).body(r#"{"details":"incorrect username or password"}"#);
    let bench = Bench::in_order([challenge(), refusal]).approved().with(basic_credential());
    let error = bench.pull().err().unwrap();
    assert!(error.is_unauthorized(), "{error}");
    let request = error.context.request.unwrap();
    assert!(
        request.starts_with("GET https://auth.example/token?service=registry.example"),
        "{request}"
    );
    assert!(error.context.messages[0].message.contains("incorrect"));
}

/// Each refusal holds its slot at the host until it is read: kept open, as many of them as there are
/// slots would wait for each other for ever.
#[test]
fn r061_many_challenges_at_a_time_are_all_answered() {
    for method in [Method::Get, Method::Head] {
        let bench = Bench::answering(|request, _| match request.is_authorized() {
            false => bearer(r#"realm="https://registry.example/token""#).body("{}").body("{}"),
            true => Reply::ok("x"),
        });
        let bench = bench.with(Credential::Registry(Secret::new("t")));
        let all = (0..40).map(|n| {
            let request = Request::new(method, url(&format!("{REGISTRY}/v2/a/blobs/{n}")));
            let answer = bench.auth.send(request);
            async { answer.await.unwrap().bytes(10).await }
        });
        let answers = bench.clock.run(join_all(all)).expect("none waits for another");
        assert!(answers.iter().all(|answer| answer == &Ok("x".into())));
    }
}
