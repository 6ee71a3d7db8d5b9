//! Sources of images that are no registry: registries in memory, the store that a pull writes to, and
//! layouts of files.
//!
//! Uses the values of [`crate::oci`], the interface of [`crate::registry`], the formats of
//! [`crate::content`], and [`crate::transport`] for files on a web server.
//!
//! A registry in memory does what the specification says, so that code can be tried without a network:
//!
//! ```
//! use porthole::{
//!     Bytes,
//!     oci::{Descriptor, MediaType, RepositoryName},
//!     registry::{Read, Write, collect},
//!     sources::memory::MemoryRegistry,
//! };
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let registry = MemoryRegistry::new("registry.example");
//!     let app: RepositoryName = "team/app".parse()?;
//!     let bytes = Bytes::from_static(b"hello");
//!     let digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824".parse()?;
//!     let blob = Descriptor::new(MediaType::OCTET_STREAM, digest, 5);
//!     registry.push_blob(&app, &blob, &bytes).await?;
//!     let stream = registry.blob(&app, &blob).await?;
//!     assert_eq!(collect(stream, 1024).await?, bytes);
//!
//!     let other = Bytes::from_static(b"other");
//!     assert!(registry.push_blob(&app, &blob, &other).await.is_err(), "not the bytes of the digest");
//!     Ok(())
//! }
//! ```

pub mod layout;
pub mod memory;
pub mod objects;
