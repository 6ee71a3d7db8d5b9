//! Porthole: explore container registries in the browser, and the distribution-spec client under it.
//!
//! Read from the ground up: [`oci`] holds values, [`wire`] the protocol without I/O, [`transport`]
//! sends requests, [`registry`] is what every source of images implements, [`client`] is a remote
//! registry, [`content`] is byte work, [`ops`] are jobs over these. The page is `app` and `ui`,
//! built with the `app` feature.

#![recursion_limit = "1024"]

#[cfg(feature = "app")]
pub mod app;
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
pub mod transport;
#[cfg(feature = "app")]
pub mod ui;
pub mod wire;
