//! Tests in a real browser: what only fetch, its cache and its CORS rules can show.
//!
//! The address of a test registry that lets every page in and exposes no response header is given
//! when this is built, as `PORTHOLE_TEST_REGISTRY=127.0.0.1:5000`; one that exposes all of them as
//! `PORTHOLE_TEST_REGISTRY_EXPOSED`. `cargo xtask test` starts both.

#![cfg(target_arch = "wasm32")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    // Without the servers there is nothing to test: stopping is right.
    clippy::option_env_unwrap
)]

mod canary;
mod client_reading;
mod doctor;
mod faults;
mod fetch;
mod hashes;
mod routes;
mod started;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
