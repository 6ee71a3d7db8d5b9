//! Byte work off the page's thread.
//!
//! The page prepares a [`Request`](crate::transport::Request) through all its layers and adds a
//! [`Job`]; the [`Door`] at the bottom hands both to an engine in a worker instead of fetching. The
//! engine ([`serve`]) fetches, answers with status and headers, so that authentication and retrying
//! work as ever, and does the job with the body of a success: it streams, hashes, decompresses,
//! takes up again what breaks off, and tells how far it is. Only [`Findings`] come back; a layer
//! never enters the page's memory. Dropping a future or a body on the page's side ends the fetch on
//! the other.
//!
//! [`Engine`] is the page's side: a pool that starts workers as they are needed. What an engine keeps
//! of opened layers ([`LayerIndex`]) is asked by [`Engine::ask`]: bytes in, bytes out.
//!
//! Only `spawn.rs` (page) and `run.rs` (worker) touch the browser; natively both sides are joined by
//! [`Engine::local`].
//!
//! [`Findings`]: crate::layers::findings::Findings
//! [`LayerIndex`]: crate::layers::index::LayerIndex

mod again;
mod by_table;
mod door;
mod engine;
mod job;
mod keeper;
mod line;
mod local;
mod mailbox;
mod message;
#[cfg(target_arch = "wasm32")]
mod run;
mod serve;
mod shelves;
#[cfg(target_arch = "wasm32")]
mod spawn;

pub use door::{Door, outcome};
pub use engine::{Engine, Inbox, Outbox, Spawn};
pub use job::{Job, Keep, OneFile};
pub use mailbox::Mailbox;
#[cfg(target_arch = "wasm32")]
pub use run::serve_port;
pub use serve::serve;
#[cfg(target_arch = "wasm32")]
pub use spawn::{engines, in_a_browser};

#[cfg(test)]
mod tests;
