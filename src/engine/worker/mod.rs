//! The engine's side: takes jobs, reads what they are about, and reports what it found.

mod fetcher;
mod layer_sets;
mod layer_store;
mod range_read;
#[cfg(target_arch = "wasm32")]
mod run;
mod serve;
mod table_read;

#[cfg(target_arch = "wasm32")]
pub(super) use run::post;
#[cfg(target_arch = "wasm32")]
pub use run::serve_port;
pub use serve::serve;
