#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{cell::RefCell, rc::Rc};

use super::*;
use crate::{
    content::verify::digest_of,
    error::{ErrorKind, Limitation},
    oci::{Digest, MediaType},
    ops::{
        graph::WalkOptions,
        progress::{JobEvent, Observer},
        read,
    },
    sources::memory::MemoryRegistry,
    testing::{
        images::{Images, place},
        recorder::{Recorder, run},
    },
};

struct Bench {
    images: Images,
    target: MemoryRegistry,
    recorder: Rc<Recorder>,
    from: RepositoryRef,
    to: RepositoryRef,
}

fn bench() -> Bench {
    let images = Images::default();
    let target = MemoryRegistry::new("target");
    let recorder = Rc::new(Recorder::new(Rc::new(target.clone())));
    let at = |host: &str, registry, repository: &str| RepositoryRef {
        host: host.parse().unwrap(),
        registry,
        repository: repository.parse().unwrap(),
    };
    let from = at("source.example", Rc::new(images.memory.clone()), place().as_str());
    let to = at("target.example", recorder.clone(), "c/d");
    Bench { images, target, recorder, from, to }
}

impl Bench {
    fn copy(&self, root: &Descriptor, options: &TransferOptions) -> Result<Descriptor> {
        let reference = self.from.reference(None, Some(root.digest.clone()));
        let target = ManifestName { tag: Some("v1".parse().unwrap()), digest: None };
        run(copy(&self.from, &reference, &self.to, &target, options))
    }

    /// The calls as method and the start of what they are about.
    fn calls(&self) -> Vec<String> {
        self.recorder.take()
    }
}

fn layer() -> MediaType {
    MediaType::new("application/x.layer")
}

#[test]
fn r122_one_registry_mounts_instead_of_sending() {
    let mut bench = bench();
    bench.to.host = bench.from.host.clone();
    bench.target.add_blob(&place(), layer(), "one");
    let blob = bench.images.blob(layer(), "one");
    let outcome =
        run(copy_blob(&bench.from, &bench.to, &blob, &TransferOptions::default())).unwrap();
    assert_eq!(outcome, Outcome::Mounted);
    assert_eq!(bench.calls(), [format!("mount_blob c/d {}", blob.digest)]);
}

#[test]
fn r122_a_mount_that_becomes_an_upload_is_sent() {
    for refusal in [None, Some(ErrorKind::Denied), Some(ErrorKind::Unsupported(Limitation::Source))]
    {
        let mut bench = bench();
        bench.to.host = bench.from.host.clone();
        if let Some(kind) = refusal {
            bench.recorder.fail_next("mount_blob", kind);
        }
        let blob = bench.images.blob(layer(), "one");
        let outcome =
            run(copy_blob(&bench.from, &bench.to, &blob, &TransferOptions::default())).unwrap();
        assert_eq!(outcome, Outcome::Transferred);
        assert_eq!(bench.target.bytes(&blob.digest).unwrap(), "one");
    }
}

#[test]
fn r122_a_blob_that_the_source_lacks_is_an_error() {
    let bench = bench();
    let gone = Descriptor::new(layer(), digest_of(b"gone"), 4);
    let error =
        run(copy_blob(&bench.from, &bench.to, &gone, &TransferOptions::default())).unwrap_err();
    assert!(error.is_not_found());
    let itself =
        run(copy_blob(&bench.to, &bench.to, &gone, &TransferOptions::default())).unwrap_err();
    assert_eq!(itself.kind, ErrorKind::BlobUnknown(Some(gone.digest)));
}

#[test]
fn r122_a_large_blob_streams_and_wrong_bytes_are_never_committed() {
    let bench = bench();
    let large = "x".repeat(5 << 20);
    let blob = bench.images.blob(layer(), &large);
    run(copy_blob(&bench.from, &bench.to, &blob, &TransferOptions::default())).unwrap();
    let calls = bench.calls();
    assert_eq!(calls.last().unwrap(), "start_upload c/d", "in chunks");
    assert_eq!(bench.target.bytes(&blob.digest).unwrap(), large);

    let wrong = Digest::from_sha256([1; 32]);
    bench.images.memory.add_blob_as(&place(), &wrong, large.into());
    let blob = Descriptor { digest: wrong.clone(), ..blob };
    let error =
        run(copy_blob(&bench.from, &bench.to, &blob, &TransferOptions::default())).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }));
    assert_eq!(bench.target.bytes(&wrong), None);
}

#[test]
fn r129_the_source_is_looked_up_and_its_children_come_along() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["one"]);
    bench.images.memory.add_tag(&place(), &"v1".parse().unwrap(), &image.digest);
    let reference = bench.from.reference(Some("v1".parse().unwrap()), None);
    let (target, options) = (ManifestName::default(), TransferOptions::default());
    let copied = run(copy_manifest(
        &bench.from,
        &reference,
        &bench.to,
        &target,
        &Sources::default(),
        &options,
    ));
    assert_eq!(copied.unwrap().digest, image.digest);
    let gone = bench.from.reference(Some("gone".parse().unwrap()), None);
    let error =
        run(copy_manifest(&bench.from, &gone, &bench.to, &target, &Sources::default(), &options));
    assert!(error.unwrap_err().is_not_found(), "absence is an error here");
}

#[test]
fn r130_blobs_go_before_child_manifests_before_parents() {
    let bench = bench();
    let images = &bench.images;
    let index = images
        .index(&[images.image("linux/amd64", &["one"]), images.image("linux/arm64", &["two"])]);
    bench.copy(&index, &TransferOptions { window: 1, ..TransferOptions::default() }).unwrap();
    let pushes: Vec<_> =
        bench.calls().into_iter().filter(|call| call.starts_with("push")).collect();
    let shape: Vec<_> = pushes.iter().map(|call| call.split(' ').next().unwrap()).collect();
    assert_eq!(shape, [["push_blob"; 4].as_slice(), ["push_manifest"; 3].as_slice()].concat());
    assert_eq!(pushes.last().unwrap(), "push_manifest c/d v1", "the tag comes last");
}

#[test]
fn r130_images_that_share_a_layer_wait_for_it_and_it_is_sent_once() {
    let bench = bench();
    let images = &bench.images;
    let platforms = ["linux/amd64", "linux/arm64", "linux/s390x", "linux/riscv64"];
    let all: Vec<_> = platforms.iter().map(|p| images.image(p, &["shared", p])).collect();
    let index = images.index(&all);
    bench.copy(&index, &TransferOptions::default()).unwrap();
    let shared = format!("push_blob c/d {}", digest_of(b"shared"));
    let calls = bench.calls();
    let sent = calls.iter().position(|call| *call == shared).unwrap();
    let first = calls.iter().position(|call| call.starts_with("push_manifest")).unwrap();
    assert_eq!(calls.iter().filter(|call| **call == shared).count(), 1);
    assert!(sent < first, "no manifest goes before what it points at: {calls:?}");
    assert_eq!(calls.last().unwrap(), "push_manifest c/d v1");
}

#[test]
fn r130_foreign_layers_are_skipped_unless_asked_for() {
    for foreign in [false, true] {
        let bench = bench();
        let urls = vec!["https://elsewhere.example/x".to_owned()];
        let outside = Descriptor { urls, ..bench.images.blob(layer(), "foreign") };
        let image = bench.images.image_of("windows/amd64", std::slice::from_ref(&outside));
        bench.copy(&image, &TransferOptions { foreign, ..TransferOptions::default() }).unwrap();
        assert_eq!(bench.target.bytes(&outside.digest).is_some(), foreign);
    }
}

#[test]
fn r130_the_window_bounds_transfers_and_events_tell_what_happened() {
    let bench = bench();
    let layers: Vec<_> = (0..20).map(|i| i.to_string()).collect();
    let layers: Vec<_> = layers.iter().map(String::as_str).collect();
    let image = bench.images.image("linux/amd64", &layers);
    let heard: Rc<RefCell<Vec<JobEvent>>> = Rc::default();
    let told = heard.clone();
    let observer = Observer::new(move |event| told.borrow_mut().push(event.clone()));
    bench
        .copy(&image, &TransferOptions { window: 3, observer, ..TransferOptions::default() })
        .unwrap();
    assert_eq!(bench.recorder.most_at_once(), 3);
    let heard = heard.take();
    let count = |of: fn(&JobEvent) -> bool| heard.iter().filter(|event| of(event)).count();
    assert_eq!(count(|event| matches!(event, JobEvent::Started { .. })), 22);
    let sent = |event: &JobEvent| {
        matches!(event, JobEvent::Finished { outcome: Outcome::Transferred, .. })
    };
    assert_eq!(count(sent), 22);
}

#[test]
fn a_failure_names_its_object_and_a_second_run_sends_only_the_rest() {
    let bench = bench();
    let big = "b".repeat(70_000);
    let image = bench.images.image("linux/amd64", &[&big, "last"]);
    bench.recorder.fail_next(&format!("push_blob c/d {}", digest_of(b"last")), ErrorKind::Denied);
    let options = TransferOptions { window: 1, ..TransferOptions::default() };
    assert!(bench.copy(&image, &options).unwrap_err().is_denied());
    assert!(!bench.target.digests(&bench.to.repository).contains(&image.digest));
    bench.calls();
    bench.copy(&image, &options).unwrap();
    let again = format!("push_blob c/d {}", digest_of(big.as_bytes()));
    assert!(!bench.calls().contains(&again), "the large layer is there");
}

/// A small generator of numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// An image, or an index of images and indexes; layers come from a small set, so that they repeat.
fn random_tree(images: &Images, dice: &mut Dice, depth: u64) -> Descriptor {
    if depth == 0 || dice.below(3) == 0 {
        let count = dice.below(5);
        let texts: Vec<_> = (0..count).map(|_| format!("layer {}", dice.below(12))).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        let platform = ["linux/amd64", "linux/arm64", "windows/amd64"][dice.below(3) as usize];
        return images.image(platform, &texts);
    }
    let entries: Vec<_> =
        (0..1 + dice.below(4)).map(|_| random_tree(images, dice, depth - 1)).collect();
    images.index(&entries)
}

#[test]
fn i3_random_trees_keep_every_byte_and_digest() {
    let mut dice = Dice(20_261_121);
    for round in 0..100 {
        let bench = bench();
        let root = random_tree(&bench.images, &mut dice, 4);
        let eager = dice.below(2) == 0;
        let options = TransferOptions { manifest_first: !eager, ..TransferOptions::default() };
        let reference = bench.from.reference(None, Some(root.digest.clone()));
        let (target, sources) = (ManifestName::default(), Sources::default());
        let copied =
            run(copy_manifest(&bench.from, &reference, &bench.to, &target, &sources, &options));
        assert_eq!(copied.unwrap().digest, root.digest, "round {round}");
        for digest in bench.target.digests(&bench.to.repository) {
            let bytes = bench.target.bytes(&digest).unwrap();
            assert_eq!(digest_of(&bytes), digest);
            assert_eq!(Some(bytes), bench.images.memory.bytes(&digest));
        }
        let whole = run(async {
            let place = &bench.to;
            let root = read::manifest(&bench.target, &place.repository, &root).await.unwrap();
            let options = WalkOptions::default();
            crate::ops::verify::verify(&bench.target, &place.repository, root, &options).await
        });
        let totals = whole.totals();
        assert_eq!((totals.mismatched, totals.not_verified), (0, 0), "round {round}");
    }
}

#[test]
fn a_build_cache_is_copied_with_its_blobs() {
    let bench = bench();
    let cache = bench.images.cache(&["one", "two"]);
    let copied = bench.copy(&cache, &TransferOptions::default()).unwrap();
    assert_eq!(copied.digest, cache.digest);
    let held = bench.target.digests(&bench.to.repository);
    for text in ["one", "two", "{}"] {
        assert!(held.contains(&digest_of(text.as_bytes())), "{text}");
    }
}

/// The same bytes may be a blob of one document and a manifest of another.
#[test]
fn what_is_a_blob_and_a_manifest_is_sent_as_both() {
    let bench = bench();
    let inner = bench.images.image("linux/amd64", &["one"]);
    let bytes = bench.images.memory.bytes(&inner.digest).unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let listed = bench.images.blob(MediaType::OCI_MANIFEST, &text);
    let outer = bench.images.image_of("linux/arm64", &[listed]);
    let index = bench.images.index(&[outer, inner.clone()]);
    bench.copy(&index, &TransferOptions::default()).unwrap();
    let calls = bench.calls();
    let of_blob = format!("push_blob c/d {}", inner.digest);
    let manifests = calls.iter().filter(|call| call.starts_with("push_manifest"));
    assert!(calls.contains(&of_blob), "{calls:#?}");
    assert_eq!(manifests.count(), 3, "{calls:#?}");
}

#[test]
fn r122_an_index_with_children_of_another_algorithm_is_copied_whole() {
    use crate::{content::verify::digest_with, oci::Algorithm, registry::Read as _};
    let (images, target) = (Images::default(), MemoryRegistry::new("to"));
    let image = images.image("linux/amd64", &["one"]);
    let bytes = images.memory.bytes(&image.digest).unwrap();
    let long = digest_with(&Algorithm::Sha512, &bytes).unwrap();
    let child = Descriptor { digest: long.clone(), ..image };
    images.memory.add_manifest_as(&place(), &child, bytes.clone());
    let index = images.index(std::slice::from_ref(&child));
    let place_of = |registry: &MemoryRegistry, host: &str| RepositoryRef {
        host: host.parse().unwrap(),
        registry: Rc::new(registry.clone()),
        repository: place(),
    };
    let (from, to) = (place_of(&images.memory, "from.example"), place_of(&target, "to.example"));
    let name = ManifestName { tag: Some("v1".parse().unwrap()), digest: None };
    let reference = from.reference(None, Some(index.digest.clone()));
    run(copy(&from, &reference, &to, &name, &TransferOptions::default())).unwrap();
    let copied = run(target.manifest(&place(), &long.clone().into())).unwrap();
    assert_eq!((copied.bytes, copied.descriptor.digest), (bytes, long));
    assert!(run(target.manifest(&place(), &index.digest.into())).is_ok());
}
