//! The steps of an upload: the requests that the caller sends, and the end.

use std::ops::Range;

use crate::wire::{
    endpoint::Endpoint,
    headers::{Headers, name},
    range,
    url::UrlError,
};

/// A request that the caller is to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method and URL.
    pub endpoint: Endpoint,
    /// Header fields besides those that every request has.
    pub headers: Headers,
    /// The bytes of the blob that are the body.
    pub body: Range<u64>,
}

/// The next step of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send this and hand the answer to [`Upload::answered`](super::Upload::answered).
    Send(Box<Request>),
    /// Nothing is to be sent: hand in more bytes, flush, commit or cancel.
    Ready,
    /// The registry has the whole blob.
    Committed,
    /// The session was cancelled, as asked.
    Cancelled,
    /// It does not go on.
    Failed(UploadError),
}

/// The reason why an upload does not continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadError {
    /// The last answer says why.
    Answer,
    /// The session is not known (404).
    Unknown,
    /// `Location` is missing or hidden: pushing is not possible.
    NoLocation,
    /// `Location` is no URL that may be requested.
    BadLocation(UrlError),
    /// The registry does not say how far it got: only a new start helps (R116).
    NotResumable,
    /// The registry has other bytes than it can have, or refuses every chunk (R115).
    OutOfStep {
        /// The address of the session.
        location: String,
        /// The number of bytes the registry says it has.
        stored: Option<u64>,
        /// The number of bytes handed in.
        size: u64,
    },
    /// It is unknown if the closing request arrived. Look if the blob is there.
    Unclear,
    /// The upload was committed or cancelled before.
    AlreadyClosed,
    /// Another answer is still awaited.
    Busy,
}

impl Request {
    /// A request without a body.
    pub(super) fn bare(endpoint: Endpoint) -> Self {
        Self { endpoint, headers: Headers::new(), body: 0..0 }
    }

    /// A request with some bytes of the blob.
    pub(super) fn with_body(endpoint: Endpoint, body: Range<u64>, is_chunk: bool) -> Self {
        Self { endpoint, headers: body_headers(&body, is_chunk), body }
    }
}

fn body_headers(body: &Range<u64>, is_chunk: bool) -> Headers {
    let headers = Headers::new().with(name::CONTENT_TYPE, "application/octet-stream");
    match range::chunk(body.start, body.end.saturating_sub(body.start)) {
        Some(range) if is_chunk => headers.with(name::CONTENT_RANGE, range),
        _ => headers,
    }
}
