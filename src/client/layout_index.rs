//! The `index.json` of an OCI layout: what is in it, and by which names.

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::oci::{self, Descriptor, Document, MediaType, Reference, Tag};

/// The annotation that names an entry (image-spec annotations.md).
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// What an `index.json` lists.
#[derive(Debug, Default)]
pub(super) struct LayoutIndex {
    /// Every entry, in order.
    pub(super) entries: Vec<Descriptor>,
    /// Whether there are names that are no tags, or broken entries: those cannot be asked for.
    pub(super) has_other_names: bool,
    tags: Vec<(Tag, usize)>,
}

impl LayoutIndex {
    /// `None` where it is no index.
    pub(super) fn read(raw: Bytes) -> Option<Self> {
        let parsed = oci::parse_document(raw, Some(&MediaType::OCI_INDEX));
        let is_sound = parsed.is_sound();
        let Document::Index(index) = parsed.value else { return None };
        if index.manifests.is_empty() && !is_sound {
            return None;
        }
        let mut read = Self { entries: index.manifests, has_other_names: !is_sound, tags: vec![] };
        for (at, entry) in read.entries.iter().enumerate() {
            match entry.annotation(REF_NAME).map(tag_of) {
                Some(Some(tag)) => read.tags.push((tag, at)),
                Some(None) => read.has_other_names = true,
                None => {}
            }
        }
        read.name_the_only_one();
        Some(read)
    }

    /// A single entry without a name is what the layout is: skopeo too takes it without asking.
    fn name_the_only_one(&mut self) {
        if self.entries.len() == 1 && self.tags.is_empty() {
            self.tags.push((Tag::latest(), 0));
        }
    }

    /// Every tag once, in order of first mention.
    pub(super) fn tags(&self) -> Vec<Tag> {
        let mut seen = BTreeSet::new();
        let tags = self.tags.iter().map(|(tag, _)| tag);
        tags.filter(|tag| seen.insert((*tag).clone())).cloned().collect()
    }

    /// What a tag stands for, each digest once; more than one where the layout contradicts itself.
    pub(super) fn named(&self, tag: &Tag) -> Vec<Descriptor> {
        let mut found: Vec<Descriptor> = Vec::new();
        for (_, at) in self.tags.iter().filter(|(name, _)| name == tag) {
            let Some(entry) = self.entries.get(*at) else { continue };
            if found.iter().all(|known| known.digest != entry.digest) {
                found.push(entry.clone());
            }
        }
        found
    }
}

/// Most tools write the tag alone, containerd and Docker the whole reference.
fn tag_of(name: &str) -> Option<Tag> {
    name.parse().ok().or_else(|| name.parse::<Reference>().ok()?.tag)
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
        LayoutIndex::read(format!(r#"{{"schemaVersion":2,"manifests":[{list}]}}"#).into()).unwrap()
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
            let found = index.tags();
            assert_eq!(found.iter().map(Tag::as_str).collect::<Vec<_>>(), tags, "{names:?}");
            assert_eq!(!index.has_other_names, is_whole, "{names:?}");
        }
    }

    #[test]
    fn r168_a_name_of_two_digests_stands_for_neither() {
        let index = index(&[Some("v1"), Some("v1"), Some("v2")]);
        assert_eq!(index.named(&"v1".parse().unwrap()).len(), 2);
        assert_eq!(index.named(&"v2".parse().unwrap())[0], index.entries[2]);
        assert!(LayoutIndex::read("<html>".into()).is_none());
        assert!(LayoutIndex::read("{}".into()).is_none());
    }
}
