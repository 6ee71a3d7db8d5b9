//! OCI layouts that are served as files (R168). Every layout of the fixtures is read through the interface of
//! a registry, with the same results.

use std::collections::BTreeSet;

use porthole::{
    error::{ErrorKind, LayoutFault, Missing},
    oci::{Descriptor, Digest, MediaType},
    ops::{graph::WalkOptions, progress::Outcome, verify::verify},
    registry::{ByteRange, List, ManifestRef, Read, Verification},
    sources::layout::StaticLayouts,
    wire::BaseUrl,
};
use serde_json::Value;

use crate::{
    fixtures::{self, Fixture, text},
    read_layouts::facts,
    reader::{block_on, collect, document, repository, stack},
    servers::tag_in,
    static_files::{Folders, StaticFiles},
};

const KINDS: [&str; 7] = [
    "layout-buildkit-attestation",
    "layout-digest-mismatch",
    "layout-image",
    "layout-multi-arch",
    "layout-nested-index",
    "layout-notation",
    "layout-referrers",
];

/// Serves every layout of these kinds under its own path, and returns a client for them.
struct Host {
    server: StaticFiles,
    layouts: StaticLayouts,
    fixtures: Vec<(String, Fixture)>,
}

fn serve(kinds: &[&str]) -> Host {
    let all = kinds.iter().flat_map(|kind| fixtures::of_kind(kind)).enumerate();
    let fixtures: Vec<_> = all.map(|(n, fixture)| (format!("layouts/n{n}"), fixture)).collect();
    let folders: Folders = fixtures
        .iter()
        .map(|(name, fixture)| (format!("files/{name}"), fixture.folder()))
        .collect();
    let server = StaticFiles::start(folders);
    let base = BaseUrl::parse(&format!("http://{}/files", server.host)).unwrap();
    let layouts = StaticLayouts::new(server.host.parse().unwrap(), base, &stack());
    Host { server, layouts, fixtures }
}

fn list<'a>(fixture: &'a Fixture, key: &str) -> &'a [Value] {
    fixture.expected[key].as_array().map_or(&[], Vec::as_slice)
}

fn digests(fixture: &Fixture, key: &str) -> BTreeSet<String> {
    let items = list(fixture, key).iter();
    items.map(|item| item.as_str().map_or_else(|| text(item, "digest"), str::to_owned)).collect()
}

fn by_digest(digest: &str) -> ManifestRef {
    ManifestRef::Digest(digest.parse().unwrap())
}

#[test]
fn r168_layouts_of_files_read_as_their_facts_say() {
    let host = serve(&KINDS);
    block_on(async {
        for (name, fixture) in &host.fixtures {
            let place = repository(name);
            let wrong = &digests(fixture, "digestMismatches") | &digests(fixture, "sizeMismatches");
            for expected in list(fixture, "manifests") {
                let digest = text(expected, "digest");
                let is_there =
                    fixture.folder().join("blobs").join(digest.replace(':', "/")).is_file();
                if wrong.contains(&digest) || !is_there {
                    continue;
                }
                let context = format!("{} {digest}", fixture.path);
                let read = host.layouts.manifest(&place, &by_digest(&digest)).await;
                let read = read.unwrap_or_else(|why| panic!("{context}: {why}"));
                assert_eq!(read.verification, Verification::Verified, "{context}");
                assert_eq!(Some(read.descriptor.size), expected["size"].as_u64(), "{context}");
                facts(&document(&read).value, expected, &context);
            }
            tags(&host.layouts, name, fixture).await;
        }
    });
    let asked = host.server.requests();
    assert!(asked.iter().all(|line| !line.contains("/v2/")), "files only: {asked:?}");
}

async fn tags(layouts: &StaticLayouts, name: &str, fixture: &Fixture) {
    let place = repository(name);
    let page = layouts.tags(&place, None).await.unwrap();
    let tags: BTreeSet<&str> = page.items.iter().map(porthole::oci::Tag::as_str).collect();
    for root in list(fixture, "roots") {
        let Some(tag) = root["refName"].as_str().and_then(tag_in) else { continue };
        assert!(tags.contains(tag.as_str()), "{}: {tag} in {tags:?}", fixture.path);
        let found = layouts.resolve(&place, &tag.clone().into()).await.unwrap();
        assert_eq!(found.digest.as_str(), root["digest"], "{} {tag}", fixture.path);
    }
}

#[test]
fn r168_layouts_of_files_are_verified_and_wrong_bytes_found() {
    let host = serve(&KINDS);
    block_on(async {
        for (name, fixture) in &host.fixtures {
            let place = repository(name);
            let mut mismatched = BTreeSet::new();
            for tag in host.layouts.tags(&place, None).await.unwrap().items {
                let read = host.layouts.manifest(&place, &ManifestRef::Tag(tag)).await;
                if let Err(ErrorKind::SizeMismatch { digest, .. }) = read.map_err(|e| e.kind) {
                    mismatched.extend(digest.map(|digest| digest.to_string()));
                }
            }
            for root in list(fixture, "roots") {
                let Ok(root) =
                    host.layouts.manifest(&place, &by_digest(&text(root, "digest"))).await
                else {
                    continue;
                };
                let report = verify(&host.layouts, &place, root, &WalkOptions::default()).await;
                let wrong = report
                    .objects
                    .iter()
                    .filter(|object| matches!(object.outcome, Outcome::Mismatch(_)));
                mismatched.extend(wrong.map(|object| object.descriptor.digest.to_string()));
            }
            // Entries without a name have no tag to ask for.
            for remark in host.layouts.remarks(&place).await.unwrap() {
                if let LayoutFault::EntrySize { digest, .. } = remark {
                    mismatched.insert(digest.to_string());
                }
            }
            let known = &digests(fixture, "digestMismatches") | &digests(fixture, "sizeMismatches");
            assert!(mismatched.is_subset(&known), "{}: {mismatched:?}", fixture.path);
            // Nothing points at the others: they are only asked for by their digest.
            for digest in digests(fixture, "digestMismatches").difference(&mismatched) {
                let digest: Digest = digest.parse().unwrap();
                let found = host.layouts.stat_blob(&place, &digest).await.unwrap().unwrap();
                let read = collect(host.layouts.blob(&place, &found).await.unwrap()).await;
                let kind = read.map_err(|error| error.kind);
                assert!(
                    matches!(kind, Err(ErrorKind::DigestMismatch { .. })),
                    "{digest}: {kind:?}"
                );
            }
        }
    });
}

#[test]
fn r168_referrers_in_a_layout_of_files() {
    let host = serve(&["layout-referrers"]);
    block_on(async {
        for (name, fixture) in &host.fixtures {
            let subjects = fixture.expected["referrers"].as_object().into_iter().flatten();
            for (subject, expected) in subjects {
                let subject: Digest = subject.parse().unwrap();
                let found = host.layouts.referrers(&repository(name), &subject, None).await;
                let found: BTreeSet<String> =
                    found.unwrap().items.iter().map(|(item, _)| item.digest.to_string()).collect();
                let wanted = expected.as_array().unwrap().iter();
                let wanted = wanted.filter(|item| item["reachable"] != false);
                let wanted: BTreeSet<String> = wanted.map(|item| text(item, "digest")).collect();
                assert_eq!(found, wanted, "{} {subject}", fixture.path);
            }
        }
    });
}

#[test]
fn r168_parts_of_blobs_and_what_is_not_there() {
    let host = serve(&["layout-image"]);
    let Some((name, fixture)) = host.fixtures.first() else { return };
    let (place, absent) = (repository(name), repository("layouts/none"));
    block_on(async {
        let blobs = list(fixture, "blobs").iter();
        let blob = blobs.max_by_key(|blob| blob["size"].as_u64()).expect("a manifest, at least");
        let (digest, size) =
            (text(blob, "digest").parse().unwrap(), blob["size"].as_u64().unwrap());
        let blob = Descriptor::new(MediaType::OCTET_STREAM, digest, size);
        let whole = collect(host.layouts.blob(&place, &blob).await.unwrap()).await.unwrap();
        let range = ByteRange { start: 10, length: Some(7) };
        let part = host.layouts.blob_range(&place, &blob, range).await.unwrap();
        assert_eq!(collect(part).await.unwrap(), whole[10..17]);
        let found = host.layouts.stat_blob(&place, &blob.digest).await.unwrap();
        assert_eq!(found.map(|found| found.size), Some(size));
        let kind = |error: porthole::error::Error| error.kind;
        let missing = host.layouts.tags(&absent, None).await.map_err(kind);
        assert_eq!(missing.unwrap_err(), ErrorKind::NotFound(Missing::Repository));
        let tag = "no-such-tag".parse().unwrap();
        let missing = host.layouts.resolve(&place, &tag).await.map_err(kind);
        assert_eq!(missing.unwrap_err(), ErrorKind::NotFound(Missing::manifest(&tag)));
        let refused = host.layouts.repositories(None).await.map_err(kind);
        assert_eq!(refused.unwrap_err(), ErrorKind::CatalogUnavailable);
    });
}
