//! A repository of a registry, as jobs name it.

use crate::{
    error::{Error, Operation},
    oci::{Digest, Host, Reference, RepositoryName, Tag},
    registry::SharedRegistry,
};

/// A repository of a registry.
#[derive(Clone)]
pub struct RepositoryRef {
    /// The registry's name: two repositories under one name can mount blobs from each other.
    pub host: Host,
    /// The source that reads and writes it.
    pub registry: SharedRegistry,
    /// The name, without the registry's host.
    pub repository: RepositoryName,
}

impl RepositoryRef {
    /// Returns a reference in this repository.
    pub fn reference(&self, tag: Option<Tag>, digest: Option<Digest>) -> Reference {
        let (host, repository) = (self.host.clone(), self.repository.clone());
        Reference { host, repository, tag, digest }
    }

    /// Names an operation, this repository and its registry in an error, unless they are named already.
    pub(in crate::ops) fn named(&self, error: Error, operation: Operation) -> Error {
        error.during(operation, &self.repository).on(self.host.as_str())
    }
}
