//! Images for golden pages, each small and made of plain JSON.

use porthole::{
    oci::{Descriptor, Digest, MediaType, RepositoryName, Tag},
    sources::memory::MemoryRegistry,
};
use serde_json::{Value, json};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A registry of one repository, with functions to fill it.
pub(crate) struct Shelf {
    pub(crate) registry: MemoryRegistry,
    pub(crate) repository: RepositoryName,
}

impl Shelf {
    pub(crate) fn new() -> Self {
        let registry = MemoryRegistry::new("localhost:5000");
        Self { registry, repository: "demo/app".parse().unwrap() }
    }

    /// Returns the address of a tag, followed by the parts of a view.
    pub(crate) fn address(&self, tag: &str, parts: &str) -> String {
        format!("#/localhost:5000/{}:{tag}{parts}", self.repository)
    }

    pub(crate) fn blob(&self, media_type: &str, bytes: impl Into<Vec<u8>>) -> Value {
        let bytes: Vec<u8> = bytes.into();
        let media_type = MediaType::new(media_type);
        described(&self.registry.add_blob(&self.repository, media_type, bytes))
    }

    pub(crate) fn manifest(&self, media_type: &str, document: &Value, tag: Option<&str>) -> Value {
        self.bytes(media_type, document.to_string(), tag)
    }

    pub(crate) fn bytes(&self, media_type: &str, bytes: String, tag: Option<&str>) -> Value {
        let tag: Option<Tag> = tag.map(|tag| tag.parse().unwrap());
        let media_type = MediaType::new(media_type);
        described(&self.registry.add_manifest(&self.repository, media_type, bytes, tag.as_ref()))
    }

    /// Adds an image of one architecture, with two layers and a history of four steps.
    pub(crate) fn image(&self, architecture: &str, tag: Option<&str>) -> Value {
        let base = self.blob(LAYER, "the same base for every machine");
        let own = self.blob(LAYER, format!("files for {architecture}"));
        let config = self.blob(CONFIG, config(architecture).to_string());
        let document = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [base, own],
            "annotations": {
                "org.opencontainers.image.source": "https://example.com/app",
                "org.opencontainers.image.base.name": "docker.io/library/debian:13",
            },
        });
        self.manifest(MANIFEST, &document, tag)
    }
}

/// Returns a descriptor as JSON.
fn described(descriptor: &Descriptor) -> Value {
    let Descriptor { media_type, digest, size, .. } = descriptor;
    json!({ "mediaType": media_type.as_str(), "digest": digest.as_str(), "size": size })
}

/// Adds members to a JSON object.
pub(crate) fn with(mut value: Value, more: &Value) -> Value {
    let members = value.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    value
}

pub(crate) fn platform(value: Value, architecture: &str) -> Value {
    with(value, &json!({ "platform": { "os": "linux", "architecture": architecture } }))
}

pub(crate) fn digest_of(value: &Value) -> Digest {
    value["digest"].as_str().unwrap().parse().unwrap()
}

fn config(architecture: &str) -> Value {
    json!({
        "created": "2026-03-04T05:06:07Z", "author": "Someone", "os": "linux",
        "architecture": architecture,
        "config": {
            "User": "app:app", "ExposedPorts": { "8080/tcp": {} }, "Env": ["PATH=/usr/bin:/bin", "EMPTY="],
            "Entrypoint": ["/usr/bin/app"], "Cmd": ["--say", "hello world"], "WorkingDir": "/srv",
            "Volumes": { "/data": {} }, "Labels": { "org.example.home": "https://example.com/" },
            "StopSignal": "SIGTERM",
            "Healthcheck": { "Test": ["CMD-SHELL", "curl -f localhost"], "Interval": 30000000000_i64 },
        },
        "rootfs": { "type": "layers", "diff_ids": [
            format!("sha256:{}", "1".repeat(64)), format!("sha256:{}", "2".repeat(64)),
        ] },
        "history": [
            { "created": "2026-03-04T05:06:00Z", "created_by": "/bin/sh -c #(nop) ADD file:4973a8 in / " },
            { "created": "2026-03-04T05:06:01Z", "created_by": "ENV EMPTY=", "empty_layer": true, "comment": "buildkit.dockerfile.v0" },
            { "created": "2026-03-04T05:06:02Z", "created_by": "RUN |1 VERSION=7 /bin/sh -c make install # buildkit" },
            { "created": "2026-03-04T05:06:03Z", "created_by": "EXPOSE map[8080/tcp:{}]", "empty_layer": true },
        ],
    })
}
