//! Tests in a real browser. They show the behaviour of fetch, of its cache and of its CORS rules.
//!
//! The build takes the addresses of two test registries from its environment. Both allow every origin.
//! The one of `PORTHOLE_TEST_REGISTRY=127.0.0.1:5000` exposes no response header, and the one of
//! `PORTHOLE_TEST_REGISTRY_EXPOSED` exposes all. `cargo xtask test` starts both.

#![cfg(target_arch = "wasm32")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    // Without the servers there is nothing to test, so the tests stop.
    clippy::option_env_unwrap
)]

mod canary;
mod client_reading;
mod doctor;
mod faults;
mod fetch;
mod fetch_replaced;
mod hashes;
mod routes;
mod slices;
mod started;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
