//! The steps of an upload: the requests that the caller sends, and the end.

use std::ops::Range;

use crate::wire::{
    endpoint::Endpoint,
    headers::{Headers, name},
    range,
    url::UrlError,
};

/// A request that the caller must send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method and URL.
    pub endpoint: Endpoint,
    /// Header fields beside those of every request.
    pub headers: Headers,
    /// The bytes of the blob that are the body.
    pub body: Range<u64>,
}

/// The next step of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send this and hand the answer to [`Upload::answered`](super::Upload::answered).
    Send(Box<Request>),
    /// There is nothing to send. Hand in more bytes, flush, commit or cancel.
    Ready,
    /// The registry has the whole blob.
    Committed,
    /// The session was cancelled at the caller's wish.
    Cancelled,
    /// The upload does not continue.
    Failed(UploadError),
}

/// The reason why an upload does not continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadError {
    /// The reason is in the last answer.
    Answer,
    /// The session is not known (404).
    Unknown,
    /// `Location` is missing or hidden, so pushing is not possible.
    NoLocation,
    /// `Location` is no URL that can be requested.
    BadLocation(UrlError),
    /// The registry does not give its position. Only a new start helps (R116).
    NotResumable,
    /// The registry reports an impossible position, or refuses every chunk (R115).
    OutOfStep {
        /// The address of the session.
        location: String,
        /// The number of bytes that the registry has, as it says.
        stored: Option<u64>,
        /// The number of bytes that the caller handed in.
        size: u64,
    },
    /// It is unknown if the closing request arrived. Look if the blob is there.
    Unclear,
    /// The upload was committed or cancelled before.
    AlreadyClosed,
    /// The session still waits for another answer.
    Busy,
}

impl Request {
    /// Makes a request without a body.
    pub(super) fn bare(endpoint: Endpoint) -> Self {
        Self { endpoint, headers: Headers::new(), body: 0..0 }
    }

    /// Makes a request with some bytes of the blob.
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
