//! A request that the page's own policy refuses. Fetch fails as if nothing answered; the browser names the
//! cause in an event of its own.

use std::{rc::Rc, time::Duration};

use async_trait::async_trait;

use super::{Request, Response, SharedClock, SharedTransport, Transport};
use crate::error::{ErrorKind, RefusedAddress, Result};

/// The event may come behind the failure: so many looks, with this time between them.
const LOOKS: usize = 3;
const PAUSE: Duration = Duration::from_millis(15);

/// Tells if a violation was heard for a URL, and forgets it.
pub type Violations = Rc<dyn Fn(&str) -> bool>;

/// Sends by another transport, and says where the page's policy is the cause of a failure.
pub struct OwnPolicy {
    inner: SharedTransport,
    clock: SharedClock,
    violations: Violations,
}

impl OwnPolicy {
    /// Wraps a transport of a page.
    pub fn new(inner: SharedTransport, clock: SharedClock, violations: Violations) -> Self {
        Self { inner, clock, violations }
    }
}

#[async_trait(?Send)]
impl Transport for OwnPolicy {
    async fn send(&self, request: Request) -> Result<Response> {
        let url = request.url.clone();
        let error = match self.inner.send(request).await {
            Err(error) if error.is_cors_or_network() => error,
            done => return done,
        };
        for _ in 0..LOOKS {
            let origin = url.origin().to_string();
            if (self.violations)(&url.to_string()) {
                return Err(ErrorKind::Refused(RefusedAddress::OwnPolicy(origin)).into());
            }
            // Of a redirect a browser names the origin that it came from, and not its target.
            if (self.violations)(&origin) {
                return Err(ErrorKind::Refused(RefusedAddress::OwnPolicyRedirect(origin)).into());
            }
            self.clock.sleep(PAUSE).await;
        }
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::{
        testing::{Reply, Scripted, VirtualClock},
        wire::{Method, Url},
    };

    const URL: &str = "http://reg.example:5000/v2/";

    /// The error of a request, if a violation for `blocked` is heard at the look with this number.
    fn failure(reply: Reply, blocked: &'static str, look: usize) -> Option<ErrorKind> {
        let clock = VirtualClock::default();
        let looks = std::cell::Cell::new(0);
        let violations = Rc::new(move |url: &str| {
            if url == URL {
                looks.set(looks.get() + 1);
            }
            url == blocked && looks.get() == look
        });
        let script = Scripted::in_order(clock.shared(), [reply]);
        let transport = OwnPolicy::new(script, clock.shared(), violations);
        let request = Request::new(Method::Get, Url::parse(URL).unwrap());
        clock.run(transport.send(request)).unwrap().err().map(|error| error.kind)
    }

    #[test]
    fn a_refusal_of_the_pages_policy_is_told_from_a_host_that_does_not_answer() {
        let refused = RefusedAddress::OwnPolicy("http://reg.example:5000".to_owned());
        for look in 1..=LOOKS {
            let found = failure(Reply::network_failure(), URL, look);
            assert_eq!(found, Some(ErrorKind::Refused(refused.clone())), "look {look}");
        }
        let redirect = RefusedAddress::OwnPolicyRedirect("http://reg.example:5000".to_owned());
        let found = failure(Reply::network_failure(), "http://reg.example:5000", 1);
        assert_eq!(found, Some(ErrorKind::Refused(redirect)));
        for (blocked, look) in [("http://other.example/", 1), (URL, LOOKS + 1)] {
            let found = failure(Reply::network_failure(), blocked, look);
            assert!(matches!(found, Some(ErrorKind::Network { .. })), "{found:?}");
        }
        assert_eq!(failure(Reply::ok("{}"), URL, 1), None);
    }
}
