//! The number of requests that views send to a registry, counted in its log.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use devtools::browser::Look;
use test_registry::{Cors, Seed, Switches, TestRegistry};

use crate::stage::Stage;

/// Checks that an anonymous image page sends no extra request first and none twice, with headers exposed and
/// hidden.
#[tokio::test]
async fn r164_an_image_page_makes_no_preflight_and_no_head() {
    for cors in [Cors::Exposed, Cors::Hidden] {
        let switches = Switches::default().cors(cors).seed(Seed::Images);
        let registry = TestRegistry::start(switches).unwrap();
        let stage = Stage::open(Look::default()).await;
        stage.visit(&format!("#/{}/library/harbour:1.4.2-amd64", registry.host())).await;
        stage.sees("sha256:").await;
        stage.settled().await;
        for method in ["OPTIONS", "HEAD"] {
            let asked = registry.log().matching(&format!("{method} "));
            assert!(asked.is_empty(), "{cors:?}: {asked:?}");
        }
        stage.end().await;
    }
}

/// Checks the goal of at most 60 requests for the first full screen of 300 tags. Each tag has its own image,
/// and every second tag has an index of that image.
#[tokio::test]
async fn a_table_of_300_tags_costs_at_most_60_requests() {
    let registry = TestRegistry::start(Switches::default()).unwrap();
    for number in 0..300 {
        let image = add_image(&registry, number);
        if number % 2 == 0 {
            add_index(&registry, number, &image);
        }
    }
    let stage = Stage::open(Look::default()).await;
    stage.visit(&format!("#/{}/many/tags", registry.host())).await;
    stage.sees("v1.299.0").await;
    stage.sees("5.0 GB").await;
    stage.settled().await;
    let asked = registry.log().len();
    assert!((1..=60).contains(&asked), "{asked} requests");
    stage.end().await;
}

const OCI: &str = "application/vnd.oci.image";

/// Adds a tagged image with a configuration and a layer of 5 GB, which is never read. Returns the digest and
/// the size of its manifest.
fn add_image(registry: &TestRegistry, number: u32) -> (String, usize) {
    let config = format!("{{\"os\":\"linux\",\"architecture\":\"amd64\",\"author\":\"{number}\"}}");
    let digest = digest_of(config.as_bytes());
    let layer = digest_of(b"layer");
    registry.add_blob("many/tags", &digest, config.clone().into_bytes());
    let manifest = format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{OCI}.manifest.v1+json\",\"config\":{{\"mediaType\":\
         \"{OCI}.config.v1+json\",\"digest\":\"{digest}\",\"size\":{}}},\"layers\":[{{\"mediaType\":\
         \"{OCI}.layer.v1.tar\",\"digest\":\"{layer}\",\"size\":5000000000}}]}}",
        config.len()
    );
    let described = (digest_of(manifest.as_bytes()), manifest.len());
    let kind = format!("{OCI}.manifest.v1+json");
    registry.add_manifest("many/tags", &[&tag(number)], &kind, manifest.into_bytes());
    described
}

/// Adds an index of that image, and moves the tag to it.
fn add_index(registry: &TestRegistry, number: u32, (digest, size): &(String, usize)) {
    let index = format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{OCI}.index.v1+json\",\"manifests\":[{{\"mediaType\":\
         \"{OCI}.manifest.v1+json\",\"digest\":\"{digest}\",\"size\":{size},\
         \"platform\":{{\"os\":\"linux\",\"architecture\":\"amd64\"}}}}]}}"
    );
    let kind = format!("{OCI}.index.v1+json");
    registry.add_manifest("many/tags", &[&tag(number)], &kind, index.into_bytes());
}

fn tag(number: u32) -> String {
    format!("v1.{number}.0")
}

fn digest_of(bytes: &[u8]) -> String {
    porthole::content::verify::digest_of(bytes).to_string()
}
