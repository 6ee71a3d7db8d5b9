//! Reads real images through the client. Plain HTTP requests pushed them to both registries.

use std::{collections::BTreeSet, fs, path::Path};

use porthole::{
    client::RemoteRegistry,
    content::verify::digest_of,
    oci::{Descriptor, Digest, Document, MediaType},
    registry::{List, ReferrersSource, Verification},
};
use serde_json::Value;

use crate::{
    fixtures::{self, Fixture},
    oci_documents::check_platforms,
    reader::{blob, block_on, client, document, manifest, repository},
    servers::{Server, both, media_type, push_layout, tag_in},
};

/// The types that the distribution registry of 2.8 stores as manifests (`manifest/*/manifest.go`).
const STORED: [MediaType; 5] = [
    MediaType::OCI_MANIFEST,
    MediaType::OCI_INDEX,
    MediaType::DOCKER_MANIFEST,
    MediaType::DOCKER_LIST,
    MediaType::DOCKER_V1_SIGNED,
];

/// Returns the error code with which a server rightly refuses a manifest. A test fails if one refuses any other.
fn refusal(server: &str, layout: &Path, digest: &str, types: &[Value]) -> Option<&'static str> {
    let path = |digest: &str| layout.join("blobs").join(digest.replace(':', "/"));
    let bytes = fs::read(path(digest)).ok()?;
    let document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let listed = |key: &str| document[key].as_array().cloned().unwrap_or_default();
    let pointed =
        [vec![document["config"].clone()], listed("layers"), listed("manifests")].concat();
    let is_absent = |entry: &Value| entry["digest"].as_str().is_some_and(|d| !path(d).is_file());
    // Both require what a manifest points at (distribution-spec, Pushing Manifests).
    if pointed.iter().any(is_absent) {
        return Some("BLOB_UNKNOWN");
    }
    let stated = types.iter().find(|entry| entry["digest"] == digest);
    let stated = MediaType::new(stated.and_then(|entry| entry["mediaType"].as_str()).unwrap_or(""));
    // It requires the member `mediaType` in Docker's types, and takes no others than its own. Layers with
    // addresses elsewhere need its setting `manifests.urls.allow`.
    let lacks_type = document["mediaType"].is_null() && stated.as_str().contains("docker");
    let has_urls = listed("layers").iter().any(|layer| layer["urls"].is_array());
    let is_refused = lacks_type || has_urls || !STORED.contains(&stated);
    (server == "docker-registry" && is_refused).then_some("MANIFEST_INVALID")
}

#[test]
fn layouts_of_one_image() {
    check_kind("layout-image");
}

#[test]
fn layouts_of_many_platforms() {
    check_kind("layout-multi-arch");
}

#[test]
fn layouts_with_nested_indexes() {
    check_kind("layout-nested-index");
}

#[test]
fn r103_layouts_with_referrers() {
    check_kind("layout-referrers");
}

fn check_kind(kind: &str) {
    let fixtures = fixtures::of_kind(kind);
    for server in both() {
        for (number, fixture) in fixtures.iter().enumerate() {
            let name = format!("{kind}/{number}");
            let refused = push_layout(&server.host(), &name, &fixture.folder());
            let types = ["roots", "manifests"].map(|key| fixture.expected[key].as_array());
            let types: Vec<Value> = types.into_iter().flatten().flatten().cloned().collect();
            let known = |digest: &str, why: &str| {
                let code = refusal(server.name(), &fixture.folder(), digest, &types);
                code.is_some_and(|code| why.contains(code))
            };
            let unknown: Vec<_> =
                refused.iter().filter(|(digest, why)| !known(digest, why)).collect();
            assert!(unknown.is_empty(), "{} refused {unknown:#?}", server.name());
            let refused = refused.into_iter().map(|(digest, _)| digest).collect();
            block_on(Case { server: &*server, fixture, name: &name, refused }.check());
        }
    }
}

/// A fixture that was pushed to a server.
struct Case<'a> {
    server: &'a dyn Server,
    fixture: &'a Fixture,
    name: &'a str,
    refused: BTreeSet<String>,
}

impl Case<'_> {
    async fn check(&self) {
        let client = client(&self.server.host());
        let context = format!("{} on {}", self.fixture.path, self.server.name());
        for expected in self.list("manifests") {
            if !self.refused.contains(expected["digest"].as_str().unwrap()) {
                self.check_manifest(&client, expected, &context).await;
            }
        }
        for expected in self.list("blobs") {
            self.check_blob(&client, expected, &context).await;
        }
        self.check_tags(&client, &context).await;
        self.check_referrers(&client, &context).await;
    }

    fn list(&self, key: &str) -> &[Value] {
        self.fixture.expected[key].as_array().map_or(&[], Vec::as_slice)
    }

    async fn check_manifest(&self, client: &RemoteRegistry, expected: &Value, context: &str) {
        let digest = expected["digest"].as_str().unwrap();
        let read = manifest(client, self.name, digest)
            .await
            .unwrap_or_else(|why| panic!("{context}: {why}"));
        assert_eq!(read.verification, Verification::Verified, "{context}");
        assert_eq!(read.descriptor.size, expected["size"].as_u64().unwrap(), "{context}");
        let pushed_as = media_type(expected, &read.bytes);
        assert_eq!(read.descriptor.media_type.as_str(), pushed_as, "{context}");
        facts(&document(&read).value, expected, &format!("{context} {digest}"));
    }

    async fn check_blob(&self, client: &RemoteRegistry, expected: &Value, context: &str) {
        let digest = expected["digest"].as_str().unwrap().parse().unwrap();
        let size = expected["size"].as_u64().unwrap();
        let octets = MediaType::new("application/octet-stream");
        let bytes = blob(client, self.name, &Descriptor::new(octets, digest, size)).await;
        let bytes = bytes.unwrap_or_else(|why| panic!("{context}: {why}"));
        assert_eq!(digest_of(&bytes).as_str(), expected["digest"], "{context}");
    }

    async fn check_tags(&self, client: &RemoteRegistry, context: &str) {
        if self.list("roots").iter().all(|root| root["refName"].is_null()) {
            return;
        }
        let page = client.tags(&repository(self.name), None).await.unwrap();
        let tags: BTreeSet<&str> = page.items.iter().map(porthole::oci::Tag::as_str).collect();
        for root in self.list("roots") {
            let digest = root["digest"].as_str().unwrap();
            let name = root["refName"].as_str().filter(|_| !self.refused.contains(digest));
            let Some(tag) = name.and_then(tag_in) else { continue };
            let tag = tag.as_str();
            assert!(tags.contains(tag), "{context}: {tag} in {tags:?}");
            let read = manifest(client, self.name, tag).await.unwrap();
            assert_eq!(read.descriptor.digest.as_str(), digest, "{context} {tag}");
            assert!(matches!(read.verification, Verification::NotVerified(_)), "{context} {tag}");
        }
    }

    /// Checks the referrers of a manifest. Our registry lists all by its API. docker-registry has no such API,
    /// so only those of the layout's fallback tags are found there.
    async fn check_referrers(&self, client: &RemoteRegistry, context: &str) {
        let Some(subjects) = self.fixture.expected["referrers"].as_object() else { return };
        for (subject, expected) in subjects {
            let found =
                client.referrers(&repository(self.name), &subject.parse().unwrap(), None).await;
            let found = found.unwrap_or_else(|why| panic!("{context} {subject}: {why}"));
            let by_tag = self.server.name() == "docker-registry";
            let source = if by_tag { ReferrersSource::FallbackTag } else { ReferrersSource::Api };
            let fallback = subject.replace(':', "-");
            let listed = self.list("roots").iter().any(|root| root["refName"] == *fallback);
            for wanted in expected.as_array().unwrap() {
                let item =
                    found.items.iter().find(|(item, _)| item.digest.as_str() == wanted["digest"]);
                let reachable = wanted["reachable"] != false && (!by_tag || listed);
                assert_eq!(item.is_some(), reachable, "{context} {subject}: {wanted}");
                let Some((item, from)) = item else { continue };
                assert_eq!(*from, source, "{context} {subject}");
                assert_eq!(item.size, wanted["size"].as_u64().unwrap(), "{context}");
                assert_eq!(
                    item.artifact_type.as_deref(),
                    wanted["artifactType"].as_str(),
                    "{context} {subject}"
                );
            }
        }
    }
}

/// Compares a document with the facts of a fixture.
pub fn facts(document: &Document, expected: &Value, context: &str) {
    match document {
        Document::Image(image) => {
            check_config(image.config.as_ref(), &expected["config"], context);
            // An entry with an invalid digest is left out and reported.
            let lost = expected["invalidDigests"].as_u64().unwrap_or(0);
            if let Some(count) = expected["layerCount"].as_u64() {
                let found = image.layers.len() as u64;
                assert!(found == count || found + lost == count, "{context}: {found} of {count}");
            }
            let types = distinct(image.layers.iter().map(|layer| layer.media_type.as_str()));
            check_list(&types, &expected["layerMediaTypes"], context);
            if let Some(bytes) = expected["layerBytes"].as_u64().filter(|_| lost == 0) {
                assert_eq!(image.layers_size(), bytes, "{context}");
            }
            let urls = image.layers.iter().filter(|layer| !layer.urls.is_empty()).count();
            assert_eq!(urls as u64, expected["layersWithUrls"].as_u64().unwrap_or(0), "{context}");
            check_text(image.artifact_type.as_deref(), &expected["artifactType"], context);
        }
        Document::Index(index) => {
            assert_eq!(
                Some(index.manifests.len() as u64),
                expected["childCount"].as_u64(),
                "{context}"
            );
            let types = distinct(index.manifests.iter().map(|child| child.media_type.as_str()));
            check_list(&types, &expected["childMediaTypes"], context);
            let platforms: Vec<_> =
                index.manifests.iter().map(|child| child.platform.clone()).collect();
            check_platforms(context, expected, &platforms);
            let attestations =
                index.manifests.iter().filter(|child| child.is_attestation()).count();
            if let Some(count) = expected["attestationChildren"].as_u64() {
                assert_eq!(attestations as u64, count, "{context}");
            }
        }
        Document::Schema1(manifest) => {
            assert_eq!(
                Some(manifest.layers.len() as u64),
                expected["fsLayerCount"].as_u64(),
                "{context}"
            );
            assert_eq!(
                Some(manifest.history.len() as u64),
                expected["historyCount"].as_u64(),
                "{context}"
            );
            check_text(manifest.name.as_deref(), &expected["name"], context);
            check_text(manifest.tag.as_deref(), &expected["tag"], context);
            check_text(manifest.architecture.as_deref(), &expected["architecture"], context);
            assert_eq!(
                Some(manifest.signatures as u64),
                expected["signatureCount"].as_u64(),
                "{context}"
            );
        }
        Document::Unknown(_) => panic!("{context}: of no known kind"),
    }
    let subject = document.subject().map(|subject| subject.digest.as_str());
    // A subject with an invalid digest refers to nothing.
    let wanted = expected["subject"]["digest"].as_str();
    assert_eq!(subject, wanted.filter(|digest| digest.parse::<Digest>().is_ok()), "{context}");
}

fn check_config(config: Option<&Descriptor>, expected: &Value, context: &str) {
    let Some(expected) = expected.as_object() else { return };
    if expected["digest"].as_str().unwrap().parse::<Digest>().is_err() {
        assert_eq!(config, None, "{context}: a descriptor without a digest names nothing");
        return;
    }
    let config = config.unwrap_or_else(|| panic!("{context}: no config"));
    assert_eq!(config.media_type.as_str(), expected["mediaType"], "{context}");
    assert_eq!(config.digest.as_str(), expected["digest"], "{context}");
    // A size of -1 is reported, and read as 0.
    assert_eq!(config.size, expected["size"].as_u64().unwrap_or(0), "{context}");
}

fn check_list(found: &[&str], expected: &Value, context: &str) {
    if let Some(expected) = expected.as_array() {
        assert_eq!(
            found,
            expected.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>(),
            "{context}"
        );
    }
}

fn check_text(found: Option<&str>, expected: &Value, context: &str) {
    assert_eq!(found, expected.as_str(), "{context}");
}

fn distinct<'a>(items: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let set: BTreeSet<&str> = items.collect();
    set.into_iter().collect()
}
