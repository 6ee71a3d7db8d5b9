//! The engine's side: takes jobs, reads what they are about, and reports what it found.

mod feed;
mod fetcher;
mod index_pass;
mod index_store;
mod layer_sets;
mod layer_store;
mod load;
mod pass;
mod range_read;
mod reporter;
#[cfg(target_arch = "wasm32")]
mod run;
mod runner;
mod serve;
mod slices;
mod toc_read;

#[cfg(target_arch = "wasm32")]
pub use run::serve_port;
pub(super) use serve::serve;
