//! A whole registry in memory: it reads, lists, writes and deletes as the specification says (R159).
//!
//! Golden pages, tests and pulls run against it. Adding ([`MemoryRegistry::add_manifest`]) checks
//! nothing, so that it can hold broken images. Pushing checks as a registry does.

mod delete;
mod list;
mod read;
mod upload;
mod write;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use bytes::Bytes;

use crate::{
    content::verify::digest_of,
    error::{Error, ErrorKind, Missing, Operation},
    oci::{Descriptor, Digest, MediaType, RepositoryName, Tag},
    registry::ManifestRef,
};

/// The number of items on a page of tags or repositories, unless another is set (R100).
const PAGE_SIZE: usize = 1000;

/// A registry in memory. A clone is another handle to the same registry.
#[derive(Clone)]
pub struct MemoryRegistry {
    name: Rc<str>,
    page_size: usize,
    state: Rc<RefCell<Holdings>>,
}

#[derive(Default)]
struct Holdings {
    repositories: BTreeMap<RepositoryName, HeldRepository>,
    // Bytes are kept once for all repositories that hold them.
    content: BTreeMap<Digest, Bytes>,
    uploads: BTreeMap<u64, Vec<u8>>,
    next_upload: u64,
}

#[derive(Default)]
struct HeldRepository {
    manifests: BTreeMap<Digest, MediaType>,
    blobs: BTreeSet<Digest>,
    tags: BTreeMap<Tag, Digest>,
}

impl MemoryRegistry {
    /// An empty registry that calls itself `name` in errors.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), page_size: PAGE_SIZE, state: Rc::default() }
    }

    /// The same registry with this many items on a page of tags or repositories, at least one.
    #[must_use]
    pub fn with_page_size(self, items: usize) -> Self {
        Self { page_size: items.max(1), ..self }
    }

    /// Holds a blob under the SHA-256 digest of its bytes.
    pub fn add_blob(
        &self,
        repository: &RepositoryName,
        media_type: MediaType,
        bytes: impl Into<Bytes>,
    ) -> Descriptor {
        let bytes = bytes.into();
        let descriptor = Descriptor::new(media_type, digest_of(&bytes), bytes.len() as u64);
        self.add_blob_as(repository, &descriptor.digest, bytes);
        descriptor
    }

    /// Holds bytes under any digest, right or wrong. Reading verifies them.
    pub fn add_blob_as(&self, repository: &RepositoryName, digest: &Digest, bytes: Bytes) {
        let mut state = self.state.borrow_mut();
        state.content.insert(digest.clone(), bytes);
        state.repository(repository).blobs.insert(digest.clone());
    }

    /// Holds a manifest under the SHA-256 digest of its bytes, and under a tag if one is given.
    /// A tag that is there already moves (R159).
    pub fn add_manifest(
        &self,
        repository: &RepositoryName,
        media_type: MediaType,
        bytes: impl Into<Bytes>,
        tag: Option<&Tag>,
    ) -> Descriptor {
        let bytes = bytes.into();
        let descriptor = Descriptor::new(media_type, digest_of(&bytes), bytes.len() as u64);
        self.add_manifest_as(repository, &descriptor, bytes);
        if let Some(tag) = tag {
            self.add_tag(repository, tag, &descriptor.digest);
        }
        descriptor
    }

    /// Holds bytes as a manifest under any digest, right or wrong. Reading verifies them.
    pub fn add_manifest_as(
        &self,
        repository: &RepositoryName,
        descriptor: &Descriptor,
        bytes: Bytes,
    ) {
        let Descriptor { digest, media_type, .. } = descriptor;
        let mut state = self.state.borrow_mut();
        state.content.insert(digest.clone(), bytes);
        state.repository(repository).manifests.insert(digest.clone(), media_type.clone());
    }

    /// Lets a tag stand for a digest, even if that is not there.
    pub fn add_tag(&self, repository: &RepositoryName, tag: &Tag, digest: &Digest) {
        let mut state = self.state.borrow_mut();
        state.repository(repository).tags.insert(tag.clone(), digest.clone());
    }

    /// Every digest held in a repository, manifests and blobs, in order.
    pub fn digests(&self, repository: &RepositoryName) -> Vec<Digest> {
        let state = self.state.borrow();
        let Some(held) = state.repositories.get(repository) else { return Vec::new() };
        let all: BTreeSet<_> = held.manifests.keys().chain(&held.blobs).collect();
        all.into_iter().cloned().collect()
    }

    /// The bytes held under a digest, unchecked.
    pub fn bytes(&self, digest: &Digest) -> Option<Bytes> {
        self.state.borrow().content.get(digest).cloned()
    }

    /// An error of this registry, with what was tried.
    fn error(&self, kind: ErrorKind, operation: Operation, repository: &RepositoryName) -> Error {
        let mut error = Error::new(kind);
        error.context.registry = self.name.to_string();
        error.context.operation = Some(operation);
        error.context.repository = Some(repository.clone());
        error
    }
}

impl Holdings {
    /// Returns a repository. It is made if it is not there yet: pushing creates repositories.
    fn repository(&mut self, name: &RepositoryName) -> &mut HeldRepository {
        self.repositories.entry(name.clone()).or_default()
    }

    /// Returns a repository that is there already.
    fn existing(&self, name: &RepositoryName) -> Result<&HeldRepository, ErrorKind> {
        self.repositories.get(name).ok_or(ErrorKind::NotFound(Missing::Repository))
    }

    /// Digest and media type of a manifest of a repository.
    fn find(
        &self,
        name: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<(&Digest, &MediaType), ErrorKind> {
        let repository = self.existing(name)?;
        let digest = match reference {
            ManifestRef::Digest(digest) => Some(digest),
            ManifestRef::Tag(tag) => repository.tags.get(tag),
        };
        digest
            .and_then(|digest| repository.manifests.get_key_value(digest))
            .ok_or(ErrorKind::NotFound(Missing::manifest(reference)))
    }

    /// The bytes of a blob of a repository.
    fn blob(&self, name: &RepositoryName, digest: &Digest) -> Result<Bytes, ErrorKind> {
        let held = self.existing(name)?.blobs.contains(digest);
        let bytes = self.content.get(digest).filter(|_| held);
        bytes.cloned().ok_or(ErrorKind::NotFound(Missing::Blob))
    }
}

#[cfg(test)]
mod tests;
