//! Puts blobs and manifests into one repository of a store, and returns their descriptors.

use bytes::Bytes;

use super::json::{Json, list, object, text};
use crate::digest::digest_of;
use crate::manifest::Manifest;
use crate::store::Store;

pub(super) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(super) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(super) const OCI_EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// One repository of a store.
#[derive(Clone, Copy)]
pub(super) struct Repository<'a> {
    pub(super) store: &'a Store,
    pub(super) name: &'a str,
}

/// A descriptor: media type, digest, size and further fields.
#[derive(Debug, Clone)]
pub(super) struct Descriptor {
    pub(super) media_type: String,
    pub(super) digest: String,
    pub(super) size: usize,
    more: Vec<(String, Json)>,
}

impl Descriptor {
    /// Returns the descriptor of some bytes.
    pub(super) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.into(),
            digest: digest_of(bytes),
            size: bytes.len(),
            more: Vec::new(),
        }
    }

    /// Adds a further field, such as `platform` or `annotations`.
    pub(super) fn with(mut self, key: &str, value: Json) -> Self {
        self.more.push((key.into(), value));
        self
    }

    /// Returns the descriptor without further fields.
    pub(super) fn plain(&self) -> Self {
        Self { more: Vec::new(), ..self.clone() }
    }

    /// Returns the descriptor as JSON.
    pub(super) fn json(&self) -> Json {
        let size = i64::try_from(self.size).unwrap_or(i64::MAX);
        let mut json = object([
            ("mediaType", text(&self.media_type)),
            ("digest", text(&self.digest)),
            ("size", Json::Number(size)),
        ]);
        for (key, value) in &self.more {
            json = json.with(key, value.clone());
        }
        json
    }
}

impl Repository<'_> {
    /// Puts a blob under its digest.
    pub(super) fn blob(&self, media_type: &str, bytes: impl Into<Bytes>) -> Descriptor {
        let bytes = bytes.into();
        let descriptor = Descriptor::of(media_type, &bytes);
        self.store.put_blob(self.name, &descriptor.digest, bytes);
        descriptor
    }

    /// Puts a manifest written as JSON.
    pub(super) async fn manifest(
        &self,
        tags: &[&str],
        media_type: &str,
        manifest: &Json,
    ) -> Descriptor {
        self.bytes(tags, media_type, manifest.to_string()).await
    }

    /// Puts a manifest with exactly these bytes.
    pub(super) async fn bytes(
        &self,
        tags: &[&str],
        media_type: &str,
        bytes: impl Into<Bytes>,
    ) -> Descriptor {
        let bytes = bytes.into();
        let descriptor = Descriptor::of(media_type, &bytes);
        self.store.put_manifest(self.name, tags, &Manifest::new(media_type, bytes)).await;
        descriptor
    }

    /// Puts an OCI image manifest.
    pub(super) async fn image(
        &self,
        tags: &[&str],
        config: &Descriptor,
        layers: &[Descriptor],
    ) -> Descriptor {
        self.manifest(tags, OCI_MANIFEST, &image_manifest(config, layers)).await
    }

    /// Puts an OCI index.
    pub(super) async fn index(&self, tags: &[&str], children: &[Descriptor]) -> Descriptor {
        self.manifest(tags, OCI_INDEX, &index(OCI_INDEX, children)).await
    }
}

/// Returns an OCI image manifest as JSON.
pub(super) fn image_manifest(config: &Descriptor, layers: &[Descriptor]) -> Json {
    object([
        ("schemaVersion", Json::Number(2)),
        ("mediaType", text(OCI_MANIFEST)),
        ("config", config.json()),
        ("layers", list(layers.iter().map(Descriptor::json))),
    ])
}

/// Returns an OCI index or a Docker manifest list as JSON.
pub(super) fn index(media_type: &str, children: &[Descriptor]) -> Json {
    object([
        ("schemaVersion", Json::Number(2)),
        ("mediaType", text(media_type)),
        ("manifests", list(children.iter().map(Descriptor::json))),
    ])
}
