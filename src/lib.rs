//! Porthole: explore container registries in the browser, and the distribution-spec client under it.
//!
//! The package is `porthole-registry`, the library is `porthole`:
//!
//! ```toml
//! [dependencies]
//! porthole-registry = { version = "0.1", features = ["https"] }
//! tokio = { version = "1", features = ["rt", "net", "time", "macros"] }
//! ```
//!
//! | feature | is |
//! |---|---|
//! | `native` | a transport outside a browser, over reqwest, for `http` |
//! | `https` | the same with TLS |
//! | `testing` | doubles for tests: a scripted transport, a clock that does not wait |
//! | `app`, `engine`, `ssr` | the page; no part of the library |
//!
//! In a browser no feature is needed: the transport is fetch. Natively requests need a Tokio runtime with
//! time and input; outside one they are the error `Unsupported(NoRuntime)`.
//!
//! **Futures are not `Send`**, because those of a browser cannot be. Natively they run on a runtime of one thread
//! (`#[tokio::main(flavor = "current_thread")]`), or in a [`LocalSet`] of any runtime:
//!
//! [`LocalSet`]: https://docs.rs/tokio/latest/tokio/task/struct.LocalSet.html
//!
#![cfg_attr(all(feature = "native", not(target_arch = "wasm32")), doc = "```no_run")]
#![cfg_attr(not(all(feature = "native", not(target_arch = "wasm32"))), doc = "```ignore")]
//! use porthole::{client::Clients, oci::Reference, registry::{ManifestRef, Read}, transport::Stack};
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let image: Reference = "registry.example/library/alpine:3.20".parse()?;
//!     let registry = Clients::new(Stack::native()?).get(&image.host, None)?;
//!     let tag = ManifestRef::Tag(image.tag.clone().ok_or("no tag")?);
//!     let manifest = registry.manifest(&image.repository, &tag).await?;
//!     println!("{} has {} bytes", manifest.descriptor.digest, manifest.bytes.len());
//!     Ok(())
//! }
//! ```
//!
//! Read from the ground up: [`oci`] holds values, [`wire`] the protocol without I/O, [`transport`]
//! sends requests, [`registry`] is what every source of images implements, [`client`] is a remote
//! registry, [`content`] is byte work, [`ops`] are jobs over these. The page is `app` and `ui`,
//! built with the `app` feature.

#![recursion_limit = "1024"]

#[cfg(feature = "app")]
pub mod app;
pub mod caps;
pub mod client;
pub mod content;
pub mod engine;
pub mod error;
pub mod layers;
pub mod oci;
pub mod ops;
pub mod registry;
pub mod sources;
pub mod sync;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transport;
#[cfg(feature = "app")]
pub mod ui;
pub mod wire;

// Types of other crates that stand in signatures here, in the releases that fit.
pub use async_trait::async_trait;
pub use bytes::Bytes;
pub use futures_core::{future::LocalBoxFuture, stream::LocalBoxStream};
pub use futures_util::{StreamExt, TryStreamExt};
