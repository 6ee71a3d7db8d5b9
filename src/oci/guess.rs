//! The media type of a manifest from its bytes alone, for sources that keep no media types (R38).

use super::{MediaType, NodeKind, json::Node};

/// Returns the type that a document states, else the type that its structure suggests. `None` if
/// the structure is not known.
pub fn guess_media_type(document: &Node) -> Option<MediaType> {
    match document.get("mediaType").and_then(Node::as_str) {
        Some(stated) if !stated.is_empty() => Some(MediaType::new(stated)),
        _ if document.get("schemaVersion").and_then(Node::as_u64) == Some(1) => schema1(document),
        _ => schema2(document),
    }
}

fn schema1(document: &Node) -> Option<MediaType> {
    document.get("fsLayers")?;
    // Something else than a list is no sign that there is no signature.
    let signed = document.get("signatures").is_some_and(|found| match found.kind() {
        NodeKind::Array => !found.items().is_empty(),
        kind => kind != NodeKind::Null,
    });
    Some(if signed { MediaType::DOCKER_V1_SIGNED } else { MediaType::DOCKER_V1 })
}

/// A Docker configuration suggests a Docker manifest. A Docker manifest as the first entry suggests
/// a Docker list.
fn schema2(document: &Node) -> Option<MediaType> {
    let media_type = |node: &Node| Some(MediaType::new(node.get("mediaType")?.as_str()?));
    if let Some(config) = document.get("config") {
        let docker = media_type(config) == Some(MediaType::DOCKER_CONFIG);
        return Some(if docker { MediaType::DOCKER_MANIFEST } else { MediaType::OCI_MANIFEST });
    }
    let entries = document.get("manifests")?.items();
    let first = entries.first().and_then(media_type);
    let docker = first.is_some_and(|kind| kind == MediaType::DOCKER_MANIFEST || kind.is_schema1());
    Some(if docker { MediaType::DOCKER_LIST } else { MediaType::OCI_INDEX })
}
