//! Native tests of whole parts, in one binary: against real servers, fixtures and other programs.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod content_layers;
mod content_tar;
mod differences;
mod fixtures;
mod wire_exchanges;
mod wire_vectors;
mod oci_documents;
mod oci_platforms;
mod oci_references;
