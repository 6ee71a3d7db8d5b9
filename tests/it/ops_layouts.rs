//! Jobs on every OCI layout of the fixtures, in memory: the tree, its verification, and a copy.

use std::{collections::BTreeSet, fs, rc::Rc};

use bytes::Bytes;
use porthole::{
    oci::{Descriptor, Digest, MediaType, RepositoryName},
    ops::{
        copy::copy,
        ensure::ManifestName,
        graph::{InRepository, NodeContent, Role, WalkOptions, walk},
        progress::Outcome,
        read,
        repository_ref::RepositoryRef,
        transfer::TransferOptions,
        verify::{Report, verify},
    },
    registry::Manifest,
    sources::memory::MemoryRegistry,
};
use serde_json::Value;

use crate::fixtures::{self, Fixture, text};

fn place() -> RepositoryName {
    "layout".parse().unwrap()
}

/// A layout whose root is its `index.json`.
struct Layout {
    memory: MemoryRegistry,
    root: Descriptor,
    expected: Value,
    path: String,
}

/// Reads a layout. Returns `None` if a folder is no layout, or if its `index.json` is no JSON.
fn load(fixture: &Fixture) -> Option<Layout> {
    fixture.expected["roots"].as_array()?;
    let memory = MemoryRegistry::new("layout");
    for (digest, bytes) in blobs(fixture) {
        memory.add_blob_as(&place(), &digest, bytes);
    }
    let listed = ["roots", "manifests"].map(|key| fixture.expected[key].as_array());
    for entry in listed.into_iter().flatten().flatten() {
        let digest: Digest = text(entry, "digest").parse().unwrap();
        let Some(bytes) = memory.bytes(&digest) else { continue };
        let media_type = MediaType::new(text(entry, "mediaType"));
        let size = bytes.len() as u64;
        memory.add_manifest_as(&place(), &Descriptor::new(media_type, digest, size), bytes);
    }
    let index = fixture.read("index.json");
    let root = memory.add_manifest(&place(), MediaType::OCI_INDEX, index, None);
    Some(Layout { memory, root, expected: fixture.expected.clone(), path: fixture.path.clone() })
}

/// Returns the files under `blobs/`, each with the digest of its name.
fn blobs(fixture: &Fixture) -> Vec<(Digest, Bytes)> {
    let folder = fixtures::folder().unwrap().join(&fixture.path).join("blobs");
    let Ok(algorithms) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for algorithm in algorithms.map(Result::unwrap) {
        let name = algorithm.file_name().into_string().unwrap();
        for blob in fs::read_dir(algorithm.path()).unwrap().map(Result::unwrap) {
            let encoded = blob.file_name().into_string().unwrap();
            let digest = format!("{name}:{encoded}").parse().unwrap();
            found.push((digest, fs::read(blob.path()).unwrap().into()));
        }
    }
    found
}

fn layouts(kinds: &[&str]) -> Vec<Layout> {
    let all = kinds.iter().flat_map(|kind| fixtures::of_kind(kind));
    all.filter_map(|fixture| load(&fixture)).collect()
}

const WHOLE: [&str; 8] = [
    "layout-buildkit-attestation",
    "layout-digest-mismatch",
    "layout-image",
    "layout-multi-arch",
    "layout-nested-index",
    "layout-notation",
    "layout-referrers",
    "zstd",
];

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

async fn root_of(layout: &Layout) -> Manifest {
    read::manifest(&layout.memory, &place(), &layout.root).await.unwrap()
}

fn verified(layout: &Layout) -> Report {
    run(async {
        verify(&layout.memory, &place(), root_of(layout).await, &WalkOptions::default()).await
    })
}

fn digests(value: &Value) -> BTreeSet<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .map(|item| item.as_str().map_or_else(|| text(item, "digest"), str::to_owned))
        .collect()
}

fn with(report: &Report, wanted: fn(&Outcome) -> bool) -> BTreeSet<String> {
    let found = report.objects.iter().filter(|object| wanted(&object.outcome));
    found.map(|object| object.descriptor.digest.to_string()).collect()
}

#[test]
fn every_layout_verifies_as_its_facts_say() {
    let kinds = [&WHOLE[..], &["layout-broken"]].concat();
    for layout in layouts(&kinds) {
        let report = verified(&layout);
        let Layout { expected, path, .. } = &layout;
        let not_reached = digests(&expected["unreferencedBlobs"]);
        let wrong = |key| &digests(&expected[key]) - &not_reached;
        let mismatched = &wrong("digestMismatches") | &wrong("sizeMismatches");
        let is_mismatch = |outcome: &Outcome| matches!(outcome, Outcome::Mismatch(_));
        assert_eq!(with(&report, is_mismatch), mismatched, "{path}");
        let missing = digests(&expected["missingBlobs"]);
        let is_missing = |outcome: &Outcome| matches!(outcome, Outcome::NotVerified(_));
        assert_eq!(with(&report, is_missing), missing, "{path}");
    }
}

#[test]
fn every_layout_opens_with_as_many_children_as_its_facts_say() {
    for layout in layouts(&WHOLE) {
        let tree = run(async {
            let place = place();
            let documents = InRepository::new(&layout.memory, &place);
            walk(&documents, root_of(&layout).await, &WalkOptions::default()).await
        });
        let Some(manifests) = layout.expected["manifests"].as_array() else { continue };
        for expected in manifests {
            let digest = text(expected, "digest");
            let found = tree.nodes().find(|(_, node)| {
                node.descriptor.digest.as_str() == digest
                    && matches!(node.content, NodeContent::Opened(_))
            });
            // A blob with a wrong size in its descriptor is blocked.
            let Some((id, _)) = found else {
                let wrong = digests(&layout.expected["sizeMismatches"]);
                let not_reached = &digests(&layout.expected["unreferencedBlobs"]);
                let unreachable = expected["reachable"] == false || not_reached.contains(&digest);
                assert!(wrong.contains(&digest) || unreachable, "{} lacks {digest}", layout.path);
                continue;
            };
            let count =
                |role| tree.children(id).filter(|(_, node)| node.role == role).count() as u64;
            for (key, role) in [("layerCount", Role::Layer), ("childCount", Role::Manifest)] {
                if let Some(expected) = expected[key].as_u64() {
                    assert_eq!(count(role), expected, "{} {digest} {key}", layout.path);
                }
            }
        }
    }
}

#[test]
fn r130_every_sound_layout_is_copied_byte_for_byte() {
    let mut copied = 0;
    for layout in layouts(&WHOLE) {
        if verified(&layout).totals().mismatched > 0 {
            continue;
        }
        let target = MemoryRegistry::new("target");
        let at = |host: &str, memory: &MemoryRegistry| RepositoryRef {
            host: host.parse().unwrap(),
            registry: Rc::new(memory.clone()),
            repository: place(),
        };
        let (from, to) = (at("from.example", &layout.memory), at("to.example", &target));
        let reference = from.reference(None, Some(layout.root.digest.clone()));
        let options = TransferOptions::default();
        let done = run(copy(&from, &reference, &to, &ManifestName::default(), &options));
        assert_eq!(done.unwrap().digest, layout.root.digest, "{}", layout.path);
        for digest in target.digests(&place()) {
            assert_eq!(target.bytes(&digest), layout.memory.bytes(&digest));
        }
        copied += 1;
    }
    fixtures::used(copied, "sound layouts copied");
}
