//! The interface that every source of images implements: a remote registry, an archive, a store,
//! and the decorators around them (cache, read-only). Views do not depend on the kind of source.
//!
//! Four capabilities, one trait each. Futures are not `Send`; dropping one cancels it.
//!
//! A decorator is a source too. Here one keeps what was read, and one refuses to write:
//!
//! ```
//! use std::{rc::Rc, time::{Duration, Instant}};
//!
//! use porthole::{
//!     oci::{ManifestRef, MediaType, RepositoryName},
//!     registry::{Cache, CacheLimits, Delete, List, Read, ReadOnly, Verification},
//!     sources::memory::MemoryRegistry,
//! };
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let app: RepositoryName = "team/app".parse()?;
//!     let memory = MemoryRegistry::new("registry.example");
//!     let document = r#"{"schemaVersion":2,"manifests":[]}"#;
//!     memory.add_manifest(&app, MediaType::OCI_INDEX, document, Some(&"1.0".parse()?));
//!
//!     let start = Instant::now();
//!     let limits = CacheLimits { tag_age: Duration::from_secs(10), ..CacheLimits::default() };
//!     let cache = Cache::new(Rc::new(memory), limits, Rc::new(move || start.elapsed()));
//!     let registry = ReadOnly::new(Rc::new(cache));
//!
//!     let tags = registry.tags(&app, None).await?;
//!     assert_eq!(tags.items, ["1.0".parse()?]);
//!     let found = registry.resolve(&app, &"1.0".parse()?).await?;
//!     let digest = ManifestRef::Digest(found.digest);
//!     let manifest = registry.manifest(&app, &digest).await?;
//!     assert_eq!(manifest.bytes, document);
//!     assert_eq!(manifest.verification, Verification::Verified);
//!
//!     let refused = registry.delete_manifest(&app, &digest).await.unwrap_err();
//!     assert_eq!(refused.context.repository, Some(app));
//!     Ok(())
//! }
//! ```

mod cache;
mod delete;
mod list;
mod read;
mod read_only;
mod unsupported;
mod write;

use std::rc::Rc;

pub use cache::{Cache, CacheLimits, Clock};
pub use delete::Delete;
pub use list::{List, ListFault, Page, Referrers, ReferrersApi, ReferrersSource};
pub use read::{
    BlobStream, ByteRange, Manifest, Read, Unverified, Verification, collect, collect_by_digest,
};

pub use crate::oci::ManifestRef;
pub use read_only::ReadOnly;
pub use write::{BlobSource, BlobUpload, Write};

/// A source of images for code that only reads: a page that shows images links no code that writes.
pub trait Source: Read + List {}

impl<T: Read + List + ?Sized> Source for T {}

/// A source as it is handed around.
pub type SharedSource = Rc<dyn Source>;

/// A source of images with everything it can do. Other methods answer
/// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported).
pub trait Registry: Source + Write + Delete {}

impl<T: Source + Write + Delete> Registry for T {}

/// A registry as it is handed around.
pub type SharedRegistry = Rc<dyn Registry>;
