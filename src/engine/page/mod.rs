//! The page's side: a pool of engines, and the exchanges with each.

mod exchange;
mod link;
mod pool;
#[cfg(target_arch = "wasm32")]
mod spawn;
mod transport;

pub use pool::Engine;
#[cfg(target_arch = "wasm32")]
pub use spawn::{engines, in_a_browser};
pub use transport::Reports;
