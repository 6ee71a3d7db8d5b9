//! The client for tests, over the native transport, on the test's own runtime.

use std::{future::Future, time::Duration};

use bytes::Bytes;
use futures_util::StreamExt;
use porthole::{
    client::{Connection, RemoteRegistry},
    error::Result,
    oci::{Descriptor, Document, ManifestRef, Parsed, RepositoryName, parse_document},
    registry::{BlobStream, Manifest, Read},
    transport::{RetryPolicy, Stack},
    wire::BaseUrl,
};

/// Runs a future to its end.
pub fn block_on<T>(task: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(task)
}

/// Returns a client for `127.0.0.1:port` whose waits between tries are short.
pub fn client(host: &str) -> RemoteRegistry {
    client_at(&format!("http://{host}"))
}

/// Returns a client for a base URL.
pub fn client_at(url: &str) -> RemoteRegistry {
    let host = url.split("//").nth(1).unwrap().parse().unwrap();
    let connection = Connection::through(&host, BaseUrl::parse(url).unwrap());
    RemoteRegistry::new(connection, &stack())
}

/// Returns the native transport layers, with short waits between tries.
pub fn stack() -> Stack {
    Stack::native().unwrap().with_retry(Some(hasty()))
}

/// Returns the retry policy of the product, with a thousandth of its waits.
pub fn hasty() -> RetryPolicy {
    let mut policy = RetryPolicy { least_gap: Duration::ZERO, ..RetryPolicy::default() };
    policy.backoff.base = Duration::from_millis(1);
    policy.backoff.longest = Duration::from_millis(20);
    policy
}

/// Parses the name of a repository.
pub fn repository(name: &str) -> RepositoryName {
    name.parse().unwrap()
}

/// Gets a manifest by tag or digest.
pub async fn manifest(client: &RemoteRegistry, name: &str, reference: &str) -> Result<Manifest> {
    let reference: ManifestRef = reference.parse().unwrap();
    client.manifest(&repository(name), &reference).await
}

/// Reads a manifest as a document.
pub fn document(manifest: &Manifest) -> Parsed<Document> {
    parse_document(manifest.bytes.clone(), manifest.content_type.as_ref())
}

/// Gets a whole blob, verified.
pub async fn blob(client: &RemoteRegistry, name: &str, blob: &Descriptor) -> Result<Bytes> {
    collect(client.blob(&repository(name), blob).await?).await
}

/// Collects the chunks of a stream.
pub async fn collect(mut stream: BlobStream) -> Result<Bytes> {
    let mut whole = Vec::new();
    while let Some(chunk) = stream.chunks.next().await {
        whole.extend_from_slice(&chunk?);
    }
    Ok(whole.into())
}
