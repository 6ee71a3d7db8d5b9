#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::Cell;

use futures_util::future::{join, join3};

use super::*;
use crate::{
    error::ErrorKind,
    registry::{SharedRegistry, collect},
    sources::memory::MemoryRegistry,
    testing::recorder::{Recorder, run},
};

struct Bench {
    memory: MemoryRegistry,
    recorder: Rc<Recorder>,
    cache: Cache,
    now: Rc<Cell<u64>>,
}

fn repository(name: &str) -> RepositoryName {
    name.parse().unwrap()
}

fn tag(name: &str) -> ManifestRef {
    ManifestRef::Tag(name.parse().unwrap())
}

fn by(descriptor: &Descriptor) -> ManifestRef {
    ManifestRef::Digest(descriptor.digest.clone())
}

fn bench(limits: CacheLimits) -> Bench {
    let memory = MemoryRegistry::new("memory");
    let recorder = Rc::new(Recorder::new(Rc::new(memory.clone())));
    let now = Rc::new(Cell::new(0));
    let seconds = now.clone();
    let clock: Clock = Rc::new(move || Duration::from_secs(seconds.get()));
    let inner: SharedRegistry = recorder.clone();
    let cache = Cache::new(inner, limits, clock);
    Bench { memory, recorder, cache, now }
}

impl Bench {
    /// A manifest of this many bytes under a tag.
    fn add(&self, place: &str, name: &str, size: usize) -> Descriptor {
        let bytes = format!("{{\"a\":\"{name}{}\"}}", " ".repeat(size));
        let tag = name.parse().unwrap();
        self.memory.add_manifest(&repository(place), MediaType::OCI_MANIFEST, bytes, Some(&tag))
    }

    fn get(&self, place: &str, reference: &ManifestRef) -> Result<Manifest> {
        run(self.cache.manifest(&repository(place), reference))
    }

    fn blob(&self, place: &str, blob: &Descriptor) -> Result<Bytes> {
        run(async { collect(self.cache.blob(&repository(place), blob).await?, u64::MAX).await })
    }
}

#[test]
fn r086_content_is_shared_between_repositories_and_existence_is_not() {
    let bench = bench(CacheLimits::default());
    let found = bench.add("one", "v1", 10);
    bench.get("one", &by(&found)).unwrap();
    assert_eq!(bench.recorder.count("manifest"), 1);
    let error = bench.get("two", &by(&found)).unwrap_err();
    assert!(error.is_not_found(), "being in one repository does not show it in another: {error}");
    bench.add("two", "v1", 10);
    assert!(bench.get("two", &by(&found)).is_ok());
    assert_eq!(bench.cache.held(), 512 + found.size, "the bytes are kept once");
}

#[test]
fn r087_only_objects_up_to_the_limit_keep_their_bytes() {
    for (extra, asked) in [(0, 1), (1, 3)] {
        let bench = bench(CacheLimits { object_bytes: 100, ..CacheLimits::default() });
        let bytes = Bytes::from(vec![b'x'; 100 + extra]);
        let blob =
            bench.memory.add_blob(&repository("one"), MediaType::OCTET_STREAM, bytes.clone());
        for _ in 0..3 {
            assert_eq!(bench.blob("one", &blob).unwrap(), bytes);
        }
        assert_eq!(bench.recorder.count("blob"), asked, "{} bytes", 100 + extra);
    }
}

#[test]
fn r088_a_digest_is_read_once() {
    let bench = bench(CacheLimits::default());
    let found = bench.add("one", "v1", 10);
    let first = bench.get("one", &by(&found)).unwrap();
    let second = bench.get("one", &by(&found)).unwrap();
    assert_eq!(first, second);
    assert_eq!(second.verification, Verification::Verified);
    assert_eq!(bench.recorder.count("manifest"), 1);
}

#[test]
fn r089_a_tag_leads_to_its_digest_and_bytes() {
    let bench = bench(CacheLimits::default());
    let found = bench.add("one", "v1", 10);
    let first = bench.get("one", &tag("v1")).unwrap();
    assert_eq!(bench.get("one", &tag("v1")).unwrap(), first);
    assert!(matches!(first.verification, Verification::NotVerified(_)));
    let by_digest = bench.get("one", &by(&found)).unwrap();
    assert_eq!(by_digest.verification, Verification::Verified, "its digest was computed here");
    assert_eq!(bench.recorder.take(), ["manifest one v1"]);
}

#[test]
fn r090_resolving_keeps_bytes_that_are_there() {
    let bench = bench(CacheLimits::default());
    let found = bench.add("one", "v1", 10);
    let place = repository("one");
    assert_eq!(run(bench.cache.resolve(&place, &tag("v1"))).unwrap(), found);
    assert_eq!(run(bench.cache.resolve(&place, &by(&found))).unwrap(), found);
    assert_eq!(bench.recorder.take(), ["resolve one v1"]);
    bench.get("one", &tag("v1")).unwrap();
    bench.now.set(61);
    run(bench.cache.resolve(&place, &tag("v1"))).unwrap();
    bench.get("one", &by(&found)).unwrap();
    assert_eq!(bench.recorder.take(), ["manifest one v1", "resolve one v1"]);
}

#[test]
fn r090_what_is_there_as_a_blob_is_not_there_as_a_manifest() {
    let bench = bench(CacheLimits::default());
    let place = repository("one");
    let blob = bench.memory.add_blob(&place, MediaType::OCTET_STREAM, "{}");
    bench.blob("one", &blob).unwrap();
    assert!(bench.get("one", &by(&blob)).unwrap_err().is_not_found());
}

#[test]
fn r090_asking_for_a_blob_does_not_change_the_media_type_of_a_manifest() {
    let bench = bench(CacheLimits::default());
    let place = repository("one");
    let found = bench.add("one", "v1", 10);
    let bytes = bench.memory.bytes(&found.digest).unwrap();
    bench.memory.add_blob_as(&place, &found.digest, bytes);
    bench.get("one", &by(&found)).unwrap();
    run(bench.cache.stat_blob(&place, &found.digest)).unwrap();
    let again = bench.get("one", &by(&found)).unwrap();
    assert_eq!(again.descriptor.media_type, MediaType::OCI_MANIFEST);
    assert_eq!(again.content_type, Some(MediaType::OCI_MANIFEST));
}

#[test]
fn r091_what_was_pushed_needs_no_reading() {
    let bench = bench(CacheLimits::default());
    let place = repository("one");
    let bytes = Bytes::from_static(b"{}");
    let tags = ["v1".parse().unwrap()];
    let pushed =
        run(bench.cache.push_manifest(&place, &MediaType::OCI_MANIFEST, bytes.clone(), &tags));
    let pushed = pushed.unwrap();
    assert_eq!(bench.get("one", &tag("v1")).unwrap().bytes, bytes);
    assert_eq!(bench.get("one", &by(&pushed)).unwrap().bytes, bytes);
    let blob = Descriptor::new(MediaType::OCTET_STREAM, pushed.digest, 2);
    run(bench.cache.push_blob(&place, &blob, &bytes)).unwrap();
    assert!(run(bench.cache.mount_blob(&repository("two"), &place, &blob.digest)).unwrap());
    assert!(run(bench.cache.stat_blob(&repository("two"), &blob.digest)).unwrap().is_some());
    let asked: Vec<_> = bench.recorder.take();
    assert!(
        asked.iter().all(|line| line.starts_with("push") || line.starts_with("mount")),
        "{asked:?}"
    );
}

#[test]
fn r091_deleting_forgets_existence_and_tags() {
    let bench = bench(CacheLimits::default());
    let found = bench.add("one", "v1", 10);
    bench.get("one", &tag("v1")).unwrap();
    run(bench.cache.delete_manifest(&repository("one"), &by(&found))).unwrap();
    assert!(bench.get("one", &tag("v1")).unwrap_err().is_not_found());
    assert!(bench.get("one", &by(&found)).unwrap_err().is_not_found());
    let blob = bench.memory.add_blob(&repository("one"), MediaType::OCTET_STREAM, "b");
    bench.blob("one", &blob).unwrap();
    run(bench.cache.delete_blob(&repository("one"), &blob.digest)).unwrap();
    assert!(bench.blob("one", &blob).unwrap_err().is_not_found());
}

#[test]
fn r091_a_moved_tag_is_seen_after_pushing_it() {
    let bench = bench(CacheLimits::default());
    bench.add("one", "v1", 10);
    bench.get("one", &tag("v1")).unwrap();
    let tags = ["v1".parse().unwrap()];
    let bytes = Bytes::from_static(b"{\"new\":1}");
    let place = repository("one");
    run(bench.cache.push_manifest(&place, &MediaType::OCI_MANIFEST, bytes.clone(), &tags)).unwrap();
    assert_eq!(bench.get("one", &tag("v1")).unwrap().bytes, bytes);
}

#[test]
fn r092_concurrent_calls_share_one_request() {
    let bench = bench(CacheLimits::default());
    let found = bench.add("one", "v1", 10);
    let other = bench.add("one", "v2", 20);
    let place = repository("one");
    let (reference, second) = (tag("v1"), by(&other));
    let (a, b, c) = run(join3(
        bench.cache.manifest(&place, &second),
        join(bench.cache.manifest(&place, &reference), bench.cache.manifest(&place, &reference)),
        bench.cache.resolve(&place, &reference),
    ));
    assert_eq!(a.unwrap().descriptor, other);
    assert_eq!(b.0.unwrap(), b.1.unwrap());
    assert_eq!(c.unwrap(), found);
    assert_eq!(bench.recorder.most_at_once(), 2, "different keys do not wait for each other");
    assert_eq!(bench.recorder.count("manifest"), 2);
}

#[test]
fn r092_errors_are_not_cached() {
    let bench = bench(CacheLimits::default());
    let found = bench.add("one", "v1", 10);
    bench.recorder.fail_next("manifest", ErrorKind::Unavailable);
    let (place, reference) = (repository("one"), by(&found));
    let (a, b) = run(join(
        bench.cache.manifest(&place, &reference),
        bench.cache.manifest(&place, &reference),
    ));
    assert_eq!(a.unwrap_err().kind, ErrorKind::Unavailable);
    assert!(b.is_err(), "it shared the request");
    assert!(bench.get("one", &reference).is_ok());
}

#[test]
fn r092_a_request_that_nobody_waits_for_is_dropped() {
    let bench = bench(CacheLimits::default());
    let found = bench.add("one", "v1", 10);
    let (place, reference) = (repository("one"), by(&found));
    {
        let mut call = std::pin::pin!(bench.cache.manifest(&place, &reference));
        assert!(call.as_mut().now_or_never().is_none(), "it waits for the source");
    }
    bench.get("one", &reference).unwrap();
    assert_eq!(bench.recorder.count("manifest"), 2, "the first one was never answered");
}

#[test]
fn r092_an_answer_from_before_a_delete_is_not_recorded() {
    let bench = bench(CacheLimits::default());
    let found = bench.add("one", "v1", 10);
    let (place, reference) = (repository("one"), tag("v1"));
    run(async {
        let reading = bench.cache.manifest(&place, &reference);
        let clearing = async { bench.cache.forget_tags(&place) };
        let (read, ()) = join(reading, clearing).await;
        assert_eq!(read.unwrap().descriptor, found);
    });
    bench.get("one", &reference).unwrap();
    assert_eq!(bench.recorder.count("manifest"), 2);
}

#[test]
fn r093_a_tag_is_asked_for_again_after_its_time() {
    let bench = bench(CacheLimits::default());
    bench.add("one", "v1", 10);
    for (now, asked) in [(0, 1), (59, 0), (60, 1), (100, 0), (120, 1)] {
        bench.now.set(now);
        bench.get("one", &tag("v1")).unwrap();
        assert_eq!(bench.recorder.count("manifest"), asked, "after {now} s");
    }
}

#[test]
fn r093_what_was_not_used_for_longest_goes_first() {
    let limits = CacheLimits { total_bytes: 3 * (512 + 300), ..CacheLimits::default() };
    let bench = bench(limits);
    let found: Vec<_> = (0..3).map(|i| bench.add("one", &format!("v{i}"), 200)).collect();
    found.iter().for_each(|found| drop(bench.get("one", &by(found)).unwrap()));
    bench.get("one", &by(&found[0])).unwrap();
    let new = bench.add("one", "v3", 400);
    bench.get("one", &by(&new)).unwrap();
    bench.recorder.take();
    bench.get("one", &by(&found[0])).unwrap();
    assert_eq!(bench.recorder.count("manifest"), 0, "it was used last");
    bench.get("one", &by(&found[1])).unwrap();
    assert_eq!(bench.recorder.count("manifest"), 1, "it was not");
    assert!(bench.cache.held() <= limits.total_bytes);
}

#[test]
fn r093_content_of_another_digest_is_rejected() {
    let bench = bench(CacheLimits::default());
    let place = repository("one");
    let wrong = Descriptor::new(MediaType::OCI_MANIFEST, Digest::from_sha256([7; 32]), 2);
    bench.memory.add_manifest_as(&place, &wrong, Bytes::from_static(b"{}"));
    for _ in 0..2 {
        let error = bench.get("one", &by(&wrong)).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }), "{error}");
    }
    assert_eq!(bench.recorder.count("manifest"), 2, "nothing was kept");
}

#[test]
fn r093_clearing_forgets_everything() {
    let bench = bench(CacheLimits::default());
    let found = bench.add("one", "v1", 10);
    bench.get("one", &by(&found)).unwrap();
    bench.cache.clear();
    assert_eq!(bench.cache.held(), 0);
    bench.get("one", &by(&found)).unwrap();
    assert_eq!(bench.recorder.count("manifest"), 2);
}

#[test]
fn a_cache_is_a_registry() {
    let bench = bench(CacheLimits::default());
    let shared: Rc<dyn Registry> = Rc::new(bench.cache);
    bench.memory.add_blob(&repository("one"), MediaType::OCTET_STREAM, "b");
    assert_eq!(run(shared.repositories(None)).unwrap().items, [repository("one")]);
}
