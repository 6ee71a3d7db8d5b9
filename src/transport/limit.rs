//! Limits per host: how many requests at a time, how many a minute, and a pause after 429.

use std::{cell::RefCell, rc::Rc, task::Poll, time::Duration};

use litemap::LiteMap;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};

use super::{BodyStream, Request, Response, SharedClock, SharedTransport, Transport};
use crate::{
    error::{Error, ErrorKind, Result},
    wire::{
        Method, Origin,
        backoff::{self, Policy, pause},
    },
};

mod bucket;
mod slots;

use bucket::Bucket;
use slots::{Permit, Slots};

/// The state of each host. All registries of a page share it.
#[derive(Default)]
pub struct Hosts {
    hosts: RefCell<LiteMap<Origin, Rc<Host>>>,
    /// Buckets go by the name of the registry: Docker Hub has several hosts (R41).
    buckets: RefCell<LiteMap<&'static str, Rc<RefCell<Bucket>>>>,
}

#[derive(Default)]
pub(super) struct Host {
    slots: Slots,
    state: RefCell<HostState>,
}

#[derive(Default)]
struct HostState {
    /// No request before this time.
    not_before: Duration,
    /// 429 answers in a row.
    refusals: u32,
    /// True if the host ever answered. A host that never did is probably blocked, and not busy.
    answered: bool,
}

impl Hosts {
    fn host(&self, origin: &Origin) -> Rc<Host> {
        let mut hosts = self.hosts.borrow_mut();
        Rc::clone(hosts.entry(origin.clone()).or_default())
    }

    /// Returns true if this host has ever answered.
    pub(super) fn has_answered(&self, origin: &Origin) -> bool {
        self.host(origin).state.borrow().answered
    }

    /// Returns the time in which this host must get no request after 429.
    pub(super) fn pause_left(&self, origin: &Origin, now: Duration) -> Duration {
        self.host(origin).state.borrow().not_before.saturating_sub(now)
    }

    fn bucket(&self, origin: &Origin) -> Option<Rc<RefCell<Bucket>>> {
        let name = limited_registry(origin)?;
        Some(Rc::clone(self.buckets.borrow_mut().entry(name).or_default()))
    }
}

/// The registry whose bucket pays for requests to this host: only Docker Hub has one (R41).
fn limited_registry(origin: &Origin) -> Option<&'static str> {
    let host = origin.host();
    (host == "docker.io" || host.ends_with(".docker.io")).then_some("docker.io")
}

/// The layer that waits for its turn.
pub struct Limit {
    inner: SharedTransport,
    clock: SharedClock,
    hosts: Rc<Hosts>,
}

impl Limit {
    /// Limits what goes through a transport.
    pub fn new(inner: SharedTransport, clock: SharedClock, hosts: Rc<Hosts>) -> Self {
        Self { inner, clock, hosts }
    }

    /// Waits until this host may be asked.
    async fn enter(&self, host: &Rc<Host>, request: &Request) -> Result<Permit> {
        loop {
            let pause = host.state.borrow().not_before.saturating_sub(self.clock.now());
            if !pause.is_zero() {
                self.wait(pause, request).await?;
                continue;
            }
            let alone = host.state.borrow().refusals > 0;
            let permit = host.slots.take(request.lane, alone).await;
            if host.state.borrow().not_before <= self.clock.now() {
                return Ok(permit);
            }
        }
    }

    async fn pay(&self, request: &Request) -> Result<()> {
        let Some(bucket) = self.hosts.bucket(request.url.origin()) else { return Ok(()) };
        loop {
            let wait = bucket.borrow_mut().take(self.clock.now());
            let Some(wait) = wait else { return Ok(()) };
            self.wait(wait, request).await?;
        }
    }

    /// Waits, unless the caller gives up before that is over (R47).
    async fn wait(&self, length: Duration, request: &Request) -> Result<()> {
        let left = request.give_up_at.map(|end| end.saturating_sub(self.clock.now()));
        if backoff::is_past(left, length) {
            return Err(Error::new(ErrorKind::RateLimited(Some(length))));
        }
        self.clock.sleep(length).await;
        Ok(())
    }

    fn learn(&self, origin: &Origin, host: &Host, response: &Response) {
        let now = self.clock.now();
        let mut state = host.state.borrow_mut();
        state.answered = true;
        if response.status != 429 {
            state.refusals = 0;
            return;
        }
        if let Some(bucket) = self.hosts.bucket(origin) {
            bucket.borrow_mut().empty(now);
        }
        let longest = Policy::default().longest_obeyed;
        let asked = response.retry_after(now).unwrap_or_default().min(longest);
        state.refusals += 1;
        let own = pause(state.refusals, self.clock.random());
        state.not_before = state.not_before.max(now + asked.max(own));
    }
}

#[async_trait(?Send)]
impl Transport for Limit {
    async fn send(&self, request: Request) -> Result<Response> {
        let (origin, is_head) = (request.url.origin().clone(), request.method == Method::Head);
        let host = self.hosts.host(&origin);
        let mut permit = self.enter(&host, &request).await?;
        self.pay(&request).await?;
        let mut response = self.inner.send(request).await?;
        self.learn(&origin, &host, &response);
        permit.answered();
        // An answer without a body is over with its headers, however long it is kept.
        if !is_head {
            response.body = holding(permit, response.body);
        }
        Ok(response)
    }
}

/// A body that gives its slot back at its end, or when it is dropped.
fn holding(permit: Permit, mut body: BodyStream) -> BodyStream {
    let mut permit = Some(permit);
    stream::poll_fn(move |context| {
        let part = body.poll_next_unpin(context);
        if let Poll::Ready(None) = part {
            drop(permit.take());
        }
        part
    })
    .boxed_local()
}

#[cfg(test)]
mod tests;
