//! Tests the client over fetch, from a page of another origin.

use std::{rc::Rc, time::Duration};

use bytes::Bytes;
use futures_util::StreamExt;
use porthole::{
    client::{Clients, Connection, RemoteRegistry},
    error::{Error, Result},
    oci::{Digest, Document, ManifestRef, MediaType, RepositoryName, parse_document},
    registry::{BlobStream, ByteRange, List, Read, Verification, Write},
    transport::{
        Body, BrowserClock, Cache, Clock, Fetch, Redirect, Request, SharedTransport, Stack,
        Transport,
    },
    wire::{Method, Url},
};
use wasm_bindgen_test::wasm_bindgen_test;

/// A registry that allows every origin and exposes no header.
const HIDDEN: Option<&str> = option_env!("PORTHOLE_TEST_REGISTRY");
/// A registry that allows every origin and exposes every header.
const EXPOSED: Option<&str> = option_env!("PORTHOLE_TEST_REGISTRY_EXPOSED");

fn address(registry: Option<&'static str>) -> &'static str {
    registry.expect("built without PORTHOLE_TEST_REGISTRY: run by `cargo xtask test`")
}

fn clients() -> Clients {
    Clients::new(Stack::browser())
}

fn hidden() -> (RemoteRegistry, Clients) {
    let clients = clients();
    (clients.get(&address(HIDDEN).parse().unwrap(), None).unwrap(), clients)
}

fn harbour() -> RepositoryName {
    "library/harbour".parse().unwrap()
}

fn reference(text: &str) -> ManifestRef {
    text.parse().unwrap()
}

async fn collect(mut blob: BlobStream) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(chunk) = blob.chunks.next().await {
        all.extend_from_slice(&chunk?);
    }
    Ok(all)
}

fn get(path: &str) -> Request {
    let url = Url::parse(&format!("http://{}{path}", address(HIDDEN))).unwrap();
    Request::new(Method::Get, url)
}

async fn image(registry: &RemoteRegistry) -> porthole::oci::ImageManifest {
    let manifest = registry.manifest(&harbour(), &reference("1.4.2-amd64")).await.unwrap();
    match parse_document(manifest.bytes, manifest.content_type.as_ref()).value {
        Document::Image(image) => image,
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn r030_an_image_is_read_though_every_header_is_hidden() {
    let (registry, clients) = hidden();
    let index = registry.manifest(&harbour(), &reference("1.4.2")).await.unwrap();
    assert_eq!(index.descriptor.media_type, MediaType::OCI_INDEX);
    let by_digest: ManifestRef = index.descriptor.digest.clone().into();
    let again = registry.manifest(&harbour(), &by_digest).await.unwrap();
    assert_eq!((again.bytes, again.verification), (index.bytes, Verification::Verified));
    let image = image(&registry).await;
    for blob in image.references() {
        let bytes = collect(registry.blob(&harbour(), blob).await.unwrap()).await.unwrap();
        assert_eq!(bytes.len() as u64, blob.size);
    }
    let counts = clients.stack().log().counts();
    assert_eq!((counts.heads, counts.authorized, counts.failed), (0, 0, 0));
}

#[wasm_bindgen_test]
async fn r099_five_thousand_tags_are_listed_though_link_is_hidden() {
    let (registry, _clients) = hidden();
    let repository = "demo/many-tags".parse().unwrap();
    let (mut count, mut from) = (0, None);
    loop {
        let page = registry.tags(&repository, from.as_deref()).await.unwrap();
        count += page.items.len();
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(count, 5000);
}

#[wasm_bindgen_test]
async fn r083_a_part_is_read_though_content_range_is_hidden() {
    let (registry, _clients) = hidden();
    let layer = image(&registry).await.layers.remove(0);
    let whole = collect(registry.blob(&harbour(), &layer).await.unwrap()).await.unwrap();
    let range = ByteRange { start: 10, length: Some(20) };
    let part = collect(registry.blob_range(&harbour(), &layer, range).await.unwrap()).await;
    assert_eq!(part.unwrap(), &whole[10..30]);
}

#[wasm_bindgen_test]
async fn r024_what_is_missing_is_not_found_and_not_a_network_failure() {
    let (registry, _clients) = hidden();
    let error = registry.manifest(&harbour(), &reference("nothing")).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    let nothing: Digest = format!("sha256:{}", "0".repeat(64)).parse().unwrap();
    assert_eq!(registry.stat_blob(&harbour(), &nothing).await.unwrap(), None);
}

#[wasm_bindgen_test]
async fn r027_a_rejected_fetch_is_a_network_failure_and_not_a_missing_thing() {
    // Browsers refuse to connect to port 9.
    let url = Url::parse("http://127.0.0.1:9/v2/").unwrap();
    let error = Fetch.send(Request::new(Method::Get, url)).await.err().unwrap();
    assert!(error.is_cors_or_network() && !error.is_not_found(), "{error}");
}

#[wasm_bindgen_test]
async fn every_cache_mode_and_redirect_policy_is_accepted() {
    for cache in [Cache::Default, Cache::Revalidate, Cache::Reload, Cache::Off] {
        let request = Request { cache, redirect: Redirect::Error, ..get("/v2/") };
        assert_eq!(Fetch.send(request).await.unwrap().status, 200);
    }
}

#[wasm_bindgen_test]
async fn a_body_above_its_cap_is_refused() {
    let transport: SharedTransport = Rc::new(Fetch);
    let stack = Stack::over(transport, Rc::new(BrowserClock));
    let request = get("/v2/demo/many-tags/tags/list").read_up_to(1000);
    let error = stack.layers().send(request).await.err().unwrap();
    assert_eq!(error.kind, porthole::error::ErrorKind::TooLarge { limit: 1000 });
}

#[wasm_bindgen_test]
async fn timers_ring_and_the_clock_moves_on() {
    let start = BrowserClock.now();
    BrowserClock.sleep(Duration::from_millis(20)).await;
    assert!(BrowserClock.now() > start);
    assert!((0.0..1.0).contains(&BrowserClock.random()));
    drop(BrowserClock.sleep(Duration::from_secs(3600)));
}

#[wasm_bindgen_test]
async fn r109_r124_what_a_page_pushes_is_read_back() {
    let host = address(EXPOSED).parse().unwrap();
    let registry = RemoteRegistry::new(Connection::to(&host).unwrap(), &Stack::browser());
    let repository: RepositoryName = "web/pushed".parse().unwrap();
    let content = Bytes::from_static(b"pushed from a page");
    let mut upload = registry.start_upload(&repository, 5).await.unwrap();
    upload.write(content.slice(..10)).await.unwrap();
    upload.write(content.slice(10..)).await.unwrap();
    let digest = porthole::content::verify::digest_of(&content);
    let blob = upload.commit(&digest).await.unwrap();
    assert_eq!(collect(registry.blob(&repository, &blob).await.unwrap()).await.unwrap(), content);
    let index = Bytes::from_static(
        br#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#,
    );
    let tags = ["v1".parse().unwrap()];
    let pushed =
        registry.push_manifest(&repository, &MediaType::OCI_INDEX, index.clone(), &tags).await;
    let found = registry.manifest(&repository, &reference("v1")).await.unwrap();
    assert_eq!((found.descriptor, found.bytes), (pushed.unwrap(), index));
}

#[wasm_bindgen_test]
async fn r109_a_slice_of_a_blob_is_sent_without_being_read() {
    let content = b"a slice of a Blob, from the middle of a file";
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(&content[..]));
    let file = web_sys::Blob::new_with_u8_array_sequence(&parts).unwrap();
    let slice = Rc::new(file.slice_with_i32_and_i32(2, 17).unwrap());
    let digest = porthole::content::verify::digest_of(&content[2..17]);
    let host = address(EXPOSED);
    let to = |path: &str| Url::parse(&format!("http://{host}")).unwrap().join(path).unwrap();
    let opened = Fetch.send(Request::new(Method::Post, to("/v2/web/blob/blobs/uploads/"))).await;
    let location = opened.unwrap().headers.get("location").unwrap().to_owned();
    let mut commit =
        Request::new(Method::Put, to(&location).with_parameter("digest", digest.as_str()));
    commit.body = Body::Handle { size: slice.size() as u64, handle: slice };
    assert_eq!(Fetch.send(commit).await.unwrap().status, 201, "the digest is that of the slice");
    let stored = to(&format!("/v2/web/blob/blobs/{digest}"));
    let stored = Fetch.send(Request::new(Method::Get, stored)).await.unwrap();
    assert_eq!(stored.bytes(100).await.unwrap(), content[2..17]);
}

#[wasm_bindgen_test]
async fn a_body_that_fetch_does_not_know_is_refused() {
    let mut wrong = get("/v2/web/blob/blobs/uploads/");
    wrong.method = Method::Post;
    wrong.body = Body::Handle { handle: Rc::new(7_u8), size: 1 };
    let refused: Option<Error> = Fetch.send(wrong).await.err();
    assert!(matches!(refused.unwrap().kind, porthole::error::ErrorKind::InvalidInput(_)));
}
