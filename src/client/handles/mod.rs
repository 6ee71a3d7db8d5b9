//! Handles: a registry, its repositories, and of each the blobs, the manifests and the tags
//! (R135 to R141).

mod aliases;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
mod async_blob;
mod blobs;
mod manifests;
mod pages;
mod seekable_blob;
mod start_or_mount;
mod tags;

pub use aliases::Aliases;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
pub use async_blob::AsyncBlob;
pub use blobs::Blobs;
pub use manifests::Manifests;
pub use pages::{CatalogSlice, RepositoryPages, TagPages};
pub use seekable_blob::SeekableBlob;
pub use start_or_mount::StartedUpload;
pub use tags::Tags;

use super::{Namespace, RemoteRegistry};
use crate::{
    error::{Error, ErrorKind, Operation},
    oci::RepositoryName,
};

impl RemoteRegistry {
    /// The registry's name as shown.
    pub fn name(&self) -> &str {
        self.connection().host.as_str()
    }

    /// Returns the names that it can hold: all of them (R140).
    pub fn namespace(&self) -> Namespace {
        Namespace::Global
    }

    /// A handle for a repository, whether it exists or not (R140).
    pub fn repository(&self, name: RepositoryName) -> Repository {
        Repository { registry: self.clone(), name }
    }
}

/// One repository of a remote registry.
#[derive(Clone)]
pub struct Repository {
    pub(super) registry: RemoteRegistry,
    pub(super) name: RepositoryName,
}

impl Repository {
    /// Returns the name of the repository.
    pub fn name(&self) -> &RepositoryName {
        &self.name
    }

    /// The registry that it is in.
    pub fn registry(&self) -> &RemoteRegistry {
        &self.registry
    }

    /// Returns an error about something in this repository.
    fn fail(&self, operation: Operation, kind: ErrorKind) -> Error {
        Error::new(kind).during(operation, &self.name).on(self.registry.name())
    }

    /// Returns the handle of its blobs (R137).
    pub fn blobs(&self) -> Blobs<'_> {
        Blobs(self)
    }

    /// Returns the handle of its manifests (R138).
    pub fn manifests(&self) -> Manifests<'_> {
        Manifests(self)
    }

    /// Returns the handle of its tags (R136).
    pub fn tags(&self) -> Tags<'_> {
        Tags(self)
    }
}
