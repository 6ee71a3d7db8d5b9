//! The distribution protocol without I/O: requests, and the meaning of answers.
//!
//! Pure: nothing here uses a clock, random numbers, async, the browser, or another folder of ours
//! than `oci`. The caller passes in the time and random numbers. All data from a registry may be
//! hostile.

pub mod accept;
pub mod backoff;
pub mod base;
pub mod challenge;
pub mod describe;
pub mod endpoint;
pub mod error_document;
pub mod exposure;
pub mod failure;
pub mod fallback_index;
mod field_cursor;
pub mod headers;
pub mod host;
pub mod link;
pub mod list;
pub mod local_network;
pub mod location;
pub mod method;
pub mod page;
pub mod range;
pub mod realm;
pub mod redact;
pub mod referrers;
pub mod scope;
pub mod secret;
pub mod token;
pub mod upload;
pub mod url;
pub mod warning;

pub use accept::Accept;
pub use base::BaseUrl;
pub use endpoint::{Endpoint, Subject, Window};
pub use error_document::{Code, ErrorDocument};
pub use failure::{FailureKind, Rejection};
pub use headers::Headers;
pub use method::Method;
pub use scope::{Action, ScopeSet};
pub use secret::Secret;
pub use url::{Origin, Scheme, Url, UrlError};
