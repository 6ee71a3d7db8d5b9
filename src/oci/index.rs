//! Indexes (image-spec image-index.md) and Docker's manifest lists.

use super::{Annotations, Descriptor, Issues, JsonCursor, MediaType};

/// A list of manifests, usually one for each platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// The document's own `mediaType`.
    pub media_type: Option<MediaType>,
    /// The entries, in document order.
    pub manifests: Vec<Descriptor>,
    /// The manifest that this one is about.
    pub subject: Option<Descriptor>,
    /// The type of the artifact, as the document states it.
    pub artifact_type: Option<String>,
    /// Annotations, in document order.
    pub annotations: Annotations,
}

const KNOWN: [&str; 6] =
    ["schemaVersion", "mediaType", "manifests", "subject", "artifactType", "annotations"];

impl Index {
    /// Returns the entries (R32).
    pub fn references(&self) -> impl Iterator<Item = &Descriptor> {
        self.manifests.iter()
    }

    pub(super) fn read(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Self {
        cursor.check_case(&KNOWN, issues);
        cursor.require(&["manifests"], issues);
        Self {
            media_type: cursor.type_of("mediaType", issues).map(MediaType::new),
            manifests: Descriptor::read_list(cursor, "manifests", issues),
            subject: cursor
                .member("subject")
                .and_then(|subject| Descriptor::read(&subject, issues)),
            artifact_type: cursor.type_of("artifactType", issues),
            annotations: cursor.map_of("annotations", issues),
        }
    }
}
