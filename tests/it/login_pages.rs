//! A login page (200, HTML) in the place of any answer to a write: never taken for a success, and nothing is
//! there afterwards.

use bytes::Bytes;
use porthole::{
    content::verify::digest_of,
    error::{AnswerFault, ErrorKind, Result},
    oci::{Descriptor, MediaType, Tag},
    ops::{self, repository_ref::RepositoryRef},
    registry::{Delete, Read, Write},
};
use test_registry::{
    Switches,
    faults::{Fault, Rule},
};

use crate::{
    http,
    reader::{block_on, client, repository},
    servers::{ours, push_blob},
};

const BLOB: &[u8] = b"a blob that is pushed in two pieces";
const MANIFEST: &str =
    r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;

/// Does one thing, and tells if it was said to be done.
async fn run(operation: &str, host: &str) -> Result<bool> {
    let (client, place) = (client(host), repository("a/b"));
    let (blob, bytes) = (digest_of(BLOB), Bytes::from_static(BLOB));
    let descriptor = Descriptor::new(MediaType::OCTET_STREAM, blob.clone(), BLOB.len() as u64);
    let manifest = digest_of(MANIFEST.as_bytes());
    let tag: Tag = "v1".parse().unwrap();
    let handle = client.repository(place.clone());
    match operation {
        "mount" => client.mount_blob(&place, &repository("from"), &blob).await,
        "open" | "close" => client.push_blob(&place, &descriptor, &bytes).await.map(|_| true),
        "chunk" => {
            let mut upload = client.start_upload(&place, 10).await?;
            upload.write(bytes).await?;
            upload.close().await.map(|()| true)
        }
        "manifest" => {
            let index = MediaType::OCI_INDEX;
            client.push_manifest(&place, &index, MANIFEST.into(), &[tag]).await.map(|_| true)
        }
        "exists" => handle.blobs().exists(&blob).await,
        "manifest exists" => handle.manifests().exists(&manifest.into()).await,
        "resolve" => client.resolve(&place, &tag.into()).await.map(|_| true),
        "delete" => client.delete_manifest(&place, &manifest.into()).await.map(|()| true),
        "untag" => handle.tags().untag(&tag).await.map(|()| true),
        "delete blob" => client.delete_blob(&place, &blob).await.map(|()| true),
        "ping" => client.ping().await.map(|_| true),
        "read" => client.manifest(&place, &tag.into()).await.map(|_| true),
        other => panic!("{other}"),
    }
}

#[test]
fn r119_r124_a_login_page_is_no_success_of_any_write() {
    for (operation, requests) in [
        ("mount", "POST "),
        ("open", "POST "),
        ("close", "PUT /v2/a/b/blobs/"),
        ("chunk", "PATCH "),
        ("manifest", "PUT /v2/a/b/manifests/"),
        ("exists", "HEAD "),
        ("manifest exists", "HEAD "),
        ("resolve", "/manifests/"),
        ("delete", "DELETE "),
        ("untag", "DELETE "),
        ("delete blob", "DELETE "),
        ("ping", "GET /v2/"),
        ("read", "/manifests/"),
    ] {
        let registry = ours(Switches::default());
        let host = registry.host();
        push_blob(&host, "from", BLOB);
        registry.turn(|switches| switches.faults = vec![Rule::new(Fault::HtmlLogin).on(requests)]);
        let error = block_on(run(operation, &host)).expect_err(operation);
        let is_named = error.kind == ErrorKind::BadAnswer(AnswerFault::HtmlPage);
        assert!(is_named, "{operation}: {error}");
        assert_eq!(error.context.status, Some(200), "{operation}");
        registry.turn(|switches| switches.faults.clear());
        let there = |path: &str| http::get(&host, path).status == 200;
        assert!(!there(&format!("/v2/a/b/blobs/{}", digest_of(BLOB))), "{operation}");
        assert!(!there("/v2/a/b/manifests/v1"), "{operation}");
    }
}

/// Checks that a whole image is not said to be pushed to a host that answers everything by its login page.
#[test]
fn a_push_to_a_login_page_ends_in_an_error() {
    let (source, wall) = (ours(Switches::demo()), ours(Switches::default()));
    wall.turn(|switches| switches.faults = vec![Rule::new(Fault::HtmlLogin)]);
    let place = |host: &str, name: &str| RepositoryRef {
        host: host.parse().unwrap(),
        registry: client(host).shared(),
        repository: repository(name),
    };
    let (from, to) = (place(&source.host(), "library/harbour"), place(&wall.host(), "copied"));
    let reference = from.reference(Some("1.4.2-amd64".parse().unwrap()), None);
    let name = ops::ensure::ManifestName { tag: Some("latest".parse().unwrap()), digest: None };
    let options = ops::transfer::TransferOptions::default();
    let copied = ops::copy::copy(&from, &reference, &to, &name, &options);
    let error = block_on(copied).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::BadAnswer(AnswerFault::HtmlPage)), "{error}");
}
