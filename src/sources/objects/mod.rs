//! What a pull writes to and a push reads from: manifests, and layers that can be written in part,
//! left, and taken up again (R152 to R154).

mod error;
mod memory;

use std::rc::Rc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{
    oci::{Digest, MediaType, RepositoryName},
    registry::{BlobSource, ManifestRef},
};

pub use error::{Result, StoreError};
pub use memory::MemoryObjects;

/// A manifest in a store, as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredManifest {
    /// Its media type.
    pub media_type: MediaType,
    /// The exact bytes.
    pub bytes: Bytes,
}

/// Keeps manifests and layers (R152). A layer here is any blob: configurations too.
#[async_trait(?Send)]
pub trait ObjectStore {
    /// A manifest, by tag or digest; `None` where it was never written.
    ///
    /// # Errors
    /// `Failed` where the store itself fails.
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Option<StoredManifest>>;

    /// Writes a manifest under a tag or digest, over what was there.
    ///
    /// # Errors
    /// `Mismatch` where it is written under a digest that its bytes do not have; `Failed`.
    async fn write_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        manifest: &StoredManifest,
    ) -> Result<()>;

    /// The handle of a layer, whether or not anything of it is there.
    fn layer(&self, digest: &Digest) -> Rc<dyn Layer>;
}

/// How far a layer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are there.
    pub current_size: u64,
    /// Bytes that it will have, once that is known.
    pub size: Option<u64>,
    /// Whether all bytes are there and have the layer's digest.
    pub complete: bool,
    /// Whether somebody is writing.
    pub locked: bool,
}

/// A layer's handle (R153).
#[async_trait(?Send)]
pub trait Layer {
    /// How far it is written, also while somebody is writing (R154).
    fn progress(&self) -> Progress;

    /// The content.
    ///
    /// # Errors
    /// `NotWritten` where it is not complete, `BeingWritten` where somebody is at it.
    async fn reader(&self) -> Result<Rc<dyn BlobSource>>;

    /// The one writer. It goes on where the last one stopped.
    ///
    /// # Errors
    /// `AlreadyExists` where the layer is complete, `Locked` where another writer is active.
    fn writer(&self) -> Result<Box<dyn LayerWriter>>;

    /// Waits until the layer is readable, or its writer has left it in part.
    ///
    /// # Errors
    /// `NotWritten` where nobody is writing and it is not complete.
    async fn wait(&self) -> Result<()>;
}

/// Writes a layer (R154). Dropping it leaves what was written, to be taken up again.
#[async_trait(?Send)]
pub trait LayerWriter {
    /// Says how many bytes the layer has. Comes before the first byte.
    ///
    /// # Errors
    /// `SizeChanged` where another size was said before.
    fn set_size(&mut self, size: u64) -> Result<()>;

    /// Bytes that are there: where to go on from.
    fn current_size(&self) -> u64;

    /// Appends.
    ///
    /// # Errors
    /// `SizeNotSet`; `SizeExceeded`.
    async fn write(&mut self, bytes: Bytes) -> Result<()>;

    /// Ends writing. With all bytes there, they are checked and the layer becomes readable; before
    /// that, it stays in part. Says whether it is complete.
    ///
    /// # Errors
    /// `Mismatch` where the bytes are not those of the digest: they are thrown away.
    async fn close(self: Box<Self>) -> Result<bool>;
}
