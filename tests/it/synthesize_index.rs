//! Makes the indexes that the tooling of Docker Official Images makes, and compares them. Each test has
//! cases of its own, and those of the fixtures if they are there.

use futures_util::FutureExt;
use porthole::{
    content::verify::digest_of,
    oci::{MediaType, Reference},
    ops::synthesize::{ARCHITECTURE, REF_NAME, architecture_label, synthesize_index},
    sources::memory::MemoryRegistry,
};
use serde_json::{Value, json};

use crate::fixtures::{cases_after, text};

/// Returns the index of a reference whose registry serves this document.
fn synthesized(reference: &str, media_type: &str, raw: String) -> Value {
    let reference: Reference = reference.parse().expect("a reference");
    let memory = MemoryRegistry::new(reference.host.as_str());
    let media_type = MediaType::new(media_type);
    memory.add_manifest(&reference.repository, media_type, raw, reference.tag.as_ref());
    let outcome = synthesize_index(&memory, &reference).now_or_never().expect("memory never waits");
    let index =
        outcome.and_then(|found| found.required()).unwrap_or_else(|error| panic!("{error}"));
    serde_json::to_value(index.to_node()).expect("an index is JSON")
}

/// The entry of an image with the label and the name that it gets.
fn entry(of: &str, digit: char, platform: &Value, label: &str) -> Value {
    let digest = format!("sha256:{}", digit.to_string().repeat(64));
    json!({
        "mediaType": MediaType::OCI_MANIFEST.as_str(),
        "digest": digest,
        "size": 610,
        "annotations": { ARCHITECTURE: label, REF_NAME: format!("{of}@{digest}"), "org.example": "kept" },
        "platform": platform,
    })
}

/// An index of three images and an attestation, as it is published and as it is to become.
fn published() -> Value {
    let reference = "registry.example/team/app:1.2";
    let unknown = json!({ "os": "unknown", "architecture": "unknown" });
    let mut attestation = entry(reference, 'd', &unknown, "arm64v8");
    attestation["annotations"]["vnd.docker.reference.type"] = json!("attestation-manifest");
    attestation["annotations"]["vnd.docker.reference.digest"] =
        json!(format!("sha256:{}", "b".repeat(64)));
    let arm64 = json!({ "os": "linux", "architecture": "arm64", "variant": "v8" });
    let windows =
        json!({ "os": "windows", "architecture": "amd64", "os.version": "10.0.20348.2227" });
    let mut expected = json!({
        "schemaVersion": 2,
        "mediaType": MediaType::OCI_INDEX.as_str(),
        "manifests": [
            entry(reference, 'a', &json!({ "os": "linux", "architecture": "amd64" }), "amd64"),
            entry(reference, 'b', &arm64, "arm64v8"),
            entry(reference, 'c', &windows, "windows-amd64"),
            attestation,
        ],
    });
    let mut raw = without_labels(expected.clone());
    // Published platforms often leave the variant of arm64 out.
    raw["manifests"][1]["platform"].as_object_mut().expect("a platform").remove("variant");
    let raw = raw.to_string();
    let name = format!("{reference}@{}", digest_of(raw.as_bytes()));
    expected["annotations"] = json!({ REF_NAME: name });
    json!({
        "requestRef": reference,
        "mediaType": MediaType::OCI_INDEX.as_str(),
        "rawIndex": raw,
        "expected": expected,
    })
}

/// Removes the labels and names from the entries of an index.
fn without_labels(mut index: Value) -> Value {
    for entry in index["manifests"].as_array_mut().expect("entries") {
        let annotations = entry["annotations"].as_object_mut().expect("annotations");
        annotations.remove(ARCHITECTURE);
        annotations.remove(REF_NAME);
    }
    index
}

/// The three answers about one reference: its descriptor, its manifest, and its index.
fn looked_up() -> Vec<Value> {
    let published = published();
    let (reference, raw) = (text(&published, "requestRef"), text(&published, "rawIndex"));
    let manifest: Value = serde_json::from_str(&raw).expect("an index is JSON");
    vec![
        json!({ "args": ["--head", &reference], "result": { "mediaType": published["mediaType"] } }),
        json!({ "args": ["--type manifest", &reference], "result": manifest }),
        json!({ "args": [&reference], "result": published["expected"] }),
    ]
}

/// Every label, and platforms without one.
fn labels() -> Vec<Value> {
    let rows = [
        ("linux", "amd64", "", Some("amd64")),
        ("linux", "arm", "v5", Some("arm32v5")),
        ("linux", "arm", "v6", Some("arm32v6")),
        ("linux", "arm", "v7", Some("arm32v7")),
        ("linux", "arm64", "v8", Some("arm64v8")),
        ("linux", "386", "", Some("i386")),
        ("linux", "mips64le", "", Some("mips64le")),
        ("linux", "ppc64le", "", Some("ppc64le")),
        ("linux", "riscv64", "", Some("riscv64")),
        ("linux", "s390x", "", Some("s390x")),
        ("windows", "amd64", "", Some("windows-amd64")),
        ("windows", "arm64", "v8", None),
        ("linux", "loong64", "", None),
        ("plan9", "amd64", "", None),
    ];
    let case = |(os, architecture, variant, arch)| {
        let platform = json!({ "os": os, "architecture": architecture, "variant": variant });
        json!({ "platform": platform, "arch": arch })
    };
    rows.map(case).to_vec()
}

#[test]
fn r143_r151_indexes_agree_with_docker_official_images() {
    for case in cases_after(vec![published()], "index-synthesis/synthesize-index.json") {
        let (reference, media_type) = (text(&case, "requestRef"), text(&case, "mediaType"));
        let ours = synthesized(&reference, &media_type, text(&case, "rawIndex"));
        assert_eq!(ours, case["expected"], "{reference}");
    }
}

#[test]
fn r143_looked_up_manifests_become_the_looked_up_indexes() {
    let all = cases_after(looked_up(), "index-synthesis/lookup.json");
    let result = |option: &str, reference: &str| {
        let args = if option.is_empty() { json!([reference]) } else { json!([option, reference]) };
        all.iter().find(|case| case["args"] == args).map(|case| case["result"].clone())
    };
    let mut compared = 0;
    for case in &all {
        let args = case["args"].as_array().expect("arguments");
        let [Value::String(reference)] = args.as_slice() else { continue };
        let (Some(manifest), Some(head)) =
            (result("--type manifest", reference), result("--head", reference))
        else {
            continue;
        };
        let mut ours = synthesized(reference, &text(&head, "mediaType"), manifest.to_string());
        // These bytes were written again here, so only the digest of the whole differs.
        let mut expected = case["result"].clone();
        for index in [&mut ours, &mut expected] {
            index.as_object_mut().expect("an object").remove("annotations");
        }
        assert_eq!(ours, expected, "{reference}");
        compared += 1;
    }
    assert!(compared > 0);
}

#[test]
fn r145_r149_entries_of_synthesized_indexes_stay_and_get_back_what_they_lose() {
    let mut compared = 0;
    for case in cases_after(vec![published()], "index-synthesis/synthesized-only.json") {
        let (reference, expected) = (text(&case, "requestRef"), &case["expected"]);
        let tagged = reference.split('@').next().expect("a first part");
        if tagged.len() < reference.len() {
            continue; // The digest of this request is not that of the bytes here.
        }
        let ours = synthesized(&reference, &text(expected, "mediaType"), expected.to_string());
        assert_eq!(ours["manifests"], expected["manifests"], "{reference}");
        let bare = without_labels(expected.clone()).to_string();
        let ours = synthesized(&reference, &text(expected, "mediaType"), bare);
        assert_eq!(ours["manifests"], expected["manifests"], "{reference} without labels");
        compared += 1;
    }
    assert!(compared > 0);
}

#[test]
fn r149_platforms_have_the_label_of_docker_official_images() {
    for case in cases_after(labels(), "index-synthesis/platform-to-arch.json") {
        let part = |field: &str| text(&case["platform"], field);
        let platform =
            porthole::oci::Platform::new(&part("os"), &part("architecture"), &part("variant"));
        assert_eq!(architecture_label(&platform), case["arch"].as_str(), "{platform}");
        assert_eq!(platform.normalized(), platform);
    }
}
