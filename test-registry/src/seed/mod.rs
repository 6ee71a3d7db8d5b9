//! What the registry holds when it starts, built by code: the same bytes and digests every time.

mod artifacts;
mod broken;
mod catalogue;
mod config;
mod docker;
mod images;
mod json;
mod layers;
mod lists;
mod pattern;
mod referrers;
mod shelf;
mod statements;
mod tables;
mod tar;

use std::fmt::Write;

use bytes::Bytes;
use ferro_oci_server::ReferrerDescriptor;
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use catalogue::CATALOGUE;
pub use pattern::Pattern;

use crate::instance::Instance;
use crate::store::Manifest;
use crate::switches::Seed;

/// Fills the store as the switches say.
pub(crate) async fn load(instance: &Instance) {
    let seed = instance.switches().seed;
    let store = &instance.store;
    if seed == Seed::Empty {
        return;
    }
    images::load(store).await;
    docker::load(store).await;
    artifacts::load(store).await;
    tables::load(store).await;
    broken::load(store).await;
    if seed == Seed::Full {
        lists::load(store).await;
    }
}

/// `sha256:…` of some bytes.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    hexed(&Sha256::digest(bytes))
}

fn hexed(hash: &[u8]) -> String {
    hash.iter().fold(String::from("sha256:"), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
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
) -> Option<(ferro_blob_store::Digest, ReferrerDescriptor)> {
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
