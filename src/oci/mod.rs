//! Values of the OCI image and distribution specifications: what a registry stores, as data.
//!
//! Pure: no I/O, no clock, no browser, nothing else of ours.

mod descriptor;
mod digest;
mod manifest_ref;
mod media_type;
mod parsed;
mod platform;
mod reference;

pub use descriptor::{Annotations, Descriptor};
pub use digest::{Algorithm, Digest, DigestError};
pub use manifest_ref::ManifestRef;
pub use media_type::MediaType;
pub use parsed::{Issue, Parsed, Severity};
pub use platform::Platform;
pub use reference::{Host, Reference, ReferenceError, RepositoryName, Tag};
