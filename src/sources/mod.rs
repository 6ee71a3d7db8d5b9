//! Objects kept here: in memory now, and what a pull writes to and a push reads from.
//!
//! Uses [`crate::oci`], [`crate::registry`] and [`crate::content`].

pub mod layout;
pub mod memory;
pub mod objects;
