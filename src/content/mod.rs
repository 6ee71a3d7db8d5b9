//! Byte work: verifying, and what is inside blobs.
//!
//! Push-style and pure: bytes are handed in as they come, nothing waits, and nothing here knows
//! where they come from. Uses [`crate::oci`] and nothing else of ours.

pub mod checkpoints;
pub mod decode;
pub mod findings;
pub mod glob;
mod gunzip;
pub mod layer;
pub mod listing;
pub mod obstacle;
pub mod pack;
pub mod packages;
pub mod ranges;
pub mod sha256_lanes;
pub mod shelf;
pub mod sniff;
pub mod tar;
pub mod toc;
pub mod tree;
mod unzstd;
pub mod verify;
pub mod zip;
