//! Deadlines: until the headers, and between two parts of a body. Fetch itself has none.

use std::{
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt, stream};

use super::{BodyStream, Request, Response, SharedClock, SharedTransport, Transport, within};
use crate::error::{ErrorKind, Result};

/// The layer that ends an exchange in which nothing happens.
pub struct Deadline {
    inner: SharedTransport,
    clock: SharedClock,
}

impl Deadline {
    /// Puts deadlines around a transport. Each request states their length.
    pub fn new(inner: SharedTransport, clock: SharedClock) -> Self {
        Self { inner, clock }
    }
}

#[async_trait(?Send)]
impl Transport for Deadline {
    async fn send(&self, request: Request) -> Result<Response> {
        let deadlines = request.deadlines;
        let answer = self.inner.send(request);
        let mut response = within(&*self.clock, deadlines.headers, answer).await?;
        response.body = with_idle_limit(response.body, Rc::clone(&self.clock), deadlines.idle);
        Ok(response)
    }
}

/// A body that fails with `Timeout` when it is waited for longer than `limit` at a stretch. Time in
/// which the caller does not ask for the next part does not count.
fn with_idle_limit(body: BodyStream, clock: SharedClock, limit: Duration) -> BodyStream {
    let mut watch = IdleWatch { body, clock, limit, waiting_since: None, alarm: None };
    stream::poll_fn(move |context| watch.poll(context)).boxed_local()
}

struct IdleWatch {
    body: BodyStream,
    clock: SharedClock,
    limit: Duration,
    waiting_since: Option<Duration>,
    /// Set once, and checked again when it ends: one timer per limit, not one per chunk.
    alarm: Option<LocalBoxFuture<'static, ()>>,
}

impl IdleWatch {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if let Poll::Ready(part) = self.body.poll_next_unpin(context) {
            self.waiting_since = None;
            return Poll::Ready(part);
        }
        let since = *self.waiting_since.get_or_insert_with(|| self.clock.now());
        loop {
            let left = (since + self.limit).saturating_sub(self.clock.now());
            let alarm = self.alarm.get_or_insert_with(|| self.clock.sleep(left));
            ready!(alarm.poll_unpin(context));
            self.alarm = None;
            if self.clock.now() >= since + self.limit {
                self.body = stream::empty().boxed_local();
                return Poll::Ready(Some(Err(ErrorKind::Timeout(self.limit).into())));
            }
        }
    }
}
