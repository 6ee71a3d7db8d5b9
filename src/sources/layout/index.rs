//! The `index.json` of an OCI layout: its entries, and their names.

use bytes::Bytes;

use super::names::{ImageName, ImageNames};
use crate::oci::{
    self, Descriptor, Document, MediaType, RepositoryName, Tag,
    json::{self, Node},
};

/// The annotation that names an entry (image-spec annotations.md).
pub(in crate::sources) const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// The annotation in which containerd and Docker write the whole name of an entry.
pub(in crate::sources) const IMAGE_NAME: &str = "io.containerd.image.name";

/// The entries of an `index.json`.
#[derive(Debug, Default)]
pub(super) struct LayoutIndex {
    /// Every entry, in order.
    pub(super) entries: Vec<Descriptor>,
    /// The names of the entries.
    pub(super) names: ImageNames,
}

impl LayoutIndex {
    /// Reads an `index.json`. `None` if it is no index.
    pub(super) fn read(raw: Bytes) -> Option<Self> {
        let parsed = oci::parse_document(raw, Some(&MediaType::OCI_INDEX));
        let is_sound = parsed.is_sound();
        let Document::Index(index) = parsed.value else { return None };
        if index.manifests.is_empty() && !is_sound && !is_null(parsed.raw) {
            return None;
        }
        let mut read = Self { entries: index.manifests, names: ImageNames::default() };
        read.names.has_others = !is_sound;
        for (at, entry) in read.entries.iter().enumerate() {
            let whole = entry.annotation(IMAGE_NAME);
            let whole = whole.and_then(|text| ImageName::of_reference(text, None));
            match (whole, entry.annotation(REF_NAME)) {
                (Some(name), _) => read.names.add(Some(name), at),
                (None, Some(text)) => read.names.add(ImageName::of_entry(text), at),
                (None, None) => {}
            }
        }
        Some(read)
    }

    /// The entries that have no name, with their positions.
    pub(super) fn unnamed(&self) -> Vec<(usize, Descriptor)> {
        let named = self.names.named_images();
        let entries = self.entries.iter().cloned().enumerate();
        entries.filter(|(at, _)| !named.contains(at)).collect()
    }

    /// The entries that a tag stands for, each digest once; more than one if the layout contradicts
    /// itself.
    pub(super) fn named(
        &self,
        tag: &Tag,
        covers: &dyn Fn(Option<&RepositoryName>) -> bool,
    ) -> Vec<Descriptor> {
        let mut found: Vec<Descriptor> = Vec::new();
        for at in self.names.images(tag, covers) {
            let Some(entry) = self.entries.get(at) else { continue };
            if found.iter().all(|known| known.digest != entry.digest) {
                found.push(entry.clone());
            }
        }
        found
    }
}

/// Returns true if the list of manifests is `null`, as Go's encoder writes an empty one.
fn is_null(raw: Bytes) -> bool {
    json::parse(raw).value.get("manifests") == Some(&Node::Null)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn index(names: &[Option<&str>]) -> LayoutIndex {
        let entries = names.iter().enumerate().map(|(n, name)| {
            let name = name.map(|name| format!(r#","annotations":{{"{REF_NAME}":"{name}"}}"#));
            format!(
                r#"{{"mediaType":"{}","digest":"sha256:{n:064}","size":2{}}}"#,
                MediaType::OCI_MANIFEST.as_str(),
                name.unwrap_or_default()
            )
        });
        let list = entries.collect::<Vec<_>>().join(",");
        let raw = format!(r#"{{"schemaVersion":2,"manifests":[{list}]}}"#);
        let mut index = LayoutIndex::read(raw.into()).unwrap();
        index.names.name_the_only_one(index.entries.len());
        index
    }

    fn any(_: Option<&RepositoryName>) -> bool {
        true
    }

    #[test]
    fn r168_tags_come_from_the_names_of_a_layout() {
        for (names, tags, is_whole) in [
            (&[Some("v1"), Some("v2"), None][..], &["v1", "v2"][..], true),
            (&[Some("docker.io/library/alpine:3.20")], &["3.20"], true),
            (&[Some("localhost:5000/a/b:x@y"), Some("v1")], &["v1"], false),
            (&[Some("two words"), Some("v1"), Some("v1")], &["v1"], false),
            (&[None], &["latest"], true),
            (&[None, None], &[], true),
            (&[], &[], true),
        ] {
            let index = index(names);
            let found = index.names.tags(&any);
            assert_eq!(found.iter().map(Tag::as_str).collect::<Vec<_>>(), tags, "{names:?}");
            assert_eq!(!index.names.has_others, is_whole, "{names:?}");
        }
    }

    #[test]
    fn r168_a_name_of_two_digests_stands_for_neither() {
        let index = index(&[Some("v1"), Some("v1"), Some("v2")]);
        assert_eq!(index.named(&"v1".parse().unwrap(), &any).len(), 2);
        assert_eq!(index.named(&"v2".parse().unwrap(), &any)[0], index.entries[2]);
        assert!(LayoutIndex::read("<html>".into()).is_none());
        assert!(LayoutIndex::read("{}".into()).is_none());
    }

    #[test]
    fn an_index_without_entries_may_be_null_as_go_writes_it() {
        let read = |manifests: &str| {
            LayoutIndex::read(format!(r#"{{"schemaVersion":2,"manifests":{manifests}}}"#).into())
        };
        assert!(read("null").unwrap().entries.is_empty());
        assert!(read("[]").unwrap().entries.is_empty());
        assert!(read("7").is_none());
    }

    #[test]
    fn the_whole_name_of_containerd_counts_before_the_tag() {
        let raw = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"{}","digest":"sha256:{:064}","size":2,
            "annotations":{{"{IMAGE_NAME}":"docker.io/library/a:1","{REF_NAME}":"1"}}}}]}}"#,
            MediaType::OCI_MANIFEST.as_str(),
            0
        );
        let index = LayoutIndex::read(raw.into()).unwrap();
        assert_eq!(index.names.repositories(), [Some("library/a".parse().unwrap())]);
    }
}
