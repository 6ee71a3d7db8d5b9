//! Updating the fallback tag of referrers, for registries without a referrers API (R127, R133).

use bytes::Bytes;

use super::referrers;
use crate::oci::{
    Descriptor, Digest, Document, MediaType,
    json::{self, Node, Number},
};

/// The change to make to the index under the fallback tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexChange {
    /// No change: the index is right.
    Unchanged,
    /// Push these bytes under the tag, as an OCI index.
    Push(Bytes),
    /// No entry is left. The tag can be deleted, or these bytes pushed.
    Empty(Bytes),
}

/// The document under the fallback tag is no OCI index, so the client does not touch it (R127).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnIndex;

/// Makes the entry of a manifest in the index of its subject's referrers. It has all annotations,
/// and the artifact type, or for images the type of the configuration (R127).
pub fn entry(manifest: &Descriptor, document: &Document) -> Descriptor {
    let artifact_type = match document {
        Document::Image(image) => image
            .artifact_type
            .clone()
            .or_else(|| image.config.as_ref().map(|config| config.media_type.as_str().to_owned())),
        Document::Index(index) => index.artifact_type.clone(),
        _ => None,
    };
    let annotations = document.annotations().to_vec();
    let Descriptor { media_type, digest, size, .. } = manifest.clone();
    Descriptor { annotations, artifact_type, ..Descriptor::new(media_type, digest, size) }
}

/// Adds an entry to the present index under the tag (`None`: there is no such tag). The rest of the
/// index stays as it is.
///
/// # Errors
/// The document there is no OCI index.
pub fn add(
    current: Option<(Option<&MediaType>, &Bytes)>,
    entry: &Descriptor,
) -> Result<IndexChange, NotAnIndex> {
    let mut index = match current {
        Some((content_type, body)) => read(content_type, body)?,
        None => empty_index(),
    };
    let entries = manifests(&mut index).ok_or(NotAnIndex)?;
    if entries.iter().any(|found| is(found, &entry.digest)) {
        return Ok(IndexChange::Unchanged);
    }
    entries.push(entry.to_node());
    Ok(IndexChange::Push(Bytes::from(index.to_string())))
}

/// Removes the entry of a deleted manifest.
///
/// # Errors
/// As for [`add`].
pub fn remove(
    content_type: Option<&MediaType>,
    body: &Bytes,
    deleted: &Digest,
) -> Result<IndexChange, NotAnIndex> {
    let mut index = read(content_type, body)?;
    let entries = manifests(&mut index).ok_or(NotAnIndex)?;
    let before = entries.len();
    entries.retain(|found| !is(found, deleted));
    let (left, changed) = (entries.len(), entries.len() != before);
    let bytes = Bytes::from(index.to_string());
    Ok(match (left, changed) {
        (_, false) => IndexChange::Unchanged,
        (0, true) => IndexChange::Empty(bytes),
        _ => IndexChange::Push(bytes),
    })
}

/// Reads the index under the tag. It must be sound, because it is written again as it was read.
fn read(content_type: Option<&MediaType>, body: &Bytes) -> Result<Node, NotAnIndex> {
    referrers::read_index(content_type, body).ok_or(NotAnIndex)?;
    let parsed = json::parse(body.clone());
    if parsed.is_sound() { Ok(parsed.value) } else { Err(NotAnIndex) }
}

fn is(entry: &Node, digest: &Digest) -> bool {
    entry.get("digest").and_then(Node::as_str) == Some(digest.as_str())
}

fn manifests(index: &mut Node) -> Option<&mut Vec<Node>> {
    let Node::Object(members) = index else { return None };
    members.iter_mut().find(|(key, _)| key == "manifests").and_then(|(_, value)| match value {
        Node::Array(entries) => Some(entries),
        _ => None,
    })
}

fn empty_index() -> Node {
    Node::Object(vec![
        ("schemaVersion".to_owned(), Node::Number(Number::Unsigned(2))),
        ("mediaType".to_owned(), Node::String(MediaType::OCI_INDEX.as_str().to_owned())),
        ("manifests".to_owned(), Node::Array(Vec::new())),
    ])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::oci::parse_document;

    fn manifest(fill: &str) -> Descriptor {
        let digest = format!("sha256:{}", fill.repeat(64)).parse().unwrap();
        Descriptor::new(MediaType::OCI_MANIFEST, digest, 7)
    }

    fn pushed(change: IndexChange) -> Bytes {
        match change {
            IndexChange::Push(bytes) | IndexChange::Empty(bytes) => bytes,
            IndexChange::Unchanged => panic!("nothing is pushed"),
        }
    }

    #[test]
    fn r127_entries_are_added_once_and_the_rest_is_kept() {
        let first = pushed(add(None, &manifest("a")).unwrap());
        let text = std::str::from_utf8(&first).unwrap();
        assert!(text.starts_with(r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"#));
        let again = add(Some((None, &first)), &manifest("a"));
        assert_eq!(again, Ok(IndexChange::Unchanged));
        let extended = text.replacen('{', r#"{"x":[1],"#, 1);
        let second = pushed(add(Some((None, &Bytes::from(extended))), &manifest("b")).unwrap());
        assert!(second.starts_with(br#"{"x":[1],"schemaVersion":2"#));
        assert_eq!(referrers::read_index(None, &second).unwrap(), [manifest("a"), manifest("b")]);
    }

    #[test]
    fn r127_what_is_no_index_is_not_touched() {
        for body in ["", "{}", "[]", r#"{"manifests":7}"#, r#"{"manifests":[],"manifests":[]}"#] {
            let body = Bytes::from_static(body.as_bytes());
            assert_eq!(add(Some((None, &body)), &manifest("a")), Err(NotAnIndex), "{body:?}");
        }
        let list = Bytes::from_static(br#"{"schemaVersion":2,"manifests":[]}"#);
        let current = Some((Some(&MediaType::DOCKER_LIST), &list));
        assert_eq!(add(current, &manifest("a")), Err(NotAnIndex));
    }

    #[test]
    fn r133_entries_are_removed() {
        let one = pushed(add(None, &manifest("a")).unwrap());
        let two = pushed(add(Some((None, &one)), &manifest("b")).unwrap());
        let left = remove(None, &two, &manifest("a").digest).unwrap();
        let IndexChange::Push(left) = left else { panic!("{left:?}") };
        assert_eq!(referrers::read_index(None, &left).unwrap(), [manifest("b")]);
        assert!(matches!(remove(None, &left, &manifest("b").digest), Ok(IndexChange::Empty(_))));
        assert_eq!(remove(None, &left, &manifest("c").digest), Ok(IndexChange::Unchanged));
    }

    #[test]
    fn r127_the_entry_takes_type_and_annotations_from_the_manifest() {
        let config = format!(
            r#"{{"mediaType":"application/x","digest":"sha256:{}","size":2}}"#,
            "c".repeat(64)
        );
        let check = |fields: &str, expected: &str| {
            let body = format!(
                r#"{{"schemaVersion":2{fields},"config":{config},"layers":[],"annotations":{{"k":"v"}}}}"#
            );
            let document = parse_document(Bytes::from(body), Some(&MediaType::OCI_MANIFEST)).value;
            let entry = entry(&manifest("a"), &document);
            assert_eq!(entry.artifact_type.as_deref(), Some(expected));
            assert_eq!(entry.annotations, [("k".to_owned(), "v".to_owned())]);
        };
        check("", "application/x");
        check(r#","artifactType":"application/y""#, "application/y");
    }
}
