//! The store that a pull writes to and a push reads from. It holds manifests and layers. A layer can
//! be written in part, left, and taken up again (R152 to R154).
//!
//! ```
//! use porthole::{
//!     Bytes,
//!     oci::Digest,
//!     sources::objects::{MemoryObjects, ObjectStore, StoreError},
//! };
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let store = MemoryObjects::default();
//!     let digest: Digest =
//!         "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824".parse()?;
//!     let layer = store.layer(&digest);
//!
//!     let mut writer = layer.writer()?;
//!     writer.set_size(5)?;
//!     writer.write(Bytes::from_static(b"hel")).await?;
//!     assert!(!writer.close().await?, "two bytes are still missing");
//!     assert!(layer.reader().await.is_err());
//!
//!     let mut writer = layer.writer()?;
//!     assert_eq!(writer.current_size(), 3);
//!     writer.write(Bytes::from_static(b"lo")).await?;
//!     assert!(writer.close().await?, "complete, and checked against the digest");
//!     assert_eq!(layer.reader().await?.slice(0, 5).await?, "hello");
//!     assert!(matches!(layer.writer(), Err(StoreError::AlreadyExists)));
//!     Ok(())
//! }
//! ```

mod error;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
mod memory;

use std::rc::Rc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{
    oci::{Digest, MediaType, RepositoryName},
    registry::{BlobSource, ManifestRef},
};

pub use error::{Result, StoreError};
#[cfg(not(target_arch = "wasm32"))]
pub use folder::FolderObjects;
pub use memory::MemoryObjects;

/// A manifest in a store, as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredManifest {
    /// The media type by which it was pulled.
    pub media_type: MediaType,
    /// The exact bytes.
    pub bytes: Bytes,
}

/// Keeps manifests and layers (R152). A layer here is any blob: configurations too.
#[async_trait(?Send)]
pub trait ObjectStore {
    /// Returns its name, as errors call it.
    fn name(&self) -> &str {
        "the store"
    }

    /// Returns a manifest by its tag or digest; `None` if it was never written.
    ///
    /// # Errors
    /// `Failed` if the store itself fails.
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Option<StoredManifest>>;

    /// Writes a manifest under a tag or digest, over what was there.
    ///
    /// # Errors
    /// `Mismatch` if its bytes do not have the digest under which it is written; `Failed`.
    async fn write_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        manifest: &StoredManifest,
    ) -> Result<()>;

    /// Returns the handle of a layer, even if nothing of it is there yet.
    fn layer(&self, digest: &Digest) -> Rc<dyn Layer>;
}

/// The progress of writing a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of bytes that are there.
    pub current_size: u64,
    /// The number of bytes that it will have, once that is known.
    pub size: Option<u64>,
    /// True if all bytes are there and have the layer's digest.
    pub complete: bool,
    /// True while a writer is open.
    pub locked: bool,
}

/// A layer's handle (R153).
#[async_trait(?Send)]
pub trait Layer {
    /// Returns the progress of writing it, also while a writer is open (R154).
    fn progress(&self) -> Progress;

    /// Returns a reader of the content.
    ///
    /// # Errors
    /// `NotWritten` if it is not complete, `BeingWritten` while a writer is open.
    async fn reader(&self) -> Result<Rc<dyn BlobSource>>;

    /// Opens the one writer. It goes on where the last one stopped.
    ///
    /// # Errors
    /// `AlreadyExists` if the layer is complete, `Locked` while another writer is open.
    fn writer(&self) -> Result<Box<dyn LayerWriter>>;

    /// Waits until the layer can be read, or until its writer has left it in part.
    ///
    /// # Errors
    /// `NotWritten` if it is not complete and no writer is open.
    async fn wait(&self) -> Result<()>;
}

/// Writes a layer (R154). Dropping it leaves what was written, to be taken up again.
#[async_trait(?Send)]
pub trait LayerWriter {
    /// States the number of bytes that the layer has. This comes before the first byte.
    ///
    /// # Errors
    /// `SizeChanged` if another size was stated before.
    fn set_size(&mut self, size: u64) -> Result<()>;

    /// Returns the number of bytes that are there: the position to go on from.
    fn current_size(&self) -> u64;

    /// Appends bytes.
    ///
    /// # Errors
    /// `SizeNotSet`; `SizeExceeded`.
    async fn write(&mut self, bytes: Bytes) -> Result<()>;

    /// Ends writing. If all bytes are there, they are checked and the layer can be read from now on;
    /// otherwise it stays in part. Returns true if it is complete.
    ///
    /// # Errors
    /// `Mismatch` if the bytes are not those of the digest: they are thrown away.
    async fn close(self: Box<Self>) -> Result<bool>;
}
