//! Building manifests: from a configuration and layers, or from child manifests, to the bytes that
//! are pushed (R33). The same content always gives the same bytes.

use std::{collections::BTreeMap, fmt};

use bytes::Bytes;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Annotations, Descriptor, MediaType};

/// A manifest being built.
#[derive(Clone, Debug)]
pub struct ManifestBuilder {
    media_type: MediaType,
    config: Option<Descriptor>,
    references: Vec<Descriptor>,
    /// The manifest that this one says something about.
    pub subject: Option<Descriptor>,
    /// Type of the artifact.
    pub artifact_type: Option<String>,
    /// Annotations; written in the order of their names.
    pub annotations: Annotations,
}

/// A finished manifest: what is pushed, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Its media type.
    pub media_type: MediaType,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Why a reference cannot be appended or a manifest not be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// A manifest of the one kind cannot point at content of the other.
    Unsupported {
        /// What is being built.
        manifest: MediaType,
        /// What was appended.
        reference: MediaType,
    },
    /// The manifest could not be written.
    Write(String),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported { manifest, reference } => {
                write!(f, "{} cannot point at {}", manifest.words(), reference.words())
            }
            Self::Write(why) => write!(f, "the manifest could not be written: {why}"),
        }
    }
}

impl std::error::Error for BuildError {}

impl ManifestBuilder {
    /// An OCI image manifest or artifact with this configuration.
    pub fn image(config: Descriptor) -> Self {
        Self::of(MediaType::OCI_MANIFEST, Some(config))
    }

    /// A Docker schema 2 manifest with this configuration.
    pub fn docker_image(config: Descriptor) -> Self {
        Self::of(MediaType::DOCKER_MANIFEST, Some(config))
    }

    /// An OCI index.
    pub fn index() -> Self {
        Self::of(MediaType::OCI_INDEX, None)
    }

    /// A Docker manifest list.
    pub fn docker_list() -> Self {
        Self::of(MediaType::DOCKER_LIST, None)
    }

    fn of(media_type: MediaType, config: Option<Descriptor>) -> Self {
        Self {
            media_type,
            config,
            references: Vec::new(),
            subject: None,
            artifact_type: None,
            annotations: Vec::new(),
        }
    }

    /// Appends a layer, from base to head, or a child manifest.
    ///
    /// # Errors
    /// A manifest appended to an image manifest, or a layer to an index.
    pub fn append(&mut self, reference: Descriptor) -> Result<(), BuildError> {
        let kind = &reference.media_type;
        let is_child = kind.is_manifest() || kind.is_index() || kind.is_schema1();
        let fits = if self.media_type.is_index() { !kind.is_layer() } else { !is_child };
        if !fits {
            let (manifest, reference) = (self.media_type.clone(), reference.media_type);
            return Err(BuildError::Unsupported { manifest, reference });
        }
        self.references.push(reference);
        Ok(())
    }

    /// Everything the manifest points at: the configuration, then what was appended, in that order.
    pub fn references(&self) -> impl Iterator<Item = &Descriptor> {
        self.config.iter().chain(&self.references)
    }

    /// The bytes, and what they are.
    ///
    /// # Errors
    /// Only where JSON cannot be written, which does not happen in memory.
    pub fn build(&self) -> Result<Payload, BuildError> {
        let bytes =
            serde_json::to_vec(self).map_err(|error| BuildError::Write(error.to_string()))?;
        Ok(Payload { media_type: self.media_type.clone(), bytes: bytes.into() })
    }
}

impl Serialize for ManifestBuilder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let list = if self.media_type.is_index() { "manifests" } else { "layers" };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schemaVersion", &2)?;
        map.serialize_entry("mediaType", self.media_type.as_str())?;
        entry_if_some(&mut map, "artifactType", self.artifact_type.as_ref())?;
        entry_if_some(&mut map, "config", self.config.as_ref())?;
        map.serialize_entry(list, &self.references)?;
        entry_if_some(&mut map, "subject", self.subject.as_ref())?;
        entry_if_some(&mut map, "annotations", sorted(&self.annotations).as_ref())?;
        map.end()
    }
}

/// Absent members are left out (R28).
pub(super) fn entry_if_some<M: SerializeMap>(
    map: &mut M,
    key: &'static str,
    value: Option<&impl Serialize>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, value))
}

/// Annotations by name; of a repeated one the last.
pub(super) fn sorted(annotations: &Annotations) -> Option<BTreeMap<&str, &str>> {
    let map: BTreeMap<_, _> = annotations.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    Some(map).filter(|map| !map.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::oci::{Document, parse_document};

    fn descriptor(media_type: MediaType, size: u64) -> Descriptor {
        Descriptor::new(media_type, format!("sha256:{size:064}").parse().unwrap(), size)
    }

    fn layer(size: u64) -> Descriptor {
        descriptor(MediaType::new("application/vnd.oci.image.layer.v1.tar+gzip"), size)
    }

    #[test]
    fn r033_references_keep_their_order_and_bytes_are_canonical() {
        let mut builder = ManifestBuilder::image(descriptor(MediaType::OCI_CONFIG, 1));
        builder.append(layer(2)).unwrap();
        builder.append(layer(3)).unwrap();
        builder.annotations = vec![("b".into(), "2".into()), ("a".into(), "1".into())];
        let sizes: Vec<u64> = builder.references().map(|reference| reference.size).collect();
        assert_eq!(sizes, [1, 2, 3]);
        let payload = builder.build().unwrap();
        assert_eq!(payload.media_type, MediaType::OCI_MANIFEST);
        builder.annotations.reverse();
        assert_eq!(builder.build().unwrap(), payload);

        let parsed = parse_document(payload.bytes.clone(), Some(&payload.media_type));
        assert_eq!(parsed.issues, []);
        let sizes: Vec<u64> = parsed.value.references().iter().map(|r| r.size).collect();
        assert_eq!(sizes, [1, 2, 3]);
        assert_eq!(parsed.raw, payload.bytes);
    }

    #[test]
    fn r033_references_of_the_wrong_kind_are_refused() {
        let child = descriptor(MediaType::OCI_MANIFEST, 9);
        let mut image = ManifestBuilder::docker_image(descriptor(MediaType::DOCKER_CONFIG, 1));
        let error = image.append(child.clone()).unwrap_err();
        assert_eq!(error.to_string(), "Docker manifest cannot point at OCI manifest");
        let mut index = ManifestBuilder::index();
        assert!(index.append(layer(1)).is_err());
        index.append(child).unwrap();
        let payload = index.build().unwrap();
        let parsed = parse_document(payload.bytes, Some(&payload.media_type));
        assert!(matches!(parsed.value, Document::Index(index) if index.manifests.len() == 1));
    }
}
