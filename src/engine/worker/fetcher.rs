//! The way from an engine to registries: requests with deadlines, and bodies that are resumed.

use std::{ops::Range, rc::Rc};

use futures_util::FutureExt;

use crate::{
    caps,
    error::{Error, ErrorKind, Result},
    transport::{
        Deadline, Reopen, Request, Response, ResumePlan, ResumingBody, SharedClock, Transport,
    },
    wire::{
        backoff::{self, Policy},
        headers::name,
        range,
    },
};

/// Sends requests, and tells the time.
#[derive(Clone)]
pub(super) struct Fetcher {
    pub(super) transport: Rc<Deadline>,
    pub(super) clock: SharedClock,
}

impl Fetcher {
    /// Sends a request for a part of a blob, or for all of it.
    pub(super) async fn send(
        &self,
        mut request: Request,
        part: Option<&Range<u64>>,
    ) -> Result<Response> {
        if let Some(part) = part {
            let header = range::request(part.start, Some(part.end.saturating_sub(part.start)));
            request.headers.set(name::RANGE, header.unwrap_or_default());
        }
        self.transport.send(request).await
    }

    /// The body of an answer to a request for these bytes of a blob, resumed by a policy.
    pub(super) fn resuming(
        &self,
        first: Response,
        request: Request,
        bytes: BlobBytes,
    ) -> Result<ResumingBody> {
        let (clock, BlobBytes { size, range, policy }) = (Rc::clone(&self.clock), bytes);
        let plan =
            ResumePlan { size, range, most: caps::MISSTATED_BYTES, waits: policy.into(), clock };
        ResumingBody::of(first, self.reopen(request), plan)
    }

    /// Sends the same request again, for the bytes that are missing.
    fn reopen(&self, request: Request) -> Reopen {
        let transport = Rc::clone(&self.transport);
        Box::new(move |range| {
            let (transport, mut request) = (Rc::clone(&transport), request.clone());
            async move {
                if let Some(range) = range {
                    request.headers.set(name::RANGE, range);
                }
                let response = transport.send(request).await?;
                match response.status {
                    200..300 => Ok(response),
                    status => Err(refusal(status)),
                }
            }
            .boxed_local()
        })
    }
}

/// The bytes of a blob that are read, and how often a body is resumed.
pub(super) struct BlobBytes {
    pub(super) size: u64,
    pub(super) range: Range<u64>,
    pub(super) policy: Policy,
}

/// Returns the error about the rest of a blob, if it is refused with this status.
pub(super) fn refusal(status: u16) -> Error {
    match backoff::may_pass(backoff::Outcome::Status(status)) {
        true => ErrorKind::Unavailable.into(),
        false => ErrorKind::Status(status).into(),
    }
}
