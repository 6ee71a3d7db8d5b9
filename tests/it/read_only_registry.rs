//! A registry that answers only GET and HEAD, such as a mirror: everything can be read, and what would be
//! written fails with words that say what to do.

use bytes::Bytes;
use porthole::{
    content::verify::digest_of,
    error::{ErrorKind, Limitation, Result},
    oci::{Descriptor, MediaType},
    ops,
    registry::{Delete, List, Read, Write, collect},
};
use test_registry::Switches;

use crate::{
    reader::{block_on, client, repository},
    servers::ours,
};

async fn write(operation: &str, host: &str) -> Result<()> {
    let (client, place) = (client(host), repository("library/harbour"));
    let bytes = Bytes::from_static(b"new");
    let blob = Descriptor::new(MediaType::OCTET_STREAM, digest_of(&bytes), 3);
    let index = r#"{"schemaVersion":2,"manifests":[]}"#;
    match operation {
        "push a blob" => client.push_blob(&place, &blob, &bytes).await.map(drop),
        "open an upload" => client.start_upload(&place, 0).await.map(drop),
        "mount" => client.mount_blob(&place, &repository("from"), &blob.digest).await.map(drop),
        "push a manifest" => {
            client.push_manifest(&place, &MediaType::OCI_INDEX, index.into(), &[]).await.map(drop)
        }
        "delete" => client.delete_manifest(&place, &blob.digest.into()).await,
        "delete a blob" => client.delete_blob(&place, &blob.digest).await,
        other => panic!("{other}"),
    }
}

#[test]
fn r160_a_registry_of_get_and_head_is_read_whole() {
    let registry = ours(Switches::demo().read_only());
    let (client, place) = (client(&registry.host()), repository("library/harbour"));
    block_on(async {
        assert!(!client.tags(&place, None).await.unwrap().items.is_empty());
        let tag = "1.4.2-amd64".parse().unwrap();
        let found = client.resolve(&place, &tag).await.unwrap();
        let manifest = client.manifest(&place, &found.digest.into()).await.unwrap();
        let document = porthole::oci::parse_document(manifest.bytes, None).value;
        for blob in document.references() {
            let size = client.stat_blob(&place, &blob.digest).await.unwrap().unwrap().size;
            let stream = client.blob(&place, blob).await.unwrap();
            assert_eq!(collect(stream, size).await.unwrap().len() as u64, size);
        }
        let subject = client.resolve(&place, &tag).await.unwrap().digest;
        let limits = ops::graph::ImageLimits::default();
        assert!(ops::referrers::referrers(&client, &place, &subject, limits, 2).await.is_ok());
    });
}

#[test]
fn r160_errors_of_writes_say_what_to_do() {
    let registry = ours(Switches::demo().read_only());
    let host = registry.host();
    for (operation, kind, words) in [
        ("push a blob", ErrorKind::Unsupported(Limitation::Registry), "write to the registry"),
        ("open an upload", ErrorKind::Unsupported(Limitation::Registry), "write to the registry"),
        ("mount", ErrorKind::Unsupported(Limitation::Registry), "write to the registry"),
        ("push a manifest", ErrorKind::Unsupported(Limitation::Registry), "write to the registry"),
        ("delete", ErrorKind::DeleteDisabled, "its operator can allow it"),
        ("delete a blob", ErrorKind::DeleteDisabled, "its operator can allow it"),
    ] {
        let error = block_on(write(operation, &host)).expect_err(operation);
        assert_eq!(error.kind, kind, "{operation}: {error}");
        assert_eq!(error.context.status, Some(405), "{operation}");
        let told = error.to_string();
        assert!(told.contains(words) && told.contains(&format!(" on {host}: ")), "{told}");
    }
}
