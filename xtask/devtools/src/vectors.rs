//! NIST's vectors for the tests in the browser, which can read no file: an artifact in a test
//! registry, each file a layer with its name as title.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use test_registry::TestRegistry;
use xtask::{
    failure::{OrFail, Result},
    steps::root,
};

const REPOSITORY: &str = "nist/vectors";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Puts the files for SHA-2 into a registry, under the tag `sha2`.
///
/// # Errors
/// When they are not there.
pub(super) fn publish(registry: &TestRegistry) -> Result<()> {
    let next = "remove target/vectors and run this again: it is fetched from PyPI";
    let folder = root().join("target/vectors/cryptography_vectors/hashes/SHA2");
    let mut layers = Vec::new();
    for entry in std::fs::read_dir(&folder).or_fail(folder.display(), next)? {
        let path = entry.or_fail(folder.display(), next)?.path();
        let bytes = std::fs::read(&path).or_fail(path.display(), next)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut layer = add(registry, "text/plain", bytes);
        if let Value::Object(members) = &mut layer {
            let title = json!({ "org.opencontainers.image.title": name });
            members.insert("annotations".to_owned(), title);
        }
        layers.push(layer);
    }
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/x.nist",
        "config": add(registry, "application/vnd.oci.empty.v1+json", b"{}".to_vec()),
        "layers": layers,
    });
    registry.add_manifest(REPOSITORY, &["sha2"], MANIFEST, manifest.to_string().into_bytes());
    Ok(())
}

/// Adds a blob, and describes it.
fn add(registry: &TestRegistry, media_type: &str, bytes: Vec<u8>) -> Value {
    let hash = Sha256::digest(&bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let (digest, size) = (format!("sha256:{hex}"), bytes.len());
    registry.add_blob(REPOSITORY, &digest, bytes);
    json!({ "mediaType": media_type, "digest": digest, "size": size })
}
