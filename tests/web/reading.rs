//! Verifying as it streams, and referrers, from a page that may read no header.

use bytes::Bytes;
use futures_util::StreamExt;
use porthole::{
    client::{Clients, RemoteRegistry},
    oci::{Descriptor, Document, ManifestRef, RepositoryName, parse_document},
    registry::{BlobStream, ErrorKind, List, Read, Result},
    transport::Stack,
};
use wasm_bindgen_test::wasm_bindgen_test;

fn registry() -> RemoteRegistry {
    let host = option_env!("PORTHOLE_TEST_REGISTRY").expect("cargo xtask test starts a registry");
    Clients::new(Stack::browser()).get(&host.parse().expect("a host"), None).expect("a client")
}

fn name(text: &str) -> RepositoryName {
    text.parse().expect("a repository")
}

fn tag(text: &str) -> ManifestRef {
    text.parse().expect("a tag or digest")
}

/// The layers of an image, and the repository to read them from.
async fn layers(repository: &str, at: &str) -> (RepositoryName, Vec<Descriptor>) {
    let repository = name(repository);
    let manifest = registry().manifest(&repository, &tag(at)).await.expect("a manifest");
    let read = parse_document(manifest.bytes, manifest.content_type.as_ref());
    let Document::Image(image) = read.value else { panic!("not an image") };
    (repository, image.layers)
}

async fn all(stream: BlobStream) -> Result<Vec<Bytes>> {
    let chunks: Vec<Result<Bytes>> = stream.chunks.collect().await;
    chunks.into_iter().collect()
}

#[wasm_bindgen_test]
async fn r081_a_blob_is_verified_as_it_streams() {
    let (repository, layers) = layers("library/harbour", "1.4.2-amd64").await;
    for layer in layers {
        let stream = registry().blob(&repository, &layer).await.expect("a blob");
        let size: usize = all(stream).await.expect("the right bytes").iter().map(Bytes::len).sum();
        assert_eq!(size as u64, layer.size);
    }
}

#[wasm_bindgen_test]
async fn r081_wrong_bytes_end_in_a_mismatch() {
    let (repository, layers) = layers("broken/content", "wrong-layer").await;
    let mut mismatches = 0;
    for layer in layers {
        let stream = registry().blob(&repository, &layer).await.expect("a blob");
        if let Err(error) = all(stream).await {
            assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }), "{error}");
            mismatches += 1;
        }
    }
    assert_eq!(mismatches, 1);
}

#[wasm_bindgen_test]
async fn r103_referrers_are_found() {
    let repository = name("library/harbour");
    let manifest = registry().manifest(&repository, &tag("1.4.2")).await.expect("a manifest");
    let digest = manifest.descriptor.digest;
    let found = registry().referrers(&repository, &digest, None).await.expect("referrers");
    assert!(found.items.len() >= 3, "{found:?}");
}
