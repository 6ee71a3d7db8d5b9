//! The page's side of engines: a pool of them, and the exchanges with each.

mod pool;
#[cfg(target_arch = "wasm32")]
mod spawn;
mod transport;

pub use pool::{Engine, Inbox, Outbox, Spawn};
#[cfg(target_arch = "wasm32")]
pub use spawn::{engines, in_a_browser};
pub use transport::{Door, outcome};
