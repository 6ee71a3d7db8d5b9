//! The page: shell, pages, views, components, hooks, and every sentence that a user reads.
//! Knows nothing of HTTP: it asks through `app`.

pub mod app;
pub mod browser;
pub mod components;
pub mod hooks;
pub mod pages;
#[cfg(target_arch = "wasm32")]
mod start;
pub mod text;
pub mod views;

pub use app::App;
#[cfg(target_arch = "wasm32")]
pub use start::start;
