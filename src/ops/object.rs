//! An image or index as an object: its document, what it points at, and readers of that (R31, R79).
//!
//! ```
//! use porthole::{error::Result, oci::{Decoders, Reference}, ops::object, registry::SharedSource};
//!
//! /// The sizes of the parts of an image.
//! async fn sizes(source: &SharedSource, reference: &Reference) -> Result<Vec<u64>> {
//!     let image = object::read(source, reference, &Decoders::standard()).await?;
//!     Ok(image.references().iter().map(|part| part.size).collect())
//! }
//! ```

use super::{
    lookup::{self, Prefer},
    read,
};
use crate::{
    error::{AnswerFault, Error, ErrorKind, Operation, Result},
    oci::{
        Decoders, Descriptor, Document, ManifestRef, MediaType, Parsed, Reference, RepositoryName,
    },
    registry::{BlobStream, Manifest, SharedSource},
};

/// An image, an index, or another document, with the source that it came from. What is read through it comes
/// from the same source, and is verified.
pub struct Object {
    source: SharedSource,
    repository: RepositoryName,
    /// The manifest as received.
    pub manifest: Manifest,
    /// The document in it, with the faults that were found.
    pub document: Parsed<Document>,
}

/// Reads what a reference stands for. With a tag and a digest it is asked for by the tag, so that caches on
/// the way learn it, and verified by the digest (R79). Its media type chooses the decoder (R31).
///
/// # Errors
/// `InvalidInput` for a reference without tag and digest; `NotAnImage` for a type without a decoder; as for
/// [`lookup::manifest`], and absence.
pub async fn read(
    source: &SharedSource,
    reference: &Reference,
    decoders: &Decoders,
) -> Result<Object> {
    if reference.tag.is_none() && reference.digest.is_none() {
        return Err(no_name(reference));
    }
    let manifest =
        lookup::manifest(&**source, reference, Prefer::TagVerifiedByDigest).await?.required()?;
    Object::of(source, &reference.repository, manifest, decoders)
}

impl Object {
    fn of(
        source: &SharedSource,
        repository: &RepositoryName,
        manifest: Manifest,
        decoders: &Decoders,
    ) -> Result<Self> {
        let media_type = manifest.descriptor.media_type.clone();
        let document = decoders.decode(media_type.as_str(), manifest.bytes.clone());
        let document = document
            .map_err(|_| no_decoder(repository, &manifest, media_type).on(source.source_name()))?;
        Ok(Self { source: source.clone(), repository: repository.clone(), manifest, document })
    }

    /// Returns everything that it points at, in its order.
    pub fn references(&self) -> Vec<&Descriptor> {
        self.document.value.references()
    }

    /// Reads a manifest that it points at, as an object.
    ///
    /// # Errors
    /// As for [`read()`].
    pub async fn child(&self, child: &Descriptor, decoders: &Decoders) -> Result<Self> {
        let manifest = read::manifest(&*self.source, &self.repository, child).await?;
        Self::of(&self.source, &self.repository, manifest, decoders)
    }

    /// Streams a blob that it points at, verified.
    ///
    /// # Errors
    /// As for [`Read::blob`](crate::registry::Read::blob).
    pub async fn blob(&self, blob: &Descriptor) -> Result<BlobStream> {
        let opened = self.source.blob(&self.repository, blob).await;
        opened.map_err(|error| {
            let operation = Operation::ReadBlob(blob.digest.clone());
            error.during(operation, &self.repository).on(self.source.source_name())
        })
    }
}

fn no_name(reference: &Reference) -> Error {
    let kind = ErrorKind::InvalidInput(crate::error::InputFault::NoTagOrDigest);
    let error = Error::new(kind).during(Operation::LookUp(None), &reference.repository);
    error.on(reference.host.as_str())
}

fn no_decoder(repository: &RepositoryName, manifest: &Manifest, media_type: MediaType) -> Error {
    let kind = ErrorKind::BadAnswer(AnswerFault::NotAnImage(media_type));
    let reference = ManifestRef::Digest(manifest.descriptor.digest.clone());
    Error::new(kind).during(Operation::ReadManifest(reference), repository)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use std::rc::Rc;

    use super::*;
    use crate::{
        oci::{Host, parse_document},
        registry::collect,
        sources::memory::MemoryRegistry,
        testing::recorder::{Recorder, run},
    };

    fn place() -> RepositoryName {
        "a/b".parse().unwrap()
    }

    fn reference(tag: Option<&str>, digest: Option<&Descriptor>) -> Reference {
        let tag = tag.map(|tag| tag.parse().unwrap());
        let digest = digest.map(|found| found.digest.clone());
        Reference { host: Host::docker_hub(), repository: place(), tag, digest }
    }

    /// An index under the tag `v1` of one image with one layer.
    fn bench() -> (Rc<Recorder>, Descriptor) {
        let memory = MemoryRegistry::new("memory");
        let layer = memory.add_blob(&place(), MediaType::OCTET_STREAM, "layer");
        let image = format!(r#"{{"schemaVersion":2,"layers":[{}]}}"#, layer.to_node());
        let image = memory.add_manifest(&place(), MediaType::OCI_MANIFEST, image, None);
        let index = format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, image.to_node());
        let tag = "v1".parse().unwrap();
        let index = memory.add_manifest(&place(), MediaType::OCI_INDEX, index, Some(&tag));
        (Rc::new(Recorder::new(Rc::new(memory))), index)
    }

    #[test]
    fn r079_an_object_leads_to_its_children_and_their_bytes() {
        let (recorder, index) = bench();
        let source: SharedSource = recorder.clone();
        let decoders = Decoders::standard();
        for named in [
            reference(Some("v1"), None),
            reference(None, Some(&index)),
            reference(Some("v1"), Some(&index)),
        ] {
            let found = run(read(&source, &named, &decoders)).unwrap();
            let image = run(found.child(found.references()[0], &decoders)).unwrap();
            let layer = run(image.blob(image.references()[0])).unwrap();
            assert_eq!(run(collect(layer, 10)).unwrap(), "layer");
        }
        assert_eq!(recorder.count("manifest a/b v1"), 2, "with a tag it is asked for by the tag");
        let nothing = run(read(&source, &reference(None, None), &decoders)).err().unwrap();
        assert!(matches!(nothing.kind, ErrorKind::InvalidInput(_)));
    }

    #[test]
    fn r031_a_type_without_a_decoder_is_refused_and_can_be_given_one() {
        let memory = MemoryRegistry::new("memory");
        let odd = memory.add_manifest(&place(), MediaType::new("a/b"), "{}", None);
        let source: SharedSource = Rc::new(memory);
        let (named, mut decoders) = (reference(None, Some(&odd)), Decoders::standard());
        let refused = run(read(&source, &named, &decoders)).err().unwrap();
        let kind = ErrorKind::BadAnswer(AnswerFault::NotAnImage(MediaType::new("a/b")));
        assert_eq!(refused.kind, kind);
        decoders.register("a/b", parse_document).unwrap();
        assert!(run(read(&source, &named, &decoders)).is_ok());
    }
}
