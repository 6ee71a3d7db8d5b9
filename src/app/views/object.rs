//! Manifests as views know them: read, checked and parsed; and the store of those that a view has
//! asked for so far.

use std::rc::Rc;

use litemap::LiteMap;

use crate::{
    app::Loadable,
    error::Result,
    oci::{
        Descriptor, Digest, Document, DocumentFault, Issue, Issues, ManifestRef, Parsed,
        RepositoryName, parse_document,
    },
    ops::read,
    registry::{Manifest, Read, Referrers, Verification},
};

/// A manifest or index as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Media type, size and digest of the bytes, with the facts of the descriptor that points here.
    pub descriptor: Descriptor,
    /// The state of verification against the digest that was asked for.
    pub verification: Verification,
    /// The document, with its exact bytes and its faults.
    pub document: Parsed<Document>,
}

impl Object {
    /// Takes in an answer. A broken document is a value.
    pub fn new(manifest: Manifest) -> Self {
        let Manifest { descriptor, bytes, content_type, verification } = manifest;
        let document = parse_document(bytes, content_type.as_ref());
        Self { descriptor, verification, document }
    }

    /// Notes what the descriptor that led here states otherwise.
    fn described_by(mut self, descriptor: &Descriptor) -> Self {
        let (stated, actual) = (descriptor.size, self.document.raw.len() as u64);
        let mut issues = Issues::default();
        if stated != actual {
            issues.error("", DocumentFault::OtherSize { stated, actual });
        }
        let own = self.document.value.media_type().filter(|own| !own.is(&descriptor.media_type));
        if let Some(own) = own.filter(|_| !descriptor.media_type.is_generic()) {
            let (descriptor, own) = (descriptor.media_type.to_string(), own.to_string());
            issues.error("", DocumentFault::OtherDescriptorType { descriptor, own });
        }
        self.document.issues.extend(issues.into_vec());
        self
    }

    /// The digest of the bytes.
    pub fn digest(&self) -> &Digest {
        &self.descriptor.digest
    }

    /// Returns the faults of the document.
    pub fn issues(&self) -> &[Issue] {
        &self.document.issues
    }

    /// Returns the type of artifact; `None` for an image, and if no field states it.
    pub fn artifact_type(&self) -> Option<&str> {
        match &self.document.value {
            Document::Image(image) => image.true_type(),
            Document::Index(index) => index.true_type(),
            Document::Schema1(_) | Document::Unknown(_) => None,
        }
    }
}

/// Reads a manifest and parses it.
///
/// # Errors
/// As for [`Read::manifest`].
pub async fn read_object(
    registry: &(impl Read + ?Sized),
    repository: &RepositoryName,
    reference: &ManifestRef,
) -> Result<Object> {
    registry.manifest(repository, reference).await.map(Object::new)
}

/// Reads what a descriptor points at: the content that it carries, if that is verified, else from the
/// registry (R37). The digest decides: another size or type than the descriptor states is a fault of the
/// value.
///
/// # Errors
/// As for [`Read::manifest`].
pub async fn read_described(
    registry: &dyn Read,
    repository: &RepositoryName,
    descriptor: &Descriptor,
) -> Result<Object> {
    let asked = ManifestRef::Digest(descriptor.digest.clone());
    let object = match read::embedded_manifest(descriptor).map(Object::new) {
        Some(mut object) => {
            // No header came: the descriptor's type stood in for it.
            let is_sent =
                |issue: &Issue| matches!(issue.fault, DocumentFault::OtherMediaType { .. });
            object.document.issues.retain(|issue| !is_sent(issue));
            object
        }
        None => Object::new(registry.manifest(repository, &asked).await?),
    };
    Ok(object.described_by(descriptor))
}

/// Something that a view needs next.
#[derive(Clone, Debug, PartialEq)]
pub enum Want {
    /// The manifest or index that a descriptor points at.
    Manifest(Box<Descriptor>),
    /// The referrers of a digest.
    Referrers(Digest),
}

/// The objects that a view has asked for so far, by digest. Each is asked for once, even if it
/// occurs several times in a tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Objects {
    manifests: LiteMap<Digest, Loadable<Object>>,
    referrers: LiteMap<Digest, Loadable<Referrers>>,
}

impl Objects {
    /// A manifest, if it was asked for.
    pub fn manifest(&self, digest: &Digest) -> Option<&Loadable<Object>> {
        self.manifests.get(digest)
    }

    /// The referrers of a digest, if they were asked for.
    pub fn referrers(&self, digest: &Digest) -> Option<&Loadable<Referrers>> {
        self.referrers.get(digest)
    }

    /// Returns the number of objects that were asked for.
    pub fn asked(&self) -> usize {
        self.manifests.len() + self.referrers.len()
    }

    /// Returns true if this was asked for and has not failed.
    pub fn has(&self, want: &Want) -> bool {
        match want {
            Want::Manifest(d) => self.manifest(&d.digest).is_some_and(|l| l.error().is_none()),
            Want::Referrers(digest) => self.referrers(digest).is_some_and(|l| l.error().is_none()),
        }
    }

    /// Notes that something is asked for, also once more.
    pub fn ask(&mut self, want: &Want) {
        match want {
            Want::Manifest(descriptor) => {
                let entry = self.manifests.entry(descriptor.digest.clone()).or_default();
                *entry = entry.reload();
            }
            Want::Referrers(digest) => {
                let entry = self.referrers.entry(digest.clone()).or_default();
                *entry = entry.reload();
            }
        }
    }

    /// Takes in an answer.
    pub fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Manifest(digest, result) => {
                let entry = self.manifests.entry(digest).or_default();
                *entry = entry.settle(result.map(|object| *object));
            }
            Answer::Referrers(digest, result) => {
                let entry = self.referrers.entry(digest).or_default();
                *entry = entry.settle(result);
            }
        }
    }

    /// Puts in a manifest that was read before.
    pub fn insert(&mut self, object: Rc<Object>) {
        self.manifests.insert(object.digest().clone(), Loadable::Ready(object));
    }
}

/// The answer to a [`Want`].
#[derive(Debug)]
pub enum Answer {
    /// An answer to the question for a manifest.
    Manifest(Digest, Result<Box<Object>>),
    /// An answer to the question for the referrers of a digest.
    Referrers(Digest, Result<Referrers>),
}

/// Asks for what is wanted.
pub async fn fetch(
    registry: &dyn crate::registry::Source,
    repository: &RepositoryName,
    want: &Want,
) -> Answer {
    match want {
        Want::Manifest(descriptor) => {
            let result = read_described(registry, repository, descriptor).await;
            Answer::Manifest(descriptor.digest.clone(), result.map(Box::new))
        }
        Want::Referrers(subject) => {
            let result = registry.referrers(repository, subject, None).await;
            Answer::Referrers(subject.clone(), result)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use futures_util::FutureExt;

    use super::*;
    use crate::{content::verify::digest_of, oci::MediaType, sources::memory::MemoryRegistry};

    #[test]
    fn r037_what_a_descriptor_carries_is_shown_without_a_request() {
        let (empty, place) = (MemoryRegistry::new("empty"), "a/b".parse().unwrap());
        let bytes = br#"{"schemaVersion":2,"layers":[]}"#;
        let mut entry =
            Descriptor::new(MediaType::OCI_MANIFEST, digest_of(bytes), bytes.len() as u64);
        entry.data = Some(bytes.to_vec());
        let read =
            |entry: &Descriptor| read_described(&empty, &place, entry).now_or_never().unwrap();
        let object = read(&entry).unwrap();
        assert_eq!(object.verification, Verification::Verified);
        assert_eq!(object.document.raw, bytes[..]);
        entry.data = Some(b"other bytes of the same length!".to_vec());
        assert!(read(&entry).unwrap_err().is_not_found(), "wrong bytes are not believed");
    }

    #[test]
    fn what_a_descriptor_states_wrongly_is_a_fault_and_not_an_error() {
        let (memory, place) = (MemoryRegistry::new("memory"), "a/b".parse().unwrap());
        let text = format!(r#"{{"schemaVersion":2,"mediaType":"{}"}}"#, MediaType::OCI_MANIFEST);
        let size = text.len() as u64;
        let held = memory.add_manifest(&place, MediaType::OCI_MANIFEST, text, None);
        let check = |media_type: &MediaType, size: u64, expected: &[DocumentFault]| {
            let entry = Descriptor::new(media_type.clone(), held.digest.clone(), size);
            let object = read_described(&memory, &place, &entry).now_or_never().unwrap().unwrap();
            assert_eq!(object.verification, Verification::Verified);
            for fault in expected {
                assert!(object.issues().iter().any(|issue| issue.fault == *fault), "{fault:?}");
            }
            // The document itself lacks its configuration and its layers.
            assert_eq!(object.issues().len(), 2 + expected.len(), "{:?}", object.issues());
        };
        check(&MediaType::OCI_MANIFEST, size, &[]);
        for stated in [0, size - 1, size + 1] {
            let fault = DocumentFault::OtherSize { stated, actual: size };
            check(&MediaType::OCI_MANIFEST, stated, &[fault]);
        }
        let fault = DocumentFault::OtherDescriptorType {
            descriptor: MediaType::OCI_INDEX.to_string(),
            own: MediaType::OCI_MANIFEST.to_string(),
        };
        check(&MediaType::OCI_INDEX, size, &[fault]);
    }
}
