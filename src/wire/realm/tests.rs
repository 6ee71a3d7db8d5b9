#![allow(clippy::unwrap_used)]

use super::*;

/// Each registry with realms that it may name, and what is done: `allowed`, `ask`, or refused for
/// its `url`, for being plain `http`, or for being `private`.
const VECTORS: [(&str, &[(&str, &str)]); 10] = [
    (
        "https://r.example",
        &[
            ("https://r.example/token", "allowed"),
            ("https://r.example:443/token", "allowed"),
            ("https://R.EXAMPLE/token", "allowed"),
            ("https://r.example/token?a=b#c", "allowed"),
            (" https://r.example/token ", "allowed"),
            ("https://r.example./token", "ask"),
            ("https://r.example:8443/token", "ask"),
            ("https://auth.r.example/token", "ask"),
            ("https://r.example.evil.example/token", "ask"),
            ("https://evilr.example/token", "ask"),
            ("https://evil.example/r.example", "ask"),
            ("https://evil.example/?https://r.example", "ask"),
            ("https://xn--r-example-9za.example/token", "ask"),
            ("https://8.8.8.8/token", "ask"),
            ("https://[2606:4700::1111]/token", "ask"),
            ("https://1.2.3.com/token", "ask"),
            ("https://auth.docker.io/token", "ask"),
            ("https://gitlab.com/jwt/auth", "ask"),
            ("http://r.example/token", "http"),
            ("http://evil.example/token", "http"),
            ("HTTP://r.example/token", "http"),
            ("http://r.example:443/token", "http"),
            ("http://localhost/token", "http"),
            ("https://user@r.example/token", "url"),
            ("https://user:pass@r.example/token", "url"),
            ("https://r.example@evil.example/", "url"),
            ("https://r.example:pw@evil.example/", "url"),
            ("https://@r.example/", "url"),
            ("https://r.example\\@evil.example/", "url"),
            ("https:\\\\r.example/", "url"),
            ("https://r.example\t/token", "url"),
            ("https://r.example\n/token", "url"),
            ("https://r.exa\u{0}mple/", "url"),
            ("ftp://r.example/token", "url"),
            ("javascript:alert(1)", "url"),
            ("data:,x", "url"),
            ("file:///etc/passwd", "url"),
            ("blob:https://r.example/x", "url"),
            ("//r.example/token", "url"),
            ("/token", "url"),
            ("token", "url"),
            ("", "url"),
            ("https://", "url"),
            ("https:r.example", "url"),
            ("https:///r.example/", "url"),
            ("https://r.example:0/", "url"),
            ("https://r.example:99999/", "url"),
            ("https://r.example%2eevil.example/", "url"),
            ("https://r．example/", "url"),
            ("https://[::1/", "url"),
            ("https://1.2.3.4.5/", "url"),
            ("https://127.0.0.1/token", "private"),
            ("https://127.1/token", "private"),
            ("https://2130706433/token", "private"),
            ("https://0x7f000001/token", "private"),
            ("https://0x7F.0.0.1/token", "private"),
            ("https://0177.0.0.1/token", "private"),
            ("https://017700000001/token", "private"),
            ("https://127.0.0.1./token", "private"),
            ("https://0/token", "private"),
            ("https://0.0.0.0/token", "private"),
            ("https://10.0.0.1/token", "private"),
            ("https://172.16.5.5/token", "private"),
            ("https://192.168.1.1/token", "private"),
            ("https://169.254.169.254/latest/meta-data", "private"),
            ("https://100.64.0.1/token", "private"),
            ("https://[::1]/token", "private"),
            ("https://[::]/token", "private"),
            ("https://[0:0:0:0:0:0:0:1]/token", "private"),
            ("https://[::ffff:127.0.0.1]/token", "private"),
            ("https://[::FFFF:7f00:1]/token", "private"),
            ("https://[::ffff:a00:1]/token", "private"),
            ("https://[64:ff9b::a00:1]/token", "private"),
            ("https://[2002:7f00:1::]/token", "private"),
            ("https://[fe80::1]/token", "private"),
            ("https://[fd12:3456::1]/token", "private"),
            ("https://[ff02::1]/token", "private"),
            ("https://224.0.0.1/token", "private"),
            ("https://localhost/token", "private"),
            ("https://LOCALHOST/token", "private"),
            ("https://localhost./token", "private"),
            ("https://a.localhost/token", "private"),
            ("https://nas.local/token", "private"),
            ("https://metadata.google.internal/token", "private"),
            ("https://router/token", "private"),
        ],
    ),
    (
        "https://registry-1.docker.io",
        &[
            ("https://auth.docker.io/token", "allowed"),
            ("https://auth.docker.io:443/token", "allowed"),
            ("https://auth.docker.io:444/token", "ask"),
            ("https://auth.docker.io./token", "ask"),
            ("https://auth.docker.io.evil.example/token", "ask"),
            ("https://auth-docker.io/token", "ask"),
            ("http://auth.docker.io/token", "http"),
            ("https://gitlab.com/jwt/auth", "ask"),
        ],
    ),
    ("http://registry-1.docker.io", &[("https://auth.docker.io/token", "ask")]),
    ("https://registry-1.docker.io:444", &[("https://auth.docker.io/token", "ask")]),
    (
        "https://registry.gitlab.com",
        &[
            ("https://gitlab.com/jwt/auth", "allowed"),
            ("https://auth.docker.io/token", "ask"),
            ("https://gitlab.com.evil.example/jwt/auth", "ask"),
        ],
    ),
    ("https://ghcr.io", &[("https://ghcr.io/token", "allowed"), ("https://ghrc.io/token", "ask")]),
    (
        "http://localhost:5000",
        &[
            ("http://localhost:5000/token", "allowed"),
            ("http://localhost:5001/token", "ask"),
            ("https://localhost:5001/token", "ask"),
            ("http://127.0.0.1:5001/token", "http"),
            ("http://auth.example/token", "http"),
            ("https://auth.example/token", "ask"),
        ],
    ),
    (
        "http://192.168.1.5:5000",
        &[
            ("http://192.168.1.5:5001/token", "ask"),
            ("http://192.168.1.6:5001/token", "http"),
            ("https://192.168.1.6/token", "ask"),
            ("https://auth.corp.internal/token", "ask"),
        ],
    ),
    (
        "https://registry.corp.internal",
        &[
            ("https://sso.corp.internal/token", "ask"),
            ("https://10.0.0.9/token", "ask"),
            ("http://sso.corp.internal/token", "http"),
        ],
    ),
    (
        "http://r.example",
        &[
            ("http://r.example/token", "allowed"),
            ("http://r.example:8080/token", "ask"),
            ("http://r.example./token", "http"),
            ("https://r.example/token", "ask"),
            ("http://127.0.0.1/token", "http"),
            ("https://127.0.0.1/token", "private"),
        ],
    ),
];

fn origin(text: &str) -> Origin {
    Url::parse(text).unwrap().origin().clone()
}

fn outcome(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allowed(_) => "allowed",
        Decision::Ask { .. } => "ask",
        Decision::Refused(Refusal::Url(_)) => "url",
        Decision::Refused(Refusal::PlainHttp) => "http",
        Decision::Refused(Refusal::PrivateAddress) => "private",
    }
}

#[test]
fn r071_realms_are_decided_as_pairs() {
    let mut count = 0;
    for (registry, realms) in VECTORS {
        for (realm, expected) in realms {
            let decision = decide(&origin(registry), realm, &[]);
            assert_eq!(outcome(&decision), *expected, "{registry} names {realm:?}");
            count += 1;
        }
    }
    assert!(count >= 60, "{count} vectors");
}

#[test]
fn r071_an_approval_is_for_one_pair() {
    let (registry, other) = (origin("https://r.example"), origin("https://s.example"));
    let realm = "https://auth.example/token";
    let Decision::Ask { pair, realm: url } = decide(&registry, realm, &[]) else {
        unreachable!("nobody approved it");
    };
    assert_eq!(pair, Pair { registry: registry.clone(), token_server: origin(realm) });
    assert_eq!(url.to_string(), realm);
    let approved = [pair];
    assert_eq!(outcome(&decide(&registry, realm, &approved)), "allowed");
    assert_eq!(outcome(&decide(&other, realm, &approved)), "ask");
    let port = "https://auth.example:8443/token";
    assert_eq!(outcome(&decide(&registry, port, &approved)), "ask");
}

#[test]
fn r071_an_approval_does_not_lift_a_refusal() {
    let registry = origin("https://r.example");
    let token_server = origin("http://127.0.0.1:5000");
    let approved = [Pair { registry: registry.clone(), token_server }];
    let decision = decide(&registry, "http://127.0.0.1:5000/token", &approved);
    assert_eq!(outcome(&decision), "http");
}

#[test]
fn near_misses_of_known_hosts_are_told() {
    let check =
        |host: &str, expected: Option<&str>| assert_eq!(near_miss(host), expected, "{host}");
    check("ghrc.io", Some("ghcr.io"));
    check("gchr.io", Some("ghcr.io"));
    check("ghcr.lo", Some("ghcr.io"));
    check("qay.io", Some("quay.io"));
    check("quayy.io", Some("quay.io"));
    check("dokcer.io", Some("docker.io"));
    check("ghcr.io.", None);
    check("ghcr.io", None);
    check("gcr.io", None);
    check("quay.io", None);
    check("icr.io", None);
    check("registry.example", None);
    check("", None);
}
