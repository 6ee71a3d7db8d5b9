//! The messages of one exchange to the page.

use std::{cell::Cell, time::Duration};

use super::{feed::Head, fetcher::refusal};
use crate::{
    engine::message::{FromEngine, ReplySender},
    transport::{ERROR_BODY, Response, SharedClock},
};

/// The shortest time between two reports of progress.
const PERIOD: Duration = Duration::from_millis(100);

/// Sends the messages of one exchange.
pub(super) struct Reporter {
    outbox: ReplySender,
    clock: SharedClock,
    id: u64,
    has_begun: Cell<bool>,
    last_progress: Cell<Duration>,
}

impl Reporter {
    pub(super) fn new(outbox: ReplySender, clock: SharedClock, id: u64) -> Self {
        Self { outbox, clock, id, has_begun: Cell::default(), last_progress: Cell::default() }
    }

    pub(super) fn send(&self, message: FromEngine) {
        (self.outbox)(self.id, message);
    }

    /// Reports that the blob comes, once.
    pub(super) fn begin(&self, head: Head) {
        if !self.has_begun.replace(true) {
            let Head { url, headers } = head;
            self.send(FromEngine::Head { status: 200, url, headers, body: Vec::new() });
        }
    }

    /// Reports an answer that is no success. After the blob began to come it is a failure.
    pub(super) async fn refuse(&self, response: Response) {
        if self.has_begun.get() {
            return self.send(FromEngine::Failed(refusal(response.status).kind));
        }
        let Response { status, url, headers, .. } = &response;
        let (status, url, headers) = (*status, url.clone(), headers.clone());
        let body = response.bytes(ERROR_BODY).await.unwrap_or_default().into();
        self.send(FromEngine::Head { status, url, headers, body });
    }

    /// Reports from time to time how many bytes were read.
    pub(super) fn report_progress(&self, bytes: u64) {
        let now = self.clock.now();
        if now.saturating_sub(self.last_progress.get()) >= PERIOD {
            self.last_progress.set(now);
            self.send(FromEngine::Progress(bytes));
        }
    }
}
