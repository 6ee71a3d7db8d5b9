//! The log of the requests that were sent: redacted URLs, statuses, bytes, times.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    task::{Poll, ready},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};

use super::{BodyStream, Request, Response, SharedClock, SharedTransport, Transport};
use crate::{
    error::{ErrorKind, Result},
    wire::{Method, redact},
};

/// Entries that are kept; the oldest go first.
const KEPT: usize = 500;

/// One request of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// Counts up from 1.
    pub number: u64,
    /// The method of the request.
    pub method: Method,
    /// The URL without user-info and query values (R18).
    pub url: String,
    /// True if `Authorization` was sent. Its value is never kept.
    pub authorized: bool,
    /// The time of sending, since the Unix epoch.
    pub started: Duration,
    /// The time until its body ended or failed; `None` while it runs.
    pub took: Option<Duration>,
    /// The status, once headers came.
    pub status: Option<u16>,
    /// Bytes of the body so far.
    pub bytes: u64,
    /// The reason why there was no answer, or why its body broke off.
    pub failure: Option<RequestFailure>,
}

/// The reason why a request ended without its whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestFailure {
    /// The caller dropped the request before its answer.
    Dropped,
    /// Sending it or reading its body failed.
    Failed(ErrorKind),
}

/// Sums over all requests, also those no longer kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogCounts {
    /// Requests sent.
    pub requests: u64,
    /// Of these, HEAD requests.
    pub heads: u64,
    /// Of these, with `Authorization`: each is preflighted when it goes to another origin.
    pub authorized: u64,
    /// Without an answer, or with a broken body.
    pub failed: u64,
    /// Bytes of bodies received.
    pub bytes: u64,
}

/// The log itself, shared by all registries.
#[derive(Default)]
pub struct RequestLog {
    entries: RefCell<VecDeque<LogEntry>>,
    counts: Cell<LogCounts>,
    changed: RefCell<Option<Rc<dyn Fn()>>>,
}

impl RequestLog {
    /// The entries kept, oldest first.
    pub fn entries(&self) -> Vec<LogEntry> {
        self.entries.borrow().iter().cloned().collect()
    }

    /// The sums.
    pub fn counts(&self) -> LogCounts {
        self.counts.get()
    }

    /// Calls this after each change; at most one listener.
    pub fn on_change(&self, listener: Option<Rc<dyn Fn()>>) {
        self.changed.replace(listener);
    }

    fn start(&self, request: &Request, now: Duration) -> u64 {
        let mut counts = self.counts.get();
        counts.requests += 1;
        counts.heads += u64::from(request.method == Method::Head);
        counts.authorized += u64::from(request.is_authorized());
        self.counts.set(counts);
        let mut entries = self.entries.borrow_mut();
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(LogEntry {
            number: counts.requests,
            method: request.method,
            url: redact::url(&request.url.to_string()),
            authorized: request.is_authorized(),
            started: now,
            took: None,
            status: None,
            bytes: 0,
            failure: None,
        });
        counts.requests
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut LogEntry)) {
        if let Some(entry) = self.entries.borrow_mut().iter_mut().find(|e| e.number == number) {
            change(entry);
        }
        let listener = self.changed.borrow().clone();
        if let Some(listener) = listener {
            listener();
        }
    }

    fn add(&self, failed: u64, bytes: u64) {
        let mut counts = self.counts.get();
        counts.failed += failed;
        counts.bytes += bytes;
        self.counts.set(counts);
    }
}

/// The layer that keeps the log.
pub struct Log {
    inner: SharedTransport,
    clock: SharedClock,
    log: Rc<RequestLog>,
}

impl Log {
    /// Logs what goes through a transport.
    pub fn new(inner: SharedTransport, clock: SharedClock, log: Rc<RequestLog>) -> Self {
        Self { inner, clock, log }
    }
}

#[async_trait(?Send)]
impl Transport for Log {
    async fn send(&self, request: Request) -> Result<Response> {
        let started = self.clock.now();
        let number = self.log.start(&request, started);
        let mut running = Running {
            number,
            started,
            bytes: 0,
            failure: Some(RequestFailure::Dropped),
            clock: Rc::clone(&self.clock),
            log: Rc::clone(&self.log),
        };
        match self.inner.send(request).await {
            Ok(mut response) => {
                let status = response.status;
                self.log.change(number, |entry| entry.status = Some(status));
                response.body = running.watch(response.body);
                Ok(response)
            }
            Err(error) => {
                running.failure = Some(RequestFailure::Failed(error.kind.clone()));
                Err(error)
            }
        }
    }
}

/// A request that has not ended. If it is dropped before its answer, its caller dropped it.
struct Running {
    number: u64,
    started: Duration,
    bytes: u64,
    failure: Option<RequestFailure>,
    clock: SharedClock,
    log: Rc<RequestLog>,
}

impl Running {
    /// Counts a body. From here on, an early drop is no failure: the rest was not needed.
    fn watch(mut self, mut body: BodyStream) -> BodyStream {
        self.failure = None;
        let mut running = Some(self);
        stream::poll_fn(move |context| {
            let part = ready!(body.poll_next_unpin(context));
            match (&part, &mut running) {
                (Some(Ok(part)), Some(running)) => running.bytes += part.len() as u64,
                (Some(Err(error)), Some(running)) => {
                    running.failure = Some(RequestFailure::Failed(error.kind.clone()));
                }
                (None, running) => drop(running.take()),
                (_, None) => {}
            }
            Poll::Ready(part)
        })
        .boxed_local()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let took = self.clock.now().saturating_sub(self.started);
        self.log.add(u64::from(self.failure.is_some()), self.bytes);
        self.log.change(self.number, |entry| {
            entry.took = Some(took);
            entry.bytes = self.bytes;
            entry.failure = self.failure.take();
        });
    }
}
