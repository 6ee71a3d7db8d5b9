//! The parsers and state machines of `wire`, with the properties that must hold for any answer of a registry.

use std::time::{Duration, SystemTime};

use porthole::{
    oci::{Descriptor, Digest, MediaType},
    wire::{
        BaseUrl, Code, ErrorDocument, ScopeSet, Url, Window, backoff, challenge, describe,
        fallback_index::{self, IndexChange},
        headers::{Headers, name},
        host,
        link::{self, NextLink},
        list, location, page, range,
        realm::{self, Decision},
        redact, referrers, token,
        upload::{Step, Upload},
        warning,
    },
};

use crate::targets::{Target, copy, documents, prints_and_reads, seeds, text};

/// All parsers of `wire`.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "scope", seeds: scopes, run: |input| prints_and_reads::<ScopeSet>(input) },
    Target { name: "url", seeds: urls, run: url },
    Target { name: "host", seeds: hosts, run: host_name },
    Target { name: "location", seeds: urls, run: resolve },
    Target { name: "realm", seeds: urls, run: decide },
    Target { name: "challenge", seeds: challenges, run: challenged },
    Target { name: "link", seeds: links, run: linked },
    Target { name: "range", seeds: ranges, run: ranged },
    Target { name: "retry_after", seeds: waits, run: waited },
    Target { name: "describe", seeds: descriptions, run: described },
    Target { name: "warning", seeds: warnings, run: warned },
    Target { name: "error_document", seeds: errors, run: failed },
    Target { name: "token", seeds: tokens, run: issued },
    Target { name: "tag_list", seeds: lists, run: listed },
    Target { name: "referrers", seeds: documents, run: referred },
    Target { name: "upload", seeds: uploads, run: uploaded },
];

fn parsed(url: &str) -> Url {
    Url::parse(url).expect("a URL of ours")
}

fn digest() -> Digest {
    format!("sha256:{}", "a".repeat(64)).parse().expect("a digest of ours")
}

/// Checks that a URL prints as the same URL, without characters that a browser reads differently.
fn url(input: &[u8]) {
    let text = text(input);
    let _ = redact::url(&text);
    let Ok(read) = Url::parse(&text) else { return };
    let printed = read.to_string();
    assert_eq!(Url::parse(&printed).as_ref(), Ok(&read), "{printed}");
    assert!(printed.is_ascii() && !printed.contains(['\\', ' ', '"', '<', '>']), "{printed}");
    let authority = printed.split('/').nth(2).unwrap_or_default();
    assert!(!authority.contains('@') && !authority.is_empty(), "{printed}");
}

/// Checks that the canonical spelling of a canonical host is the host itself.
fn host_name(input: &[u8]) {
    let Some(once) = host::canonical(&text(input)) else { return };
    assert_eq!(host::canonical(&once).as_ref(), Some(&once));
    let _ = (host::reach(&once), realm::near_miss(&once));
}

/// Checks that only a location that names a host leaves the origin.
fn resolve(input: &[u8]) {
    let base = parsed("https://registry.example/v2/a/blobs/uploads/");
    let text = text(input);
    let Ok(url) = location::resolve(&base, &text) else { return };
    let trimmed = text.trim_matches([' ', '\t']);
    let names_host = trimmed.starts_with("//") || Url::parse(trimmed).is_ok();
    assert!(names_host || url.is_same_origin(&base), "{text:?} became {url}");
}

/// Checks that a public registry sends a credential to another origin only if the user is asked, and never
/// to plain http or to a private network.
fn decide(input: &[u8]) {
    let registry = parsed("https://registry.example/");
    match realm::decide(registry.origin(), &text(input), &[]) {
        Decision::Allowed(url) => assert!(url.is_same_origin(&registry), "{url}"),
        Decision::Ask { pair, .. } => {
            assert_eq!(pair.token_server.scheme().as_str(), "https");
            assert_eq!(host::reach(pair.token_server.host()), host::Reach::Public);
        }
        Decision::Refused(_) => {}
    }
}

/// Checks that a challenge has no parameter twice.
fn challenged(input: &[u8]) {
    let Ok(challenges) = challenge::parse([text(input).as_str()]) else { return };
    for challenge in &challenges {
        let mut names: Vec<_> = challenge.parameters.iter().map(|(name, _)| name).collect();
        names.sort();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{challenge:?}");
    }
    let _ = challenge::choose(&challenges);
}

/// Checks that the next page is on the origin of the request.
fn linked(input: &[u8]) {
    let request = parsed("https://registry.example/v2/_catalog?n=1");
    let asked = Window { n: Some(1), last: Some("a".to_owned()) };
    let link = link::next(&request, [text(input).as_str()]);
    if let NextLink::Next(url) = &link {
        assert!(url.is_same_origin(&request), "{url}");
    }
    let next = page::next(&request, &asked, &["b".to_owned()], link);
    if let page::Next::Page(cursor) = &next {
        assert_eq!(page::Cursor::parse(&cursor.to_string()).as_ref(), Some(cursor));
    }
}

/// Checks that an accepted range starts at the requested offset.
fn ranged(input: &[u8]) {
    let text = text(input);
    let _ = range::parse_stored(&text);
    let headers = Headers::new().with(name::CONTENT_RANGE, &text);
    let judged = range::judge(5, Some(10), 206, &headers);
    let found = range::parse_content_range(&text);
    if judged == range::Part::AsAsked {
        assert_eq!(found.and_then(|range| range.start), Some(5), "{text:?}");
    }
    let ordered = |range: range::ContentRange| range.start <= range.end;
    assert!(found.is_none_or(ordered), "{text:?}");
}

fn waited(input: &[u8]) {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let headers = Headers::new().with(name::RETRY_AFTER, text(input));
    let wait = backoff::retry_after(&headers, now);
    let random = f64::from(input.first().copied().unwrap_or_default());
    let outcome = backoff::Outcome::Status(429);
    let policy = backoff::Policy::default();
    if let backoff::Verdict::Retry(wait) = policy.decide(1, outcome, true, wait, random) {
        assert!(wait <= policy.longest_obeyed);
    }
}

/// Checks that a media type that an answer states has both of its parts.
fn described(input: &[u8]) {
    let text = text(input);
    let headers: Headers = text.lines().filter_map(|line| line.split_once(": ")).collect();
    let stated = describe::content_type(&headers);
    assert!(stated.is_none_or(|stated| stated.as_str().contains('/')));
}

fn warned(input: &[u8]) {
    let texts = warning::read(&Headers::new().with(name::WARNING, text(input)));
    assert!(texts.iter().map(String::len).sum::<usize>() <= 4096);
}

fn failed(input: &[u8]) {
    let document = ErrorDocument::read(400, input);
    let _ = (document.to_string(), document.has(&Code::Denied));
    assert!(document.entries.len() <= 20);
}

/// Checks that an issued token can stand in a header field, and is valid for a day at most.
fn issued(input: &[u8]) {
    let Ok(token) = token::read(input, 1_700_000_000) else { return };
    assert!(token.token.expose().bytes().all(|b| b.is_ascii_graphic()));
    assert!(token.is_valid_at(1_700_000_000) && !token.is_valid_at(1_700_000_000 + 86_400));
}

fn listed(input: &[u8]) {
    drop(list::tags(copy(input)));
    drop(list::repositories(copy(input)));
}

/// Checks that an entry that was added to an index is read back.
fn referred(input: &[u8]) {
    let body = copy(input);
    let before = referrers::read_index(None, &body);
    let entry = Descriptor::new(MediaType::OCI_MANIFEST, digest(), 1);
    match fallback_index::add(Some((None, &body)), &entry) {
        Ok(IndexChange::Push(bytes)) => {
            let after = referrers::read_index(None, &bytes).expect("what we write is an index");
            assert_eq!(after.len(), before.map_or(0, |list| list.len()) + 1);
            assert_eq!(after.last(), Some(&entry));
        }
        Ok(_) => assert!(before.is_some()),
        Err(_) => {}
    }
}

/// Runs an upload in which each byte of the input is an event: written bytes, or an answer of the registry.
fn uploaded(input: &[u8]) {
    let base = BaseUrl::parse("https://registry.example").expect("a URL of ours");
    let repository = "a".parse().expect("a name of ours");
    let (mut upload, first) = Upload::start(&repository, None, 10);
    let mut asked = first.endpoint.url(&base);
    for event in input {
        let amount = u64::from(event >> 3);
        let answer = |status, range: String| (status, Headers::new().with(name::RANGE, range));
        let step = match event & 7 {
            0 => upload.write(amount),
            1 => upload.flush(),
            2 if amount == 31 => upload.commit(&digest()),
            2 if amount == 30 => upload.cancel(),
            2 => upload.broken(),
            kind => {
                let (status, headers) = match kind {
                    3 => answer(202, String::new()),
                    4 => answer(202, format!("0-{amount}")),
                    5 => answer(416, format!("0-{amount}")),
                    6 => answer(404, String::new()),
                    _ => answer(204, format!("{}-{amount}", amount & 1)),
                };
                upload.answered(&asked, status, &headers.with(name::LOCATION, "u"))
            }
        };
        assert!(upload.stored() <= upload.size());
        if let Step::Send(sent) = step {
            assert!(sent.body.is_empty() || sent.body == (upload.stored()..upload.size()));
            asked = sent.endpoint.url(&base);
        }
    }
}

fn hosts() -> Vec<Vec<u8>> {
    seeds(&[
        "registry.example.",
        "0x7f.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "ghrc.io",
        "017.0.0.1",
    ])
}

fn waits() -> Vec<Vec<u8>> {
    seeds(&["120", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "-1"])
}

fn descriptions() -> Vec<Vec<u8>> {
    let digest = digest();
    let fields = format!(
        "Content-Type: application/vnd.oci.image.index.v1+json; charset=utf-8\n\
         Content-Length: 12\nContent-Range: bytes 0-1/12\nDocker-Content-Digest: {digest}"
    );
    seeds(&[&fields, "Content-Type: a/b\nContent-Length: 1"])
}

fn uploads() -> Vec<Vec<u8>> {
    vec![
        vec![3, 8 * 20, 4 + 8 * 5, 5, 7 + 8 * 8, 4 + 8 * 19, 2 + 8 * 31, 3],
        vec![3, 8 * 11, 2, 7, 4 + 8 * 10, 8 * 3, 1, 3, 2 + 8 * 30, 6],
        vec![3, 8 * 31, 5, 7, 5, 7, 5, 7, 5],
    ]
}

fn scopes() -> Vec<Vec<u8>> {
    seeds(&["repository:a/b:pull,push registry:catalog:*", "repository(plugin):a:*", "odd"])
}

fn urls() -> Vec<Vec<u8>> {
    seeds(&[
        "https://user:pass@registry.example:443/v2/a%2fb/?n=1#f",
        "http://[::1]:5000/v2/",
        "/v2/a/blobs/uploads/1?_state=x",
        "../../x",
        "//other.example/",
        "javascript:alert(1)",
    ])
}

fn challenges() -> Vec<Vec<u8>> {
    seeds(&[
        "Bearer realm=\"https://a/token\",service=\"a\",scope=\"repository:a:pull\"",
        "Basic realm=\"a, b\", Bearer realm=\"c\\\"d\", error=\"insufficient_scope\"",
        "Negotiate dG9rZW4=, Digest realm=x",
    ])
}

fn links() -> Vec<Vec<u8>> {
    seeds(&["</v2/_catalog?last=a&n=1>; rel=\"next\"", "<a>; rel=next, <b>;rel=\"prev next\";x*=y"])
}

fn ranges() -> Vec<Vec<u8>> {
    seeds(&["bytes 0-9/10", "bytes */10", "bytes 5-18446744073709551615/*", "0-9"])
}

fn warnings() -> Vec<Vec<u8>> {
    seeds(&["299 - \"going away\"", "299 - \"a\\\"b\", 199 x \"c\"", "299"])
}

fn errors() -> Vec<Vec<u8>> {
    seeds(&[
        "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"m\",\"detail\":{\"Tag\":\"x\"}}]}",
        "{\"message\":\"x\"}",
        "<!doctype html><title>Sign in</title>",
    ])
}

fn tokens() -> Vec<Vec<u8>> {
    seeds(&[
        "{\"token\":\"a\",\"expires_in\":60,\"issued_at\":\"2024-01-01T00:00:00Z\"}",
        "{\"access_token\":\"b\",\"refresh_token\":\"c\"}",
    ])
}

fn lists() -> Vec<Vec<u8>> {
    seeds(&[
        "{\"name\":\"a\",\"tags\":[\"1\",\"2\"]}",
        "{\"repositories\":[\"a\",null]}",
        "{\"tags\":null}",
    ])
}
