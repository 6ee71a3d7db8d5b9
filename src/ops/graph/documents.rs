//! The one thing that a traversal asks of a place: a document, by its descriptor.

use async_trait::async_trait;

use crate::{
    error::Result,
    oci::{Descriptor, RepositoryName},
    ops::read,
    registry::{Manifest, Read},
};

/// A place that documents are read from.
#[async_trait(?Send)]
pub trait Documents {
    /// Reads the manifest or index that a descriptor points at.
    ///
    /// # Errors
    /// Absence, bytes of another digest or size, and failures of the place itself.
    async fn document(&self, wanted: &Descriptor) -> Result<Manifest>;
}

/// A repository of a source.
#[derive(Clone, Copy)]
pub struct InRepository<'a> {
    /// The registry, archive or store that is asked for each document.
    pub source: &'a dyn Read,
    /// The name that each request carries.
    pub repository: &'a RepositoryName,
    /// True if content that descriptors carry is used in place of a request (R37), and a document of
    /// another size than its descriptor states is an error. Verification asks and judges by itself.
    pub use_embedded: bool,
}

impl<'a> InRepository<'a> {
    /// Reads from this repository, and takes what descriptors carry.
    pub fn new(source: &'a dyn Read, repository: &'a RepositoryName) -> Self {
        Self { source, repository, use_embedded: true }
    }
}

#[async_trait(?Send)]
impl Documents for InRepository<'_> {
    async fn document(&self, wanted: &Descriptor) -> Result<Manifest> {
        match self.use_embedded {
            true => read::manifest(self.source, self.repository, wanted).await,
            false => read::manifest_of_any_size(self.source, self.repository, wanted).await,
        }
    }
}
