//! Clients that are made once, with cache, limiter and proxy as one thing; and finding the scheme.

use super::*;
use crate::{
    oci::Host,
    registry::CacheLimits,
    wire::{BaseUrl, Method, Scheme},
};

/// A script for all hosts, and the clock of the stack over it.
fn network(
    answer: impl Fn(&Request, usize) -> Reply + 'static,
) -> (Rc<Scripted>, VirtualClock, Stack) {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), answer);
    let stack = Stack::over(Rc::clone(&script) as _, clock.shared());
    (script, clock, stack)
}

fn host(text: &str) -> Host {
    text.parse().unwrap()
}

fn v1() -> ManifestRef {
    ManifestRef::Tag("v1".parse().unwrap())
}

#[test]
fn r050_one_host_has_one_client_with_one_cache() {
    let (script, clock, stack) = network(|_, _| super::index());
    let clients = CachedClients::new(stack);
    let read = |host: &Host| {
        let registry = clients.get(host).unwrap();
        clock.run(async { registry.manifest(&repository(), &v1()).await }).unwrap().unwrap()
    };
    for name in ["one.example", "one.example", "two.example", "one.example"] {
        read(&host(name));
    }
    assert_eq!(script.sent().len(), 2);
    let one = clients.get(&host("one.example")).unwrap();
    assert!(Rc::ptr_eq(&one, &clients.get(&host("one.example")).unwrap()));
}

#[test]
fn r087_the_cache_of_a_client_keeps_what_is_no_larger_than_the_limit() {
    let blobs: [&'static [u8]; 2] = [b"12345", b"123456"];
    let (script, clock, stack) = network(move |request, _| {
        let found = blobs.iter().find(|b| request.url.path().ends_with(digest_of(b).as_str()));
        Reply::ok(Bytes::from_static(found.unwrap()))
    });
    assert_eq!(CacheLimits::default().object_bytes, 4 << 20);
    let limits = CacheLimits { object_bytes: 5, ..CacheLimits::default() };
    let clients = CachedClients::new(stack).keeping(limits);
    for (blob, requests) in [(blobs[0], 1), (blobs[1], 3)] {
        for _ in 0..2 {
            let registry = clients.get(&host("one.example")).unwrap();
            let read = async {
                let stream = registry.blob(&repository(), &descriptor(blob)).await.unwrap();
                collect(stream).await.unwrap()
            };
            assert_eq!(clock.run(read).unwrap(), blob);
        }
        assert_eq!(script.sent().len(), requests, "{blob:?}");
    }
}

#[test]
fn r055_docker_hub_is_read_through_the_proxy_and_written_to_itself() {
    let (script, clock, stack) = network(|request, _| match request.method {
        Method::Get => super::index(),
        _ => Reply::status(202),
    });
    let proxy = BaseUrl::parse("https://mirror.example").unwrap();
    let clients = CachedClients::new(stack).reading_hub_through(proxy).unwrap();
    clock.run(async {
        let hub = clients.get(&host("docker.io")).unwrap();
        hub.manifest(&repository(), &v1()).await.unwrap();
        hub.delete_manifest(&repository(), &v1()).await.unwrap();
        let other = clients.get(&host("other.example")).unwrap();
        other.manifest(&repository(), &v1()).await.unwrap();
    });
    let sent: Vec<_> = script.sent().iter().map(|sent| sent.url.clone()).collect();
    let expected =
        ["https://mirror.example/", "https://registry-1.docker.io/", "https://other.example/"];
    assert_eq!(sent.len(), expected.len());
    assert!(sent.iter().zip(expected).all(|(sent, start)| sent.starts_with(start)), "{sent:?}");
}

#[test]
fn r041_the_limiter_of_docker_hub_is_part_of_it() {
    let (script, clock, stack) = network(|request, _| {
        let body =
            format!("{{\"schemaVersion\":2,\"manifests\":[],\"x\":{:?}}}", request.url.path());
        Reply::ok(body)
    });
    let clients = CachedClients::new(stack);
    let hub = clients.get(&host("docker.io")).unwrap();
    clock.run(async {
        for n in 0..301 {
            let tag = ManifestRef::Tag(format!("v{n}").parse().unwrap());
            hub.manifest(&repository(), &tag).await.unwrap();
        }
    });
    let sent = script.sent();
    assert_eq!(sent[299].at, sent[0].at, "a burst of 300");
    assert!(sent[300].at > sent[0].at);
}

#[test]
fn r013_the_scheme_is_found_by_asking_and_https_counts_first() {
    let failed = Reply::network_failure;
    let late = |reply: Reply| reply.after(std::time::Duration::from_secs(5));
    for (https, http, expected) in [
        (Reply::status(200), Reply::status(200), Some(Scheme::Https)),
        (late(Reply::status(401)), Reply::status(200), Some(Scheme::Https)),
        (failed(), Reply::status(401), Some(Scheme::Http)),
        (failed(), late(Reply::status(200)), Some(Scheme::Http)),
        (Reply::status(404), Reply::status(200), Some(Scheme::Http)),
        (failed(), Reply::status(404), None),
        (failed(), failed(), None),
    ] {
        let (script, clock, stack) = network(move |request, _| {
            assert!(request.headers.get("authorization").is_none());
            match request.url.origin().scheme() {
                Scheme::Https => https.clone(),
                Scheme::Http => http.clone(),
            }
        });
        let clients = Clients::new(stack);
        let found = clock.run(clients.detected(&host("10.0.0.5:5000"))).unwrap();
        match found {
            Ok(found) => assert_eq!(Some(found.connection().base.origin().scheme()), expected),
            Err(error) => {
                assert_eq!((expected, error.context.registry.as_str()), (None, "10.0.0.5:5000"));
                assert!(error.context.request.unwrap().contains("https://10.0.0.5:5000/v2/"));
            }
        }
        assert!(script.sent().len() <= 2, "each once");
    }
}
