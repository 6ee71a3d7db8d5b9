//! Tests of reading from the demo registry, independent of the transport. They run natively, and in a browser
//! where no response header is readable.

use futures_util::StreamExt;
use porthole::{
    client::RemoteRegistry,
    content::verify::digest_of,
    error::ErrorKind,
    oci::{Descriptor, Document, ManifestRef, RepositoryName, Tag, parse_document},
    ops::{
        graph::WalkOptions,
        lookup::{self, Lookup, Prefer, Reason},
        tags_of::tags_of,
        verify::verify,
    },
    registry::{BlobStream, ByteRange, List, Manifest, Read, ReferrersSource, Verification},
};

/// Calls a macro with the names of all tests of this file.
macro_rules! for_each_test {
    ($each:ident) => {
        $each! {
            r074_it_says_what_it_is,
            r076_manifests_by_tag_and_by_digest,
            r077_a_lookup_tells_why_nothing_is_there,
            r079_a_tag_that_moved_is_noticed,
            r080_blobs_whole_and_in_part,
            r075_blobs_that_are_and_are_not_there,
            r094_every_repository_once,
            r097_every_tag_once,
            r102_all_tags_of_a_digest,
            r103_referrers_from_the_api_and_from_cosign_tags,
            r081_an_image_is_verified_to_its_last_byte,
        }
    };
}
pub(crate) use for_each_test;

const IMAGE: &str = "library/harbour";

pub(crate) async fn r074_it_says_what_it_is(registry: &RemoteRegistry) {
    registry.ping().await.expect("a registry");
}

pub(crate) async fn r076_manifests_by_tag_and_by_digest(registry: &RemoteRegistry) {
    let by_tag = manifest(registry, IMAGE, "1.4.2").await;
    assert_eq!(by_tag.descriptor.digest, digest_of(&by_tag.bytes));
    assert!(matches!(by_tag.verification, Verification::NotVerified(_)));
    let by_digest = manifest(registry, IMAGE, by_tag.descriptor.digest.as_str()).await;
    assert_eq!(by_digest.verification, Verification::Verified);
    assert_eq!(by_digest.bytes, by_tag.bytes);
    let resolved = registry.resolve(&name(IMAGE), &at("1.4.2")).await.expect("a descriptor");
    assert_eq!(resolved.digest, by_tag.descriptor.digest);
    let Document::Index(index) = read(&by_tag) else { panic!("not an index") };
    let images = index.manifests.iter().filter(|entry| !entry.is_attestation());
    let platforms: Vec<String> = images.flat_map(|e| &e.platform).map(|p| p.to_string()).collect();
    assert!(platforms.len() >= 5 && platforms.contains(&"linux/arm64/v8".to_owned()));
}

pub(crate) async fn r077_a_lookup_tells_why_nothing_is_there(registry: &RemoteRegistry) {
    for (text, is_there) in [
        ("library/harbour:1.4.2", true),
        ("library/harbour:none", false),
        ("library/nobody:1.4.2", false),
    ] {
        let reference = format!("{}/{text}", host(registry)).parse().expect("a reference");
        match lookup::manifest(registry, &reference, Prefer::Digest).await.expect("an answer") {
            Lookup::Found(_) => assert!(is_there, "{text}"),
            Lookup::Absent(absence) => {
                assert!(!is_there, "{text}: {}", absence.error);
                assert_eq!(absence.reason, Reason::NotFound);
            }
        }
    }
}

pub(crate) async fn r079_a_tag_that_moved_is_noticed(registry: &RemoteRegistry) {
    let other = manifest(registry, IMAGE, "1.3.0").await.descriptor.digest;
    let text = format!("{}/{IMAGE}:1.4.2@{other}", host(registry));
    let reference = text.parse().expect("a reference");
    let found = lookup::manifest(registry, &reference, Prefer::TagVerifiedByDigest).await;
    let error = found.and_then(Lookup::required).expect_err("another image");
    assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }), "{error}");
}

pub(crate) async fn r080_blobs_whole_and_in_part(registry: &RemoteRegistry) {
    for layer in layers(registry, IMAGE, "1.4.2-amd64").await {
        let all = bytes(registry.blob(&name(IMAGE), &layer).await.expect("a blob")).await;
        assert_eq!(digest_of(&all), layer.digest);
        let range = ByteRange { start: 7, length: Some(100) };
        let part = registry.blob_range(&name(IMAGE), &layer, range).await.expect("a part");
        assert_eq!(bytes(part).await, all.get(7..107).expect("long enough"));
    }
}

pub(crate) async fn r075_blobs_that_are_and_are_not_there(registry: &RemoteRegistry) {
    let layer = layers(registry, IMAGE, "1.4.2-amd64").await.remove(0);
    let found = registry.stat_blob(&name(IMAGE), &layer.digest).await.expect("an answer");
    assert_eq!(found.map(|found| found.digest), Some(layer.digest));
    let none = digest_of(b"nobody has this");
    assert_eq!(registry.stat_blob(&name(IMAGE), &none).await.expect("an answer"), None);
}

pub(crate) async fn r094_every_repository_once(registry: &RemoteRegistry) {
    let (mut all, mut from) = (Vec::new(), None);
    loop {
        let page = registry.repositories(from.as_deref()).await.expect("a page");
        all.extend(page.items);
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let known = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), known, "some twice");
    assert!(known >= 2500 && all.contains(&name(IMAGE)), "{known}");
}

pub(crate) async fn r097_every_tag_once(registry: &RemoteRegistry) {
    let (mut all, mut from) = (Vec::<Tag>::new(), None);
    loop {
        let page = registry.tags(&name("demo/many-tags"), from.as_deref()).await.expect("a page");
        all.extend(page.items);
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 5000);
}

pub(crate) async fn r102_all_tags_of_a_digest(registry: &RemoteRegistry) {
    let digest = manifest(registry, IMAGE, "1.4.2").await.descriptor.digest;
    let found = tags_of(registry, &name(IMAGE), &digest, 4).await.expect("tags");
    let tags: Vec<&str> = found.tags.iter().map(Tag::as_str).collect();
    assert!(["1", "1.4", "1.4.2", "latest"].iter().all(|tag| tags.contains(tag)), "{tags:?}");
    assert!(!tags.contains(&"1.3.0") && found.unknown.is_empty());
}

pub(crate) async fn r103_referrers_from_the_api_and_from_cosign_tags(registry: &RemoteRegistry) {
    let subject = manifest(registry, IMAGE, "1.4.2").await.descriptor.digest;
    let found = registry.referrers(&name(IMAGE), &subject, None).await.expect("an answer");
    for source in [ReferrersSource::Api, ReferrersSource::CosignTag] {
        assert!(found.items.iter().any(|(_, from)| *from == source), "{source:?}: {found:?}");
    }
}

pub(crate) async fn r081_an_image_is_verified_to_its_last_byte(registry: &RemoteRegistry) {
    for (repository, tag, mismatched) in
        [(IMAGE, "1.4.2-amd64", 0), ("broken/content", "wrong-layer", 1)]
    {
        let by_tag = manifest(registry, repository, tag).await;
        let root = manifest(registry, repository, by_tag.descriptor.digest.as_str()).await;
        let report = verify(registry, &name(repository), root, &WalkOptions::default()).await;
        let totals = report.totals();
        assert_eq!((totals.mismatched, totals.not_verified), (mismatched, 0), "{repository}");
        assert!(totals.verified >= 2);
    }
}

fn name(text: &str) -> RepositoryName {
    text.parse().expect("a repository")
}

fn at(text: &str) -> ManifestRef {
    text.parse().expect("a tag or digest")
}

fn host(registry: &RemoteRegistry) -> String {
    registry.connection().host.to_string()
}

async fn manifest(registry: &RemoteRegistry, repository: &str, reference: &str) -> Manifest {
    registry.manifest(&name(repository), &at(reference)).await.expect("a manifest")
}

fn read(manifest: &Manifest) -> Document {
    parse_document(manifest.bytes.clone(), manifest.content_type.as_ref()).value
}

async fn layers(registry: &RemoteRegistry, repository: &str, tag: &str) -> Vec<Descriptor> {
    match read(&manifest(registry, repository, tag).await) {
        Document::Image(image) => image.layers,
        _ => panic!("not an image"),
    }
}

async fn bytes(mut blob: BlobStream) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(chunk) = blob.chunks.next().await {
        all.extend_from_slice(&chunk.expect("the right bytes"));
    }
    all
}
