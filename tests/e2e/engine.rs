//! Byte work outside the page's thread. It runs in workers under the policy, or in the page without workers.
//! It resumes after a break, and stops if the user leaves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use devtools::{browser::Look, site::Hosting};
use serde_json::json;
use test_registry::{
    Pattern, Seed, Switches, TestRegistry,
    faults::{Fault, Rule},
};

use crate::stage::{Folder, Stage, demo};

/// A script that returns the number of the engine's files that the page has loaded.
const LOADED: &str = "return performance.getEntriesByType('resource')\
    .filter(entry => entry.name.includes('/engine-')).length";

async fn verify(stage: &Stage, reference: &str) {
    stage.visit(&format!("#/{reference}?view=verify")).await;
    stage.press("Verify").await;
}

#[tokio::test]
async fn an_image_is_verified_down_to_its_diff_ids_in_a_worker() {
    let stage = Stage::open(Look::default()).await;
    let count = "window.__workers = 0; const Before = window.Worker; window.Worker = class extends \
                 Before { constructor(...words) { super(...words); window.__workers += 1; } }";
    let source = json!({ "source": count });
    stage.page.cdp("Page.addScriptToEvaluateOnNewDocument", source).await.unwrap();
    let reference = format!("{}/library/harbour:1.4.2-amd64", demo().host());
    stage.visit(&format!("#/{reference}?view=verify")).await;
    stage.settled().await;
    let loaded: u32 = stage.page.script(LOADED).await.unwrap();
    assert_eq!(loaded, 0, "the engine is loaded when it is needed");
    stage.press("Verify").await;
    stage.sees("Chain: 8 verified, 0 mismatches, 0 not verified.").await;
    stage.sees("diff ID with the uncompressed layer").await;
    let loaded: u32 = stage.page.script(LOADED).await.unwrap();
    assert_eq!(loaded, 2, "a script and a module, once for all workers");
    let workers: u32 = stage.page.script("return window.__workers").await.unwrap();
    assert!(workers >= 1, "no worker was started");
    stage.end().await;
}

/// The reader of zstd is loaded in the middle of a layer.
#[tokio::test]
async fn layers_of_every_compression_are_verified() {
    let stage = Stage::open(Look::default()).await;
    verify(&stage, &format!("{}/demo/layers:latest", demo().host())).await;
    stage.sees("0 mismatches, 0 not verified.").await;
    stage.end().await;
}

#[tokio::test]
async fn without_workers_the_same_code_runs_in_the_page() {
    let stage = Stage::open(Look::default()).await;
    let blocked = "window.Worker = class { constructor() { throw new Error('no workers'); } };";
    let source = json!({ "source": blocked });
    stage.page.cdp("Page.addScriptToEvaluateOnNewDocument", source).await.unwrap();
    verify(&stage, &format!("{}/library/harbour:1.4.2-amd64", demo().host())).await;
    stage.sees("Chain: 8 verified, 0 mismatches, 0 not verified.").await;
    stage.sees("diff ID with the uncompressed layer").await;
    stage.end().await;
}

#[tokio::test]
async fn the_engine_starts_in_a_sub_folder_of_a_host_without_headers() {
    let hosting = Hosting { folder: "/a/b", bare: true, ..Hosting::default() };
    let stage = Stage::at(&crate::stage::dist(), hosting, Look::default()).await;
    verify(&stage, &format!("{}/library/harbour:1.4.2-amd64", demo().host())).await;
    stage.sees("Chain: 8 verified, 0 mismatches, 0 not verified.").await;
    stage.end().await;
}

#[tokio::test]
async fn an_engine_whose_bytes_were_changed_does_not_start() {
    for end in [".js", "_bg.wasm"] {
        let folder = Folder::copy_of_dist(&format!("engine{end}"));
        let entries = std::fs::read_dir(&folder.0).unwrap().filter_map(Result::ok);
        let names = entries.map(|entry| entry.path()).filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("engine-") && name.ends_with(end)
        });
        let file = names.last().expect("a file of the engine");
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.push(b'\n');
        std::fs::write(&file, bytes).unwrap();
        let stage = Stage::at(&folder.0, Hosting::default(), Look::default()).await;
        verify(&stage, &format!("{}/library/harbour:1.4.2-amd64", demo().host())).await;
        stage.sees("engine that reads blobs ended").await;
    }
}

#[tokio::test]
async fn r084_a_layer_that_breaks_off_is_taken_up_again_in_the_worker() {
    let rule = Rule::new(Fault::ResetBody).on("/blobs/").after(1).times(2);
    let switches = Switches::default().seed(Seed::Images).fault(rule);
    let registry = TestRegistry::start(switches).unwrap();
    let stage = Stage::open(Look::default()).await;
    verify(&stage, &format!("{}/library/harbour:1.4.2-amd64", registry.host())).await;
    stage.sees("Chain: 8 verified, 0 mismatches, 0 not verified.").await;
    assert!(registry.times_applied().iter().any(|times| *times > 0), "nothing broke off");
    let resumed = registry.log().entries();
    assert!(resumed.iter().any(|entry| entry.header("range").is_some()), "nothing was resumed");
    stage.end().await;
}

#[tokio::test]
async fn cancelling_ends_the_fetch_in_the_worker() {
    let registry = TestRegistry::start(Switches::default()).unwrap();
    let size: u64 = 64 << 30;
    let layer = format!("sha256:{}", "0".repeat(64));
    registry.add_pattern("large/image", &layer, Pattern { size, seed: 1 });
    let config = b"{}";
    let config_digest = porthole::content::verify::digest_of(config).to_string();
    registry.add_blob("large/image", &config_digest, &config[..]);
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let manifest = json!({
        "schemaVersion": 2, "mediaType": kind,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": config_digest, "size": config.len(),
        },
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer, "size": size,
        }],
    });
    registry.add_manifest("large/image", &["1"], kind, manifest.to_string().into_bytes());
    let stage = Stage::open(Look::default()).await;
    verify(&stage, &format!("{}/large/image:1", registry.host())).await;
    // Progress comes from the worker.
    stage.sees("a second").await;
    stage.press("Cancel").await;
    stage.sees("Cancelled").await;
    let mut before = u64::MAX;
    // Bytes in flight arrive, then nothing more is sent. A fetch that continued would send for minutes.
    for _ in 0..50 {
        let sent = registry.log().bytes_sent();
        if sent == before {
            break;
        }
        before = sent;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(registry.log().bytes_sent(), before, "bytes are still sent");
    assert!(before < size / 2);
    stage.end().await;
}

/// Counts the messages of all workers, and starts them as ever.
const COUNT_MESSAGES: &str = "window.__messages = 0; const Before = window.Worker; window.Worker = class extends \
    Before { constructor(...words) { super(...words); \
    this.addEventListener('message', () => { window.__messages += 1; }); } }";

/// Presses Cancel in the page itself, as soon as the speed of a reading is shown: a driver on a busy machine may come
/// after the end.
const CANCEL_SOON: &str = "window.__pressed = false; setInterval(() => { \
    const shown = document.querySelector('main')?.innerText ?? ''; \
    const button = [...document.querySelectorAll('main button')].find(b => b.textContent.trim().startsWith('Cancel')); \
    if (!window.__pressed && button && shown.includes('a second')) { window.__pressed = true; button.click(); } }, 20);";

/// All bytes of this layer are at hand at once, and become 12 GiB. An engine that did not look up would report its
/// progress for seconds after the cancel, every 100 ms. Verifying this image unpacks nothing, for its configuration
/// states no diff IDs: a cancelled verification is tested natively (`src/engine/tests/cancel.rs`).
#[tokio::test]
async fn the_engine_reports_nothing_more_after_a_cancel_although_bytes_are_at_hand() {
    let registry = TestRegistry::start(Switches::default().hostile("gzip-12gib")).unwrap();
    let stage = Stage::open(Look::default()).await;
    let source = json!({ "source": format!("{COUNT_MESSAGES}\n{CANCEL_SOON}") });
    stage.page.cdp("Page.addScriptToEvaluateOnNewDocument", source).await.unwrap();
    stage.visit(&format!("#/{}/hostile/gzip-12gib:x?view=files", registry.host())).await;
    let ended = "return window.__pressed && ![...document.querySelectorAll('main button')]\
        .some(button => button.textContent.startsWith('Cancel'))";
    stage.page.wait_until(ended, "it was not cancelled").await.unwrap();
    let messages = "return window.__messages";
    let before: u32 = stage.page.script(messages).await.unwrap();
    assert!(before > 0, "no worker told anything");
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let after: u32 = stage.page.script(messages).await.unwrap();
    assert!(after <= before + 1, "{} messages after the cancel", after - before);
    stage.end().await;
}
