//! Manifests as the store keeps them.

use bytes::Bytes;
use ferro_blob_store::Digest;
use ferro_oci_server::ReferrerDescriptor;
use serde_json::Value;

use crate::digest::digest_of;

/// A manifest as it is stored: exact bytes, and what the registry says about them.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    pub(crate) digest: String,
    pub(crate) media_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) referrer: Option<(Digest, ReferrerDescriptor)>,
}

/// A manifest as the store keeps it, with what the referrers API will say about it.
pub(crate) fn stored(media_type: &str, bytes: Bytes) -> Manifest {
    let digest = digest_of(&bytes);
    let referrer = serde_json::from_slice(&bytes)
        .ok()
        .and_then(|json| referrer(media_type, &digest, &bytes, &json));
    Manifest { digest, media_type: media_type.into(), bytes, referrer }
}

/// distribution-spec, "Listing Referrers": `artifactType`, or else the type of the config; all annotations.
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
