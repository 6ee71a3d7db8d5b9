//! The page: shell, pages, views, components, hooks, and every sentence that a user reads.
//! Knows nothing of HTTP: it asks through `app`.

// Yew makes the properties of a component part of its type: both must be `pub` even where only a
// private module is meant to use them.
#![allow(unreachable_pub)]

pub mod app;
pub mod browser;
pub mod components;
pub mod explorer;
pub mod hooks;
mod key_list;
#[cfg(target_arch = "wasm32")]
mod lazy;
#[cfg(target_arch = "wasm32")]
mod lazy_parts;
pub mod pages;
mod reference_box;
pub mod shell;
#[cfg(target_arch = "wasm32")]
mod start;
mod stateful;
pub mod text;
pub mod views;

pub use app::App;
pub use shell::shell;
#[cfg(target_arch = "wasm32")]
pub use start::start;
