//! Runs a client with a canary credential through every attack of a hostile registry.
//!
//! The same code runs natively and in a browser. The servers record the requests that they receive.

use bytes::Bytes;
use futures_util::StreamExt;
use porthole::{
    client::Clients,
    error::Result,
    oci::{Descriptor, Digest, Host, MediaType, RepositoryName, Tag, document::parse_document},
    registry::{ManifestRef, SharedRegistry},
    transport::{Credential, Stack},
    wire::Secret,
};

/// The digest of zero bytes, which every blob of the hostile registry has.
const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The credentials that the client has for its registry.
pub(super) struct Secrets<'a> {
    pub(super) user: &'a str,
    pub(super) password: &'a str,
    pub(super) identity: &'a str,
}

/// Runs scenario `number` with a new client. The result of the operation does not matter, only the way of
/// the credential.
pub(super) async fn run(
    stack: Stack,
    places: (&str, &str),
    secrets: &Secrets<'_>,
    number: usize,
    (operation, credential): (&str, &str),
) -> Result<()> {
    let (registry, tokens) = places;
    let credential = match credential {
        "identity" => Credential::Identity(Secret::new(secrets.identity)),
        _ => Credential::Basic {
            user: secrets.user.to_owned(),
            password: Secret::new(secrets.password),
        },
    };
    // A retry would only send the same requests again.
    let clients = Clients::new(stack.with_retry(None));
    clients.stack().credentials().set(registry, credential);
    clients
        .stack()
        .approvals()
        .approve(&format!("http://{registry}"), &format!("http://{tokens}"))?;
    let host: Host = registry.parse().expect("the registry has a host");
    let registry = clients.get(&host, None)?.shared();
    let repository: RepositoryName = format!("c/{number}/x").parse().expect("a repository name");
    operate(&registry, &repository, operation).await
}

async fn operate(
    registry: &SharedRegistry,
    repository: &RepositoryName,
    operation: &str,
) -> Result<()> {
    let tag: Tag = "x".parse().expect("a tag");
    let digest: Digest = EMPTY.parse().expect("a digest");
    let by_tag = ManifestRef::Tag(tag.clone());
    let empty = Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), 0);
    match operation {
        "manifest" => drop(registry.manifest(repository, &by_tag).await?),
        "blob" => drain(registry, repository, &empty).await?,
        "tags" => {
            let first = registry.tags(repository, None).await?;
            if let Some(next) = first.next {
                registry.tags(repository, Some(&next)).await?;
            }
        }
        "referrers" => drop(registry.referrers(repository, &digest, None).await?),
        "push-blob" => drop(registry.push_blob(repository, &empty, &Bytes::new()).await?),
        "push-chunks" => push_chunks(registry, repository, &digest).await?,
        "push-manifest" => {
            let bytes = Bytes::from_static(b"{\"schemaVersion\":2}");
            registry.push_manifest(repository, &MediaType::OCI_MANIFEST, bytes, &[tag]).await?;
        }
        "delete" => registry.delete_manifest(repository, &by_tag).await?,
        "foreign" => foreign(registry, repository, &by_tag).await?,
        other => panic!("the driver does not know {other}"),
    }
    Ok(())
}

async fn drain(
    registry: &SharedRegistry,
    repository: &RepositoryName,
    blob: &Descriptor,
) -> Result<()> {
    let mut stream = registry.blob(repository, blob).await?;
    while let Some(chunk) = stream.chunks.next().await {
        chunk?;
    }
    Ok(())
}

async fn push_chunks(
    registry: &SharedRegistry,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<()> {
    let mut upload = registry.start_upload(repository, 4_096).await?;
    let mut written = Ok(());
    for _ in 0..3 {
        if written.is_ok() {
            written = upload.write(Bytes::from_static(&[0; 4_096])).await;
        }
    }
    match written {
        Ok(()) => upload.commit(digest).await.map(drop),
        Err(error) => {
            upload.cancel().await;
            Err(error)
        }
    }
}

async fn foreign(
    registry: &SharedRegistry,
    repository: &RepositoryName,
    by_tag: &ManifestRef,
) -> Result<()> {
    let manifest = registry.manifest(repository, by_tag).await?;
    let document = parse_document(manifest.bytes, manifest.content_type.as_ref());
    for layer in document.value.references() {
        drain(registry, repository, layer).await?;
    }
    Ok(())
}
