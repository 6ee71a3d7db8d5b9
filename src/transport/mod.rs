//! Sending requests: one trait, and layers around it that each do one thing.
//!
//! From the bottom: the network (`fetch` in a browser, reqwest natively, a script in tests), or the
//! transport that a request names itself ([`Request::via`]),
//! then [`Log`], [`Limit`], [`Retry`] and [`Auth`]; [`Stack`] puts them together (R40). Knows how
//! requests travel, and nothing of repositories or manifests: that is `client`.

mod answer_type;
mod auth;
mod clock;
mod credentials;
mod deadline;
#[cfg(target_arch = "wasm32")]
mod fetch;
mod limit;
mod log;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
mod native;
mod own_headers;
mod own_policy;
mod request;
mod response;
mod resume;
mod retry;
mod stack;
mod tokens;
mod try_waits;

use std::rc::Rc;

use async_trait::async_trait;

pub use auth::{Account, Auth};
#[cfg(any(test, feature = "testing", all(feature = "native", not(target_arch = "wasm32"))))]
pub(crate) use clock::turn;
pub use clock::{Clock, SharedClock, within};
pub use credentials::{Approvals, Credential, Credentials};
pub use deadline::Deadline;
#[cfg(target_arch = "wasm32")]
pub use fetch::{BrowserClock, Fetch, violations};
pub use limit::{Hosts, Limit};
pub use log::{Log, LogCounts, LogEntry, RequestFailure, RequestLog};
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
pub use native::{Native, SystemClock};
pub use own_headers::check_own_headers;
pub use own_policy::{OwnPolicy, Violations};
pub use request::{Body, Cache, Deadlines, Lane, Mode, Redirect, Replay, Request};
pub use response::{BodyStream, ERROR_BODY, Response};
pub use resume::{Reopen, ResumePlan, ResumingBody};
pub use retry::{OwnBackoff, Retry, RetryListener, RetryNotice, RetryPolicy};
pub use stack::Stack;
pub use try_waits::TryWaits;

use crate::error::Result;

/// Sends one request and returns the answer with any status.
#[async_trait(?Send)]
pub trait Transport {
    /// Sends. Dropping the future, or the body of the answer, ends the exchange.
    ///
    /// # Errors
    /// Only if no answer came: `Network`, `Timeout`, `TooLarge` for a body that was asked to be
    /// read whole, `Refused`, `ApproveTokenServer`. A status is never an error here.
    async fn send(&self, request: Request) -> Result<Response>;
}

/// A transport as it is handed around.
pub type SharedTransport = Rc<dyn Transport>;
