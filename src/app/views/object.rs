//! Manifests as views know them: read, checked and parsed; and the store of those that a view has
//! asked for so far.

use std::rc::Rc;

use litemap::LiteMap;

use crate::{
    app::Loadable,
    error::Result,
    oci::{
        Descriptor, Digest, Document, Issue, ManifestRef, Parsed, RepositoryName, parse_document,
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
/// registry (R37). The digest decides: the descriptor may state a wrong size.
///
/// # Errors
/// As for [`Read::manifest`].
pub async fn read_described(
    registry: &dyn Read,
    repository: &RepositoryName,
    descriptor: &Descriptor,
) -> Result<Object> {
    let manifest = match read::embedded(descriptor) {
        Some(_) => read::manifest(registry, repository, descriptor).await?,
        None => read::manifest_of_any_size(registry, repository, descriptor).await?,
    };
    Ok(Object::new(manifest))
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
}
