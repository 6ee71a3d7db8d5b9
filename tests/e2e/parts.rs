//! The two parts of the page's code: the part that starts, and the part that explores registries.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use devtools::{browser::Look, site::Hosting};
use serde_json::json;

use crate::stage::{Folder, Stage, demo};

/// A script that returns the number of requests for the part.
const ASKED: &str = "return performance.getEntriesByType('resource')\
    .filter(entry => entry.name.includes('/porthole-explorer-')).length";

const NOT_LOADED: &str = "A part of Porthole could not be loaded";

fn reference() -> String {
    format!("#/{}/library/harbour:1.4.2-amd64", demo().host())
}

#[tokio::test]
async fn the_first_page_starts_without_what_explores_registries() {
    let stage = Stage::open(Look::default()).await;
    stage.visit("#/").await;
    stage.sees("Look into any container registry").await;
    stage.settled().await;
    let asked: u32 = stage.page.script(ASKED).await.unwrap();
    assert_eq!(asked, 0, "nobody has done anything yet");
    let key = json!({ "type": "keyDown", "key": "Tab", "code": "Tab" });
    stage.page.cdp("Input.dispatchKeyEvent", key).await.unwrap();
    stage.page.wait_until(&format!("{ASKED} === 1"), "it was not loaded").await.unwrap();
    stage.visit(&reference()).await;
    stage.sees("sha256:").await;
    stage.end().await;
}

#[tokio::test]
async fn an_address_loads_it_at_once_and_once() {
    let stage = Stage::open(Look::default()).await;
    stage.visit(&reference()).await;
    stage.sees("sha256:").await;
    let starts = "return performance.getEntriesByType('resource')\
        .filter(entry => entry.name.includes('/porthole-')).map(entry => entry.name)";
    let names: Vec<String> = stage.page.script(starts).await.unwrap();
    let loaded = names.iter().filter(|name| name.contains("explorer")).count();
    assert!((1..=2).contains(&loaded), "the link and what uses it: {names:?}");
    stage.end().await;
}

#[tokio::test]
async fn changed_bytes_of_a_part_do_not_start_and_it_can_be_tried_again() {
    let folder = Folder::copy_of_dist("spoilt-part");
    let file = folder.file("porthole-explorer-", ".wasm");
    let whole = std::fs::read(&file).unwrap();
    let mut spoilt = whole.clone();
    spoilt.push(0);
    std::fs::write(&file, spoilt).unwrap();
    let stage = Stage::at(&folder.0, Hosting::default(), Look::default()).await;
    stage.visit("#/settings").await;
    stage.sees(NOT_LOADED).await;
    std::fs::write(&file, whole).unwrap();
    stage.press("Try again").await;
    stage.sees("Colours").await;
}

#[tokio::test]
async fn a_missing_part_leaves_the_page_usable() {
    let folder = Folder::copy_of_dist("missing-part");
    std::fs::remove_file(folder.file("porthole-explorer-", ".wasm")).unwrap();
    let stage = Stage::at(&folder.0, Hosting::default(), Look::default()).await;
    stage.visit(&reference()).await;
    stage.sees(NOT_LOADED).await;
    stage.visit("#/").await;
    stage.sees("Look into any container registry").await;
}
