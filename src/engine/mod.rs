//! Byte work off the page's thread.
//!
//! The page prepares a request through all its layers and names who sends it: a transport that hands it
//! to an engine in a worker together with a [`Job`]. The engine fetches, answers with status and headers,
//! so that authentication and retrying work as ever, and does the job with the body of a success: it
//! streams, hashes, decompresses, resumes a body that breaks off, and reports its progress. Only
//! [`Findings`] come back; a layer never enters the page's memory. Dropping a future or a body on the
//! page's side ends the fetch on the other. In the place of a request, a job can name a [`Slice`] of a
//! file at hand.
//!
//! [`Engine`] is the page's side (`page/`): a pool that starts workers as they are needed. The other side
//! (`worker/`) keeps the layers that it opened, and [`Engine::ask`] asks about them.
//!
//! Messages become bytes only where they cross to another thread. The browser is touched by `port.rs`,
//! `spawn.rs` and `run.rs`; natively both sides are joined by [`Engine::local`].
//!
//! [`Findings`]: crate::layers::findings::Findings

mod job;
mod local;
mod message;
mod origin;
#[cfg(any(target_arch = "wasm32", test))]
mod packing;
mod page;
#[cfg(target_arch = "wasm32")]
mod port;
mod worker;

pub use job::{Job, Retain, TocRequest};
pub use origin::{LocalFile, Origin, SharedFile, Slice};
pub use page::{Engine, Reports};
#[cfg(target_arch = "wasm32")]
pub use page::{engines, in_a_browser};
#[cfg(target_arch = "wasm32")]
pub use port::BlobFile;
#[cfg(target_arch = "wasm32")]
pub use worker::serve_port;

#[cfg(test)]
mod tests;
