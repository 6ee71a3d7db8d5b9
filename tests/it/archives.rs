//! Archives by `docker save`, skopeo, kaniko, Bazel and others, read where they lie through the
//! interface of a registry (R152, R158, R168).

use std::{collections::BTreeSet, path::Path, rc::Rc};

use bytes::Bytes;
use porthole::{
    content::{
        decode::{DecodeLimits, decode_all},
        verify::digest_of,
    },
    error::{ErrorKind, LayoutFault, Missing},
    oci::{Descriptor, Document, MediaType, RepositoryName, Tag},
    ops::{graph::WalkOptions, progress::Outcome, verify::verify},
    registry::{
        BlobSource, ByteRange, List, Manifest, ManifestRef, Read, Unverified, Verification,
    },
    sources::layout::{Archive, Files, Layout, NativeFile},
};
use serde_json::Value;

use crate::{
    fixtures::{self, Fixture, text},
    read_layouts::facts,
    reader::{block_on, collect, document, repository},
};

/// The repository of images that an archive names by a tag alone, or not at all.
pub(crate) const UNNAMED: &str = "archive";

pub(crate) async fn open_bytes(bytes: Bytes) -> Result<Archive, ErrorKind> {
    let archive = Archive::open("test.tar", Rc::new(bytes), repository(UNNAMED)).await;
    archive.map_err(|error| error.kind)
}

pub(crate) async fn open_file(path: &Path) -> Archive {
    let file: Rc<dyn BlobSource> = Rc::new(NativeFile::open(path).unwrap());
    Archive::open("test.tar", file, repository(UNNAMED)).await.unwrap()
}

/// Returns true if the file as a whole is compressed.
pub(crate) fn is_compressed(fixture: &Fixture) -> bool {
    fixture.expected["compression"].as_str().is_some_and(|name| name != "none")
}

/// Opens a fixture; one that is compressed as a whole is uncompressed first.
async fn open_fixture(fixture: &Fixture) -> Archive {
    if is_compressed(fixture) {
        let plain = decode_all(&fixture.read(""), DecodeLimits::default()).unwrap();
        return open_bytes(plain.into()).await.unwrap();
    }
    open_file(&fixture.folder()).await
}

pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// The repository and tag that a name in `RepoTags` means.
fn named(name: Option<&str>) -> (RepositoryName, Tag) {
    let Some(name) = name else { return (repository(UNNAMED), Tag::latest()) };
    let reference: porthole::oci::Reference = name.parse().unwrap();
    (reference.repository, reference.tag.unwrap_or(Tag::latest()))
}

fn names_of(image: &Value) -> Vec<(RepositoryName, Tag)> {
    let names = list(image, "repoTags").iter();
    let names: Vec<_> = names.map(|name| named(name.as_str())).collect();
    if names.is_empty() { vec![named(None)] } else { names }
}

/// Every repository with its tags.
pub(crate) async fn listed(
    archive: &Layout<impl Files + 'static>,
) -> BTreeSet<(RepositoryName, Tag)> {
    let mut found = BTreeSet::new();
    for name in archive.repositories(None).await.unwrap().items {
        let tags = archive.tags(&name, None).await.unwrap();
        assert!(!tags.may_be_incomplete);
        found.extend(tags.items.into_iter().map(|tag| (name.clone(), tag)));
    }
    found
}

#[test]
fn r158_archives_by_docker_save_list_their_images() {
    block_on(async {
        for fixture in fixtures::of_kind("archive-docker-save") {
            let archive = open_fixture(&fixture).await;
            let images = list(&fixture.expected, "images").iter();
            let wanted: BTreeSet<_> = images.flat_map(names_of).collect();
            assert_eq!(listed(&archive).await, wanted, "{}", fixture.path);
        }
    });
}

#[test]
fn r152_images_by_docker_save_are_read_with_verified_digests() {
    block_on(async {
        for fixture in fixtures::of_kind("archive-docker-save") {
            let archive = open_fixture(&fixture).await;
            let layers = list(&fixture.expected, "layers");
            for image in list(&fixture.expected, "images") {
                for (place, tag) in names_of(image) {
                    let made = archive.manifest(&place, &ManifestRef::Tag(tag)).await.unwrap();
                    let why = &made.verification;
                    let says = matches!(why, Verification::NotVerified(Unverified::Made));
                    assert!(says, "{} {why:?}", fixture.path);
                    let digest = ManifestRef::Digest(made.descriptor.digest.clone());
                    let again = archive.manifest(&place, &digest).await.unwrap();
                    assert_eq!(again.verification, Verification::Verified);
                    assert_eq!(again.bytes, made.bytes);
                    check_image(&archive, &place, &made, image, layers).await;
                }
            }
        }
    });
}

/// Returns the layers of an image in the facts of its archive, which name each by the file of `Layers`.
fn layers_in<'a>(image: &'a Value, layers: &'a [Value]) -> impl Iterator<Item = &'a Value> {
    let of = |file: &Value| layers.iter().find(|layer| layer["layer"] == *file);
    list(image, "layers").iter().map(move |file| of(file).unwrap_or(&Value::Null))
}

async fn check_image(
    archive: &Archive,
    place: &RepositoryName,
    made: &Manifest,
    expected: &Value,
    layers: &[Value],
) {
    let Document::Image(image) = document(made).value else { panic!("no image: {expected}") };
    let config = image.config.unwrap();
    assert_eq!(config.digest.as_str(), expected["configDigest"], "{expected}");
    assert_eq!(image.layers.len() as u64, expected["layerCount"].as_u64().unwrap());
    for blob in std::iter::once(&config).chain(&image.layers) {
        let bytes = collect(archive.blob(place, blob).await.unwrap()).await.unwrap();
        assert_eq!((digest_of(&bytes), bytes.len() as u64), (blob.digest.clone(), blob.size));
    }
    for (layer, expected) in image.layers.iter().zip(layers_in(expected, layers)) {
        if expected.is_null() {
            continue; // The facts leave this layer out.
        }
        let compression = layer.media_type.as_str().rsplit_once('+').map_or("none", |(_, end)| end);
        assert_eq!(compression, text(expected, "compression"));
        if compression == "none" {
            assert_eq!(layer.digest.as_str(), expected["diffId"], "{expected}");
        }
    }
    let report = verify(archive, place, made.clone(), &WalkOptions::default()).await;
    let wrong: Vec<_> = report
        .objects
        .iter()
        .filter(|found| matches!(found.outcome, Outcome::Mismatch(_)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn r158_the_digest_of_a_layer_is_enough_to_find_it() {
    block_on(async {
        for fixture in fixtures::of_kind("archive-docker-save") {
            let archive = open_fixture(&fixture).await;
            for layer in list(&fixture.expected, "layers") {
                if layer["compression"] != "none" {
                    continue;
                }
                let digest = text(layer, "diffId").parse().unwrap();
                let found = archive.stat_blob(&repository(UNNAMED), &digest).await.unwrap();
                assert!(found.is_some(), "{} {layer}", fixture.path);
            }
            let absent = digest_of(b"nothing");
            assert_eq!(archive.stat_blob(&repository(UNNAMED), &absent).await, Ok(None));
        }
    });
}

#[test]
fn r158_oci_archives_read_as_their_facts_say() {
    block_on(async {
        for fixture in fixtures::of_kind("archive-oci") {
            let archive = open_file(&fixture.folder()).await;
            let roots = list(&fixture.expected, "roots").iter();
            let names: BTreeSet<_> = roots.map(|root| named(root["refName"].as_str())).collect();
            assert_eq!(listed(&archive).await, names, "{}", fixture.path);
            check_manifests(&archive, &fixture).await;
            let wrong = wrong_blobs(&fixture);
            let mut verified = BTreeSet::new();
            for root in list(&fixture.expected, "roots") {
                let (place, _) = named(root["refName"].as_str());
                let reference = ManifestRef::Digest(text(root, "digest").parse().unwrap());
                let root = archive.manifest(&place, &reference).await.unwrap();
                assert_eq!(root.verification, Verification::Verified, "{}", fixture.path);
                let report = verify(&archive, &place, root, &WalkOptions::default()).await;
                for found in report.objects {
                    let digest = found.descriptor.digest.to_string();
                    let is_right = found.outcome == Outcome::Verified;
                    assert!(is_right || wrong.contains(&digest), "{} {digest}", fixture.path);
                    verified.insert(digest);
                }
            }
            // Each manifest that a name leads to was read, and each layer whose bytes are there.
            let facts = ["manifests", "layers"].map(|key| list(&fixture.expected, key).iter());
            let reached = facts.into_iter().flatten().filter(|item| item["reachable"] != false);
            for digest in reached.map(|item| text(item, "digest")) {
                assert!(verified.contains(&digest), "{} lacks {digest}", fixture.path);
            }
        }
    });
}

/// The blobs that are missing in a layout, or other than their digest or size.
fn wrong_blobs(fixture: &Fixture) -> BTreeSet<String> {
    let wrong = ["missingBlobs", "digestMismatches", "sizeMismatches"].map(|key| {
        let wrong = list(&fixture.expected, key).iter();
        wrong.map(|item| item.as_str().map_or_else(|| text(item, "digest"), str::to_owned))
    });
    wrong.into_iter().flatten().collect()
}

/// Every manifest that is there and right, by its digest.
pub(crate) async fn check_manifests(archive: &Layout<impl Files + 'static>, fixture: &Fixture) {
    let wrong = wrong_blobs(fixture);
    for expected in list(&fixture.expected, "manifests") {
        let digest = text(expected, "digest");
        if wrong.contains(&digest) {
            continue;
        }
        let context = format!("{} {digest}", fixture.path);
        let reference = ManifestRef::Digest(digest.parse().unwrap());
        let read = archive.manifest(&repository(UNNAMED), &reference).await;
        let read = read.unwrap_or_else(|why| panic!("{context}: {why}"));
        assert_eq!(read.verification, Verification::Verified, "{context}");
        facts(&document(&read).value, expected, &context);
    }
}

#[test]
fn r158_a_range_of_a_blob_is_read_from_a_tar() {
    block_on(async {
        for fixture in fixtures::of_kind("archive-docker-save") {
            let archive = open_fixture(&fixture).await;
            for layer in list(&fixture.expected, "layers") {
                if layer["compression"] != "none" {
                    continue;
                }
                let (place, digest) = (repository(UNNAMED), text(layer, "diffId").parse().unwrap());
                let size = archive.stat_blob(&place, &digest).await.unwrap().unwrap().size;
                let blob = Descriptor::new(MediaType::OCTET_STREAM, digest, size);
                let whole = collect(archive.blob(&place, &blob).await.unwrap()).await.unwrap();
                let parts =
                    [(0, Some(7)), (257, Some(8)), (size.saturating_sub(1), None), (size, None)];
                let fits =
                    |(start, length): &(u64, Option<u64>)| start + length.unwrap_or(0) <= size;
                for (start, length) in parts.into_iter().filter(fits) {
                    let range = ByteRange { start, length };
                    let part = archive.blob_range(&place, &blob, range).await.unwrap();
                    let end = length.map_or(size, |length| start + length);
                    let expected = whole.slice(start as usize..end as usize);
                    assert_eq!(collect(part).await.unwrap(), expected, "{}", fixture.path);
                }
                let beyond = ByteRange { start: size + 1, length: None };
                let refused = archive.blob_range(&place, &blob, beyond).await.map(|_| ());
                let kind = ErrorKind::invalid_range(Some(blob.size));
                assert_eq!(refused.unwrap_err().kind, kind);
            }
        }
    });
}

/// A tar of these files.
pub(crate) fn archive_of(files: &[(&str, &str)]) -> Bytes {
    use porthole::sources::layout::tar;
    let mut archive = Vec::new();
    for (path, content) in files {
        archive.extend(tar::head(path, content.len() as u64));
        archive.extend(content.as_bytes());
        archive.extend(tar::padding(content.len() as u64));
    }
    archive.extend(tar::END);
    archive.into()
}

pub(crate) const LAYOUT: (&str, &str) = ("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);

#[test]
fn r158_names_that_an_index_lacks_come_from_manifest_json() {
    let config = r#"{"rootfs":{"diff_ids":[]}}"#;
    let image = |name: &str| {
        let digest = digest_of(config.as_bytes());
        format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
            "config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{digest}",
            "size":{}}},"layers":[],"annotations":{{"n":"{name}"}}}}"#,
            config.len()
        )
    };
    let entry = |bytes: &str| {
        format!(
            r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":{}}}"#,
            digest_of(bytes.as_bytes()),
            bytes.len()
        )
    };
    let blob = |bytes: &str| porthole::sources::layout::tar::path_of(&digest_of(bytes.as_bytes()));
    let saved = format!(r#"[{{"Config":"{}","RepoTags":["a:1"],"Layers":[]}}]"#, blob(config));
    let find = |images: &[String], index: &str| {
        let index = format!(r#"{{"schemaVersion":2,"manifests":{index}}}"#);
        let blobs: Vec<_> = images.iter().map(|image| (blob(image), image.as_str())).collect();
        let config_at = blob(config);
        let mut files =
            vec![LAYOUT, ("index.json", &index), ("manifest.json", &saved), (&config_at, config)];
        files.extend(blobs.iter().map(|(path, bytes)| (path.as_str(), *bytes)));
        block_on(async {
            let archive = open_bytes(archive_of(&files)).await.unwrap();
            let tag = ManifestRef::Tag("1".parse().unwrap());
            archive.manifest(&repository("library/a"), &tag).await.map_err(|error| error.kind)
        })
    };
    let (one, two) = (image("one"), image("two"));
    let found = find(std::slice::from_ref(&one), &format!("[{}]", entry(&one))).unwrap();
    assert_eq!((found.bytes, found.verification), (one.clone().into(), Verification::Verified));
    // An index that lists nothing leaves the images to manifest.json.
    for empty in ["[]", "null"] {
        let made = find(&[], empty).unwrap();
        assert!(matches!(made.verification, Verification::NotVerified(_)), "{empty}");
    }
    // A name that stands for two digests stands for neither.
    let both = format!("[{},{}]", entry(&one), entry(&two));
    let found = find(&[one, two], &both);
    assert!(matches!(found, Err(ErrorKind::Layout(LayoutFault::AmbiguousTag { digests: 2, .. }))));
}

#[test]
fn r158_an_archive_knows_no_other_repository_and_no_other_tag() {
    let files = [("manifest.json", r#"[{"Config":"c","RepoTags":["a:1","b:1"],"Layers":[]}]"#)];
    block_on(async {
        let archive = open_bytes(archive_of(&files)).await.unwrap();
        let other = archive.tags(&repository("library/c"), None).await.map_err(|error| error.kind);
        assert_eq!(other.unwrap_err(), ErrorKind::NotFound(Missing::Repository));
        let tag = ManifestRef::Tag("2".parse().unwrap());
        let other = archive.resolve(&repository("library/a"), &tag).await;
        let kind = ErrorKind::NotFound(Missing::manifest(&tag));
        assert_eq!(other.unwrap_err().kind, kind);
        let referrers = archive.referrers(&repository("library/a"), &digest_of(b""), None).await;
        assert_eq!(referrers.unwrap().items, []);
    });
}
