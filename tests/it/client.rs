//! Clients for tests with real servers, and images to push with them.

use std::rc::Rc;

use bytes::Bytes;
use futures_util::StreamExt;
use porthole::{
    client::{Clients, RemoteRegistry},
    error::Result,
    oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag},
    registry::{BlobStream, Read, Write},
    transport::{Credential, Stack},
    wire::Secret,
};
use test_registry::digest_of;

/// Returns a client over the native transport, and the [`Clients`] that made it.
pub fn client(host: &str) -> (RemoteRegistry, Rc<Clients>) {
    let clients = Rc::new(Clients::new(Stack::native().unwrap()));
    let registry = clients.get(&host.parse().unwrap(), None).unwrap();
    (registry, clients)
}

/// Returns a client that has a user and a password.
pub fn client_with(host: &str, user: &str, password: &str) -> (RemoteRegistry, Rc<Clients>) {
    let (registry, clients) = client(host);
    let (user, password) = (user.to_owned(), Secret::new(password));
    clients.stack().credentials().set(host, Credential::Basic { user, password });
    (registry, clients)
}

/// Runs a task to its end.
pub fn run<T>(task: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(task)
}

pub fn name(text: &str) -> RepositoryName {
    text.parse().unwrap()
}

pub fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

pub fn reference(text: &str) -> ManifestRef {
    text.parse().unwrap()
}

pub fn digest(bytes: &[u8]) -> Digest {
    digest_of(bytes).parse().unwrap()
}

pub fn descriptor(media_type: MediaType, bytes: &[u8]) -> Descriptor {
    Descriptor::new(media_type, digest(bytes), bytes.len() as u64)
}

/// Returns bytes that differ at each offset, so that a range at a wrong offset is noticed.
pub fn noise(length: usize, seed: u32) -> Bytes {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as u8
    };
    (0..length).map(next).collect()
}

pub async fn collect(mut blob: BlobStream) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(chunk) = blob.chunks.next().await {
        all.extend_from_slice(&chunk?);
    }
    Ok(all)
}

pub async fn push(registry: &RemoteRegistry, repository: &str, bytes: &Bytes) -> Descriptor {
    let blob = descriptor(MediaType::OCTET_STREAM, bytes);
    registry.push_blob(&name(repository), &blob, bytes).await.unwrap()
}

pub async fn read(registry: &RemoteRegistry, repository: &str, blob: &Descriptor) -> Vec<u8> {
    collect(registry.blob(&name(repository), blob).await.unwrap()).await.unwrap()
}

/// Pushes an empty config and one layer. Returns a manifest of them, which is not pushed.
pub async fn image(registry: &RemoteRegistry, repository: &str, more: &str) -> Bytes {
    let config = Bytes::from_static(br#"{"architecture":"amd64","os":"linux"}"#);
    let layer = noise(10_000, 7);
    let (c, l) =
        (push(registry, repository, &config).await, push(registry, repository, &layer).await);
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"{}","digest":"{}","size":{}}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{}","size":{}}}]{more}}}"#,
        MediaType::OCI_MANIFEST,
        MediaType::OCI_CONFIG,
        c.digest,
        c.size,
        l.digest,
        l.size
    )
    .into()
}
