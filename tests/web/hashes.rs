//! Checks the digests of the WebAssembly code against NIST's vectors. `cargo xtask test` puts the files
//! into the test registry, as the layers of an artifact.

use porthole::{
    client::{Clients, RemoteRegistry},
    content::{sha256_lanes::HashBatch, verify::digest_of},
    oci::{Descriptor, Digest, Document, RepositoryName, parse_document},
    registry::Read,
    transport::Stack,
};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

#[path = "../vectors/nist.rs"]
mod nist;

async fn text(registry: &RemoteRegistry, repository: &RepositoryName, blob: &Descriptor) -> String {
    let chunks = registry.blob(repository, blob).await.unwrap().chunks;
    let chunks: Vec<_> = futures_util::TryStreamExt::try_collect(chunks).await.unwrap();
    let chunks: Vec<bytes::Bytes> = chunks;
    String::from_utf8(chunks.concat()).unwrap()
}

#[wasm_bindgen_test]
async fn r081_sha2_agrees_with_nist_in_the_browser() {
    let host = option_env!("PORTHOLE_TEST_REGISTRY_EXPOSED").expect("run by `cargo xtask test`");
    let registry = Clients::new(Stack::browser()).get(&host.parse().unwrap(), None).unwrap();
    let repository = "nist/vectors".parse().unwrap();
    let manifest = registry.manifest(&repository, &"sha2".parse().unwrap()).await.unwrap();
    let Document::Image(artifact) = parse_document(manifest.bytes, None).value else {
        panic!("no artifact")
    };
    let mut checked = 0;
    for (algorithm, name) in &nist::FILES {
        let title =
            |layer: &&Descriptor| layer.annotation("org.opencontainers.image.title") == Some(*name);
        let layer = artifact.layers.iter().find(title).unwrap();
        checked += nist::check(algorithm, name, &text(&registry, &repository, layer).await);
    }
    console_log!("{checked} vectors of NIST checked");
    assert!(checked > 500, "{checked} vectors are too few");
}

/// Fills the lanes of a register. The vectors are too short for that.
#[wasm_bindgen_test]
fn four_messages_in_one_register_have_the_digests_that_they_have_alone() {
    let byte = |n: usize, seed: usize| (n.wrapping_mul(2_654_435_761 + seed) >> 11) as u8;
    let messages: Vec<Vec<u8>> =
        (0..4).map(|seed| (0..600_007 + seed).map(|n| byte(n, seed)).collect()).collect();
    let gang = HashBatch::default();
    let mut lanes: Vec<_> = messages.iter().map(|_| gang.join()).collect();
    for at in (0..700_000).step_by(100_000) {
        for (lane, message) in lanes.iter_mut().zip(&messages) {
            lane.update(&message[at.min(message.len())..(at + 100_000).min(message.len())]);
        }
    }
    for (lane, message) in lanes.into_iter().zip(&messages) {
        assert_eq!(Digest::from_sha256(lane.finish()), digest_of(message));
    }
}
