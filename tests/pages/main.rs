//! Golden pages: the HTML of pages over a registry in memory, rendered natively.
//!
//! `UPDATE_GOLDEN=1 cargo test --features ssr,native --test pages` writes them again. Look at the changes
//! before you commit them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod files;
mod golden;
mod images;
mod normal;
mod reference;
mod refused;
mod script;
mod shell;
mod tables;
mod tar;
