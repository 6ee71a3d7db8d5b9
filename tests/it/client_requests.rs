//! The requests of the native transport: the client's name, and redirects.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::FutureExt;
use porthole::{
    client::{Clients, Connection, RemoteRegistry},
    error::{ErrorKind, Limitation},
    registry::{ByteRange, Read},
    transport::{Credential, Stack},
    wire::Secret,
};
use test_registry::{Auth, BlobDelivery, Entry, Origin, Realm, Switches};

use crate::{
    client::{client, client_with, collect, name, noise, push, read, run},
    reader::stack,
    servers::ours,
};

#[test]
fn r039_every_request_and_every_token_request_says_who_asks() {
    let server = ours(Switches::default().auth(Auth::bearer().realm(Realm::SameOrigin)));
    run(async {
        let (registry, _clients) = client_with(&server.host(), "tester", "s3cret-canary");
        push(&registry, "a", &noise(1000, 1)).await;
    });
    let entries = server.log().entries();
    assert!(entries.iter().any(|entry| entry.path() == "/token"));
    for entry in entries {
        let agent = entry.header("user-agent").unwrap_or_default();
        assert!(agent.starts_with("porthole/"), "{} {}: {agent}", entry.method, entry.target);
    }
}

#[test]
fn r039_a_clients_own_headers_go_to_it_and_its_token_server_and_nowhere_else() {
    let bearer = Auth::bearer().realm(Realm::OtherOrigin);
    let server = ours(Switches::default().auth(bearer).blobs(BlobDelivery::Redirect));
    let bytes = noise(1000, 1);
    run(async {
        let clients = Clients::new(stack());
        let credential =
            Credential::Basic { user: "tester".into(), password: Secret::new("s3cret-canary") };
        let host = server.host();
        clients.stack().credentials().set(&host, credential);
        let token_server = server.companion_url();
        clients.stack().approvals().approve(&server.url(), &token_server).unwrap();
        let connection = Connection::to(&host.parse().unwrap()).unwrap();
        let own = [("X-Gateway-Key", "canary-of-the-gateway"), ("User-Agent", "ci/7")];
        let own = own.into_iter().collect();
        let registry = RemoteRegistry::with_headers(connection, clients.stack(), own).unwrap();
        let blob = push(&registry, "a", &bytes).await;
        assert_eq!(read(&registry, "a", &blob).await, bytes);
    });
    let entries = server.log().entries();
    let carries = |entry: &Entry| {
        let agent = entry.header("user-agent") == Some("ci/7");
        (entry.header("x-gateway-key").is_some(), agent)
    };
    let is_store = |entry: &&Entry| entry.origin == Origin::Companion && entry.path() != "/token";
    assert!(entries.iter().any(|entry| entry.path() == "/token"), "a token was asked for");
    assert!(entries.iter().any(|entry| is_store(&entry)), "a blob was redirected");
    for entry in &entries {
        let expected = if is_store(&entry) { (false, false) } else { (true, true) };
        assert_eq!(carries(entry), expected, "{} {}", entry.method, entry.target);
    }
}

#[test]
fn r052_a_redirect_to_another_origin_keeps_the_range_and_loses_the_authorization() {
    let switches = Switches::default().auth(Auth::bearer()).blobs(BlobDelivery::Redirect);
    let server = ours(switches);
    let bytes = noise(1000, 1);
    run(async {
        let (registry, _clients) = client_with(&server.host(), "tester", "s3cret-canary");
        let blob = push(&registry, "a", &bytes).await;
        assert_eq!(read(&registry, "a", &blob).await, bytes);
        let range = ByteRange { start: 10, length: Some(5) };
        let part = registry.blob_range(&name("a"), &blob, range).await.unwrap();
        assert_eq!(collect(part).await.unwrap(), bytes[10..15]);
    });
    let entries = server.log().entries();
    let elsewhere: Vec<_> = entries
        .iter()
        .filter(|entry| entry.origin == Origin::Companion && entry.path() != "/token")
        .collect();
    let ranges: Vec<_> = elsewhere.iter().map(|entry| entry.header("range")).collect();
    assert_eq!(ranges, [None, Some("bytes=10-14")]);
    assert!(elsewhere.iter().all(|entry| entry.header("authorization").is_none()));
}

/// Answers each request with a redirect to itself, and counts the requests.
fn circle() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (host, count) = (listener.local_addr().unwrap().to_string(), Arc::<AtomicUsize>::default());
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            lines.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty())).count();
            counted.fetch_add(1, Ordering::SeqCst);
            let reply = "HTTP/1.1 307 x\r\nlocation: /v2/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(reply.as_bytes()).unwrap();
        }
    });
    (host, count)
}

#[test]
fn r052_ten_redirects_are_followed_and_no_more() {
    let (host, count) = circle();
    let (registry, _clients) = client(&host);
    let error = run(registry.ping()).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Refused(_)), "{error}");
    assert_eq!(count.load(Ordering::SeqCst), 11);
}

#[test]
fn without_a_tokio_runtime_a_request_is_an_error_and_no_panic() {
    let connection = Connection::to(&"127.0.0.1:1".parse().unwrap()).unwrap();
    let registry = RemoteRegistry::new(connection, &Stack::native().unwrap());
    let (repository, tag) = (name("library/a"), "1".parse().unwrap());
    let error = registry.manifest(&repository, &tag).now_or_never().unwrap().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported(Limitation::NoRuntime));
    let words = "could not read manifest library/a:1 on 127.0.0.1:1: not supported: requests outside a Tokio runtime";
    assert_eq!(error.to_string(), words);
}
