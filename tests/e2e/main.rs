//! The built page in a real browser, under its real policy, against the test registry. Started by
//! `cargo xtask test`, which builds the page before; not by `cargo test` alone.

mod accessibility;
mod boot;
mod doctor;
mod engine;
mod journeys;
mod proxy;
mod requests;
mod stage;
