//! Sources of images that are no registry: registries in memory, the store that a pull writes to, and
//! layouts of files.
//!
//! Uses the values of [`crate::oci`], the interface of [`crate::registry`], the formats of
//! [`crate::content`], and [`crate::transport`] for files on a web server.

pub mod layout;
pub mod memory;
pub mod objects;
