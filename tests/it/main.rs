//! Native tests of whole parts in one binary, with real servers, fixtures and other programs.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[cfg(feature = "native")]
mod archives;
mod broken_archives;
mod canary;
#[cfg(feature = "native")]
mod client;
#[cfg(feature = "native")]
mod client_auth;
#[cfg(feature = "native")]
mod client_reading;
#[cfg(feature = "native")]
mod client_requests;
#[cfg(feature = "native")]
mod client_skopeo;
#[cfg(feature = "native")]
mod client_write;
mod content_hashes;
mod content_layers;
mod content_packages;
mod content_spoilt;
mod content_tar;
mod content_toc;
mod content_zip;
#[cfg(feature = "native")]
mod cut_uploads;
mod differences;
#[cfg(feature = "native")]
mod examples;
#[cfg(feature = "native")]
mod faults;
mod fixtures;
mod gauntlet;
mod http;
#[cfg(feature = "native")]
mod interop;
#[cfg(all(feature = "native", feature = "app"))]
mod layer_tables;
#[cfg(all(feature = "native", feature = "app"))]
mod layers_again;
mod local_layouts;
mod login_pages;
#[cfg(all(feature = "native", feature = "app"))]
mod oci_documents;
mod oci_platforms;
mod oci_properties;
mod oci_references;
mod opened_layers;
#[cfg(feature = "native")]
mod ops_archives;
mod ops_layouts;
#[cfg(feature = "native")]
mod ops_servers;
#[cfg(feature = "native")]
mod read_layouts;
#[cfg(feature = "native")]
mod read_manifests;
mod read_only_registry;
#[cfg(feature = "native")]
mod reader;
mod recorded_lists;
mod registry_faults;
mod registry_protocol;
mod registry_switches;
mod requirements_list;
mod servers;
#[cfg(feature = "native")]
mod static_files;
#[cfg(feature = "native")]
mod static_layouts;
mod synthesize_index;
#[cfg(feature = "native")]
mod unmarked_layouts;
mod wire_exchanges;
mod wire_vectors;
