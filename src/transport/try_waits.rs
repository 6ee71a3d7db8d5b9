//! The waits before further tries of one thing: of a request, of the rest of a body, of an upload.

use std::time::Duration;

use super::{OwnBackoff, SharedClock};
use crate::wire::backoff::Policy;

/// The waits before further tries: those of a policy, or of a back-off of one's own in its place (R45).
#[derive(Clone)]
pub struct TryWaits {
    policy: Policy,
    own: Option<OwnBackoff>,
}

impl TryWaits {
    /// Waits by a policy, or in its place by a back-off of one's own.
    pub fn new(policy: Policy, own: Option<OwnBackoff>) -> Self {
        Self { policy, own }
    }

    /// Returns the wait after this many tries; `None` to stop.
    pub fn after(&self, tries: u32, clock: &SharedClock) -> Option<Duration> {
        match &self.own {
            Some(own) => own(tries),
            None if tries < self.policy.tries => Some(self.policy.wait(tries, clock.random())),
            None => None,
        }
    }

    /// Tells whether the next try is the last one. The end of a back-off of one's own is not known
    /// before it says stop, so its third try counts as the last.
    pub(super) fn is_before_last(&self, tries: u32) -> bool {
        let most = if self.own.is_some() { 3 } else { self.policy.tries };
        tries.saturating_add(1) == most
    }
}

impl From<Policy> for TryWaits {
    fn from(policy: Policy) -> Self {
        Self::new(policy, None)
    }
}
