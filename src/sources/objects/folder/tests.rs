#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{fs, path::Path};

use futures_util::{FutureExt, future::join};
use serde_json::Value;

use super::{super::Progress, *};
use crate::{
    registry::{List, Read},
    sources::layout::Folder,
    testing::VirtualClock,
};

/// A folder of its own for a test, removed at its end.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("porthole-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn open(&self) -> (FolderObjects, VirtualClock) {
        let clock = VirtualClock::default();
        (FolderObjects::open(&self.0, clock.shared()).unwrap(), clock)
    }

    fn index(&self) -> Value {
        serde_json::from_slice(&fs::read(self.0.join("index.json")).unwrap()).unwrap()
    }

    fn listed(&self) -> Vec<String> {
        let index = self.index();
        let entries = index["manifests"].as_array().unwrap().iter();
        let text = |entry: &Value| {
            let name = entry["annotations"][crate::sources::layout::IMAGE_NAME].as_str();
            format!("{} {}", name.unwrap_or("-"), entry["digest"].as_str().unwrap())
        };
        entries.map(text).collect()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run<T>(task: impl Future<Output = T>) -> T {
    VirtualClock::default().run(task).unwrap()
}

fn repository(name: &str) -> RepositoryName {
    name.parse().unwrap()
}

fn tag(tag: &str) -> ManifestRef {
    ManifestRef::Tag(tag.parse().unwrap())
}

fn manifest(text: &str) -> StoredManifest {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    StoredManifest { media_type: MediaType::OCI_INDEX, bytes }
}

fn index_of(children: &[&StoredManifest]) -> StoredManifest {
    let entry = |child: &&StoredManifest| {
        let (digest, size) = (digest_of(&child.bytes), child.bytes.len());
        format!(r#"{{"mediaType":"{}","digest":"{digest}","size":{size}}}"#, child.media_type)
    };
    let list: Vec<_> = children.iter().map(entry).collect();
    manifest(&format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, list.join(",")))
}

fn write(store: &FolderObjects, name: &str, reference: &ManifestRef, manifest: &StoredManifest) {
    run(store.write_manifest(&repository(name), reference, manifest)).unwrap();
}

fn read(store: &FolderObjects, name: &str, reference: &ManifestRef) -> Option<StoredManifest> {
    run(store.manifest(&repository(name), reference)).unwrap()
}

fn by_digest(manifest: &StoredManifest) -> ManifestRef {
    ManifestRef::Digest(digest_of(&manifest.bytes))
}

async fn put_layer(layer: &dyn Layer, text: &'static str) -> Result<bool> {
    let mut writer = layer.writer()?;
    writer.set_size(text.len() as u64)?;
    let from = usize::try_from(writer.current_size()).unwrap();
    writer.write(Bytes::from_static(&text.as_bytes()[from..])).await?;
    writer.close().await
}

#[test]
fn r158_the_folder_is_a_layout_that_lists_roots_and_not_their_children() {
    let folder = Temporary::new("roots");
    let (store, _) = folder.open();
    let child = index_of(&[]);
    let root = index_of(&[&child]);
    write(&store, "a/b", &by_digest(&child), &child);
    assert_eq!(folder.listed(), [format!("- {}", digest_of(&child.bytes))], "so far a root");
    write(&store, "a/b", &by_digest(&root), &root);
    assert_eq!(folder.listed(), [format!("- {}", digest_of(&root.bytes))]);
    write(&store, "a/b", &tag("v1"), &root);
    assert_eq!(folder.listed(), [format!("a/b:v1 {}", digest_of(&root.bytes))]);
    let read_as_layout = Folder::new("test", &folder.0, repository("unnamed"));
    run(async {
        let tags = read_as_layout.tags(&repository("a/b"), None).await.unwrap().items;
        assert_eq!(tags.iter().map(ToString::to_string).collect::<Vec<_>>(), ["v1"]);
        let found = read_as_layout.manifest(&repository("a/b"), &tag("v1")).await.unwrap();
        assert_eq!(found.bytes, root.bytes);
    });
}

#[test]
fn r152_manifests_are_kept_by_tag_and_by_digest_and_found_by_the_next_program() {
    let folder = Temporary::new("kept");
    let (store, _) = folder.open();
    let (one, two) = (index_of(&[]), manifest(r#"{"schemaVersion":2,"manifests":[ ]}"#));
    assert_eq!(read(&store, "a/b", &tag("v1")), None);
    assert_eq!(read(&store, "a/b", &by_digest(&one)), None);
    write(&store, "a/b", &tag("v1"), &one);
    write(&store, "alpine", &tag("v1"), &two);
    let (again, _) = folder.open();
    assert_eq!(read(&again, "a/b", &tag("v1")), Some(one.clone()));
    assert_eq!(read(&again, "alpine", &tag("v1")), Some(two.clone()), "one tag, two repositories");
    assert_eq!(read(&again, "a", &tag("v1")), None);
    assert_eq!(read(&again, "a/b", &by_digest(&two)), Some(two.clone()));
    write(&again, "a/b", &tag("v1"), &two);
    assert_eq!(read(&store, "a/b", &tag("v1")), Some(two), "the tag moved");
    assert_eq!(read(&store, "a/b", &by_digest(&one)), Some(one.clone()), "what it left stays");
    let wrong = ManifestRef::Digest(digest_of(b"other"));
    let written = run(store.write_manifest(&repository("a/b"), &wrong, &one));
    assert!(matches!(written, Err(StoreError::Mismatch { .. })));
}

#[test]
fn r152_two_programs_that_write_in_turns_lose_nothing() {
    let folder = Temporary::new("turns");
    let (one, _) = folder.open();
    let (two, _) = folder.open();
    let image = index_of(&[]);
    for round in 0..3 {
        write(&one, "a/b", &tag(&format!("one-{round}")), &image);
        write(&two, "a/b", &tag(&format!("two-{round}")), &image);
    }
    assert_eq!(folder.listed().len(), 6);
}

#[test]
fn what_others_wrote_into_the_index_stays() {
    let folder = Temporary::new("others");
    let (store, _) = folder.open();
    let image = index_of(&[]);
    write(&store, "a/b", &by_digest(&image), &image);
    let theirs = format!(
        r#"{{"schemaVersion":2,"x.extra":[1],"manifests":[{{"mediaType":"{}","digest":"{}","size":{},
        "x.note":"theirs","annotations":{{"org.opencontainers.image.ref.name":"v1"}}}}]}}"#,
        image.media_type,
        digest_of(&image.bytes),
        image.bytes.len(),
    );
    fs::write(folder.0.join("index.json"), theirs).unwrap();
    assert_eq!(
        read(&store, "any/where", &tag("v1")),
        Some(image.clone()),
        "a tag of no repository"
    );
    write(&store, "a/b", &tag("v2"), &image);
    let index = folder.index();
    assert_eq!(
        (&index["x.extra"][0], &index["manifests"][0]["x.note"]),
        (&1.into(), &"theirs".into())
    );
    write(&store, "a/b", &tag("v1"), &image);
    assert_eq!(folder.listed().len(), 2, "two entries of one tag would stand for neither");
}

#[test]
fn what_is_no_layout_is_refused_and_left_alone() {
    let folder = Temporary::new("refused");
    let (store, clock) = folder.open();
    for broken in ["", "{", "[]", r#"{"manifests":7}"#] {
        fs::write(folder.0.join("index.json"), broken).unwrap();
        let written = run(store.write_manifest(&repository("a"), &tag("v1"), &index_of(&[])));
        assert!(matches!(written, Err(StoreError::NotAnIndex)), "{broken:?}");
        assert_eq!(fs::read_to_string(folder.0.join("index.json")).unwrap(), broken);
    }
    fs::write(folder.0.join("oci-layout"), r#"{"imageLayoutVersion":"2.0.0"}"#).unwrap();
    assert!(FolderObjects::open(&folder.0, clock.shared()).is_err());
}

#[test]
fn what_a_crash_left_is_in_nobodys_way() {
    let folder = Temporary::new("crash");
    let (store, _) = folder.open();
    for leftover in ["new-0", "new-1"] {
        fs::write(folder.0.join("ingest").join(leftover), "half of an ind").unwrap();
    }
    let image = index_of(&[]);
    write(&store, "a/b", &tag("v1"), &image);
    assert_eq!(read(&store, "a/b", &tag("v1")), Some(image));
}

#[test]
fn r153_one_writer_at_a_time_also_among_programs() {
    let folder = Temporary::new("writers");
    let (store, _) = folder.open();
    let (other, _) = folder.open();
    let digest = digest_of(b"layer");
    let (here, there) = (store.layer(&digest), other.layer(&digest));
    run(async {
        assert!(matches!(here.reader().await, Err(StoreError::NotWritten(_))));
        let writer = here.writer().unwrap();
        for layer in [&here, &store.layer(&digest), &there] {
            assert_eq!(layer.writer().err(), Some(StoreError::Locked));
            assert!(matches!(layer.reader().await, Err(StoreError::BeingWritten(_))));
            assert!(layer.progress().locked);
        }
        drop(writer);
        assert!(put_layer(&*there, "layer").await.unwrap());
        assert_eq!(here.writer().err(), Some(StoreError::AlreadyExists));
        assert_eq!(here.reader().await.unwrap().slice(0, 9).await.unwrap(), "layer");
    });
}

#[test]
fn r153_waiting_ends_with_the_writer_of_this_or_another_program() {
    let folder = Temporary::new("waiting");
    let (store, clock) = folder.open();
    let (other, _) = folder.open();
    for (writing, text, is_written) in [
        (&store, "one", true),
        (&other, "two", true),
        (&store, "six", false),
        (&other, "ten", false),
    ] {
        let digest = digest_of(text.as_bytes());
        let (waiting, layer) = (store.layer(&digest), writing.layer(&digest));
        let mut writer = layer.writer().unwrap();
        assert!(waiting.wait().now_or_never().is_none());
        let end = async {
            crate::testing::recorder::turn().await;
            if is_written {
                writer.set_size(3).unwrap();
                writer.write(Bytes::from_static(text.as_bytes())).await.unwrap();
            }
            writer.close().await.unwrap()
        };
        let (waited, ended) = clock.run(join(waiting.wait(), end)).unwrap();
        assert_eq!((waited.is_ok(), ended), (is_written, is_written), "{text}");
    }
}

#[test]
fn r154_a_part_is_taken_up_by_the_next_program() {
    let folder = Temporary::new("part");
    let digest = digest_of(b"0123456789");
    run(async {
        let (store, _) = folder.open();
        let mut writer = store.layer(&digest).writer().unwrap();
        let early = writer.write(Bytes::from_static(b"0")).await;
        assert_eq!(early, Err(StoreError::SizeNotSet));
        writer.set_size(10).unwrap();
        assert_eq!(writer.set_size(9), Err(StoreError::SizeChanged { before: 10, now: 9 }));
        writer.write(Bytes::from_static(b"0123")).await.unwrap();
        let long = writer.write(Bytes::from_static(b"4567890")).await;
        assert_eq!(long, Err(StoreError::SizeExceeded { size: 10 }));
        let expected = Progress { current_size: 4, size: Some(10), complete: false, locked: true };
        assert_eq!(store.layer(&digest).progress(), expected);
        // As if the program had ended: nothing is closed.
        drop(writer);
        let (next, _) = folder.open();
        let layer = next.layer(&digest);
        assert_eq!(layer.progress().current_size, 4);
        assert!(put_layer(&*layer, "0123456789").await.unwrap());
        let file = folder.0.join("blobs/sha256").join(digest.encoded());
        assert_eq!(fs::read(file).unwrap(), b"0123456789");
    });
}

#[test]
fn r154_wrong_bytes_never_get_the_name_of_the_digest() {
    let folder = Temporary::new("wrong");
    let (store, _) = folder.open();
    let layer = store.layer(&digest_of(b"right"));
    let has_blob = |folder: &Path| folder.join("blobs/sha256").exists();
    run(async {
        let written = put_layer(&*layer, "wrong").await;
        assert!(matches!(written, Err(StoreError::Mismatch { .. })));
        assert_eq!(layer.progress().current_size, 0);
        assert!(!has_blob(&folder.0));
        assert!(put_layer(&*layer, "right").await.unwrap() && has_blob(&folder.0));
    });
}
