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
//! of opened layers ([`Shelf`]) is asked by [`Engine::ask`]: bytes in, bytes out.
//!
//! Only `spawn.rs` (page) and `run.rs` (worker) touch the browser; natively both sides are joined by
//! [`Engine::local`].
//!
//! [`Findings`]: crate::layers::findings::Findings
//! [`Shelf`]: crate::layers::index::Shelf

mod job;
mod local;
mod mailbox;
mod message;
mod page;
mod worker;

pub use job::{Job, Keep, OneFile};
pub use mailbox::Mailbox;
pub use page::{Door, Engine, Inbox, Outbox, Spawn, outcome};
#[cfg(target_arch = "wasm32")]
pub use page::{engines, in_a_browser};
pub use worker::serve;
#[cfg(target_arch = "wasm32")]
pub use worker::serve_port;

#[cfg(test)]
mod tests;
