//! What views cost a registry: its own log is counted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use test_registry::{Cors, Seed, Switches, TestRegistry};
use xtask::browser::Look;

use crate::stage::Stage;

/// An anonymous image page asks nothing first and nothing twice, with headers exposed and hidden.
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

/// reference/performance.md, section 6: at most 60 requests to the first full screen of 300 tags.
#[tokio::test]
async fn a_table_of_300_tags_costs_at_most_60_requests() {
    let registry = TestRegistry::start(Switches::default()).unwrap();
    let names: Vec<String> = (0..300).map(|number| format!("v1.{number}.0")).collect();
    for name in &names {
        let manifest = format!(
            "{{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\
             \"manifests\":[],\"annotations\":{{\"tag\":\"{name}\"}}}}"
        );
        let kind = "application/vnd.oci.image.index.v1+json";
        registry.add_manifest("many/tags", &[name], kind, manifest.into_bytes());
    }
    let stage = Stage::open(Look::default()).await;
    stage.visit(&format!("#/{}/many/tags", registry.host())).await;
    stage.sees("v1.299.0").await;
    stage.settled().await;
    let asked = registry.log().len();
    assert!((1..=60).contains(&asked), "{asked} requests");
    stage.end().await;
}
