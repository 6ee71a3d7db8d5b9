//! Makes the indexes that the tooling of Docker Official Images makes, and compares them.

use futures_util::FutureExt;
use porthole::{
    oci::{MediaType, Reference},
    ops::synthesize::{architecture_label, synthesize_index},
    sources::memory::MemoryRegistry,
};
use serde_json::{Value, json};

use crate::fixtures::{cases, text};

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

#[test]
fn r143_r151_indexes_agree_with_docker_official_images() {
    for case in cases("index-synthesis/synthesize-index.json") {
        let (reference, media_type) = (text(&case, "requestRef"), text(&case, "mediaType"));
        let ours = synthesized(&reference, &media_type, text(&case, "rawIndex"));
        assert_eq!(ours, case["expected"], "{reference}");
    }
}

#[test]
fn r143_looked_up_manifests_become_the_looked_up_indexes() {
    let all = cases("index-synthesis/lookup.json");
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
    assert!(all.is_empty() || compared > 0);
}

#[test]
fn r145_r149_entries_of_synthesized_indexes_stay_as_they_are() {
    for case in cases("index-synthesis/synthesized-only.json") {
        let (reference, expected) = (text(&case, "requestRef"), &case["expected"]);
        let tagged = reference.split('@').next().expect("a first part");
        if tagged.len() < reference.len() {
            continue; // The digest of this request is not that of the bytes here.
        }
        let ours = synthesized(&reference, &text(expected, "mediaType"), expected.to_string());
        assert_eq!(ours["manifests"], expected["manifests"], "{reference}");
    }
}

#[test]
fn r149_platforms_have_the_label_of_docker_official_images() {
    for case in cases("index-synthesis/platform-to-arch.json") {
        let part = |field: &str| text(&case["platform"], field);
        let platform =
            porthole::oci::Platform::new(&part("os"), &part("architecture"), &part("variant"));
        assert_eq!(architecture_label(&platform), case["arch"].as_str(), "{platform}");
        assert_eq!(platform.normalized(), platform);
    }
}
