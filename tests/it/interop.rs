//! Exchange with skopeo, an unrelated client: we read its pushes, and it pulls and hashes ours.

use std::{fs, path::Path, process::Command};

use bytes::Bytes;
use porthole::{
    content::verify::digest_of,
    oci::{Descriptor, MediaType, RepositoryName, Tag},
    registry::{Verification, Write},
};

use crate::{
    fixtures,
    reader::{blob, block_on, client, document, manifest, repository},
    servers::{both, temporary_folder},
};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

fn skopeo(arguments: &[&str]) {
    let ran = Command::new("skopeo").args(arguments).output();
    let output =
        ran.unwrap_or_else(|why| panic!("skopeo cannot be run ({why}): apt-get install skopeo"));
    assert!(
        output.status.success(),
        "skopeo {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn what_skopeo_pushes_is_read_and_verified() {
    for fixture in
        fixtures::of_kind("layout-image").iter().chain(&fixtures::of_kind("layout-multi-arch"))
    {
        let root = &fixture.expected["roots"][0];
        let name = root["refName"].as_str().map(|name| format!(":{name}")).unwrap_or_default();
        let source = format!("oci:{}{name}", fixture.folder().display());
        for server in both() {
            let target = format!("docker://{}/from/skopeo:v1", server.host());
            let how = [
                "--insecure-policy",
                "copy",
                "--all",
                "--preserve-digests",
                "--dest-tls-verify=false",
            ];
            skopeo(&[&how[..], &[&source, &target]].concat());
            block_on(read_tree(&server.host(), root["digest"].as_str().unwrap()));
        }
    }
}

/// Reads an image or index with all its parts, and verifies each.
async fn read_tree(host: &str, digest: &str) {
    let client = client(host);
    let by_tag = manifest(&client, "from/skopeo", "v1").await.unwrap();
    assert_eq!(by_tag.descriptor.digest.as_str(), digest);
    let mut waiting = vec![by_tag.descriptor];
    while let Some(next) = waiting.pop() {
        if next.media_type.is_manifest() || next.media_type.is_index() {
            let read = manifest(&client, "from/skopeo", next.digest.as_str()).await.unwrap();
            assert_eq!(read.verification, Verification::Verified);
            waiting.extend(document(&read).value.references().into_iter().cloned());
        } else {
            blob(&client, "from/skopeo", &next).await.unwrap();
        }
    }
}

#[test]
fn what_we_push_skopeo_pulls_and_hashes_again() {
    for server in both() {
        let pushed = block_on(push_image(&server.host()));
        let folder = temporary_folder();
        let source = format!("docker://{}/from/us:v1", server.host());
        let target = format!("oci:{}:v1", folder.display());
        skopeo(&[
            "--insecure-policy",
            "copy",
            "--preserve-digests",
            "--src-tls-verify=false",
            &source,
            &target,
        ]);
        for digest in &pushed {
            let bytes = fs::read(folder.join("blobs").join(digest.replace(':', "/"))).unwrap();
            assert_eq!(digest_of(&bytes).as_str(), digest, "{}", server.name());
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}

/// Pushes an image of one layer, and returns the digests of its parts.
async fn push_image(host: &str) -> Vec<String> {
    let client = client(host);
    let place = repository("from/us");
    let layer = Bytes::from(tar());
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","config":{{}},"rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#,
        digest_of(&layer)
    );
    let config = push(&client, &place, CONFIG, config.into()).await;
    let layer = push(&client, &place, LAYER, layer).await;
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{},"layers":[{}]}}"#,
        json(&config),
        json(&layer)
    );
    let tag: Tag = "v1".parse().unwrap();
    let manifest =
        client.push_manifest(&place, &MediaType::new(MANIFEST), manifest.into(), &[tag]).await;
    [manifest.unwrap(), config, layer]
        .iter()
        .map(|descriptor| descriptor.digest.to_string())
        .collect()
}

async fn push(
    client: &impl Write,
    place: &RepositoryName,
    media_type: &str,
    bytes: Bytes,
) -> Descriptor {
    let descriptor =
        Descriptor::new(MediaType::new(media_type), digest_of(&bytes), bytes.len() as u64);
    client.push_blob(place, &descriptor, &bytes).await.unwrap();
    descriptor
}

fn json(descriptor: &Descriptor) -> String {
    let (kind, digest, size) =
        (descriptor.media_type.as_str(), &descriptor.digest, descriptor.size);
    format!(r#"{{"mediaType":"{kind}","digest":"{digest}","size":{size}}}"#)
}

/// Returns a tar with this file, made by GNU tar.
fn tar() -> Vec<u8> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let made =
        Command::new("tar").arg("-C").arg(here).args(["-cf", "-", "Cargo.toml"]).output().unwrap();
    assert!(made.status.success());
    made.stdout
}
