//! Building manifests from a configuration and layers, or from child manifests (R33). The result is
//! the bytes that are pushed. The same content always gives the same bytes.

use std::fmt;

use bytes::Bytes;

use super::{
    Annotations, Descriptor, MediaType,
    write::{annotations, descriptors, number, object, text},
};

/// A manifest being built.
///
/// ```
/// use porthole::{content::verify::digest_of, oci::{Descriptor, ManifestBuilder, MediaType}};
///
/// let empty = Descriptor::new(MediaType::OCI_EMPTY, digest_of(b"{}"), 2);
/// let mut artifact = ManifestBuilder::image(empty);
/// artifact.artifact_type = Some("application/vnd.example.report".to_owned());
/// artifact.append(Descriptor::new(MediaType::new("text/plain"), digest_of(b"hi"), 2))?;
/// assert_eq!(artifact.build().media_type, MediaType::OCI_MANIFEST);
/// # Ok::<(), porthole::oci::UnsupportedReference>(())
/// ```
#[derive(Clone, Debug)]
pub struct ManifestBuilder {
    media_type: MediaType,
    config: Option<Descriptor>,
    references: Vec<Descriptor>,
    /// The manifest that this one says something about.
    pub subject: Option<Descriptor>,
    /// The `artifactType` of the manifest (image-spec 1.1); `None` leaves it out.
    pub artifact_type: Option<String>,
    /// Annotations. They are written in the order of their names.
    pub annotations: Annotations,
}

/// A finished manifest, as it is pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The `mediaType` of its descriptor.
    pub media_type: MediaType,
    /// The content to push, whose digest the descriptor has.
    pub bytes: Bytes,
}

/// A reference that cannot be appended, because a manifest of this kind does not point at content
/// of that kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsupportedReference {
    /// The kind of manifest that is being built.
    pub manifest: MediaType,
    /// The kind of content that was appended.
    pub reference: MediaType,
}

impl fmt::Display for UnsupportedReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot point at {}", self.manifest, self.reference)
    }
}

impl std::error::Error for UnsupportedReference {}

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
    pub fn append(&mut self, reference: Descriptor) -> Result<(), UnsupportedReference> {
        let kind = &reference.media_type;
        let is_child = kind.is_manifest() || kind.is_index() || kind.is_schema1();
        let fits = if self.media_type.is_index() { !kind.is_layer() } else { !is_child };
        if !fits {
            let (manifest, reference) = (self.media_type.clone(), reference.media_type);
            return Err(UnsupportedReference { manifest, reference });
        }
        self.references.push(reference);
        Ok(())
    }

    /// Returns the descriptors of the manifest: the configuration, then the appended ones in their
    /// order.
    pub fn references(&self) -> impl Iterator<Item = &Descriptor> {
        self.config.iter().chain(&self.references)
    }

    /// Returns the bytes and their media type.
    pub fn build(&self) -> Payload {
        let is_index = self.media_type.is_index();
        let references = Some(descriptors(&self.references));
        let document = object([
            ("schemaVersion", Some(number(2))),
            ("mediaType", Some(text(self.media_type.as_str()))),
            ("artifactType", self.artifact_type.as_ref().map(text)),
            ("config", self.config.as_ref().map(Descriptor::to_node)),
            (if is_index { "manifests" } else { "layers" }, references),
            ("subject", self.subject.as_ref().map(Descriptor::to_node)),
            ("annotations", annotations(&self.annotations)),
        ]);
        Payload { media_type: self.media_type.clone(), bytes: document.to_string().into() }
    }
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
        let payload = builder.build();
        assert_eq!(payload.media_type, MediaType::OCI_MANIFEST);
        builder.annotations.reverse();
        assert_eq!(builder.build(), payload);

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
        let (manifest, reference) = (MediaType::DOCKER_MANIFEST, MediaType::OCI_MANIFEST);
        assert_eq!(error, UnsupportedReference { manifest, reference });
        let mut index = ManifestBuilder::index();
        assert!(index.append(layer(1)).is_err());
        index.append(child).unwrap();
        let payload = index.build();
        let parsed = parse_document(payload.bytes, Some(&payload.media_type));
        assert!(matches!(parsed.value, Document::Index(index) if index.manifests.len() == 1));
    }
}
