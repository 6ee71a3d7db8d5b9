//! Docker schema 1 manifests. They are deprecated, and registries still serve them. They are shown,
//! but never converted. Their layers stand topmost first, each with a history entry that is JSON in
//! a string.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;

use super::{
    Digest, DocumentFault, HistoryEntry, Issue, Issues, JsonCursor, NodeKind, Severity, Timestamp,
    json,
};

/// A manifest of Docker before 1.10, with the configuration in its history entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema1Manifest {
    /// The repository that the manifest names.
    pub name: Option<String>,
    /// The tag that the manifest names.
    pub tag: Option<String>,
    /// Processor architecture.
    pub architecture: Option<String>,
    /// The digests of the layers, lowest first. The document lists them in the other order, and
    /// without sizes.
    pub layers: Vec<Digest>,
    /// History, oldest first, one entry for each layer.
    pub history: Vec<HistoryEntry>,
    /// The number of signatures. They are not checked.
    pub signatures: usize,
    /// Set if the document has something under `signatures` that is no list.
    pub has_odd_signatures: bool,
}

impl Schema1Manifest {
    pub(super) fn read(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Self {
        cursor.report(Severity::Warning, DocumentFault::Deprecated, issues);
        let layers = read_each(cursor, "fsLayers", issues, read_layer);
        let history = read_each(cursor, "history", issues, read_history);
        if layers.len() != history.len() {
            let (layers, entries) = (layers.len(), history.len());
            let fault = DocumentFault::Schema1History { layers, entries };
            cursor.report(Severity::Error, fault, issues);
        }
        Self {
            name: cursor.text_of("name", issues),
            tag: cursor.text_of("tag", issues),
            architecture: cursor.text_of("architecture", issues),
            layers,
            history,
            signatures: cursor.member("signatures").map_or(0, |list| list.node().items().len()),
            has_odd_signatures: cursor.member("signatures").is_some_and(|found| {
                !matches!(found.node().kind(), NodeKind::Array | NodeKind::Null)
            }),
        }
    }
}

/// Returns the bytes over which the digest of a signed schema 1 manifest is computed: the document
/// without its signatures. `None` if the document is not signed, or the signature does not give
/// these bytes.
///
/// The digest vouches for these bytes and for nothing else in the document. Read the image from
/// *them*: a forged document may name other layers beside the same payload.
pub fn signed_payload(raw: &[u8]) -> Option<Vec<u8>> {
    let document = json::parse(Bytes::copy_from_slice(raw)).value;
    let signature = document.get("signatures")?.items().first()?;
    let protected = base64url(signature.get("protected")?.as_str()?)?;
    let protected = json::parse(protected.into()).value;
    let length = usize::try_from(protected.get("formatLength")?.as_u64()?).ok()?;
    let mut payload = raw.get(..length)?.to_vec();
    payload.extend(base64url(protected.get("formatTail")?.as_str()?)?);
    Some(payload)
}

fn base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// Reads each item of a list, and reverses the order.
fn read_each<T>(
    cursor: &JsonCursor<'_>,
    key: &str,
    issues: &mut Issues,
    read: impl Fn(&JsonCursor<'_>, &mut Issues) -> Option<T>,
) -> Vec<T> {
    let Some(list) = cursor.member(key) else { return Vec::new() };
    let items: Vec<_> = list.items(issues).collect();
    let mut values: Vec<_> = items.iter().filter_map(|item| read(item, issues)).collect();
    values.reverse();
    values
}

fn read_layer(item: &JsonCursor<'_>, issues: &mut Issues) -> Option<Digest> {
    item.require(&["blobSum"], issues);
    item.member("blobSum")?.digest(issues)
}

fn read_history(item: &JsonCursor<'_>, issues: &mut Issues) -> Option<HistoryEntry> {
    let compatibility = item.member("v1Compatibility")?;
    let text = compatibility.text(issues)?.to_owned();
    let inner = json::parse(Bytes::from(text));
    for Issue { severity, pointer, fault } in inner.issues {
        let fault = DocumentFault::Inner { pointer, fault: Box::new(fault) };
        compatibility.report(severity, fault, issues);
    }
    let entry = JsonCursor::root(&inner.value);
    let command = entry.member("container_config").map(|config| config.texts_of("Cmd", issues));
    Some(HistoryEntry {
        created: Timestamp::read(&entry, "created", issues),
        created_by: command.map(|words| words.join(" ")).filter(|text| !text.is_empty()),
        author: entry.text_of("author", issues),
        comment: entry.text_of("comment", issues),
        empty_layer: entry.flag_of("throwaway", issues).unwrap_or(false),
    })
}
