//! The start of the page, and its messages if it cannot start: framing, damaged files, sub-folders, themes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use devtools::{
    browser::{Look, Theme},
    site::{Hosting, Site},
};

use crate::stage::{Folder, Stage, dist};

/// The shell of the page is static; only the application puts a heading into `main`.
const STARTED: &str = "return document.querySelector('main h1') !== null";

#[tokio::test]
async fn the_page_starts_under_its_policy() {
    let stage = Stage::open(Look::default()).await;
    stage.visit("#/").await;
    stage.page.wait_until(STARTED, "the application did not start").await.unwrap();
    stage.settled().await;
    stage.end().await;
}

#[tokio::test]
async fn the_page_starts_in_a_sub_folder_of_a_host_without_headers() {
    let hosting = Hosting { folder: "/tools/porthole", bare: true, ..Hosting::default() };
    let stage = Stage::at(&dist(), hosting, Look::default()).await;
    stage.visit("#/settings").await;
    stage.page.wait_until(STARTED, "the application did not start").await.unwrap();
    stage.settled().await;
    stage.end().await;
}

#[tokio::test]
async fn the_page_asks_nobody_else_before_a_registry_is_named() {
    let stage = Stage::open(Look::default()).await;
    stage.visit("#/").await;
    stage.settled().await;
    let sent = stage.page.requests().await.unwrap();
    assert!(!sent.is_empty());
    let others: Vec<_> = sent
        .iter()
        .filter(|sent| sent.url.starts_with("http") && !sent.url.starts_with(&stage.address()))
        .collect();
    assert!(others.is_empty(), "{others:?}");
    stage.end().await;
}

#[tokio::test]
async fn a_frame_is_refused_with_and_without_headers() {
    for bare in [false, true] {
        let hosting = Hosting { bare, ..Hosting::default() };
        let site = Site::start(&dist(), &hosting).await.unwrap();
        let around = Folder::empty(&format!("frame-{bare}"));
        let html = format!("<!doctype html><iframe src='{}/#/'></iframe>", site.origin());
        std::fs::write(around.0.join("index.html"), html).unwrap();
        let outside = Hosting { bare: true, ..Hosting::default() };
        let stage = Stage::at(&around.0, outside, Look::default()).await;
        stage.visit("").await;
        stage.page.client().enter_frame(0).await.unwrap();
        if bare {
            stage.sees("does not run inside another page").await;
        } else {
            let text = stage.settled().await;
            assert!(!text.contains("Porthole"), "{text}");
        }
    }
}

#[tokio::test]
async fn changed_bytes_do_not_start_and_the_page_says_so() {
    for end in ["_bg.wasm", ".js"] {
        let folder = Folder::copy_of_dist(&format!("spoilt{end}"));
        let file = folder.file("porthole-", end);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.push(b'\n');
        std::fs::write(&file, bytes).unwrap();
        let stage = Stage::at(&folder.0, Hosting::default(), Look::default()).await;
        stage.visit("#/").await;
        stage.sees("Porthole could not start").await;
    }
}

#[tokio::test]
async fn a_missing_file_is_said_in_words() {
    let folder = Folder::copy_of_dist("missing");
    std::fs::remove_file(folder.file("porthole-", "_bg.wasm")).unwrap();
    let stage = Stage::at(&folder.0, Hosting::default(), Look::default()).await;
    stage.visit("#/").await;
    stage.sees("Porthole could not start").await;
}

#[tokio::test]
async fn a_chosen_theme_is_there_before_the_first_paint() {
    let stage = Stage::open(Look { theme: Theme::Light, ..Look::default() }).await;
    stage.visit("#/").await;
    let script = "localStorage.setItem('porthole.theme', 'dark'); return true";
    assert!(stage.page.script::<bool>(script).await.unwrap());
    stage.page.client().refresh().await.unwrap();
    let theme = "return document.documentElement.dataset.theme ?? ''";
    assert_eq!(stage.page.script::<String>(theme).await.unwrap(), "dark");
    stage.settled().await;
    stage.end().await;
}
