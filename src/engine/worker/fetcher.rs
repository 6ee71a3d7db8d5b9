//! An engine's line to registries: how blobs are read, and taken up again.

use std::rc::Rc;

use futures_util::FutureExt;

use crate::{
    error::{Error, ErrorKind},
    transport::{Course, Deadline, Opener, Request, SharedClock, Span, Transport},
    wire::{backoff, headers::name},
};

/// Sends requests, and tells the time.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) transport: Rc<Deadline>,
    pub(super) clock: SharedClock,
}

impl Line {
    /// How a blob of this size, or a part of it, is read.
    pub(super) fn course(&self, size: u64, span: Span) -> Course {
        let (tries, clock) = (backoff::Policy::default().tries, Rc::clone(&self.clock));
        Course { size, span, tries, clock }
    }

    /// Sends the same request again, for the bytes that are missing.
    pub(super) fn opener(&self, request: Request) -> Opener {
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

/// Why the rest of a blob could not be had.
pub(super) fn refusal(status: u16) -> Error {
    match backoff::may_pass(backoff::Outcome::Status(status)) {
        true => ErrorKind::Unavailable.into(),
        false => ErrorKind::Status(status).into(),
    }
}
