//! Image manifests (image-spec manifest.md), Docker's schema 2 included: one shape, other names.

use super::{Annotations, Descriptor, DocumentFault, Issues, JsonCursor, MediaType, Severity};

/// A configuration and layers; or an artifact in the same shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageManifest {
    /// The document's own `mediaType`.
    pub media_type: Option<MediaType>,
    /// The configuration. `None` only where the document breaks the specification, and for the
    /// withdrawn artifact manifest, which has none.
    pub config: Option<Descriptor>,
    /// The layers, lowest first; of a withdrawn artifact manifest its `blobs`.
    pub layers: Vec<Descriptor>,
    /// The manifest that this one says something about.
    pub subject: Option<Descriptor>,
    /// Type of the artifact, as the document states it.
    pub artifact_type: Option<String>,
    /// Annotations, in document order.
    pub annotations: Annotations,
}

const KNOWN: [&str; 7] =
    ["schemaVersion", "mediaType", "config", "layers", "subject", "artifactType", "annotations"];

impl ImageManifest {
    /// The document's descriptors in reading order, its subject left out (R32).
    pub fn references(&self) -> impl Iterator<Item = &Descriptor> {
        self.config.iter().chain(&self.layers)
    }

    /// Sum of the layers' sizes in bytes: what a pull transfers.
    pub fn layers_size(&self) -> u64 {
        self.layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.size))
    }

    pub(super) fn read(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Self {
        cursor.check_case(&KNOWN, issues);
        cursor.require(&["config", "layers"], issues);
        Self {
            layers: Descriptor::read_list(cursor, "layers", issues),
            ..Self::read_head(cursor, issues)
        }
    }

    /// The withdrawn `application/vnd.oci.artifact.manifest.v1+json` of image-spec 1.1.0-rc.
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
            media_type: cursor.text_of("mediaType", issues).map(MediaType::new),
            config: cursor.member("config").and_then(|config| Descriptor::read(&config, issues)),
            layers: Vec::new(),
            subject: cursor
                .member("subject")
                .and_then(|subject| Descriptor::read(&subject, issues)),
            artifact_type: cursor.text_of("artifactType", issues),
            annotations: cursor.map_of("annotations", issues),
        }
    }
}
