#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::rc::Rc;

use bytes::Bytes;
use futures_util::future::join;

use super::*;
use crate::{
    content::verify::digest_of,
    error::{ErrorKind, InputFault, Missing},
    oci::{Digest, ManifestRef, MediaType},
    ops::{
        graph::Selection,
        push::{push, push_as},
    },
    registry::Read,
    sources::{
        memory::MemoryRegistry,
        objects::{MemoryObjects, StoredManifest},
    },
    testing::{
        images::{Images, place},
        recorder::{Recorder, run, turn},
    },
};

struct Bench {
    images: Images,
    recorder: Rc<Recorder>,
    from: RepositoryRef,
    store: MemoryObjects,
}

fn bench() -> Bench {
    let images = Images::default();
    let recorder = Rc::new(Recorder::new(Rc::new(images.memory.clone())));
    let from = RepositoryRef {
        host: "source.example".parse().unwrap(),
        registry: recorder.clone(),
        repository: place(),
    };
    Bench { images, recorder, from, store: MemoryObjects::default() }
}

fn layer() -> MediaType {
    MediaType::new("application/x.layer")
}

impl Bench {
    fn pull(&self, image: &Descriptor) -> Result<Descriptor> {
        let reference = self.from.reference(None, Some(image.digest.clone()));
        run(pull(&self.from, &reference, &self.store, &TransferOptions::default()))
    }

    fn has_manifest(&self, digest: &Digest) -> bool {
        let reference = ManifestRef::Digest(digest.clone());
        run(self.store.manifest(&place(), &reference)).unwrap().is_some()
    }

    fn is_complete(&self, text: &str) -> bool {
        self.store.layer(&digest_of(text.as_bytes())).progress().complete
    }

    /// Leaves a layer in part.
    fn write_part(&self, digest: &Digest, size: u64, part: &str) {
        run(async {
            let mut writer = self.store.layer(digest).writer().unwrap();
            writer.set_size(size).unwrap();
            writer.write(Bytes::copy_from_slice(part.as_bytes())).await.unwrap();
            writer.close().await.unwrap();
        });
    }
}

/// Somewhere to push to.
fn target() -> (MemoryRegistry, Rc<Recorder>, RepositoryRef) {
    let memory = MemoryRegistry::new("target");
    let recorder = Rc::new(Recorder::new(Rc::new(memory.clone())));
    let host = "target.example".parse().unwrap();
    let to = RepositoryRef { host, registry: recorder.clone(), repository: place() };
    (memory, recorder, to)
}

#[test]
fn r155_an_image_arrives_with_its_tag_and_a_second_pull_reads_no_layer() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["one", "two"]);
    let tag: crate::oci::Tag = "v1".parse().unwrap();
    bench.images.memory.add_tag(&place(), &tag, &image.digest);
    let reference = bench.from.reference(Some(tag.clone()), None);
    let pulled =
        run(pull(&bench.from, &reference, &bench.store, &TransferOptions::default())).unwrap();
    assert_eq!(pulled.digest, image.digest);
    assert!(bench.is_complete("one") && bench.is_complete("two"));
    let stored = run(bench.store.manifest(&place(), &ManifestRef::Tag(tag))).unwrap().unwrap();
    assert_eq!(Some(stored.bytes), bench.images.memory.bytes(&image.digest));
    bench.recorder.take();
    bench.pull(&image).unwrap();
    assert_eq!(bench.recorder.count("blob"), 0);
}

#[test]
fn r155_a_layer_in_part_is_taken_up_where_it_stopped() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["0123456789"]);
    let digest = digest_of(b"0123456789");
    bench.write_part(&digest, 10, "0123");
    bench.pull(&image).unwrap();
    assert!(bench.is_complete("0123456789"));
    let calls = bench.recorder.take();
    assert!(calls.contains(&format!("blob_range a/b {digest} from 4")), "{calls:?}");
}

#[test]
fn r155_a_wrong_part_is_noticed_and_thrown_away() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["0123456789"]);
    bench.write_part(&digest_of(b"0123456789"), 10, "0xyz");
    let error = bench.pull(&image).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }), "{error}");
    assert!(!bench.has_manifest(&image.digest));
    bench.pull(&image).unwrap();
    assert!(bench.is_complete("0123456789"), "from the start this time");
}

#[test]
fn r155_the_manifest_is_stored_last_and_only_if_all_layers_came() {
    let bench = bench();
    let gone = Descriptor::new(layer(), digest_of(b"gone"), 4);
    let one = bench.images.blob(layer(), "one");
    let image = bench.images.image_of("linux/amd64", &[one, gone]);
    let index = bench.images.index(std::slice::from_ref(&image));
    assert!(bench.pull(&index).unwrap_err().is_not_found());
    assert!(bench.is_complete("one"), "what came stays");
    assert!(!bench.has_manifest(&image.digest) && !bench.has_manifest(&index.digest));
}

#[test]
fn r155_a_manifest_without_layers_is_refused() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &[]);
    assert!(matches!(bench.pull(&image).unwrap_err().kind, ErrorKind::BadAnswer(_)));
}

#[test]
fn r155_schema_1_needs_as_many_history_entries_as_layers() {
    let check = |history: usize, expected: bool| {
        let bench = bench();
        let blob = bench.images.blob(layer(), "one");
        let entries = vec![r#"{"v1Compatibility":"{}"}"#; history].join(",");
        let text = format!(
            r#"{{"schemaVersion":1,"name":"a/b","tag":"v","fsLayers":[{{"blobSum":"{}"}}],"history":[{entries}]}}"#,
            blob.digest,
        );
        let media_type = MediaType::DOCKER_V1;
        let old = bench.images.memory.add_manifest(&place(), media_type, text, None);
        assert_eq!(bench.pull(&old).is_ok(), expected, "{history} entries");
        assert_eq!(bench.is_complete("one"), expected);
    };
    check(1, true);
    check(0, false);
    check(2, false);
}

#[test]
fn r155_a_layer_that_another_pull_writes_is_waited_for() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["shared"]);
    let reference = bench.from.reference(None, Some(image.digest));
    let options = TransferOptions::default();
    let (a, b) = run(join(
        pull(&bench.from, &reference, &bench.store, &options),
        pull(&bench.from, &reference, &bench.store, &options),
    ));
    assert_eq!(a.unwrap(), b.unwrap());
    assert_eq!(bench.recorder.count("blob"), 2, "configuration and layer, each once");
}

#[test]
fn r155_a_writer_that_gives_up_is_taken_over() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["shared"]);
    let writer = bench.store.layer(&digest_of(b"shared")).writer().unwrap();
    let reference = bench.from.reference(None, Some(image.digest));
    let options = TransferOptions::default();
    let giving_up = async {
        for _ in 0..20 {
            turn().await;
        }
        drop(writer);
    };
    let (pulled, ()) = run(join(pull(&bench.from, &reference, &bench.store, &options), giving_up));
    assert!(pulled.is_ok() && bench.is_complete("shared"));
}

#[test]
fn r155_the_first_error_ends_the_rest() {
    let bench = bench();
    let texts: Vec<_> = (0..20).map(|i| i.to_string()).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let image = bench.images.image("linux/amd64", &texts);
    let first = digest_of(b"0");
    bench.recorder.fail_next(&format!("blob a/b {first}"), ErrorKind::Unavailable);
    assert_eq!(bench.pull(&image).unwrap_err().kind, ErrorKind::Unavailable);
    assert!(bench.recorder.count("blob") <= 6);
    let part = bench.store.layer(&first).progress();
    assert!(!part.locked, "nothing stays locked");
}

#[test]
fn r157_layer_i_starts_after_layer_i_minus_window() {
    for window in [1, 4] {
        let bench = bench();
        let texts: Vec<_> = (0..12).map(|i| i.to_string()).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        let image = bench.images.image("linux/amd64", &texts);
        let reference = bench.from.reference(None, Some(image.digest.clone()));
        let options = TransferOptions { window, ..TransferOptions::default() };
        run(pull(&bench.from, &reference, &bench.store, &options)).unwrap();
        assert_eq!(bench.recorder.most_at_once(), window);
    }
}

#[test]
fn r156_what_was_pulled_can_be_pushed() {
    let bench = bench();
    let index = bench.images.index(&[
        bench.images.image("linux/amd64", &["one", "shared"]),
        bench.images.image("linux/arm64", &["two", "shared"]),
    ]);
    bench.pull(&index).unwrap();
    let (memory, recorder, to) = target();
    let reference = ManifestRef::Digest(index.digest.clone());
    let tags = ["v1".parse().unwrap()];
    let options = TransferOptions::default();
    let pushed = run(push(&bench.store, &reference, &to, &tags, &options)).unwrap();
    assert_eq!(pushed.digest, index.digest);
    assert_eq!(memory.digests(&place()), bench.images.memory.digests(&place()));
    let calls = recorder.take();
    assert_eq!(calls.last().unwrap(), "push_manifest a/b v1", "the manifest is put last");
    run(push(&bench.store, &reference, &to, &tags, &options)).unwrap();
    assert_eq!(recorder.count("push_blob"), 0, "what the registry has is not sent again");
}

#[test]
fn r156_what_was_pulled_under_one_name_is_pushed_under_another() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["1"]);
    bench.pull(&image).unwrap();
    let memory = MemoryRegistry::new("target");
    let to = RepositoryRef {
        host: "target.example".parse().unwrap(),
        registry: Rc::new(memory.clone()),
        repository: "another/name".parse().unwrap(),
    };
    let (reference, tags) = (ManifestRef::Digest(image.digest.clone()), ["v2".parse().unwrap()]);
    let options = TransferOptions::default();
    let own_name = run(push(&bench.store, &reference, &to, &tags, &options));
    let missing = ErrorKind::NotFound(Missing::Revision(image.digest.clone()));
    assert_eq!(own_name.unwrap_err().kind, missing);
    let pushed = run(push_as(&bench.store, &place(), &reference, &to, &tags, &options)).unwrap();
    assert_eq!(pushed.digest, image.digest);
    let tag = ManifestRef::Tag("v2".parse().unwrap());
    let found = run(Read::resolve(&memory, &to.repository, &tag)).unwrap();
    assert_eq!(found.digest, image.digest);
}

#[test]
fn r156_an_incomplete_local_layer_is_an_error() {
    let bench = bench();
    let image = bench.images.image("linux/amd64", &["one"]);
    bench.write_part(&digest_of(b"one"), 3, "o");
    let bytes = bench.images.memory.bytes(&image.digest).unwrap();
    let stored = StoredManifest { media_type: MediaType::OCI_MANIFEST, bytes };
    let reference = ManifestRef::Digest(image.digest.clone());
    run(bench.store.write_manifest(&place(), &reference, &stored)).unwrap();
    let (memory, _, to) = target();
    // The registry has the layer; the store still must not claim it.
    memory.add_blob(&place(), layer(), "one");
    let pushed = run(push(&bench.store, &reference, &to, &[], &TransferOptions::default()));
    assert!(pushed.unwrap_err().is_not_found());
    assert!(!memory.digests(&place()).contains(&image.digest));
}

#[test]
fn r156_an_index_of_which_a_part_was_pulled_says_what_can_be_pushed() {
    let bench = bench();
    let amd = bench.images.image("linux/amd64", &["one"]);
    let arm = bench.images.image("linux/arm64", &["two"]);
    let index = bench.images.index(&[amd, arm.clone()]);
    let reference = bench.from.reference(None, Some(index.digest.clone()));
    let selection = Selection::Platforms(vec!["linux/arm64".parse().unwrap()]);
    let options = TransferOptions { selection, ..TransferOptions::default() };
    run(pull(&bench.from, &reference, &bench.store, &options)).unwrap();
    let target = Rc::new(Recorder::new(Rc::new(MemoryRegistry::new("target"))));
    let to = RepositoryRef {
        host: "to.example".parse().unwrap(),
        registry: target.clone(),
        repository: place(),
    };
    let whole = ManifestRef::Digest(index.digest);
    let error = run(push(&bench.store, &whole, &to, &[], &TransferOptions::default())).unwrap_err();
    let ErrorKind::InvalidInput(InputFault::NotPulled(entry)) = &error.kind else {
        panic!("{error}")
    };
    assert_eq!(entry.platform.as_ref().unwrap().to_string(), "linux/amd64");
    let calls = target.take();
    assert!(
        calls.iter().all(|call| call.starts_with("resolve")),
        "before anything is sent: {calls:?}"
    );
    let one = ManifestRef::Digest(arm.digest.clone());
    let pushed = run(push(&bench.store, &one, &to, &[], &TransferOptions::default())).unwrap();
    assert_eq!(pushed.digest, arm.digest, "one of them can be");
}

#[test]
fn a_build_cache_is_pulled_with_its_blobs() {
    let bench = bench();
    let cache = bench.images.cache(&["one", "two"]);
    bench.pull(&cache).unwrap();
    assert!(bench.has_manifest(&cache.digest));
    assert!(bench.is_complete("one") && bench.is_complete("two") && bench.is_complete("{}"));
    assert_eq!(bench.recorder.count("manifest"), 1);
}
