//! The interface that every source of images implements: a remote registry, an archive, a store,
//! and the decorators around them (cache, read-only). Views do not depend on the kind of source.
//!
//! Four capabilities, one trait each. Futures are not `Send`; dropping one cancels it.

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
    BlobStream, ByteRange, CONFIG_MAX, MANIFEST_MAX, Manifest, Read, Unverified, Verification,
    collect, collect_by_digest,
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
