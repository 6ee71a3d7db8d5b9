//! For tests: images, made on the spot in a registry in memory.

#![allow(clippy::unwrap_used)]

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    oci::{Descriptor, MediaType, RepositoryName},
    sources::memory::MemoryRegistry,
};

/// The repository that the images are in.
pub(crate) fn place() -> RepositoryName {
    "a/b".parse().unwrap()
}

pub(crate) struct Images {
    pub(crate) memory: MemoryRegistry,
}

impl Default for Images {
    fn default() -> Self {
        Self { memory: MemoryRegistry::new("memory") }
    }
}

fn to_json(descriptor: &Descriptor) -> Value {
    let mut value = json!({
        "mediaType": descriptor.media_type.as_str(),
        "digest": descriptor.digest.as_str(),
        "size": descriptor.size,
    });
    if let Some(platform) = &descriptor.platform {
        value["platform"] = json!({ "os": platform.os, "architecture": platform.architecture });
        if let Some(variant) = &platform.variant {
            value["platform"]["variant"] = json!(variant);
        }
    }
    if let Some(data) = &descriptor.data {
        value["data"] = json!(BASE64_STANDARD.encode(data));
    }
    if !descriptor.urls.is_empty() {
        value["urls"] = json!(descriptor.urls);
    }
    for (key, text) in &descriptor.annotations {
        value["annotations"][key] = json!(text);
    }
    value
}

fn list(descriptors: &[Descriptor]) -> Vec<Value> {
    descriptors.iter().map(to_json).collect()
}

impl Images {
    /// Any text as an image manifest.
    pub(crate) fn manifest(&self, text: &str) -> Descriptor {
        self.memory.add_manifest(&place(), MediaType::OCI_MANIFEST, text.to_owned(), None)
    }

    pub(crate) fn blob(&self, media_type: MediaType, text: &str) -> Descriptor {
        self.memory.add_blob(&place(), media_type, text.to_owned())
    }

    /// An image with a layer for each text.
    pub(crate) fn image(&self, platform: &str, layers: &[&str]) -> Descriptor {
        let layer = |text: &&str| self.blob(MediaType::new("application/x.layer"), text);
        let layers: Vec<_> = layers.iter().map(layer).collect();
        self.image_of(platform, &layers)
    }

    /// An image of these layers.
    pub(crate) fn image_of(&self, platform: &str, layers: &[Descriptor]) -> Descriptor {
        let config = self.blob(MediaType::OCI_CONFIG, &format!("{{\"os\":\"{platform}\"}}"));
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MediaType::OCI_MANIFEST.as_str(),
            "config": to_json(&config),
            "layers": list(layers),
        });
        let platform = Some(platform.parse().unwrap());
        Descriptor { platform, ..self.manifest(&manifest.to_string()) }
    }

    /// BuildKit's attestation of an image.
    pub(crate) fn attestation(&self, of: &Descriptor) -> Descriptor {
        let text = format!("statement about {}", of.digest);
        let made = self.image("unknown/unknown", &[&text]);
        let annotations = [
            ("vnd.docker.reference.digest".to_owned(), of.digest.to_string()),
            ("vnd.docker.reference.type".to_owned(), "attestation-manifest".to_owned()),
        ];
        Descriptor { annotations: annotations.to_vec(), ..made }
    }

    /// An index of these entries.
    pub(crate) fn index(&self, entries: &[Descriptor]) -> Descriptor {
        let text = json!({
            "schemaVersion": 2,
            "mediaType": MediaType::OCI_INDEX.as_str(),
            "manifests": list(entries),
        });
        self.memory.add_manifest(&place(), MediaType::OCI_INDEX, text.to_string(), None)
    }

    /// A build cache of BuildKit: an index of layers and of the configuration of the cache.
    pub(crate) fn cache(&self, layers: &[&str]) -> Descriptor {
        let layer = MediaType::new("application/vnd.oci.image.layer.v1.tar+gzip");
        let layers = layers.iter().map(|text| self.blob(layer.clone(), text));
        let config = self.blob(MediaType::new("application/vnd.buildkit.cacheconfig.v0"), "{}");
        self.index(&layers.chain([config]).collect::<Vec<_>>())
    }

    /// An artifact about a subject. Without a type of its own it is of the type of its layer.
    pub(crate) fn artifact(
        &self,
        subject: &Descriptor,
        artifact_type: Option<&str>,
        layer: Descriptor,
    ) -> Descriptor {
        let config = self.blob(MediaType::OCI_CONFIG, "{}");
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": MediaType::OCI_MANIFEST.as_str(),
            "config": to_json(&config),
            "layers": list(&[layer]),
            "subject": to_json(subject),
        });
        if let Some(artifact_type) = artifact_type {
            manifest["artifactType"] = json!(artifact_type);
        }
        self.manifest(&manifest.to_string())
    }
}
