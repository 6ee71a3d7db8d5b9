//! The ladder, over a script that refuses what a browser would refuse.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::rc::Rc;

use super::*;
use crate::{
    content::verify::digest_of,
    oci::MediaType,
    testing::{Reply, Scripted, VirtualClock},
};

/// The permissions that a registry gives to a page.
#[derive(Clone, Copy)]
struct Habits {
    is_up: bool,
    allows_origin: bool,
    answers_preflight: bool,
    allowed: &'static [&'static str],
    exposes: bool,
    blobs_allow_origin: bool,
    status: u16,
    challenge: &'static str,
}

const GOOD: Habits = Habits {
    is_up: true,
    allows_origin: true,
    answers_preflight: true,
    allowed: &["authorization", "accept"],
    exposes: true,
    blobs_allow_origin: true,
    status: 200,
    challenge: "",
};

const CONFIG: &str = r#"{"architecture":"amd64","os":"linux"}"#;

fn manifest() -> String {
    let (kind, config) = (MediaType::OCI_MANIFEST, MediaType::OCI_CONFIG);
    let digest = digest_of(CONFIG.as_bytes());
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"{}","digest":"{digest}","size":{}}},"layers":[]}}"#,
        kind.as_str(),
        config.as_str(),
        CONFIG.len()
    )
}

/// Applies the rules of a browser to the answer to a request.
fn answer(habits: Habits, request: &Request) -> Reply {
    let path = request.url.path();
    if !habits.is_up {
        return Reply::network_failure();
    }
    if request.mode == Mode::NoCors {
        return Reply::status(0);
    }
    let is_long = request.headers.get(name::ACCEPT).is_some_and(|value| value.len() > 128);
    let asks: Vec<&str> = [("authorization", request.is_authorized()), ("accept", is_long)]
        .into_iter()
        .filter_map(|(name, is_asked)| is_asked.then_some(name))
        .collect();
    let is_refused = !asks.is_empty() && !habits.answers_preflight;
    let is_not_allowed = asks.iter().any(|name| !habits.allowed.contains(name));
    let is_bare = path.contains("/blobs/") && !habits.blobs_allow_origin;
    if !habits.allows_origin || is_refused || is_not_allowed || is_bare {
        return Reply::network_failure();
    }
    let reply = match path {
        "/v2/" if !habits.challenge.is_empty() => {
            let refusal = Reply::status(401).body("{}");
            if !habits.exposes {
                return refusal;
            }
            return refusal.header("WWW-Authenticate", habits.challenge);
        }
        "/v2/" => Reply::status(habits.status).body("{}"),
        "/v2/_catalog" => Reply::ok(r#"{"repositories":["a/b"]}"#),
        "/v2/a/b/tags/list" => Reply::ok(r#"{"tags":["v1"]}"#),
        path if path.contains("/manifests/") => {
            Reply::ok(manifest()).header("Content-Type", MediaType::OCI_MANIFEST.as_str())
        }
        path if path.contains("/blobs/") => Reply::ok(CONFIG),
        _ => Reply::ok("{}"),
    };
    let digest = digest_of(manifest().as_bytes());
    if habits.exposes { reply.header("Docker-Content-Digest", digest.as_str()) } else { reply }
}

fn examine(habits: Habits, host: &str, page: &str) -> Diagnosis {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), move |request, _| answer(habits, request));
    let stack = Stack::over(script, clock.shared()).as_page(true);
    let connection = Connection::to(&host.parse().unwrap()).unwrap();
    let page = Url::parse(page).unwrap().origin().clone();
    clock.run(diagnose(connection, &stack, Some(&page))).unwrap()
}

fn finding(found: &Diagnosis, step: DoctorStep) -> &Finding {
    &found.steps.iter().find(|(known, _)| *known == step).unwrap().1
}

#[test]
fn r167_every_step_is_climbed_and_a_good_registry_has_nothing_to_mend() {
    let found = examine(GOOD, "registry.example", "https://page.example");
    assert_eq!(found.steps.iter().map(|(step, _)| *step).collect::<Vec<_>>(), DoctorStep::ALL);
    assert_eq!(found.first_failing(), None);
    for step in DoctorStep::ALL.into_iter().filter(|step| *step != DoctorStep::TokenServer) {
        assert_eq!(finding(&found, step), &Finding::Good, "{step:?}");
    }
    assert_eq!(
        finding(&found, DoctorStep::TokenServer),
        &Finding::Untried,
        "nobody is asked to sign in"
    );
}

/// The error of the script for what gives no answer.
fn scripted() -> ErrorKind {
    ErrorKind::Network { had_authorization: false, detail: "scripted".to_owned() }
}

#[test]
fn r167_the_first_failing_step_names_the_cause() {
    let check = |habits: Habits, expected: Option<(DoctorStep, Fault)>| {
        let found = examine(habits, "registry.example", "https://page.example");
        let first = found.first_failing().map(|(step, fault)| (step, fault.clone()));
        assert_eq!(first, expected, "{found:?}");
    };
    let down = scripted();
    check(Habits { is_up: false, ..GOOD }, Some((DoctorStep::Answer, Fault::Unreachable(down))));
    check(
        Habits { allows_origin: false, ..GOOD },
        Some((DoctorStep::Answer, Fault::NoAllowOrigin)),
    );
    check(Habits { status: 404, ..GOOD }, Some((DoctorStep::Answer, Fault::NotARegistry(404))));
    let deaf = Habits { answers_preflight: false, ..GOOD };
    check(deaf, Some((DoctorStep::SignIn, Fault::PreflightRefused)));
    let anonymous = Habits { allowed: &["accept"], ..GOOD };
    check(anonymous, Some((DoctorStep::SignIn, Fault::NotAllowed("Authorization"))));
    let reason = scripted();
    let redirected = Habits { blobs_allow_origin: false, ..GOOD };
    check(redirected, Some((DoctorStep::Blob, Fault::BlobUnreadable(reason))));
    let local = r#"Bearer realm="http://127.0.0.1:5001/token",service="x""#;
    let found =
        examine(Habits { challenge: local, ..GOOD }, "registry.example", "https://p.example");
    assert!(matches!(
        found.first_failing(),
        Some((DoctorStep::TokenServer, Fault::TokenServerRefused(_)))
    ));
}

#[test]
fn r167_what_only_costs_something_is_told_apart_from_what_fails() {
    let check = |habits: Habits, step: DoctorStep, expected: Fault| {
        let found = examine(habits, "registry.example", "https://page.example");
        assert_eq!(finding(&found, step), &Finding::Limited(expected));
    };
    let zot = Habits { allowed: &["authorization"], ..GOOD };
    check(zot, DoctorStep::LongAccept, Fault::NotAllowed("Accept"));
    let silent = Habits { exposes: false, ..GOOD };
    check(silent, DoctorStep::Headers, Fault::Hidden(vec!["Docker-Content-Digest"]));
    let refusing = Habits { challenge: "Basic", exposes: false, ..GOOD };
    check(
        refusing,
        DoctorStep::Headers,
        Fault::Hidden(vec!["WWW-Authenticate", "Docker-Content-Digest"]),
    );
    let elsewhere = r#"Bearer realm="https://auth.example/token",service="x""#;
    let asked = Fault::TokenServerNotApproved("https://auth.example".to_owned());
    check(Habits { challenge: elsewhere, ..GOOD }, DoctorStep::TokenServer, asked);
}

#[test]
fn r166_r167_what_the_browser_forbids_or_asks_is_said_first() {
    let check = |host: &str, page: &str, expected: Finding| {
        let found = examine(GOOD, host, page);
        assert_eq!(found.steps[0], (DoctorStep::Address, expected), "{page} to {host}");
    };
    check("localhost:5000", "https://page.example", Finding::Limited(Fault::SomeBrowsers));
    check("registry.internal", "https://page.example", Finding::Limited(Fault::Prompt));
    check("registry.example", "http://localhost:8080", Finding::Good);
}

#[test]
fn r167_no_request_of_the_doctor_carries_a_real_credential() {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), |request, _| answer(GOOD, request));
    let stack = Stack::over(Rc::clone(&script) as _, clock.shared()).as_page(true);
    let user = crate::transport::Credential::Registry(crate::wire::Secret::new("canary"));
    stack.credentials().set("registry.example", user);
    let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
    clock.run(diagnose(connection, &stack, None)).unwrap();
    for sent in script.sent() {
        let shown = sent.headers.get(name::AUTHORIZATION).unwrap_or_default().to_owned();
        assert!(!shown.contains("canary"), "{}: {shown}", sent.line());
    }
}

#[test]
fn r167_the_policy_of_the_page_is_a_step_of_its_own() {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), |_, _| Reply::network_failure());
    let violations: crate::transport::Violations =
        Rc::new(|url| url.starts_with("http://10.0.0.5/"));
    let check = |host: &str, policy: &Finding, answer_tried: bool| {
        let network = crate::transport::OwnPolicy::new(
            Rc::clone(&script) as _,
            clock.shared(),
            Rc::clone(&violations),
        );
        let stack = Stack::over(Rc::new(network), clock.shared()).as_page(true);
        let connection = Connection::to(&host.parse().unwrap()).unwrap();
        let page = Url::parse("http://page.example").unwrap().origin().clone();
        let found = clock.run(diagnose(connection, &stack, Some(&page))).unwrap();
        assert_eq!(found.steps.iter().map(|(step, _)| *step).collect::<Vec<_>>(), DoctorStep::ALL);
        assert_eq!(finding(&found, DoctorStep::Policy), policy, "{host}");
        let answer = finding(&found, DoctorStep::Answer);
        assert_eq!(*answer != Finding::Untried, answer_tried, "{host}");
    };
    check("10.0.0.5", &Finding::Failed(Fault::OwnPolicy), false);
    check("10.0.0.6", &Finding::Good, true);
}
