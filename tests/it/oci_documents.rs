//! Reads manifests, indexes and configurations of other projects, and compares the fields and the problems.

use bytes::Bytes;
use porthole::{
    content::verify::{Verdict, digest_of, verify},
    oci::{
        Descriptor, Digest, Document, DocumentFault, ImageManifest, Issues, JsonCursor, MediaType,
        Parsed, guess_media_type, json, parse_config, parse_document, parse_layout, signed_payload,
    },
};
use serde_json::Value;

use crate::fixtures::{Fixture, of_kind, text, vector};

fn document(case: &Value) -> Bytes {
    text(case, "document").into()
}

/// Returns true if a document of a media type has no errors.
fn is_sound(media_type: &str, raw: Bytes) -> bool {
    match media_type {
        "application/vnd.oci.descriptor.v1+json" => is_descriptor(raw),
        "application/vnd.oci.layout.header.v1+json" => parse_layout(raw).is_sound(),
        _ if MediaType::new(media_type).is_image_config() => parse_config(raw).is_sound(),
        _ => parse_document(raw, Some(&MediaType::new(media_type))).is_sound(),
    }
}

fn is_descriptor(raw: Bytes) -> bool {
    let parsed = json::parse(raw);
    let mut issues = Issues::default();
    Descriptor::read(&JsonCursor::root(&parsed.value), &mut issues);
    parsed.is_sound() && issues.into_vec().is_empty()
}

#[test]
fn documents_are_sound_where_the_image_specification_says_so() {
    for (name, media_type) in [
        ("image-spec-config", "application/vnd.oci.image.config.v1+json"),
        ("image-spec-descriptor", "application/vnd.oci.descriptor.v1+json"),
        ("image-spec-index", "application/vnd.oci.image.index.v1+json"),
        ("image-spec-layout", "application/vnd.oci.layout.header.v1+json"),
        ("image-spec-manifest", "application/vnd.oci.image.manifest.v1+json"),
    ] {
        for case in vector(name) {
            let sound = is_sound(media_type, document(&case));
            assert_eq!(sound, case["valid"] == true, "{name}: {}", text(&case, "note"));
        }
    }
    for case in vector("image-spec-examples") {
        assert!(is_sound(&text(&case, "mediaType"), document(&case)), "{}", text(&case, "title"));
    }
}

#[test]
fn docker_documents_are_oci_documents_but_for_their_types() {
    for case in vector("image-spec-docker-compat") {
        let raw = document(&case);
        assert_eq!(digest_of(&raw).as_str(), text(&case, "digest"));
        assert!(is_sound(&text(&case, "mediaType"), raw));
        let map = |text: String| {
            text.replace(
                "vnd.docker.distribution.manifest.v2+json",
                "vnd.oci.image.manifest.v1+json",
            )
            .replace("vnd.docker.container.image.v1+json", "vnd.oci.image.config.v1+json")
            .replace("vnd.docker.image.rootfs.diff.tar.gzip", "vnd.oci.image.layer.v1.tar+gzip")
        };
        let sound = is_sound(&map(text(&case, "mediaType")), map(text(&case, "document")).into());
        assert_eq!(sound, case["validAfterMapping"] == true);
    }
}

#[test]
fn r038_the_type_is_guessed_from_the_bytes() {
    for case in vector("guess-media-type") {
        let guess = guess_media_type(&json::parse(document(&case)).value);
        let ours = guess.map(|guess| guess.to_string()).unwrap_or_default();
        assert_eq!(ours, text(&case, "mediaType"), "{}", text(&case, "file"));
    }
}

#[test]
fn r032_manifests_are_hashed_as_received() {
    for case in vector("manifest-digest") {
        let raw = document(&case);
        let bytes = signed_payload(&raw).unwrap_or_else(|| raw.to_vec());
        let matches = text(&case, "digest").parse::<Digest>();
        let matches =
            matches.is_ok_and(|digest| verify(&bytes, &digest, None) == Verdict::Verified);
        assert_eq!(matches, case["matches"] == true, "{}", text(&case, "digest"));
    }
}

/// The kinds of fixtures that are single manifests.
const MANIFESTS: &[&str] = &[
    "evil-manifest",
    "manifest-artifact",
    "manifest-artifact-deprecated",
    "manifest-buildkit-index",
    "manifest-cnab",
    "manifest-cosign-signature",
    "manifest-docker-list",
    "manifest-docker-schema1",
    "manifest-docker-schema2",
    "manifest-foreign-layers",
    "manifest-model",
    "manifest-nydus",
    "manifest-oci-image",
    "manifest-oci-index",
    "manifest-subject",
    "manifest-windows-index",
];

#[test]
fn r035_every_manifest_is_read_as_far_as_it_can_be() {
    for fixture in MANIFESTS.iter().flat_map(|kind| of_kind(kind)) {
        let media_type = fixture.entry["mediaType"].as_str().map(MediaType::new);
        let parsed = parse_document(fixture.read("").into(), media_type.as_ref());
        check_manifest(&fixture.path, &fixture.expected, &parsed);
        check_annotations(&fixture.path, &fixture.expected, &parsed.value);
        check_digest(&fixture, &parsed.raw);
    }
}

fn check_digest(fixture: &Fixture, raw: &Bytes) {
    assert_eq!(Some(digest_of(raw).as_str()), fixture.entry["digest"].as_str());
    let known = &fixture.entry["knownDigest"];
    let over_payload = known["verifiedOver"].as_str().is_some_and(|over| over.contains("payload"));
    if over_payload {
        let payload = signed_payload(raw).expect("the manifest is signed");
        assert_eq!(
            Some(digest_of(&payload).as_str()),
            known["digest"].as_str(),
            "{}",
            fixture.path
        );
    }
}

fn check_manifest(path: &str, expected: &Value, parsed: &Parsed<Document>) {
    let Parsed { value, issues, .. } = parsed;
    match value {
        Document::Image(image) => check_image(path, expected, image),
        Document::Index(index) => {
            // Entries with an invalid digest are left out and reported.
            let lost = issues.iter().filter(|issue| issue.pointer.ends_with("/digest")).count();
            assert_count(path, expected, "childCount", index.manifests.len() + lost);
            let platforms = index.manifests.iter().map(|entry| &entry.platform);
            check_platforms(path, expected, &platforms.cloned().collect::<Vec<_>>());
            let attestations =
                index.manifests.iter().filter(|entry| entry.is_attestation()).count();
            assert_eq!(expected["attestationChildren"].as_u64().unwrap_or(0), attestations as u64);
            assert_text(path, expected, "artifactType", index.artifact_type.as_deref());
        }
        Document::Schema1(manifest) => {
            assert_count(path, expected, "fsLayerCount", manifest.layers.len());
            assert_count(path, expected, "historyCount", manifest.history.len());
            assert_count(path, expected, "signatureCount", manifest.signatures);
            assert_text(path, expected, "name", manifest.name.as_deref());
            assert_text(path, expected, "tag", manifest.tag.as_deref());
            assert_text(path, expected, "architecture", manifest.architecture.as_deref());
        }
        Document::Unknown(unknown) => {
            // The children of any document are read (R35), whatever kind it is of.
            let count = |key: &str| expected[key].as_u64().unwrap_or(0);
            let pointers = count("layerCount") + count("childCount");
            let config = u64::from(expected["config"].is_object());
            assert_eq!(unknown.children.references().count() as u64, pointers + config, "{path}");
            let stated = expected["mediaType"].as_str().map(MediaType::new);
            let is_known = |stated: MediaType| stated.is_manifest() || stated.is_index();
            assert!(!stated.is_some_and(is_known), "{path}");
        }
    }
    check_subject(path, expected, value);
}

fn check_annotations(path: &str, expected: &Value, value: &Document) {
    let sorted = |mut keys: Vec<String>| {
        keys.sort_unstable();
        keys
    };
    let keys = value.annotations().iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(sorted(keys), sorted(texts(&expected["annotationKeys"])), "{path}");
}

fn check_image(path: &str, expected: &Value, image: &ImageManifest) {
    let count = if expected["blobCount"].is_null() { "layerCount" } else { "blobCount" };
    let lost = expected["invalidDigests"].as_u64().unwrap_or(0);
    let layers = image.layers.len() as u64;
    let wanted = expected[count].as_u64().unwrap_or(0);
    assert!(layers == wanted || layers + lost == wanted, "{path}: {layers} layers");
    if lost == 0 && expected["layerBytes"].is_u64() {
        assert_eq!(Some(image.layers_size()), expected["layerBytes"].as_u64(), "{path}");
    }
    let with_urls = image.layers.iter().filter(|layer| !layer.urls.is_empty()).count();
    assert_eq!(expected["layersWithUrls"].as_u64().unwrap_or(0), with_urls as u64, "{path}");
    assert_text(path, expected, "artifactType", image.artifact_type.as_deref());
    let config = &expected["config"];
    match &image.config {
        Some(found) => {
            assert_text(path, config, "mediaType", Some(found.media_type.as_str()));
            assert_text(path, config, "digest", Some(found.digest.as_str()));
            // A size below zero is reported and read as 0.
            assert_eq!(found.size, config["size"].as_u64().unwrap_or(0), "{path}");
        }
        None => {
            let digest = config["digest"].as_str().unwrap_or_default();
            assert!(digest.parse::<Digest>().is_err(), "{path}: the configuration is lost");
        }
    }
}

fn check_subject(path: &str, expected: &Value, value: &Document) {
    let digest = expected["subject"]["digest"].as_str();
    let valid = digest.filter(|digest| digest.parse::<Digest>().is_ok());
    // The hostile mixture is an image with a list of manifests. Its subject counts.
    let found = value.subject().map(|subject| subject.digest.as_str());
    assert_eq!(found, valid, "{path}");
}

/// Compares the platforms of entries with those of the fixtures.
pub fn check_platforms(path: &str, expected: &Value, found: &[Option<porthole::oci::Platform>]) {
    let words = |platform: &porthole::oci::Platform| {
        let mut text = format!("{}/{}", platform.os, platform.architecture);
        let variant = platform.variant.iter().map(|variant| format!("/{variant}"));
        let version = platform.os_version.iter().map(|version| format!(" os.version={version}"));
        let features = Some(platform.os_features.join(",")).filter(|features| !features.is_empty());
        let features = features.iter().map(|features| format!(" os.features={features}"));
        text.extend(variant.chain(version).chain(features.collect::<Vec<_>>()));
        text
    };
    let found: Vec<Value> =
        found.iter().map(|platform| platform.as_ref().map(words).into()).collect();
    let wanted = expected["platforms"].as_array().cloned().unwrap_or_default();
    assert_eq!(found, wanted, "{path}");
}

#[track_caller]
fn assert_count(path: &str, expected: &Value, field: &str, found: usize) {
    assert_eq!(expected[field].as_u64(), Some(found as u64), "{path}: {field}");
}

#[track_caller]
fn assert_text(path: &str, expected: &Value, field: &str, found: Option<&str>) {
    assert_eq!(expected[field].as_str(), found, "{path}: {field}");
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| Some(item.as_str()?.to_owned())).collect()
}

const AMBIGUOUS: &str = r#"{"schemaVersion":2,"manifests":[],"layers":[],"config":{
    "mediaType":"application/vnd.oci.image.config.v1+json","size":2,
    "digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}}"#;

fn is_ambiguous(raw: &[u8]) -> bool {
    let document: Value = serde_json::from_slice(raw).unwrap_or_default();
    let has = |key: &str| !document[key].is_null();
    !has("mediaType") && has("manifests") && (has("layers") || has("config"))
}

#[test]
fn manifests_that_two_readers_take_for_two_kinds_are_flagged() {
    // Without a type of its own, a document with `manifests` beside `config` or `layers` is what each reader
    // makes of it (CVE-2021-41190, GHSA-77vh-xpmg-72qh).
    let own = AMBIGUOUS.as_bytes().to_vec();
    let given = of_kind("evil-manifest").into_iter().map(|fixture| fixture.read(""));
    for raw in std::iter::once(own).chain(given).filter(|raw| is_ambiguous(raw)) {
        for media_type in [MediaType::OCI_INDEX, MediaType::OCI_MANIFEST] {
            let parsed = parse_document(raw.clone().into(), Some(&media_type));
            assert!(!parsed.is_sound(), "{}", String::from_utf8_lossy(&raw));
            assert!(
                parsed
                    .issues
                    .iter()
                    .any(|issue| matches!(issue.fault, DocumentFault::TwoKinds { .. }))
            );
        }
    }
}

#[test]
fn configurations_are_read() {
    for fixture in of_kind("image-config") {
        let parsed = parse_config(fixture.read("").into());
        let (config, expected) = (&parsed.value, &fixture.expected);
        let path = &fixture.path;
        assert!(parsed.is_sound(), "{path}: {:?}", parsed.issues);
        assert_text(path, expected, "os", Some(&config.platform.os));
        assert_text(path, expected, "architecture", Some(&config.platform.architecture));
        assert_text(path, expected, "variant", config.platform.variant.as_deref());
        assert_count(path, expected, "diffIdCount", config.diff_ids.len());
        assert_count(path, expected, "historyCount", config.history.len());
        let empty = config.history.iter().filter(|entry| entry.empty_layer).count();
        assert_count(path, expected, "emptyLayerCount", empty);
        let layers = config.layer_of_history(config.diff_ids.len());
        // A history may say less than all, or be absent: a builder may leave it out (image-spec, config.md).
        let told = (config.history.len() - empty).min(config.diff_ids.len());
        assert_eq!(layers.iter().flatten().count(), told, "{path}");
    }
}

#[test]
fn r035_layouts_without_layers_are_read_from_their_index_down() {
    for fixture in of_kind("layout-json-only") {
        let index = parse_document(fixture.read("index.json").into(), Some(&MediaType::OCI_INDEX));
        assert!(index.is_sound(), "{}: {:?}", fixture.path, index.issues);
        let roots = fixture.expected["roots"].as_array().expect("roots");
        let references = index.value.references();
        assert_eq!(references.len(), roots.len(), "{}", fixture.path);
        for (root, expected) in references.iter().zip(roots) {
            assert_text(&fixture.path, expected, "digest", Some(root.digest.as_str()));
            assert_text(&fixture.path, expected, "mediaType", Some(root.media_type.as_str()));
            let name = root.annotation("org.opencontainers.image.ref.name");
            assert_text(&fixture.path, expected, "refName", name);
        }
        for expected in fixture.expected["manifests"].as_array().expect("manifests") {
            let digest = text(expected, "digest").replace(':', "/");
            let raw: Bytes = fixture.read(&format!("blobs/{digest}")).into();
            assert_eq!(Some(raw.len() as u64), expected["size"].as_u64());
            let media_type = MediaType::new(text(expected, "mediaType"));
            let parsed = parse_document(raw, Some(&media_type));
            assert!(parsed.is_sound(), "{}: {:?}", fixture.path, parsed.issues);
            check_manifest(&fixture.path, expected, &parsed);
        }
    }
}
