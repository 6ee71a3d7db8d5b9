//! Image manifests (image-spec manifest.md) and Docker's schema 2, which has the same shape.

use super::{Annotations, Descriptor, DocumentFault, Issues, JsonCursor, MediaType, Severity};

/// A configuration and layers, or an artifact in the same shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageManifest {
    /// The document's own `mediaType`.
    pub media_type: Option<MediaType>,
    /// The configuration. `None` only if the document breaks the specification, and for the
    /// withdrawn artifact manifest, which has no configuration.
    pub config: Option<Descriptor>,
    /// The layers, lowest first. For a withdrawn artifact manifest, these are its `blobs`.
    pub layers: Vec<Descriptor>,
    /// The manifest that this one is about.
    pub subject: Option<Descriptor>,
    /// The type of the artifact, as the document states it.
    pub artifact_type: Option<String>,
    /// Annotations, in document order.
    pub annotations: Annotations,
}

const KNOWN: [&str; 7] =
    ["schemaVersion", "mediaType", "config", "layers", "subject", "artifactType", "annotations"];

impl ImageManifest {
    /// Returns the descriptors of the document in reading order, without its subject (R32).
    pub fn references(&self) -> impl Iterator<Item = &Descriptor> {
        self.config.iter().chain(&self.layers)
    }

    /// Returns the sum of the layers' sizes in bytes, which is the size of a pull.
    pub fn layers_size(&self) -> u64 {
        self.layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.size))
    }

    pub(super) fn read(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Self {
        cursor.check_case(&KNOWN, issues);
        cursor.require(&["config", "layers"], issues);
        if let Some(layers) = cursor.member("layers").filter(|list| list.node().is_empty_list()) {
            layers.report(Severity::Warning, DocumentFault::NoLayers, issues);
        }
        Self {
            layers: Descriptor::read_list(cursor, "layers", issues),
            ..Self::read_head(cursor, issues)
        }
    }

    /// Reads the withdrawn `application/vnd.oci.artifact.manifest.v1+json` of image-spec 1.1.0-rc.
    pub(super) fn read_artifact(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Self {
        cursor.report(Severity::Warning, DocumentFault::Withdrawn, issues);
        Self {
            config: None,
            layers: Descriptor::read_list(cursor, "blobs", issues),
            ..Self::read_head(cursor, issues)
        }
    }

    fn read_head(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Self {
        Self {
            media_type: cursor.type_of("mediaType", issues).map(MediaType::new),
            config: cursor.member("config").and_then(|config| Descriptor::read(&config, issues)),
            layers: Vec::new(),
            subject: cursor
                .member("subject")
                .and_then(|subject| Descriptor::read(&subject, issues)),
            artifact_type: cursor.type_of("artifactType", issues),
            annotations: cursor.map_of("annotations", issues),
        }
    }
}
