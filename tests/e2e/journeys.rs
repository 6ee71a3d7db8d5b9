//! The main journeys of a user, from the first page to the last byte.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use devtools::{browser::Look, site::Hosting};
use fantoccini::{Locator, key::Key};
use test_registry::seed::CATALOGUE;

use crate::stage::{Stage, demo, dist};

/// Returns the fragment of a view of a reference in the demo registry.
fn at(rest: &str) -> String {
    format!("#/{}/{rest}", demo().host())
}

#[tokio::test]
async fn a_reference_is_typed_and_explored_to_its_last_byte() {
    let stage = Stage::open(Look::default()).await;
    stage.visit("#/").await;
    // The application draws the shell's box anew.
    stage.settled().await;
    let typed = format!("{}/library/harbour:1.4.2", demo().host());
    let input =
        stage.page.find("input[type=search], input[type=text], input:not([type])").await.unwrap();
    input.send_keys(&typed).await.unwrap();
    input.send_keys(&Key::Enter.to_string()).await.unwrap();
    stage.heading(&typed).await;
    for platform in ["linux/amd64", "linux/arm64/v8", "linux/arm/v7", "linux/riscv64"] {
        stage.sees(platform).await;
    }
    for (tab, seen) in [
        ("JSON", "schemaVersion"),
        ("Referrers", "application/vnd.cyclonedx+json"),
        ("Commands", "crane manifest"),
    ] {
        stage.choose(tab).await;
        stage.sees(seen).await;
    }
    stage.end().await;
}

#[tokio::test]
async fn an_image_shows_its_configuration_history_and_layers() {
    let stage = Stage::open(Look::default()).await;
    for (view, seen) in [
        ("config", "PATH"),
        ("history", "ENTRYPOINT"),
        ("layers", "sha256:"),
        ("json", "application/vnd.oci.image.config.v1+json"),
    ] {
        stage.visit(&at(&format!("library/harbour:1.4.2-amd64?view={view}"))).await;
        stage.sees(seen).await;
    }
    stage.end().await;
}

#[tokio::test]
async fn verifying_says_of_each_object_what_it_is() {
    let stage = Stage::open(Look::default()).await;
    for (reference, word) in
        [("library/harbour:1.4.2-amd64", "verified"), ("broken/content:wrong-layer", "mismatch")]
    {
        stage.visit(&at(&format!("{reference}?view=verify"))).await;
        stage.heading(reference).await;
        // The image that was verified before was another one.
        stage.sees("Verify every byte").await;
        stage.press("Verify").await;
        stage.sees(word).await;
    }
    stage.end().await;
}

/// Checks that the page has a heading and no internal error for every content of a registry.
#[tokio::test]
async fn everything_in_the_demo_is_shown_whatever_is_wrong_with_it() {
    let stage = Stage::open(Look::default()).await;
    for (reference, _) in CATALOGUE {
        stage.visit(&at(reference)).await;
        stage.heading(reference).await;
        let text = stage.settled().await;
        assert!(text.len() > reference.len() + 40, "{reference}: {text}");
        let errors = stage.page.console_errors().await.unwrap();
        assert_eq!(errors, [""; 0], "{reference}");
    }
    stage.end().await;
}

#[tokio::test]
async fn repositories_and_tags_are_listed_and_filtered() {
    let stage = Stage::open(Look::default()).await;
    stage.visit(&format!("#/{}", demo().host())).await;
    stage.sees("library").await;
    stage.visit(&at("library/harbour")).await;
    stage.sees("1.4.2").await;
    let filter = stage.page.find("main input").await.unwrap();
    filter.send_keys("amd64").await.unwrap();
    stage.sees("1.4.2-amd64").await;
    // Goes directly from one repository to another. Nothing of the first may be shown under the second.
    stage.visit(&at("demo/many-tags")).await;
    stage.sees("5,000 tags").await;
    stage.end().await;
}

#[tokio::test]
async fn what_cannot_be_shown_says_what_was_tried() {
    let stage = Stage::open(Look::default()).await;
    stage.visit(&at("library/harbour:1.4.2-amd64")).await;
    stage.sees("In all").await;
    for (fragment, seen) in [
        (at("library/harbour:no-such-tag"), "no-such-tag"),
        (at("no/such/repository:latest"), "no/such/repository"),
        ("#/127.0.0.1:1/any/thing:latest".to_owned(), "127.0.0.1:1"),
        ("#/localhost:5000/UPPER:x".to_owned(), "UPPER"),
    ] {
        stage.visit(&fragment).await;
        stage.sees(seen).await;
        let text = stage.settled().await;
        assert!(text.to_lowercase().contains("not") || text.contains("no "), "{fragment}: {text}");
        assert!(!text.contains("In all"), "{fragment}: still shows what was there before");
    }
    stage.end().await;
}

#[tokio::test]
async fn the_keyboard_is_enough() {
    let stage = Stage::open(Look::default()).await;
    stage.visit("#/settings").await;
    stage.settled().await;
    let body = stage.page.client().find(Locator::Css("body")).await.unwrap();
    body.send_keys("/").await.unwrap();
    let focused = "return document.activeElement?.tagName ?? ''";
    assert_eq!(stage.page.script::<String>(focused).await.unwrap(), "INPUT");
    let typed = format!("{}/docker/classic:latest", demo().host());
    let input = stage.page.client().active_element().await.unwrap();
    input.send_keys(&format!("{typed}{}", char::from(Key::Enter))).await.unwrap();
    stage.heading(&typed).await;
    stage.end().await;
}

#[tokio::test]
async fn a_narrow_window_needs_no_sideways_scrolling() {
    let stage = Stage::open(Look { width: 390, ..Look::default() }).await;
    for rest in
        ["library/harbour", "library/harbour:1.4.2", "library/harbour:1.4.2-amd64?view=layers"]
    {
        stage.visit(&at(rest)).await;
        stage.settled().await;
        let width: u32 =
            stage.page.script("return document.documentElement.scrollWidth").await.unwrap();
        assert!(width <= 390, "{rest} is {width} wide");
    }
    stage.end().await;
}

#[tokio::test]
async fn an_image_opens_from_a_sub_folder_of_a_host_without_headers() {
    let hosting = Hosting { folder: "/a/b", bare: true, ..Hosting::default() };
    let stage = Stage::at(&dist(), hosting, Look::default()).await;
    stage.visit(&at("library/harbour:1.4.2")).await;
    stage.sees("linux/arm64/v8").await;
    stage.end().await;
}
