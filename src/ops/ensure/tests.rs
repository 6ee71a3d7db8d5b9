#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::rc::Rc;

use super::*;
use crate::{
    registry::ManifestRef,
    sources::memory::MemoryRegistry,
    testing::{
        images::{Images, place},
        recorder::{Recorder, run},
    },
};

struct Bench {
    images: Images,
    from: RepositoryRef,
    target: MemoryRegistry,
    recorder: Rc<Recorder>,
    to: RepositoryRef,
}

fn bench() -> Bench {
    let images = Images::default();
    let target = MemoryRegistry::new("target");
    let recorder = Rc::new(Recorder::new(Rc::new(target.clone())));
    let from = RepositoryRef {
        host: "source.example".parse().unwrap(),
        registry: Rc::new(images.memory.clone()),
        repository: place(),
    };
    let to = RepositoryRef {
        host: "target.example".parse().unwrap(),
        registry: recorder.clone(),
        repository: "c/d".parse().unwrap(),
    };
    Bench { images, from, target, recorder, to }
}

impl Bench {
    fn bytes(&self, of: &Descriptor) -> Bytes {
        self.images.memory.bytes(&of.digest).unwrap()
    }

    fn ensure(
        &self,
        of: &Descriptor,
        target: &ManifestName,
        sources: &Sources,
    ) -> Result<Descriptor> {
        let (bytes, options) = (self.bytes(of), TransferOptions::default());
        run(ensure_manifest(&self.to, target, &of.media_type, bytes, sources, &options))
    }

    fn has_all_under(&self, root: &Descriptor) -> bool {
        let held = self.target.digests(&self.to.repository);
        let document = parse_document(self.bytes(root), Some(&root.media_type)).value;
        held.contains(&root.digest)
            && document.references().iter().all(|child| {
                if child.media_type.is_index() || child.media_type.is_manifest() {
                    self.has_all_under(child)
                } else {
                    held.contains(&child.digest)
                }
            })
    }
}

fn tagged(tag: &str) -> ManifestName {
    ManifestName { tag: Some(tag.parse().unwrap()), digest: None }
}

#[test]
fn r121_large_blobs_are_asked_for_and_small_ones_are_sent() {
    let check = |size: usize, there: bool, expected: &[&str]| {
        let bench = bench();
        let content = Bytes::from(vec![b'x'; size]);
        let blob = Descriptor::new(MediaType::OCTET_STREAM, digest_of(&content), size as u64);
        if there {
            bench.target.add_blob_as(&bench.to.repository, &blob.digest, content.clone());
        }
        let options = TransferOptions::default();
        run(ensure_blob(&bench.to, &blob, &content, &options)).unwrap();
        let calls: Vec<_> = bench.recorder.take();
        let calls: Vec<_> = calls.iter().map(|call| call.split(' ').next().unwrap()).collect();
        assert_eq!(calls, expected, "{size} bytes, {there}");
        assert_eq!(bench.target.bytes(&blob.digest).unwrap(), content);
    };
    check(65_535, true, &["push_blob"]);
    check(65_536, true, &["stat_blob"]);
    check(65_536, false, &["stat_blob", "push_blob"]);
}

#[test]
fn r121_a_blob_of_another_size_is_not_the_same() {
    let bench = bench();
    let content = Bytes::from(vec![b'x'; 70_000]);
    let blob = Descriptor::new(MediaType::OCTET_STREAM, digest_of(&content), 70_000);
    bench.target.add_blob_as(&bench.to.repository, &blob.digest, Bytes::from_static(b"cut"));
    let outcome =
        run(ensure_blob(&bench.to, &blob, &content, &TransferOptions::default())).unwrap();
    assert_eq!(outcome, Outcome::Transferred);
    assert_eq!(bench.target.bytes(&blob.digest).unwrap(), content);
}

#[test]
fn r123_bytes_are_put_in_one_call() {
    let bench = bench();
    let media_type = MediaType::new("text/x");
    let put = run(put_bytes(&bench.to, media_type.clone(), Bytes::from_static(b"text"))).unwrap();
    assert_eq!(put, Descriptor::new(media_type, digest_of(b"text"), 4));
    assert_eq!(bench.target.bytes(&put.digest).unwrap(), "text");
}

#[test]
fn r128_a_manifest_that_is_there_is_only_asked_for() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["one"]);
    let sources = Sources::from(bench.from.clone());
    bench.ensure(&image, &tagged("v1"), &sources).unwrap();
    bench.recorder.take();
    let found = bench.ensure(&image, &tagged("v1"), &sources).unwrap();
    assert_eq!(found.digest, image.digest);
    assert_eq!(bench.recorder.take(), ["resolve c/d v1"]);
}

#[test]
fn r128_children_come_only_where_the_registry_misses_them() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["one", "two"]);
    bench.ensure(&image, &tagged("v1"), &Sources::from(bench.from.clone())).unwrap();
    assert!(bench.has_all_under(&image));
    let calls = bench.recorder.take();
    assert!(calls[1].starts_with("push_manifest"), "tried first: {calls:?}");
    assert!(calls.last().unwrap().starts_with("push_manifest"));
    // Everything is there under another tag: one question, one push.
    bench.ensure(&image, &tagged("v2"), &Sources::default()).unwrap();
    assert_eq!(bench.recorder.take(), ["resolve c/d v2", "push_manifest c/d v2"]);
}

#[test]
fn r128_a_nested_index_arrives_whole() {
    let bench = bench();
    let images = &bench.images;
    let inner = images.index(&[images.image("linux/arm64", &["shared", "arm"])]);
    let index = images.index(&[images.image("linux/amd64", &["shared", "amd"]), inner]);
    let pushed = bench.ensure(&index, &ManifestName::default(), &Sources::from(bench.from.clone()));
    assert_eq!(pushed.unwrap().digest, index.digest);
    assert!(bench.has_all_under(&index));
    let pushes = bench.recorder.take();
    let shared = format!("push_blob c/d {}", digest_of(b"shared"));
    assert_eq!(pushes.iter().filter(|call| **call == shared).count(), 1, "each blob once");
}

#[test]
fn r128_the_digest_of_the_target_binds_the_bytes() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["one"]);
    let target = ManifestName { tag: None, digest: Some(digest_of(b"other")) };
    let error = bench.ensure(&image, &target, &Sources::default()).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }));
    assert!(error.to_string().starts_with("could not push manifest "), "{error}");
    assert!(!error.context.registry.is_empty() && error.context.repository.is_some());
    assert!(bench.recorder.take().is_empty(), "nothing was sent");
}

#[test]
fn r128_a_moved_tag_is_moved_back_whatever_the_digest() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["one"]);
    let other = bench.images.image("linux/arm64", &["two"]);
    let sources = Sources::from(bench.from.clone());
    bench.ensure(&image, &tagged("v1"), &sources).unwrap();
    bench.ensure(&other, &tagged("v1"), &sources).unwrap();
    let target = ManifestName { digest: Some(image.digest.clone()), ..tagged("v1") };
    bench.ensure(&image, &target, &sources).unwrap();
    let asked = ManifestRef::Tag("v1".parse().unwrap());
    let found = run(bench.to.registry.resolve(&bench.to.repository, &asked)).unwrap();
    assert_eq!(found.digest, image.digest);
}

#[test]
fn r128_single_children_come_from_their_own_places() {
    let bench = bench();
    let elsewhere = Images::default();
    let image = elsewhere.image("linux/amd64", &["one"]);
    let index = bench.images.index(std::slice::from_ref(&image));
    let own = RepositoryRef { registry: Rc::new(elsewhere.memory), ..bench.from.clone() };
    let sources = Sources {
        by_digest: BTreeMap::from([(image.digest, own)]),
        fallback: Some(bench.from.clone()),
    };
    let before: Vec<_> = sources.by_digest.keys().cloned().collect();
    bench.ensure(&index, &tagged("v1"), &sources).unwrap();
    assert!(bench.target.digests(&bench.to.repository).contains(&digest_of(b"one")));
    let after: Vec<_> = sources.by_digest.keys().cloned().collect();
    assert_eq!(before, after, "the caller's map is not written to (D10)");
}

#[test]
fn r128_a_child_that_is_nowhere_is_an_error() {
    let bench = bench();
    let gone = Descriptor::new(MediaType::OCI_MANIFEST, digest_of(b"gone"), 4);
    let index = bench.images.index(std::slice::from_ref(&gone));
    for sources in [Sources::from(bench.from.clone()), Sources::default()] {
        let error = bench.ensure(&index, &tagged("v1"), &sources).unwrap_err();
        assert_eq!(error.kind, ErrorKind::BlobUnknown(Some(gone.digest.clone())));
    }
    assert!(!bench.target.digests(&bench.to.repository).contains(&index.digest));
}

#[test]
fn r128_other_failures_are_final() {
    for kind in [ErrorKind::Denied, ErrorKind::Unavailable, ErrorKind::RateLimited(None)] {
        let bench = bench();
        let image = bench.images.image("linux/amd64", &["one"]);
        bench.recorder.fail_next("push_manifest", kind.clone());
        let sources = Sources::from(bench.from.clone());
        assert_eq!(bench.ensure(&image, &tagged("v1"), &sources).unwrap_err().kind, kind);
        assert_eq!(bench.recorder.count("push"), 1, "no child was sent");
    }
}
