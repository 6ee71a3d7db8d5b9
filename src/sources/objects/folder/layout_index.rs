//! The `index.json` of the folder. Fields and entries that others wrote are kept as they are.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    super::{Result, StoreError},
    place::FolderPlace,
};
use crate::{
    caps,
    oci::{Descriptor, Digest, MediaType, RepositoryName, Tag},
    sources::layout::{IMAGE_NAME, REF_NAME},
};

/// The name of an entry.
pub(super) struct EntryName {
    tag: String,
    /// The repository and the tag.
    whole: String,
}

impl EntryName {
    pub(super) fn new(repository: &RepositoryName, tag: &Tag) -> Self {
        Self { tag: tag.to_string(), whole: format!("{repository}:{tag}") }
    }

    /// Returns true if an entry has exactly this name.
    fn is_of(&self, entry: &Value) -> bool {
        annotation(entry, IMAGE_NAME) == Some(&self.whole)
    }

    /// Returns true if an entry has this tag, and belongs to no repository.
    fn is_tag_of(&self, entry: &Value) -> bool {
        annotation(entry, IMAGE_NAME).is_none() && annotation(entry, REF_NAME) == Some(&self.tag)
    }
}

/// The content of an `index.json`.
pub(super) struct IndexFile(Value);

impl IndexFile {
    /// Reads the index; an empty one where there is none.
    pub(super) fn read(place: &FolderPlace) -> Result<Self> {
        let path = place.index();
        match place.read(&path, caps::LIST_BYTES as u64)? {
            Some(raw) => Self::parse(&raw),
            None if path.exists() => Err(no_index()),
            None => Ok(Self(json!({
                "schemaVersion": 2,
                "mediaType": MediaType::OCI_INDEX.as_str(),
                "manifests": [],
            }))),
        }
    }

    fn parse(raw: &Bytes) -> Result<Self> {
        let mut index: Value = serde_json::from_slice(raw).map_err(|_| no_index())?;
        let fields = index.as_object_mut().ok_or_else(no_index)?;
        let entries = fields.entry("manifests").or_insert(Value::Null);
        // Go writes an empty list as `null`.
        if entries.is_null() {
            *entries = json!([]);
        }
        if entries.is_array() { Ok(Self(index)) } else { Err(no_index()) }
    }

    /// Changes the index under its lock, and replaces it whole.
    pub(super) fn change(place: &FolderPlace, change: impl FnOnce(&mut Self)) -> Result<()> {
        let _lock = place.lock_index()?;
        let before = Self::read(place)?;
        let mut index = Self(before.0.clone());
        change(&mut index);
        if index.0 == before.0 {
            return Ok(());
        }
        place.write(&place.index(), index.0.to_string().as_bytes())
    }

    /// Returns the media type and digest of the entry with a name.
    pub(super) fn find(&self, name: &EntryName) -> Option<(MediaType, Digest)> {
        let exact = self.entries().iter().find(|entry| name.is_of(entry));
        let found = exact.or_else(|| self.entries().iter().find(|entry| name.is_tag_of(entry)))?;
        let media_type = MediaType::new(found.get("mediaType")?.as_str()?);
        Some((media_type, digest_text(found)?.parse().ok()?))
    }

    /// Returns the media type of a digest, if it is listed.
    pub(super) fn media_type(&self, digest: &Digest) -> Option<MediaType> {
        let listed = |entry: &&Value| digest_text(entry) == Some(digest.as_str());
        let found = self.entries().iter().find(listed)?;
        Some(MediaType::new(found.get("mediaType")?.as_str()?))
    }

    /// Lists a manifest. A name moves to it. Entries without a name that it makes superfluous go: its
    /// children, and an entry for itself.
    pub(super) fn put(
        &mut self,
        name: Option<&EntryName>,
        manifest: &Descriptor,
        children: &[Digest],
    ) {
        let own = manifest.digest.as_str();
        let Some(entries) = self.0.get_mut("manifests").and_then(Value::as_array_mut) else {
            return;
        };
        if name.is_none() && entries.iter().any(|entry| digest_text(entry) == Some(own)) {
            return;
        }
        entries.retain(|entry| {
            let is_moved = name.is_some_and(|name| name.is_of(entry) || name.is_tag_of(entry));
            let digest = digest_text(entry).unwrap_or_default();
            let is_child = children.iter().any(|child| child.as_str() == digest);
            let is_superfluous = is_unnamed(entry) && (digest == own || is_child);
            !is_moved && !is_superfluous
        });
        entries.push(entry(name, manifest));
    }

    fn entries(&self) -> &[Value] {
        self.0.get("manifests").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

fn entry(name: Option<&EntryName>, manifest: &Descriptor) -> Value {
    let mut entry = json!({
        "mediaType": manifest.media_type.as_str(),
        "digest": manifest.digest.as_str(),
        "size": manifest.size,
    });
    if let (Some(name), Some(fields)) = (name, entry.as_object_mut()) {
        let names = json!({ REF_NAME: name.tag, IMAGE_NAME: name.whole });
        fields.insert("annotations".to_owned(), names);
    }
    entry
}

fn annotation<'a>(entry: &'a Value, key: &str) -> Option<&'a str> {
    entry.get("annotations")?.get(key)?.as_str()
}

fn digest_text(entry: &Value) -> Option<&str> {
    entry.get("digest")?.as_str()
}

fn is_unnamed(entry: &Value) -> bool {
    annotation(entry, REF_NAME).is_none() && annotation(entry, IMAGE_NAME).is_none()
}

fn no_index() -> StoreError {
    StoreError::NotAnIndex
}
