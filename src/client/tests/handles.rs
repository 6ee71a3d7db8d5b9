//! Handles, their lists, and what all clients share.

use std::cell::{Cell, RefCell};

use async_trait::async_trait;
use futures_util::{future, stream};

use super::*;
use crate::transport::{Response, SharedClock, Transport};
use crate::wire::{BaseUrl, Headers, Method};

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("n{n:05}")).collect()
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",")
}

/// A catalog that pages by `n` and `last`, up to 100 at a time.
fn catalog(count: usize) -> Bench {
    let all = names(count);
    Bench::answering(move |request, _| {
        let last = request.url.parameters().find(|(key, _)| key == "last");
        let last = last.map(|(_, last)| last).unwrap_or_default();
        let start = all.partition_point(|name| *name <= last);
        let page = &all[start..(start + 100).min(all.len())];
        Reply::ok(format!(r#"{{"repositories":[{}]}}"#, quoted(page)))
    })
}

#[test]
fn r097_an_error_leaves_the_list_at_the_same_page_and_the_end_is_told_apart() {
    let page = |tags: &str| Reply::ok(format!(r#"{{"tags":[{tags}]}}"#));
    let bench = Bench::in_order([
        Reply::status(403),
        page("\"a\"").header("Link", "</v2/a/b/tags/list?last=a>; rel=next"),
        Reply::status(403),
        page("").header("Link", "</v2/a/b/tags/list?last=b>; rel=next"),
        page("\"c\""),
    ]);
    let repository = bench.registry.repository(repository());
    let mut pages = repository.tags().pages();
    assert_eq!(bench.script.sent().len(), 0, "nothing is asked for before the first call");
    let mut next = || bench.clock.run(pages.next()).unwrap();
    let tag = |text: &str| text.parse::<Tag>().unwrap();
    assert!(next().unwrap_err().is_denied());
    assert_eq!(next(), Ok(Some(vec![tag("a")])));
    assert!(next().unwrap_err().is_denied());
    assert_eq!(next(), Ok(Some(vec![])), "an empty page is not the end");
    assert_eq!(next(), Ok(Some(vec![tag("c")])));
    assert_eq!((next(), next()), (Ok(None), Ok(None)));
    let lines = bench.script.lines();
    assert_eq!((lines.len(), &lines[0], &lines[2]), (5, &lines[1], &lines[3]));
}

#[test]
fn r101_so_many_names_after_one_and_whether_the_catalog_ends_there() {
    let bench = catalog(250);
    let after = |name: Option<&str>, count| {
        let name = name.map(|name| name.parse().unwrap());
        let task = bench.registry.names_after(name.as_ref(), count);
        let CatalogSlice { names, at_end, .. } = bench.clock.run(task).unwrap().unwrap();
        let ends = (names.first().map(|n| n.to_string()), names.last().map(|n| n.to_string()));
        (names.len(), ends.0.unwrap_or_default(), ends.1.unwrap_or_default(), at_end)
    };
    let found =
        |count, first: &str, last: &str, at_end| (count, first.to_owned(), last.to_owned(), at_end);
    assert_eq!(after(None, 120), found(120, "n00000", "n00119", false));
    assert_eq!(after(Some("n00119"), 120), found(120, "n00120", "n00239", false));
    assert_eq!(after(Some("n00239"), 120), found(10, "n00240", "n00249", true));
    assert_eq!(after(None, 250), found(250, "n00000", "n00249", true));
    assert_eq!(after(Some("n00249"), 5), found(0, "", "", true));
}

#[test]
fn r135_a_registry_gives_handles_for_what_it_lists_and_for_any_name() {
    let bench = catalog(120);
    let handles = bench.clock.run(async {
        let (mut pages, mut all) = (bench.registry.repository_pages(), Vec::new());
        while let Some(page) = pages.next().await.unwrap() {
            all.extend(page);
        }
        all
    });
    let handles = handles.unwrap();
    let listed: Vec<_> = handles.iter().map(|handle| handle.name().to_string()).collect();
    assert_eq!(listed, names(120));
    assert_eq!(handles[7].registry().name(), "registry.example");
    assert_eq!(bench.registry.repository(repository()).name(), &repository());
    assert_eq!(bench.clock.run(bench.registry.ping()).unwrap().unwrap().version, "");
}

/// Blobs, manifests and tags of `a/b`: each method and path with its answer.
fn furnished() -> Bench {
    Bench::answering(|request, _| {
        let (path, index) = (request.url.path().to_owned(), digest_of(INDEX.as_bytes()));
        let is_blob = path.ends_with(digest_of(b"hello").as_str());
        let is_manifest = path.ends_with("/manifests/v1") || path.ends_with(index.as_str());
        match request.method {
            Method::Head if is_blob => Reply::status(200).header("Content-Length", "5"),
            Method::Get if is_blob => Reply::ok("hello"),
            Method::Post => Reply::status(202).header("Location", "/v2/a/b/blobs/uploads/1"),
            Method::Patch => Reply::status(202).header("Range", "0-4"),
            Method::Put => Reply::status(201),
            Method::Delete => Reply::status(202),
            Method::Head if is_manifest => Reply::status(200)
                .header("Content-Type", MediaType::OCI_INDEX.as_str())
                .header("Docker-Content-Digest", index.as_str())
                .header("Content-Length", &INDEX.len().to_string()),
            Method::Get if is_manifest => super::index(),
            Method::Get if path.ends_with("/tags/list") => Reply::ok(r#"{"tags":["v1","v2"]}"#),
            _ => Reply::status(404),
        }
    })
}

#[test]
fn r136_blobs_are_looked_up_read_pushed_and_deleted() {
    let bench = furnished();
    let repository = bench.registry.repository(repository());
    let (blobs, hello, other) = (repository.blobs(), descriptor(b"hello"), digest_of(b"other"));
    let text = Bytes::from_static(b"hello");
    let task = async {
        assert_eq!(blobs.stat(&hello.digest).await.unwrap().unwrap().size, 5);
        assert!(blobs.exists(&hello.digest).await.unwrap());
        assert!(!blobs.exists(&other).await.unwrap());
        assert_eq!(blobs.get(&hello, 5).await.unwrap(), text);
        assert_eq!(collect(blobs.fetch(&hello).await.unwrap()).await.unwrap(), text);
        let by_digest = blobs.fetch_digest(&hello.digest).await.unwrap();
        assert_eq!(collect(by_digest).await.unwrap(), text);
        assert!(blobs.fetch_digest(&other).await.err().unwrap().is_not_found());
        assert_eq!(blobs.open(hello.clone()).read().await.unwrap().unwrap(), text);
        assert_eq!(blobs.push(&hello, &text).await.unwrap().digest, hello.digest);
        blobs.delete(&hello.digest).await.unwrap();
        let location = blobs.start(1024).await.unwrap().location().to_owned();
        blobs.resume(&location, Some(0), 1024).await.unwrap();
    };
    bench.clock.run(task).unwrap();
}

#[test]
fn r075_there_not_there_and_not_known_are_three_answers() {
    let bench = Bench::answering(|request, _| match request.url.path() {
        path if path.ends_with("/there") || path.contains("/blobs/") => Reply::status(200)
            .header("Content-Type", MediaType::OCI_INDEX.as_str())
            .header("Docker-Content-Digest", digest_of(INDEX.as_bytes()).as_str())
            .header("Content-Length", "88"),
        path if path.ends_with("/absent") => Reply::status(404),
        _ => Reply::status(403),
    });
    let repository = bench.registry.repository(repository());
    let exists = |tag: &str| {
        let reference = tag.parse().unwrap();
        bench.clock.run(repository.manifests().exists(&reference)).unwrap()
    };
    assert_eq!((exists("there"), exists("absent")), (Ok(true), Ok(false)));
    assert!(exists("secret").unwrap_err().is_denied());
    let found = bench.resolve("there").unwrap();
    assert_eq!((found.media_type, found.size), (MediaType::OCI_INDEX, 88));
    assert!(bench.script.sent().iter().all(|sent| sent.method == Method::Head));
    let stat = |digest: &Digest| bench.clock.run(repository.blobs().stat(digest)).unwrap();
    let digest = digest_of(INDEX.as_bytes());
    let blob = stat(&digest).unwrap().unwrap();
    assert_eq!((blob.digest, blob.size), (digest, 88));
    let kind = stat(&digest_of(b"x")).unwrap_err().kind;
    assert!(matches!(kind, ErrorKind::DigestMismatch { .. }), "of another blob: {kind:?}");
}

#[test]
fn r137_manifests_are_looked_up_read_pushed_and_deleted() {
    let bench = furnished();
    let repository = bench.registry.repository(repository());
    let manifests = repository.manifests();
    let index =
        Descriptor::new(MediaType::OCI_INDEX, digest_of(INDEX.as_bytes()), INDEX.len() as u64);
    let (by_tag, by_digest) = ("v1".parse().unwrap(), ManifestRef::from(index.digest.clone()));
    let task = async {
        assert_eq!(manifests.stat(&by_tag).await.unwrap(), Some(index.clone()));
        assert!(manifests.exists(&by_digest).await.unwrap());
        assert!(!manifests.exists(&"none".parse().unwrap()).await.unwrap());
        assert_eq!(manifests.get(&by_tag).await.unwrap().bytes, INDEX);
        assert_eq!(manifests.fetch(&index).await.unwrap().verification, Verification::Verified);
        let longer = Descriptor { size: index.size + 1, ..index.clone() };
        let kind = manifests.fetch(&longer).await.unwrap_err().kind;
        assert!(matches!(kind, ErrorKind::WrongSize { .. }), "{kind:?}");
        let pushed = manifests.push(&MediaType::OCI_INDEX, INDEX.into()).await.unwrap();
        assert_eq!(pushed, index);
        manifests.delete(&index.digest).await.unwrap();
    };
    bench.clock.run(task).unwrap();
    let lines = bench.script.lines();
    let written: Vec<_> =
        lines.iter().filter(|line| line.starts_with("PUT") || line.starts_with("DELETE")).collect();
    assert!(written.iter().all(|line| line.ends_with(index.digest.as_str())), "{written:?}");
    assert_eq!(written.len(), 2);
}

#[test]
fn r138_tags_are_looked_up_set_taken_away_and_listed() {
    let bench = furnished();
    let repository = bench.registry.repository(repository());
    let (tags, v1): (_, Tag) = (repository.tags(), "v1".parse().unwrap());
    let task = async {
        let index = tags.get(&v1).await.unwrap();
        assert_eq!(index.digest, digest_of(INDEX.as_bytes()));
        let tagged = tags.tag(v1.clone(), &MediaType::OCI_INDEX, INDEX.into()).await.unwrap();
        assert_eq!(tagged.digest, index.digest);
        tags.untag(&v1).await.unwrap();
        let (all, incomplete) = tags.all().await.unwrap();
        assert_eq!((all.len(), incomplete), (2, false));
        assert_eq!(tags.lookup(&index.digest).await.unwrap(), [v1]);
    };
    bench.clock.run(task).unwrap();
    let lines = bench.script.lines();
    for line in ["PUT", "DELETE"] {
        let line = format!("{line} https://registry.example/v2/a/b/manifests/v1");
        assert!(lines.contains(&line), "{line}: {lines:?}");
    }
}

#[test]
fn r050_one_client_per_host_and_a_failure_is_remembered() {
    let clock = VirtualClock::default();
    let script = Scripted::in_order(clock.shared(), []);
    let clients = Clients::new(Stack::over(script, clock.shared()));
    let get = |host: &str| clients.get(&host.parse().unwrap(), None);
    let (first, second) = (get("registry.example").unwrap(), get("registry.example").unwrap());
    assert!(Rc::ptr_eq(&first.core, &second.core), "what is learnt is shared");
    assert!(!Rc::ptr_eq(&first.core, &get("other.example").unwrap().core));
    let failed = get("1.2.3.400").err().unwrap();
    assert_eq!(get("1.2.3.400").err().unwrap(), failed);
    assert_eq!(clients.known(), 3, "the failure too");
}

#[test]
fn r051_what_is_too_large_is_refused_for_good_and_unread_where_it_says_so() {
    let check = |reply: Reply, task: fn(&Bench) -> Option<ErrorKind>, expected: u64| {
        let bench = Bench::answering(move |_, _| reply.clone());
        assert_eq!(task(&bench), Some(ErrorKind::TooLarge { limit: expected }));
        assert_eq!(bench.script.sent().len(), 1, "trying again would not help");
    };
    let manifest = |bench: &Bench| bench.manifest("a").err().map(|error| error.kind);
    let tags = |bench: &Bench| {
        let listed = bench.clock.run(bench.registry.tags(&repository(), None)).unwrap();
        listed.err().map(|error| error.kind)
    };
    let (mib4, lists) = (4 * 1024 * 1024, super::exchange::LIST_LIMIT);
    // The body never ends: only what was announced can be the reason.
    let announced = |size: u64| Reply::ok("x").header("Content-Length", &size.to_string()).silent();
    check(announced(mib4 + 1), manifest, mib4);
    check(announced(lists + 1), tags, lists);
    check(Reply::ok(vec![b' '; mib4 as usize + 1]).silent(), manifest, mib4);
}

#[test]
fn r055_reading_goes_through_the_proxy_and_writing_to_the_registry() {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), |request, _| match request.method {
        Method::Put => Reply::status(201).header("OCI-Subject", "x"),
        Method::Delete => Reply::status(202),
        _ if request.url.path().ends_with("/tags/list") => Reply::ok(r#"{"tags":["a"]}"#),
        _ => Reply::status(404),
    });
    let stack = Stack::over(Rc::clone(&script) as _, clock.shared());
    let proxy = BaseUrl::parse("https://proxy.example/hub/").unwrap();
    let host = "registry.example".parse().unwrap();
    let connection = Connection::to(&host).unwrap().reading_through(proxy);
    let registry = RemoteRegistry::new(connection, &stack);
    let (place, tag) = (repository(), ManifestRef::Tag("a".parse().unwrap()));
    let task = async {
        registry.tags(&place, None).await.unwrap();
        let error = registry.manifest(&place, &tag).await.unwrap_err();
        assert!(error.is_not_found(), "the proxy's word is final: {error}");
        assert!(registry.resolve(&place, &tag).await.unwrap_err().is_not_found());
        assert_eq!(registry.stat_blob(&place, &digest_of(b"x")).await.unwrap(), None);
        registry.push_manifest(&place, &MediaType::OCI_INDEX, INDEX.into(), &[]).await.unwrap();
        registry.delete_blob(&place, &digest_of(b"x")).await.unwrap();
    };
    clock.run(task).unwrap();
    let mut writes = 0;
    for sent in script.sent() {
        let is_read = sent.method.is_read();
        writes += usize::from(!is_read);
        let base =
            if is_read { "https://proxy.example/hub/v2/" } else { "https://registry.example/v2/" };
        assert!(sent.url.starts_with(base), "{}", sent.line());
    }
    assert_eq!(writes, 2);
    assert!(BaseUrl::parse("ftp://proxy.example").is_err());
}

/// A door that counts the exchanges that go on. Blobs send some bytes and then nothing more.
#[derive(Default)]
struct Door(Rc<Cell<usize>>);

/// One exchange that goes on.
struct Exchange(Rc<Cell<usize>>);

impl Exchange {
    fn begin(open: &Rc<Cell<usize>>) -> Self {
        open.set(open.get() + 1);
        Self(Rc::clone(open))
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[async_trait(?Send)]
impl Transport for Door {
    async fn send(&self, request: Request) -> Result<Response> {
        let exchange = Exchange::begin(&self.0);
        if !request.url.path().contains("/blobs/") {
            future::pending::<()>().await;
        }
        let rest = stream::once(async move {
            let _exchange = exchange;
            future::pending().await
        });
        let body = stream::iter([Ok(Bytes::from_static(b"hello"))]).chain(rest).boxed_local();
        Ok(Response::new(200, None, Headers::default(), body))
    }
}

#[test]
fn r053_dropping_what_reads_ends_the_exchange() {
    let (clock, door) = (VirtualClock::default(), Rc::new(Door::default()));
    let shared: SharedClock = clock.shared();
    let stack = Stack::over(Rc::clone(&door) as _, shared).with_retry(None);
    let host = "registry.example".parse().unwrap();
    let registry = RemoteRegistry::new(Connection::to(&host).unwrap(), &stack);
    let seen = RefCell::new(Vec::new());
    let task = async {
        let (place, tag) = (repository(), "a".parse().unwrap());
        let reading = registry.manifest(&place, &tag);
        let alarm = clock.shared().sleep(std::time::Duration::from_secs(1));
        let abandoned = future::select(reading, alarm).await;
        seen.borrow_mut().push(door.0.get());
        drop(abandoned);
        seen.borrow_mut().push(door.0.get());
        let blob = Descriptor { size: 11, ..descriptor(b"hello world") };
        let mut stream = registry.blob(&place, &blob).await.unwrap();
        assert_eq!(stream.chunks.next().await.unwrap().unwrap(), "hello");
        seen.borrow_mut().push(door.0.get());
        drop(stream);
        seen.borrow_mut().push(door.0.get());
    };
    clock.run(task).unwrap();
    assert_eq!(seen.into_inner(), [1, 0, 1, 0]);
}

#[test]
fn r040_any_door_will_do_and_every_try_and_token_request_goes_through_all_layers() {
    let clock = VirtualClock::default();
    let script = Scripted::answering(clock.shared(), |request, n| {
        let is_token = request.url.path() == "/token";
        match (n, is_token, request.headers.get("authorization")) {
            (0, ..) => Reply::status(503),
            (_, true, _) => Reply::ok(r#"{"token":"t0ken"}"#),
            (_, _, Some("Bearer t0ken")) => Reply::ok("{}"),
            _ => Reply::status(401).header(
                "WWW-Authenticate",
                r#"Bearer realm="https://registry.example/token",service="s""#,
            ),
        }
    });
    let stack = Stack::over(Rc::clone(&script) as _, clock.shared());
    let host = "registry.example".parse().unwrap();
    let registry = RemoteRegistry::new(Connection::to(&host).unwrap(), &stack);
    clock.run(registry.ping()).unwrap().unwrap();
    let paths: Vec<String> = script
        .lines()
        .iter()
        .map(|line| line.split(['?', ' ']).nth(1).unwrap_or_default().to_owned())
        .collect();
    let base = "https://registry.example";
    let expected = ["/v2/", "/v2/", "/token", "/v2/"].map(|path| format!("{base}{path}"));
    assert_eq!(paths, expected, "refused by a server, challenged, with a token");
    assert_eq!(stack.log().entries().len(), 4);
}
