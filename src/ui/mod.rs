//! The page: shell, pages, views, components, hooks, and every sentence that a user reads.
//! Knows nothing of HTTP: it asks through `app`.

pub mod app;
pub mod browser;
pub mod components;
pub mod hooks;
pub mod pages;
pub mod text;
pub mod views;

pub use app::App;
