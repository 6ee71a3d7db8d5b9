//! The contents of layers: opens, reads and searches an image on Debian's registry, and saves one file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use devtools::browser::Look;
use fantoccini::key::Key;
use serde_json::json;

use crate::{
    servers::{DockerRegistry, Server, push_blob, put_manifest},
    stage::{Folder, Stage, demo},
    tar::{entry, layer},
};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A picture of one grey pixel.
const PNG: &str = "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a4944415478da63\
    68000000820081da45083b0000000049454e44ae426082";

fn png() -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&PNG[at..at + 2], 16).unwrap();
    (0..PNG.len()).step_by(2).map(digit).collect()
}

/// A content that is larger than those that a listing keeps, so that the layer has to be read again.
fn largest() -> Vec<u8> {
    let number = |n: u32| n.wrapping_mul(2_654_435_761).rotate_left(13).to_le_bytes();
    (0..75_000).flat_map(number).collect()
}

/// Makes an image of two layers: files, and changes to them.
fn push(registry: &DockerRegistry) -> String {
    let base = layer(&[
        entry(b"etc/", b'5', "", b""),
        entry(b"etc/os-release", b'0', "", b"PRETTY_NAME=\"Made Up 1\"\nID=madeup\n"),
        entry(b"etc/old.conf", b'0', "", &[b'x'; 2_000]),
        entry(b"usr/lib/large.bin", b'0', "", &largest()),
        entry(b"usr/lib/small.bin", b'0', "", &[7; 1_000]),
        entry(b"srv/logo.png", b'0', "", &png()),
        entry(b"srv/inner.tgz", b'0', "", &layer(&[entry(b"inside.txt", b'0', "", b"deep")])),
        entry(b"srv/page.html", b'0', "", b"<h1 id=hit>no</h1><script>top.hit = 1</script>"),
    ]);
    let second = layer(&[entry(b"etc/.wh.old.conf", b'0', "", b"")]);
    let host = registry.host();
    let describe = |media_type: &str, bytes: &[u8]| {
        let digest = push_blob(&host, "demo/inside", bytes);
        json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() })
    };
    let config = describe(CONFIG, b"{\"os\":\"linux\",\"architecture\":\"amd64\"}");
    let layers = [describe(LAYER, &base), describe(LAYER, &second)];
    let manifest =
        json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    let reply = put_manifest(&host, "demo/inside", "1", MANIFEST, manifest.to_string().as_bytes());
    assert_eq!(reply.status, 201, "{}", reply.text());
    format!("{host}/demo/inside:1")
}

/// Presses a key on the focused element.
async fn press_key(stage: &Stage, key: Key) {
    let focused = stage.page.client().active_element().await.expect("something has the focus");
    focused.send_keys(&char::from(key).to_string()).await.expect("a key");
}

/// Presses tab until an element with this text or name has the focus.
async fn tab_to(stage: &Stage, wanted: &str) {
    let script = "const at = document.activeElement; \
        return at.getAttribute('aria-label') ?? at.textContent ?? ''";
    for _ in 0..80 {
        let name: String = stage.page.script(script).await.unwrap();
        if name.trim() == wanted {
            return;
        }
        press_key(stage, Key::Tab).await;
    }
    panic!("the tab key does not reach {wanted}");
}

#[tokio::test]
async fn files_are_opened_found_and_saved_from_a_registry_of_debian() {
    let registry = DockerRegistry::start();
    let reference = push(&registry);
    let folder = Folder::empty("saved");
    let stage = Stage::open(Look::default()).await;
    let saved = json!({ "behavior": "allow", "downloadPath": folder.0 });
    stage.page.cdp("Browser.setDownloadBehavior", saved).await.unwrap();

    // The tree would ask for referrers, which this registry refuses without CORS headers.
    stage.visit(&format!("#/{reference}?view=layers")).await;
    stage.choose("Files").await;
    stage.sees("11 added").await;
    stage.sees("1 removed").await;

    stage.visit(&format!("#/{reference}?view=files&path=/etc/os-release")).await;
    stage.sees("PRETTY_NAME=\"Made Up 1\"").await;

    stage.choose("Largest").await;
    stage.choose("usr/lib/large.bin").await;
    stage.press("Save this file").await;
    let path = folder.0.join("large.bin");
    for _ in 0..100 {
        if path.is_file() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(std::fs::read(&path).expect("the file was saved"), largest());

    // A picture is drawn, an archive is listed, and HTML is shown as text.
    let view = format!("#/{reference}?view=files&path=srv");
    stage.visit(&format!("{view}/logo.png")).await;
    let drawn = "return document.querySelector('img.picture')?.naturalWidth === 1";
    if let Err(failure) = stage.page.wait_until(drawn, "the picture is not drawn").await {
        panic!("{failure}");
    }
    stage.visit(&format!("{view}/inner.tgz")).await;
    stage.choose("inside.txt").await;
    stage.sees("inner.tgz › inside.txt").await;
    stage.sees("deep").await;
    stage.visit(&format!("{view}/page.html")).await;
    stage.sees("<h1 id=hit>no</h1>").await;
    let ran = "return window.hit === undefined && document.getElementById('hit') === null";
    assert!(stage.page.script::<bool>(ran).await.unwrap());

    // A file that a later layer removed is still in the image, and can be read there.
    stage.choose("Wasted").await;
    stage.choose("etc/old.conf").await;
    stage.sees("Its content is still in the image").await;
    stage.sees("xxxxxxxx").await;
    stage.end().await;
}

#[tokio::test]
async fn files_are_reached_by_the_keyboard_alone() {
    let stage = Stage::open(Look::default()).await;
    let image = format!("{}/library/harbour:1.4.2-amd64", demo().host());
    stage.visit(&format!("#/{image}?view=files")).await;
    stage.sees("etc/").await;
    stage.settled().await;
    tab_to(&stage, "Open etc").await;
    press_key(&stage, Key::Enter).await;
    stage.sees("os-release").await;
    tab_to(&stage, "os-release").await;
    press_key(&stage, Key::Enter).await;
    stage.sees("PRETTY_NAME").await;
    // The file has the focus, so a user need not press tab two dozen times.
    assert_eq!(focused(&stage).await, "inside");
    stage.end().await;
}

#[tokio::test]
async fn a_file_is_found_by_a_glob_and_the_address_remembers_it() {
    let stage = Stage::open(Look::default()).await;
    let image = format!("{}/library/harbour:1.4.2-amd64", demo().host());
    stage.visit(&format!("#/{image}?view=files")).await;
    stage.sees("etc/").await;
    let find = stage.page.find("main input[type=search]").await.unwrap();
    find.send_keys("/etc/*-rel*").await.unwrap();
    stage.sees("etc/os-release").await;
    find.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    let remembers = "return location.hash.includes('find=')";
    if let Err(failure) = stage.page.wait_until(remembers, "the address does not change").await {
        panic!("{failure}");
    }
    stage.sees("etc/os-release").await;
    assert_eq!(focused(&stage).await, "INPUT", "who searches goes on typing");
    stage.end().await;
}

/// Returns the id of the focused element, or its tag name if it has no id.
async fn focused(stage: &Stage) -> String {
    let script = "return document.activeElement.id || document.activeElement.tagName";
    stage.page.script(script).await.unwrap()
}

#[tokio::test]
async fn a_layer_is_listed_by_its_table_and_read_when_somebody_says_so() {
    let stage = Stage::open(Look::default()).await;
    let image = format!("{}/demo/tables:zstd-chunked", demo().host());
    stage.visit(&format!("#/{image}?view=files&path=etc/os-release")).await;
    stage.sees("the layer itself was not read").await;
    stage.sees("Verified: these bytes have the digest").await;
    stage.press("Read and check the whole layer").await;
    stage.sees("its table of contents agrees").await;
    stage.sees("These bytes are from a layer that was read whole").await;
    stage.end().await;
}
