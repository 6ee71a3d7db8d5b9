//! Documents that a registry serves under `/manifests/`: their kinds and their content.
//!
//! The kind comes from `Content-Type`, else from the document's own `mediaType`, else from its
//! structure (R38). If both contradict each other, the document's own counts: its digest covers that. A document that two readers would take for two kinds gets an issue
//! (CVE-2021-41190).

use bytes::Bytes;

use super::{
    Descriptor, DocumentFault, DocumentKind, ImageManifest, Index, Issues, JsonCursor, MediaType,
    Parsed, Schema1Manifest, Severity, json,
};

/// A document that a registry serves as a manifest.
#[allow(clippy::large_enum_variant, reason = "there is one of it for a page, not a list")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// An image, or an artifact in its shape.
    Image(ImageManifest),
    /// An index or manifest list.
    Index(Index),
    /// A Docker schema 1 manifest.
    Schema1(Schema1Manifest),
    /// A document of an unknown kind, with the descriptors that were found in it.
    Unknown(UnknownDocument),
}

/// A document of an unknown kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownDocument {
    /// The document's own `mediaType`, else the media type of the answer.
    pub media_type: Option<MediaType>,
    /// The descriptors under `manifests`, `config` and `layers` (R35).
    pub children: Children,
}

/// The children of any document, read without knowing its kind (R35).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Children {
    /// Child manifests.
    pub manifests: Vec<Descriptor>,
    /// The configuration, if there is one.
    pub config: Option<Descriptor>,
    /// The layers, in document order.
    pub layers: Vec<Descriptor>,
}

/// Reads a document. `content_type` is the type in the answer's header, or `None` if that was
/// missing or generic.
///
/// Any bytes give a value, so check [`Parsed::is_sound`] before you rely on it.
///
/// ```
/// use porthole::oci::{Document, DocumentFault, MediaType, parse_document};
///
/// let body = r#"{"schemaVersion": 2, "manifests": [{"size": -1}]}"#;
/// let parsed = parse_document(body.into(), Some(&MediaType::OCI_INDEX));
/// assert!(matches!(&parsed.value, Document::Index(index) if index.manifests.is_empty()));
/// assert!(!parsed.is_sound());
/// assert_eq!(parsed.issues[0].pointer, "/manifests/0");
/// assert_eq!(parsed.issues[0].fault, DocumentFault::Missing("mediaType"));
/// ```
pub fn parse_document(raw: Bytes, content_type: Option<&MediaType>) -> Parsed<Document> {
    let Parsed { value, raw, issues: found } = json::parse(raw);
    let mut issues = Issues::default();
    issues.extend(found);
    let cursor = JsonCursor::root(&value);
    let document = if cursor.is_object(&mut issues) {
        read(&cursor, content_type, &mut issues)
    } else {
        let media_type = content_type.cloned();
        Document::Unknown(UnknownDocument { media_type, ..UnknownDocument::default() })
    };
    Parsed { value: document, raw, issues: issues.into_vec() }
}

/// Reads `manifests`, `config` and `layers` of any JSON document (R35).
pub fn parse_children(raw: Bytes) -> Parsed<Children> {
    let Parsed { value, raw, issues: found } = json::parse(raw);
    let mut issues = Issues::default();
    issues.extend(found);
    let children = Children::read(&JsonCursor::root(&value), &mut issues);
    Parsed { value: children, raw, issues: issues.into_vec() }
}

impl Document {
    /// Returns the descriptors of the document in reading order, without its subject (R32).
    pub fn references(&self) -> Vec<&Descriptor> {
        match self {
            Self::Image(image) => image.references().collect(),
            Self::Index(index) => index.references().collect(),
            Self::Schema1(_) => Vec::new(),
            Self::Unknown(UnknownDocument { children, .. }) => children.references().collect(),
        }
    }

    /// Returns the manifest that this one is about.
    pub fn subject(&self) -> Option<&Descriptor> {
        match self {
            Self::Image(image) => image.subject.as_ref(),
            Self::Index(index) => index.subject.as_ref(),
            Self::Schema1(_) | Self::Unknown(_) => None,
        }
    }

    /// Returns the document's own `mediaType`.
    pub fn media_type(&self) -> Option<&MediaType> {
        match self {
            Self::Image(image) => image.media_type.as_ref(),
            Self::Index(index) => index.media_type.as_ref(),
            Self::Schema1(_) => None,
            Self::Unknown(unknown) => unknown.media_type.as_ref(),
        }
    }

    /// Returns the annotations of the whole document, in document order.
    pub fn annotations(&self) -> &[(String, String)] {
        match self {
            Self::Image(image) => &image.annotations,
            Self::Index(index) => &index.annotations,
            Self::Schema1(_) | Self::Unknown(_) => &[],
        }
    }
}

impl Children {
    /// Returns all descriptors: child manifests, configuration, layers.
    pub fn references(&self) -> impl Iterator<Item = &Descriptor> {
        self.manifests.iter().chain(&self.config).chain(&self.layers)
    }

    fn read(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Self {
        Self {
            manifests: Descriptor::read_list(cursor, "manifests", issues),
            config: cursor.member("config").and_then(|config| Descriptor::read(&config, issues)),
            layers: Descriptor::read_list(cursor, "layers", issues),
        }
    }
}

fn read(
    cursor: &JsonCursor<'_>,
    content_type: Option<&MediaType>,
    issues: &mut Issues,
) -> Document {
    let stated = cursor.type_of("mediaType", issues).map(MediaType::new);
    check_agreement(cursor, content_type, stated.as_ref(), issues);
    let kind = choose_kind(cursor, content_type, stated.as_ref(), issues);
    check_ambiguity(cursor, kind, issues);
    check_version(cursor, kind, issues);
    match kind {
        Some(DocumentKind::Image) => Document::Image(ImageManifest::read(cursor, issues)),
        Some(DocumentKind::Index) => Document::Index(Index::read(cursor, issues)),
        Some(DocumentKind::Schema1) => Document::Schema1(Schema1Manifest::read(cursor, issues)),
        Some(DocumentKind::Artifact) => {
            Document::Image(ImageManifest::read_artifact(cursor, issues))
        }
        None => {
            let media_type = stated.or_else(|| content_type.cloned());
            Document::Unknown(UnknownDocument {
                media_type,
                children: Children::read(cursor, issues),
            })
        }
    }
}

/// Reports a body that contradicts its `Content-Type`: a client must not use it
/// (distribution-spec, pulling manifests).
fn check_agreement(
    cursor: &JsonCursor<'_>,
    content_type: Option<&MediaType>,
    stated: Option<&MediaType>,
    issues: &mut Issues,
) {
    let (Some(sent), Some(stated)) = (content_type.filter(|t| !t.is_generic()), stated) else {
        return;
    };
    // A signed schema 1 manifest states no type, or the type of an unsigned one.
    let both_schema1 = sent.is_schema1() && stated.is_schema1();
    if !sent.is(stated) && !both_schema1 {
        let (stated, sent) = (stated.to_string(), sent.to_string());
        cursor.report(Severity::Error, DocumentFault::OtherMediaType { stated, sent }, issues);
    }
}

fn choose_kind(
    cursor: &JsonCursor<'_>,
    content_type: Option<&MediaType>,
    stated: Option<&MediaType>,
    issues: &mut Issues,
) -> Option<DocumentKind> {
    let sent = content_type.filter(|sent| !sent.is_generic());
    let (sent_kind, own_kind) = (sent.map(DocumentKind::of), stated.map(DocumentKind::of));
    if let Some(known) = own_kind.flatten().or(sent_kind.flatten()) {
        return Some(known);
    }
    if sent.or(stated).is_some() {
        return None;
    }
    let kind = DocumentKind::sniff(cursor);
    cursor.report(Severity::Warning, DocumentFault::NoMediaType(kind), issues);
    kind
}

impl DocumentKind {
    fn of(media_type: &MediaType) -> Option<Self> {
        Some(match media_type {
            _ if media_type.is_manifest() => Self::Image,
            _ if media_type.is_index() => Self::Index,
            _ if media_type.is_schema1() => Self::Schema1,
            _ if media_type.is(&MediaType::OCI_ARTIFACT) => Self::Artifact,
            _ => return None,
        })
    }

    fn sniff(cursor: &JsonCursor<'_>) -> Option<Self> {
        let has = |key| cursor.node().get(key).is_some();
        match () {
            () if has("fsLayers") => Some(Self::Schema1),
            () if has("manifests") => Some(Self::Index),
            () if has("config") || has("layers") => Some(Self::Image),
            () if has("blobs") && has("artifactType") => Some(Self::Artifact),
            () => None,
        }
    }
}

/// Reports members of another kind of document. Other readers may take the document for that kind
/// (CVE-2021-41190).
fn check_ambiguity(cursor: &JsonCursor<'_>, kind: Option<DocumentKind>, issues: &mut Issues) {
    let Some(kind) = kind else { return };
    let foreign: &[&'static str] = match kind {
        DocumentKind::Image => &["manifests", "fsLayers"],
        DocumentKind::Index => &["config", "layers", "fsLayers"],
        DocumentKind::Schema1 => &["manifests", "config", "layers"],
        DocumentKind::Artifact => &["manifests", "config", "layers", "fsLayers"],
    };
    for member in foreign.iter().filter(|key| cursor.node().get(key).is_some()) {
        cursor.report(Severity::Error, DocumentFault::TwoKinds { kind, member }, issues);
    }
}

fn check_version(cursor: &JsonCursor<'_>, kind: Option<DocumentKind>, issues: &mut Issues) {
    let expected = match kind {
        Some(DocumentKind::Image | DocumentKind::Index) => 2,
        Some(DocumentKind::Schema1) => 1,
        Some(DocumentKind::Artifact) | None => return,
    };
    let version = cursor.node().get("schemaVersion");
    if version.and_then(json::Node::as_u64) != Some(expected) {
        cursor.report(Severity::Error, DocumentFault::SchemaVersion(expected), issues);
    }
}

#[cfg(test)]
mod tests;
