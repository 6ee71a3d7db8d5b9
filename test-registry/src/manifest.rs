//! Manifests with the facts that the registry keeps beside their bytes.

use bytes::Bytes;
use ferro_blob_store::Digest;
use ferro_oci_server::ReferrerDescriptor;
use serde_json::Value;

use crate::digest::digest_of;

/// A manifest in the store: its exact bytes, and the facts that the registry keeps about them.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    pub(crate) digest: String,
    pub(crate) media_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) referrer: Option<(Digest, ReferrerDescriptor)>,
}

impl Manifest {
    /// Makes a manifest of its bytes, with the descriptor by which the referrers API will list it.
    pub(crate) fn new(media_type: &str, bytes: Bytes) -> Self {
        let digest = digest_of(&bytes);
        let referrer = serde_json::from_slice(&bytes)
            .ok()
            .and_then(|json| referrer(media_type, &digest, &bytes, &json));
        Self { digest, media_type: media_type.into(), bytes, referrer }
    }
}

/// Returns the subject of a manifest and its descriptor in the list of referrers. The descriptor has all
/// annotations and the `artifactType`, or else the type of the config (distribution-spec, "Listing Referrers").
fn referrer(
    media_type: &str,
    digest: &str,
    bytes: &Bytes,
    manifest: &Value,
) -> Option<(Digest, ReferrerDescriptor)> {
    let subject = manifest.pointer("/subject/digest")?.as_str()?.parse().ok()?;
    let artifact_type =
        manifest.get("artifactType").or_else(|| manifest.pointer("/config/mediaType"));
    let annotations = manifest.get("annotations").and_then(Value::as_object).map(|pairs| {
        pairs
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect()
    });
    let descriptor = ReferrerDescriptor {
        media_type: media_type.into(),
        digest: digest.parse().ok()?,
        size: bytes.len() as u64,
        artifact_type: artifact_type.and_then(Value::as_str).map(Into::into),
        annotations,
    };
    Some((subject, descriptor))
}
