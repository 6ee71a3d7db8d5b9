//! Jobs over one or two sources: look up, verify, copy, pull, push, export, list referrers.
//!
//! `graph` is the one traversal of an image, and `transfer` the one mover. A job is cancelled by
//! dropping its future. Nothing here touches a browser.

pub mod all_pages;
pub mod blob_reader;
pub mod copy;
pub mod diagnose;
pub mod ensure;
pub mod export;
pub mod graph;
pub mod lookup;
pub mod not_in_protocol;
pub mod object;
pub mod progress;
pub mod pull;
pub mod push;
pub mod read;
pub mod referrers;
pub mod repository_ref;
pub mod synthesize;
pub mod tags_of;
pub mod transfer;
pub mod verify;

#[cfg(test)]
mod tests;
