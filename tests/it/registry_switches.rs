//! Checks the effect of every switch of the test registry: CORS, authentication, paging, redirects, the log.

use test_registry::{
    Auth, BlobDelivery, Catalog, Cors, LinkHeader, Origin, Paging, Realm, Seed, Switches,
    TestRegistry, digest_of, seed,
};

use crate::http::{Reply, get, send};
use crate::servers::{Server, ours};

fn seeded(switches: Switches) -> TestRegistry {
    ours(switches.seed(Seed::Images))
}

fn preflight(host: &str, target: &str) -> Reply {
    let headers = [("origin", "http://page.example"), ("access-control-request-method", "GET")];
    send(host, "OPTIONS", target, &headers, b"")
}

fn allows(reply: &Reply) -> bool {
    reply.header("access-control-allow-origin") == Some("*")
}

#[test]
fn r162_cors_is_answered_in_every_mode() {
    let registry = seeded(Switches::default());
    let host = registry.host();
    let config = get(&host, "/v2/demo/layers/manifests/latest").json()["config"]["digest"].clone();
    let blob = format!("/v2/demo/layers/blobs/{}", config.as_str().unwrap());
    let tags = "/v2/demo/layers/tags/list";
    // The mode; CORS allowed on tags and on blobs; preflight of tags and of blobs; headers exposed.
    for (mode, on_tags, on_blob, asked_tags, asked_blob, exposed) in [
        (Cors::Exposed, true, true, 204, 204, true),
        (Cors::Hidden, true, true, 204, 204, false),
        (Cors::None, false, false, 405, 405, false),
        (Cors::PreflightDenied, true, true, 401, 401, true),
        (Cors::NoBlobs, true, false, 204, 405, true),
        (Cors::Zot, true, false, 204, 405, false),
        (Cors::Doubled, true, true, 204, 204, true),
    ] {
        registry.turn(|switches| switches.cors = mode);
        let reply = get(&host, tags);
        assert_eq!(allows(&reply), on_tags, "{mode:?}");
        assert_eq!(reply.header("access-control-expose-headers").is_some(), exposed, "{mode:?}");
        assert_eq!(allows(&get(&host, &blob)), on_blob, "{mode:?}");
        assert_eq!(preflight(&host, tags).status, asked_tags, "{mode:?}");
        assert_eq!(preflight(&host, &blob).status, asked_blob, "{mode:?}");
    }
    let twice =
        get(&host, tags).headers.iter().filter(|(n, _)| n == "access-control-allow-origin").count();
    assert_eq!(twice, 2, "the last mode sends two");
}

#[test]
fn r162_a_401_can_come_without_cors() {
    let registry = seeded(Switches::default().cors(Cors::BareUnauthorized).auth(Auth::basic()));
    let denied = get(&registry.host(), "/v2/");
    assert_eq!((denied.status, allows(&denied)), (401, false));
    registry.turn(|switches| switches.cors = Cors::Exposed);
    let denied = get(&registry.host(), "/v2/");
    assert_eq!((denied.status, allows(&denied)), (401, true));
}

/// Returns the `Basic` credential of the test user.
const BASIC: &str = "Basic dGVzdGVyOnMzY3JldC1jYW5hcnk=";

#[test]
fn basic_wants_the_password_for_writing_at_least() {
    let registry = seeded(Switches::default().auth(Auth::basic()));
    let host = registry.host();
    let denied = get(&host, "/v2/");
    assert_eq!(denied.status, 401);
    assert_eq!(denied.header("www-authenticate"), Some("Basic realm=\"test-registry\""));
    assert_eq!(send(&host, "GET", "/v2/", &[("authorization", BASIC)], b"").status, 200);
    assert_eq!(send(&host, "GET", "/v2/", &[("authorization", "Basic d3Jvbmc6")], b"").status, 401);
    registry.turn(|switches| switches.auth.anonymous_pull = true);
    assert_eq!(get(&host, "/v2/demo/layers/tags/list").status, 200);
    assert_eq!(send(&host, "POST", "/v2/demo/layers/blobs/uploads/", &[], b"").status, 401);
}

fn token(host: &str, query: &str, headers: &[(&str, &str)]) -> Reply {
    send(host, "GET", &format!("/token?service=test-registry&{query}"), headers, b"")
}

#[test]
fn bearer_gives_what_a_token_holds() {
    let registry = seeded(Switches::default().auth(Auth::bearer()));
    let host = registry.host();
    let tags = "/v2/demo/layers/tags/list";
    let denied = get(&host, tags);
    let expected = format!(
        "Bearer realm=\"http://{host}/token\",service=\"test-registry\",scope=\"repository:demo/layers:pull\""
    );
    assert_eq!(denied.header("www-authenticate"), Some(expected.as_str()));
    let scope = "scope=repository:demo/layers:pull&offline_token=true";
    assert_eq!(token(&host, scope, &[]).status, 401, "no anonymous pull");
    let given = token(&host, scope, &[("authorization", BASIC)]).json();
    let bearer = format!("Bearer {}", given["token"].as_str().unwrap());
    let with = |method: &str, target: &str| {
        send(&host, method, target, &[("authorization", &bearer)], b"")
    };
    assert_eq!(with("GET", tags).status, 200);
    assert_eq!(with("GET", "/v2/").status, 200);
    let late = with("POST", "/v2/demo/layers/blobs/uploads/");
    assert!(late.header("www-authenticate").unwrap().ends_with("error=\"insufficient_scope\""));
    let mounts = with("POST", "/v2/demo/layers/blobs/uploads/?mount=sha256:00&from=docker/classic");
    assert!(mounts.header("www-authenticate").unwrap().contains("repository:docker/classic:pull"));
    registry.expire_tokens();
    let expired = with("GET", tags);
    assert!(expired.header("www-authenticate").unwrap().ends_with("error=\"invalid_token\""));

    let form = format!(
        "grant_type=refresh_token&refresh_token={}&scope=repository:demo/layers:pull",
        given["refresh_token"].as_str().unwrap()
    );
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let renewed = send(&host, "POST", "/token", &headers, form.as_bytes()).json();
    let bearer = format!("Bearer {}", renewed["access_token"].as_str().unwrap());
    assert_eq!(send(&host, "GET", tags, &[("authorization", &bearer)], b"").status, 200);
    let wrong =
        send(&host, "POST", "/token", &headers, b"grant_type=password&username=a&password=b");
    assert_eq!(wrong.status, 400);
    registry.turn(|switches| switches.auth.oauth2 = false);
    assert_eq!(send(&host, "POST", "/token", &headers, form.as_bytes()).status, 404);
}

#[test]
fn bearer_gives_anonymous_tokens_for_pulling_only_and_from_another_origin() {
    let auth = Auth::bearer().anonymous_pull().realm(Realm::OtherOrigin);
    let registry = seeded(Switches::default().auth(auth));
    let host = registry.host();
    let elsewhere = registry.companion_url();
    let denied = get(&host, "/v2/demo/layers/tags/list");
    assert!(
        denied
            .header("www-authenticate")
            .unwrap()
            .contains(&format!("realm=\"{elsewhere}/token\""))
    );
    let elsewhere = elsewhere.trim_start_matches("http://").to_owned();
    let given = token(&elsewhere, "scope=repository:demo/layers:pull,push", &[]).json();
    assert_eq!(given["scope"], "repository:demo/layers:pull");
    let bearer = format!("Bearer {}", given["token"].as_str().unwrap());
    let with = [("authorization", bearer.as_str())];
    assert_eq!(send(&host, "GET", "/v2/demo/layers/tags/list", &with, b"").status, 200);
    assert_eq!(
        registry.log().entries().iter().filter(|e| e.origin == Origin::Companion).count(),
        1
    );
}

fn tags_of(reply: &Reply) -> Vec<String> {
    reply.json()["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t.as_str().unwrap().to_owned())
        .collect()
}

fn next(reply: &Reply) -> Option<String> {
    reply.header("link").map(|link| link.split(['<', '>']).nth(1).unwrap().to_owned())
}

#[test]
fn lists_come_in_pages_by_link_and_by_last() {
    let registry = ours(Switches::demo().paging(Paging { cap: Some(400), ..Paging::default() }));
    let host = registry.host();
    let mut page = get(&host, "/v2/demo/many-tags/tags/list?n=1000");
    let mut tags = tags_of(&page);
    assert_eq!(tags.len(), 400, "the cap holds");
    while let Some(target) = next(&page) {
        page = get(&host, &target);
        tags.extend(tags_of(&page));
    }
    assert_eq!(tags.len(), 5000);
    assert!(tags.is_sorted());
    registry.turn(|switches| switches.paging.link = LinkHeader::Absent);
    let page = get(&host, "/v2/demo/many-tags/tags/list?n=3&last=1.0.0");
    assert_eq!((next(&page), tags_of(&page).len()), (None, 3));
    assert!(tags_of(&page).iter().all(|tag| tag.as_str() > "1.0.0"));
    let none = get(&host, "/v2/demo/many-tags/tags/list?n=0");
    assert_eq!((tags_of(&none).len(), next(&none)), (0, None), "P22");
    assert_eq!(
        get(&host, "/v2/demo/many-tags/tags/list?n=many").code(),
        "PAGINATION_NUMBER_INVALID"
    );
    let catalog = get(&host, "/v2/_catalog").json();
    assert_eq!(catalog["repositories"].as_array().unwrap().len(), 400);
}

#[test]
fn lists_can_be_odd() {
    let registry = ours(Switches::demo());
    let host = registry.host();
    let list = "/v2/demo/many-tags/tags/list?n=10";
    let turn = |paging: Paging| registry.turn(|switches| switches.paging = paging);
    turn(Paging { refuse_above: Some(5), ..Paging::default() });
    assert_eq!(get(&host, list).status, 400);
    turn(Paging { unsorted: true, ..Paging::default() });
    assert!(!tags_of(&get(&host, list)).is_sorted());
    turn(Paging { link_elsewhere: true, ..Paging::default() });
    assert!(next(&get(&host, list)).unwrap().starts_with(&registry.companion_url()));
    turn(Paging { last_ignored: true, ..Paging::default() });
    assert_eq!(tags_of(&get(&host, list)), tags_of(&get(&host, &format!("{list}&last=v2"))));
    turn(Paging { endless: true, ..Paging::default() });
    let last = tags_of(&get(&host, "/v2/demo/many-tags/tags/list")).pop().unwrap();
    let after = get(&host, &format!("{list}&last={last}"));
    assert_eq!(tags_of(&after), tags_of(&get(&host, list)), "the end is the beginning");
    for (catalog, status) in
        [(Catalog::Denied, 401), (Catalog::Absent, 404), (Catalog::NotAllowed, 405)]
    {
        registry.turn(|switches| switches.catalog = catalog);
        assert_eq!(get(&host, "/v2/_catalog").status, status);
    }
}

#[test]
fn blobs_are_redirected_to_another_origin_that_takes_no_credential() {
    let registry = seeded(Switches::default().blobs(BlobDelivery::Redirect));
    let host = registry.host();
    let config = get(&host, "/v2/demo/layers/manifests/latest").json()["config"]["digest"].clone();
    let blob = format!("/v2/demo/layers/blobs/{}", config.as_str().unwrap());
    let redirect = get(&host, &blob);
    assert_eq!(redirect.status, 307);
    let target = redirect.header("location").unwrap();
    let path = target.strip_prefix(&registry.companion_url()).expect("at the companion");
    let elsewhere = registry.companion_url().replace("http://", "");
    let content = get(&elsewhere, path);
    assert_eq!(digest_of(&content.body), config);
    assert!(allows(&content));
    assert_eq!(send(&elsewhere, "GET", path, &[("authorization", BASIC)], b"").status, 400);
    registry.turn(|switches| switches.blobs = BlobDelivery::RedirectWithoutCors);
    assert!(!allows(&get(&elsewhere, path)));
    registry.turn(|switches| switches.ranges = false);
    let whole = send(&elsewhere, "GET", path, &[("range", "bytes=0-1")], b"");
    assert_eq!((whole.status, whole.body.len()), (200, content.body.len()));
}

#[test]
fn every_request_is_in_the_log() {
    let registry = seeded(Switches::default());
    let host = registry.host();
    let reply = send(&host, "GET", "/v2/demo/layers/tags/list?n=2", &[("x-canary", "tweet")], b"");
    get(&host, "/v2/none/tags/list");
    let log = registry.log();
    let [first, second] = &log.entries()[..] else { panic!("{:?}", log.entries()) };
    assert_eq!(
        (first.method.as_str(), first.target.as_str()),
        ("GET", "/v2/demo/layers/tags/list?n=2")
    );
    assert_eq!((first.status, second.status), (200, 404));
    assert_eq!((first.header("x-canary"), first.sent), (Some("tweet"), reply.body.len() as u64));
    let shown = get(&host, "/_test/log").json();
    assert_eq!(shown.as_array().unwrap().len(), 2, "the log does not log itself");
    assert_eq!(shown[0]["headers"][2][0], "x-canary");
    send(&host, "DELETE", "/_test/log", &[], b"");
    assert!(log.is_empty());
}

#[test]
fn the_catalogue_names_what_is_there_and_the_seed_is_always_the_same() {
    let (one, two) = (seeded(Switches::default()), ours(Switches::demo()));
    for (reference, _) in seed::CATALOGUE {
        let (repository, tag) = reference.split_once(':').unwrap_or((reference, ""));
        let target = match tag {
            "" => format!("/v2/{repository}/tags/list"),
            tag => format!("/v2/{repository}/manifests/{tag}"),
        };
        let reply = get(&two.host(), &target);
        assert_eq!(reply.status, 200, "{reference}");
        if *reference != "demo/many-tags" {
            assert_eq!(get(&one.host(), &target).body, reply.body, "{reference}");
        }
    }
    let catalog = get(&two.host(), "/v2/_catalog").json();
    assert!(catalog["repositories"].as_array().unwrap().len() > 2500);
}

#[test]
fn r159_a_manifest_of_any_kind_can_be_put_in_from_outside() {
    let registry = ours(Switches::default());
    registry.add_manifest("a", &["odd"], "application/x.odd", "not even JSON");
    registry.add_blob("a", &digest_of(b"promised"), "delivered");
    let host = Server::host(&registry);
    assert_eq!(get(&host, "/v2/a/manifests/odd").text(), "not even JSON");
    let lie = get(&host, &format!("/v2/a/blobs/{}", digest_of(b"promised")));
    assert_eq!(lie.text(), "delivered");
}
