//! Byte work: verifying, and what is inside blobs.
//!
//! Push-style and pure: bytes are handed in as they come, nothing waits, and nothing here knows where
//! they come from. Uses [`crate::oci`] and [`crate::error`].

pub mod codec;
pub mod decode;
pub mod glob;
pub mod pack;
pub mod packages;
pub mod picture;
pub mod sha256_lanes;
pub mod sniff;
pub mod tar;
pub mod verify;
pub mod zip;
