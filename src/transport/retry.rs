//! Sending a request again that failed for a moment, with limits on the number and the rate (R42 to R49).

use std::{rc::Rc, time::Duration};

use async_trait::async_trait;

use super::{Hosts, Replay, Request, Response, SharedClock, SharedTransport, Transport};
use crate::{
    error::{Error, ErrorKind, Result},
    wire::{
        Method,
        backoff::{self, Outcome, Verdict},
    },
};

/// The policy of sending requests again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The outcomes that are tried again, the number of tries, and the waits.
    pub backoff: backoff::Policy,
    /// Tries in all if the host never answered anything: most often CORS or a wrong name, and
    /// waiting does not mend those.
    pub unanswered_tries: u32,
    /// Least time between the starts of two tries (R42).
    pub least_gap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            backoff: backoff::Policy::default(),
            unanswered_tries: 3,
            least_gap: Duration::from_secs(1),
        }
    }
}

/// The notice before each wait (R48).
#[derive(Clone, Debug, PartialEq)]
pub struct RetryNotice {
    /// Method and redacted URL.
    pub request: String,
    /// The try that failed, from 1.
    pub attempt: u32,
    /// The wait before the next try.
    pub wait: Duration,
    /// The reason: the status, or the transport's error.
    pub reason: ErrorKind,
}

/// A listener that is called before each wait.
pub type RetryListener = Rc<dyn Fn(&RetryNotice)>;

/// A back-off of one's own (R45): the wait before the try that follows this one, counted from 1, or `None` to
/// stop. It replaces the waits and the numbers of tries of the policy; what may be tried again stays. Of a body
/// that breaks off, the tries since the last new byte are counted.
pub type OwnBackoff = Rc<dyn Fn(u32) -> Option<Duration>>;

/// The layer that tries again.
pub struct Retry {
    inner: SharedTransport,
    clock: SharedClock,
    hosts: Rc<Hosts>,
    policy: Option<RetryPolicy>,
    listener: Option<RetryListener>,
    own: Option<OwnBackoff>,
}

impl Retry {
    /// Tries again by a policy; without one, never (R45).
    pub fn new(
        inner: SharedTransport,
        clock: SharedClock,
        hosts: Rc<Hosts>,
        policy: Option<RetryPolicy>,
    ) -> Self {
        Self { inner, clock, hosts, policy, listener: None, own: None }
    }

    /// Sets the listener that is called before each wait.
    #[must_use]
    pub fn telling(mut self, listener: Option<RetryListener>) -> Self {
        self.listener = listener;
        self
    }

    /// Sets the back-off that takes the place of the policy's.
    #[must_use]
    pub fn waiting(mut self, own: Option<OwnBackoff>) -> Self {
        self.own = own;
        self
    }

    /// One try, with the whole body where that was asked for.
    async fn attempt(&self, request: Request) -> Result<Response> {
        let read_up_to = request.read_up_to.filter(|_| request.method != Method::Head);
        let response = self.inner.send(request).await?;
        match read_up_to {
            Some(limit) => response.read_whole(limit).await,
            None => Ok(response),
        }
    }

    /// Returns the wait before the next try; `None` if this outcome is final.
    fn wait_after(&self, try_: &Try<'_>, outcome: &Result<Response>) -> Option<Duration> {
        let policy = self.policy.as_ref()?;
        let now = self.clock.now();
        let (ended, asked) = match outcome {
            Ok(response) => (Outcome::Status(response.status), response.retry_after(now)),
            Err(error) if error.is_retryable() => (Outcome::NoAnswer, None),
            Err(_) => return None,
        };
        let is_known = self.hosts.has_answered(try_.request.url.origin());
        let is_over = self.own.is_none() && try_.number >= policy.unanswered_tries;
        if ended == Outcome::NoAnswer && !is_known && is_over {
            return None;
        }
        let replay = try_.request.replay;
        let turned_away = ended == Outcome::Status(429) && replay != Replay::Never;
        let repeatable = replay == Replay::Always || turned_away;
        // A back-off of one's own counts the tries itself.
        let number = if self.own.is_some() { 1 } else { try_.number };
        let verdict = policy.backoff.decide(number, ended, repeatable, asked, self.clock.random());
        let Verdict::Retry(wait) = verdict else { return None };
        let wait = match &self.own {
            Some(own) => own(try_.number)?.max(asked.unwrap_or_default()),
            None => wait,
        };
        let gap = (try_.started + policy.least_gap).saturating_sub(now);
        // The host's own pause counts, so that the error states the whole wait and no deadline is passed.
        let pause = self.hosts.pause_left(try_.request.url.origin(), now);
        let wait = wait.max(gap).max(pause);
        let left = try_.request.give_up_at.map(|end| end.saturating_sub(now));
        (repeatable && !backoff::is_past(left, wait)).then_some(wait)
    }

    fn tell(&self, try_: &Try<'_>, outcome: &Result<Response>, wait: Duration) {
        let Some(listener) = &self.listener else { return };
        let reason = match outcome {
            Ok(response) if response.status == 429 => ErrorKind::RateLimited(Some(wait)),
            Ok(response) => ErrorKind::Status(response.status),
            Err(Error { kind, .. }) => kind.clone(),
        };
        let request = try_.request.redacted();
        listener(&RetryNotice { request, attempt: try_.number, wait, reason });
    }
}

/// One try of a request.
struct Try<'a> {
    request: &'a Request,
    number: u32,
    started: Duration,
}

#[async_trait(?Send)]
impl Transport for Retry {
    async fn send(&self, request: Request) -> Result<Response> {
        let mut number = 1;
        loop {
            let started = self.clock.now();
            let outcome = self.attempt(request.clone()).await;
            let try_ = Try { request: &request, number, started };
            let Some(wait) = self.wait_after(&try_, &outcome) else { return outcome };
            self.tell(&try_, &outcome, wait);
            drop(outcome);
            self.clock.sleep(wait).await;
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests;
