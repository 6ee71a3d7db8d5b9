//! The inside of image layers: one pass over a layer, its listing, the merged tree, reading by ranges,
//! and the index that answers questions about opened layers.
//!
//! Pure, as [`crate::content`] is: bytes are handed in as they come, and nothing waits. Uses
//! [`crate::oci`], [`crate::error`] and [`crate::content`].

pub mod file_location;
pub mod findings;
pub mod index;
pub mod listing;
pub mod obstacle;
pub mod pass;
pub mod ranges;
pub(crate) mod read_error;
pub mod tree;
