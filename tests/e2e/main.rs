//! The built page in a real browser, under its real policy, against the test registry. Started by
//! `cargo xtask test`, which builds the page before; not by `cargo test` alone.

mod accessibility;
mod boot;
mod doctor;
mod engine;
mod files;
mod journeys;
mod parts;
mod proxy;
mod requests;
mod stage;

// Debian's registry, and layers made by hand, as other tests have them.
#[allow(dead_code, unreachable_pub)]
#[path = "../it/http.rs"]
mod http;
#[allow(dead_code, unreachable_pub)]
#[path = "../it/servers.rs"]
mod servers;
#[path = "../pages/tar.rs"]
mod tar;
