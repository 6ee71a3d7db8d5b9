//! Tests the built page in a real browser, under its real policy, with the test registry. `cargo xtask test`
//! builds the page and starts these tests. `cargo test` alone does not run them.

mod accessibility;
mod boot;
mod doctor;
mod engine;
mod files;
mod front;
mod gallery;
mod journeys;
mod own_policy;
mod parts;
mod private;
mod proxy;
mod referrers;
mod requests;
mod sign_in;
mod stage;

// Other tests share Debian's registry and the layers that are written by hand.
#[allow(dead_code, unreachable_pub)]
#[path = "../it/http.rs"]
mod http;
#[allow(dead_code, unreachable_pub)]
#[path = "../it/servers.rs"]
mod servers;
#[path = "../pages/tar.rs"]
mod tar;
