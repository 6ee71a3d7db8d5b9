//! Reads real manifests of every kind from both registries through the client. A push would be refused,
//! because their blobs are missing. So they go directly into our registry, and into the storage of
//! `docker-registry`.

use std::fs;
use std::path::Path;

use serde_json::Value;
use test_registry::{Switches, digest_of};

use crate::{
    fixtures::{self, Fixture},
    read_layouts::facts,
    reader::{block_on, client, document, manifest},
    servers::{DockerRegistry, Server, ours},
};

const KINDS: &[&str] = &[
    "manifest-artifact",
    "manifest-buildkit-index",
    "manifest-cosign-signature",
    "manifest-docker-list",
    "manifest-docker-schema1",
    "manifest-docker-schema2",
    "manifest-foreign-layers",
    "manifest-model",
    "manifest-oci-image",
    "manifest-oci-index",
    "manifest-subject",
    "manifest-windows-index",
];

#[test]
fn manifests_on_the_test_registry() {
    let registry = ours(Switches::default());
    for fixture in all() {
        let bytes = fixture.read("");
        registry.add_manifest_as("fixtures", &name(&fixture), &media_type(&fixture), bytes);
    }
    check(&registry);
}

#[test]
fn manifests_on_docker_registry() {
    let registry = DockerRegistry::start();
    for fixture in all() {
        lay(&registry.storage(), &name(&fixture), &stored(&fixture));
    }
    check(&registry);
}

fn all() -> Vec<Fixture> {
    KINDS.iter().flat_map(|kind| fixtures::of_kind(kind)).collect()
}

fn check(server: &dyn Server) {
    block_on(async {
        let client = client(&server.host());
        for fixture in all() {
            let context = format!("{} on {}", fixture.path, server.name());
            let digest = name(&fixture);
            let read = manifest(&client, "fixtures", &digest).await;
            let read = read.unwrap_or_else(|why| panic!("{context}: {why}"));
            assert_eq!(read.descriptor.digest.as_str(), digest, "{context}");
            // docker-registry signs schema 1 again with its own key.
            if !(is_signed(&fixture) && server.name() == "docker-registry") {
                assert_eq!(read.bytes, fixture.read(""), "{context}");
            }
            facts(&document(&read).value, &fixture.expected, &context);
        }
    });
}

/// Returns the media type that a registry would send: that of the document, or else that of its kind.
fn media_type(fixture: &Fixture) -> String {
    let document: Value = serde_json::from_slice(&fixture.read("")).unwrap();
    let own = document["mediaType"].as_str().or(fixture.entry["mediaType"].as_str());
    match own {
        Some(own) => own.to_owned(),
        None if document["manifests"].is_array() => {
            "application/vnd.oci.image.index.v1+json".to_owned()
        }
        None => "application/vnd.oci.image.manifest.v1+json".to_owned(),
    }
}

/// Returns the digest of a manifest. That of a signed schema 1 manifest covers its payload.
fn name(fixture: &Fixture) -> String {
    digest_of(&stored(fixture))
}

/// Returns the bytes that the digest covers. The distribution registry stores only them.
fn stored(fixture: &Fixture) -> Vec<u8> {
    let bytes = fixture.read("");
    let payload = porthole::oci::signed_payload(&bytes);
    let is_json = |payload: &Vec<u8>| serde_json::from_slice::<Value>(payload).is_ok();
    payload.filter(is_json).unwrap_or(bytes)
}

fn is_signed(fixture: &Fixture) -> bool {
    fixture.expected["signatureCount"].as_u64().is_some_and(|count| count > 0)
}

/// Writes a manifest into the storage of the distribution registry.
fn lay(storage: &Path, digest: &str, bytes: &[u8]) {
    let hex = digest.trim_start_matches("sha256:");
    let root = storage.join("docker/registry/v2");
    let blob = root.join(format!("blobs/sha256/{}/{hex}", &hex[..2]));
    let link = root.join(format!("repositories/fixtures/_manifests/revisions/sha256/{hex}"));
    for folder in [&blob, &link] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(blob.join("data"), bytes).unwrap();
    fs::write(link.join("link"), digest).unwrap();
}
