//! An answer: status, the headers that can be read, and a body that arrives in parts.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures_core::stream::LocalBoxStream;
use futures_util::{StreamExt, stream};

use crate::{
    caps,
    error::{Error, ErrorKind, Result, ServerMessage},
    wire::{Headers, backoff, error_document::Entry, headers::name},
};

/// A body on its way.
pub type BodyStream = LocalBoxStream<'static, Result<Bytes>>;

/// The most bytes that are read of an answer that is no success (R16).
pub const ERROR_BODY: u64 = caps::ERROR_BYTES as u64;

/// An answer of any status.
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The URL that answered, after redirects, where known.
    pub url: Option<String>,
    /// The headers that can be read; hidden ones are simply not there.
    pub headers: Headers,
    /// The body. Dropping it ends the exchange.
    pub body: BodyStream,
    /// True for a 401 that came although a fresh token was sent, and for a 403 that came although a token
    /// for everybody was. It means denied, and another login of the same person would not help (R26).
    pub is_late_refusal: bool,
    /// True if the registry was asked without any credential of a person: a login may help, whatever it
    /// refuses.
    pub is_anonymous: bool,
}

impl Response {
    /// An answer whose body is in memory.
    pub fn with_bytes(status: u16, headers: Headers, body: Bytes) -> Self {
        let body = stream::iter([Ok(body)]).boxed_local();
        Self::new(status, None, headers, body)
    }

    /// An answer as a transport to the network gives it.
    pub fn new(status: u16, url: Option<String>, headers: Headers, body: BodyStream) -> Self {
        Self { status, url, headers, body, is_late_refusal: false, is_anonymous: false }
    }

    /// The same, as a refusal after a fresh token.
    #[must_use]
    pub(super) fn late(mut self) -> Self {
        self.is_late_refusal = true;
        self
    }

    /// The same, as the answer to a person with or without a credential.
    #[must_use]
    pub(super) fn asked(mut self, is_anonymous: bool, with_token: bool) -> Self {
        self.is_anonymous = is_anonymous;
        self.is_late_refusal |= is_anonymous && with_token && self.status == 403;
        self
    }

    /// Returns true if the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the value of `Content-Length`, if it can be read. It is not the body's size if the
    /// transport decompressed the body (R30).
    pub fn content_length(&self) -> Option<u64> {
        self.headers.get(name::CONTENT_LENGTH)?.trim().parse().ok()
    }

    /// Returns the wait that the registry asks for, if it can be read (R46).
    pub fn retry_after(&self, now: Duration) -> Option<Duration> {
        backoff::retry_after(&self.headers, SystemTime::UNIX_EPOCH + now)
    }

    /// Reads the whole body, refusing more than `limit` bytes before and while reading (R51).
    ///
    /// # Errors
    /// `TooLarge`, and errors of reading.
    pub async fn bytes(mut self, limit: u64) -> Result<Bytes> {
        let too_large = || Error::new(ErrorKind::TooLarge { limit });
        if self.content_length().is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let mut parts = BytesMut::new();
        while let Some(part) = self.body.next().await {
            parts.extend_from_slice(&part?);
            if parts.len() as u64 > limit {
                return Err(too_large());
            }
        }
        Ok(parts.freeze())
    }

    /// Reads the whole body and keeps it, so that the answer can be handed on.
    ///
    /// # Errors
    /// As for [`Response::bytes`].
    pub async fn read_whole(self, limit: u64) -> Result<Self> {
        let Self { status, url, headers, body, .. } = self;
        let failed = !(200..300).contains(&status);
        let unread = Self::new(status, None, headers.clone(), body);
        let bytes = match unread.bytes(if failed { limit.min(ERROR_BODY) } else { limit }).await {
            // The fault matters more than its words (R16).
            Err(_) if failed => Bytes::new(),
            outcome => outcome?,
        };
        Ok(Self { url, ..Self::with_bytes(status, headers, bytes) })
    }
}

impl From<&Entry> for ServerMessage {
    fn from(entry: &Entry) -> Self {
        let Entry { code, message, detail, .. } = entry;
        Self { code: code.as_str().to_owned(), message: message.clone(), detail: detail.clone() }
    }
}
