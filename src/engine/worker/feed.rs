//! The bytes of a job as the engine reads them: fetched and resumed, or slices of a file.

use std::ops::Range;

use bytes::Bytes;

use super::fetcher::{BlobBytes, Fetcher};
use crate::{
    content::sniff::is_html_page,
    engine::{Origin, SharedFile, Slice},
    error::{self, Error, ErrorKind, TransportEncoding},
    transport::{Request, Response, ResumingBody},
    wire::{Headers, backoff::Policy},
};

/// Bytes of a file that are read at a time.
const PIECE: u64 = 256 << 10;

/// The origin of a job's bytes, from which the whole or parts can be read.
pub(super) struct Feed {
    pub(super) origin: Origin,
    /// Bytes of the whole, as its descriptor says.
    pub(super) size: u64,
    pub(super) policy: Policy,
    pub(super) fetcher: Fetcher,
}

/// Status line and header fields of an answer that came.
#[derive(Default)]
pub(super) struct Head {
    pub(super) url: Option<String>,
    pub(super) headers: Headers,
}

/// Bytes on their way.
pub(super) struct Chunks {
    pub(super) head: Head,
    inner: Inner,
}

enum Inner {
    Fetched(Box<ResumingBody>),
    Sliced(Pieces),
}

/// The reply to a request for a few bytes.
pub(super) enum RangeReply {
    /// The bytes, which need not be as many as were asked for.
    Bytes(Bytes),
    /// All bytes of the blob: the server knows no ranges.
    Whole(Chunks),
}

/// The reason why there are no bytes.
pub(super) enum Failure {
    /// An answer that is no success.
    Refused(Response),
    Error(Error),
}

impl Failure {
    /// Returns a refusal that a token may change, which goes to the layers that have one.
    ///
    /// # Errors
    /// The kind of any other failure.
    pub(super) fn refused(self) -> Result<Response, ErrorKind> {
        match self {
            Self::Refused(response) if response.status == 401 => Ok(response),
            Self::Refused(response) => Err(ErrorKind::Status(response.status)),
            Self::Error(error) => Err(error.kind),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Feed {
    /// Returns the head to report if the bytes came by other requests than the one for the blob.
    pub(super) fn head(&self) -> Head {
        match &self.origin {
            Origin::Request(request) => {
                Head { url: Some(request.url.to_string()), headers: Headers::default() }
            }
            Origin::Slice(_) => Head::default(),
        }
    }

    /// Reads all bytes.
    pub(super) async fn whole(&self) -> Result<Chunks, Failure> {
        match &self.origin {
            Origin::Request(request) => {
                let response = self.fetcher.send((**request).clone(), None).await?;
                self.fetched(request, response, 0..self.size, self.size)
            }
            Origin::Slice(slice) => Ok(sliced(slice, 0..slice.size(), None)),
        }
    }

    /// Reads a part. If a server knows no ranges, the bytes before the part are dropped, and those
    /// behind it are not waited for. `size` is that of the whole, as far as it is known.
    pub(super) async fn range(&self, range: Range<u64>, size: u64) -> Result<Chunks, Failure> {
        match &self.origin {
            Origin::Request(request) => {
                let response = self.fetcher.send((**request).clone(), Some(&range)).await?;
                self.fetched(request, response, range, size)
            }
            Origin::Slice(slice) => {
                let expected = range.end.saturating_sub(range.start);
                Ok(sliced(slice, range, Some(expected)))
            }
        }
    }

    /// Reads a few bytes into memory.
    pub(super) async fn bytes(&self, range: Range<u64>) -> Result<RangeReply, Failure> {
        if range.is_empty() {
            return Ok(RangeReply::Bytes(Bytes::new()));
        }
        let request = match &self.origin {
            Origin::Request(request) => request,
            Origin::Slice(slice) => {
                return Ok(RangeReply::Bytes(slice.file.read(within(slice, &range)).await?));
            }
        };
        let response = self.fetcher.send((**request).clone(), Some(&range)).await?;
        match response.status {
            206 => Ok(RangeReply::Bytes(response.bytes(range.end - range.start).await?)),
            200 => self.fetched(request, response, 0..self.size, self.size).map(RangeReply::Whole),
            _ => Err(Failure::Refused(response)),
        }
    }

    fn fetched(
        &self,
        request: &Request,
        response: Response,
        range: Range<u64>,
        size: u64,
    ) -> Result<Chunks, Failure> {
        if !response.is_success() {
            return Err(Failure::Refused(response));
        }
        let head = Head { url: response.url.clone(), headers: response.headers.clone() };
        let bytes = BlobBytes { size, range, policy: self.policy.clone() };
        let body = self.fetcher.resuming(response, request.clone(), bytes)?;
        Ok(Chunks { head, inner: Inner::Fetched(Box::new(body)) })
    }
}

impl Chunks {
    /// The next bytes; `None` after the last one.
    pub(super) async fn next(&mut self) -> error::Result<Option<Bytes>> {
        match &mut self.inner {
            Inner::Fetched(body) => body.next().await,
            Inner::Sliced(pieces) => pieces.next().await,
        }
    }

    /// Tells whether a web page came from the network, by what the answer says or by the first bytes.
    pub(super) fn is_page(&self, start: &[u8]) -> bool {
        match &self.inner {
            Inner::Fetched(body) => body.is_page() || is_html_page(start),
            Inner::Sliced(_) => false,
        }
    }

    /// Returns the encoding that the transport put on the bytes that came, if it showed.
    pub(super) fn encoding(&self) -> Option<TransportEncoding> {
        match &self.inner {
            Inner::Fetched(body) => body.encoding(),
            Inner::Sliced(_) => None,
        }
    }
}

/// The pieces of a part of a file.
struct Pieces {
    file: SharedFile,
    left: Range<u64>,
    /// Bytes that a part should have. Of a whole, the digest decides.
    expected: Option<u64>,
    /// Bytes read so far.
    read: u64,
}

impl Pieces {
    async fn next(&mut self) -> error::Result<Option<Bytes>> {
        let Range { start, end } = self.left;
        let total = self.read.saturating_add(end.saturating_sub(start));
        // A part of another size is not read at all.
        if let Some(expected) = self.expected.filter(|expected| *expected != total) {
            return Err(size_mismatch(expected, total));
        }
        if start >= end {
            return Ok(None);
        }
        let piece = self.file.read(start..end.min(start.saturating_add(PIECE))).await?;
        if piece.is_empty() {
            let cut = |expected| Err(size_mismatch(expected, self.read));
            return self.expected.map_or(Ok(None), cut);
        }
        let size = piece.len() as u64;
        (self.left.start, self.read) = (start.saturating_add(size), self.read.saturating_add(size));
        Ok(Some(piece))
    }
}

fn sliced(slice: &Slice, range: Range<u64>, expected: Option<u64>) -> Chunks {
    let (file, left) = (slice.file.clone(), within(slice, &range));
    let pieces = Pieces { file, left, expected, read: 0 };
    Chunks { head: Head::default(), inner: Inner::Sliced(pieces) }
}

/// A range of a slice as a range of its file.
fn within(slice: &Slice, range: &Range<u64>) -> Range<u64> {
    let at = |offset: u64| slice.range.start.saturating_add(offset).min(slice.range.end);
    at(range.start)..at(range.end)
}

fn size_mismatch(expected: u64, actual: u64) -> Error {
    ErrorKind::SizeMismatch { digest: None, expected, actual }.into()
}
