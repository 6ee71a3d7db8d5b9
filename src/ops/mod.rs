//! Jobs over one or two sources: resolve, verify a tree, copy, pull, push, list what refers to what.
//!
//! Uses everything below it, and no browser. A job is cancelled by dropping its future.

pub mod blob_reader;
pub mod copy;
pub mod diagnose;
pub mod ensure;
pub mod enumerate;
pub mod export;
#[cfg(test)]
mod image;
pub mod lookup;
pub mod progress;
pub mod pull;
pub mod push;
pub mod read;
pub mod referrers;
pub mod synthesize;
pub mod tags_of;
pub mod tree;
pub mod verify;
