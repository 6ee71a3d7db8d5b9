//! Pulls one image into a folder, every byte verified: the manifest, the config and the layers, each
//! under its digest.
//!
//! ```sh
//! cargo run --features https --example pull_to_folder -- quay.io/prometheus/busybox:latest busybox
//! ```

use std::{error::Error, fs::File, io::Write, path::Path};

use futures_util::StreamExt;
use porthole::{
    client::Clients,
    oci::{Descriptor, Document, ManifestRef, Reference, Tag, parse_document},
    registry::{Manifest, SharedRegistry},
    transport::Stack,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(reference), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: pull_to_folder REFERENCE FOLDER".into());
    };
    let (reference, folder): (Reference, _) = (reference.parse()?, Path::new(&folder));
    let clients = Clients::new(Stack::native()?);
    let registry = clients.get(&reference.host, None)?.shared();
    std::fs::create_dir_all(folder)?;
    pull(&registry, &reference, folder).await
}

async fn pull(registry: &SharedRegistry, reference: &Reference, folder: &Path) -> Outcome<()> {
    let manifest = one_image(registry, reference).await?;
    let document = parse_document(manifest.bytes.clone(), manifest.content_type.as_ref()).value;
    for blob in document.references() {
        save(registry, reference, blob, folder).await?;
    }
    // Last: a manifest in the folder means that all it points at is there.
    std::fs::write(folder.join(name(&manifest.descriptor)), &manifest.bytes)?;
    println!("{} {}", manifest.descriptor.digest, manifest.descriptor.media_type);
    Ok(())
}

/// The manifest itself, or that for linux/amd64 of an index.
async fn one_image(registry: &SharedRegistry, reference: &Reference) -> Outcome<Manifest> {
    let wanted = match (&reference.digest, &reference.tag) {
        (Some(digest), _) => ManifestRef::Digest(digest.clone()),
        (None, Some(tag)) => ManifestRef::Tag(tag.clone()),
        (None, None) => ManifestRef::Tag(Tag::latest()),
    };
    let manifest = registry.manifest(&reference.repository, &wanted).await?;
    let document = parse_document(manifest.bytes.clone(), manifest.content_type.as_ref()).value;
    let Document::Index(index) = document else { return Ok(manifest) };
    let amd64 = index.manifests.iter().find(|entry| {
        let platform = entry.platform.as_ref();
        platform.is_some_and(|p| p.os == "linux" && p.architecture == "amd64")
    });
    let digest = amd64.ok_or("the index has no image for linux/amd64")?.digest.clone();
    Ok(registry.manifest(&reference.repository, &digest.into()).await?)
}

/// Streams a blob to its file; the stream fails where the bytes are not those of the digest.
async fn save(
    registry: &SharedRegistry,
    reference: &Reference,
    blob: &Descriptor,
    folder: &Path,
) -> Outcome<()> {
    let mut chunks = registry.blob(&reference.repository, blob).await?.chunks;
    let mut file = File::create(folder.join(name(blob)))?;
    while let Some(chunk) = chunks.next().await {
        file.write_all(&chunk?)?;
    }
    println!("{} {} bytes, verified", blob.digest, blob.size);
    Ok(())
}

fn name(content: &Descriptor) -> String {
    content.digest.as_str().replace(':', "-")
}
