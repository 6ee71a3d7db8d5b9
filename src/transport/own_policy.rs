//! A request that the page's own policy refuses. Fetch fails as if nothing answered; the browser names the
//! cause in an event of its own.

use std::{cell::RefCell, rc::Rc, time::Duration};

use async_trait::async_trait;

use super::{Request, Response, SharedClock, SharedTransport, Transport};
use crate::{
    error::{ErrorKind, RefusedAddress, Result},
    wire::Origin,
};

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
    /// Origins that answered, so that the policy names them.
    answered: RefCell<Vec<Origin>>,
    /// Set if the page heard from every origin before it asked this transport.
    is_later: bool,
}

impl OwnPolicy {
    /// Wraps a transport of a page.
    pub fn new(inner: SharedTransport, clock: SharedClock, violations: Violations) -> Self {
        Self { inner, clock, violations, answered: RefCell::default(), is_later: false }
    }

    /// States that the page has heard from the origins of all requests, as an engine knows it of its own: what
    /// the policy refuses is then the target of a redirect.
    #[must_use]
    pub fn after_the_page(self) -> Self {
        Self { is_later: true, ..self }
    }

    fn has_answered(&self, origin: &Origin) -> bool {
        self.is_later || self.answered.borrow().contains(origin)
    }

    /// Of a redirect a browser names the URL that was asked, and not the target (Content Security Policy level
    /// 3, section 2.4.2): so an origin that answered before is not the one that is refused.
    fn refusal(&self, origin: &Origin) -> ErrorKind {
        let name = origin.to_string();
        ErrorKind::Refused(match self.has_answered(origin) {
            true => RefusedAddress::OwnPolicyRedirect(name),
            false => RefusedAddress::OwnPolicy(name),
        })
    }
}

#[async_trait(?Send)]
impl Transport for OwnPolicy {
    async fn send(&self, request: Request) -> Result<Response> {
        let url = request.url.clone();
        let error = match self.inner.send(request).await {
            Err(error) if error.is_cors_or_network() => error,
            done => {
                if done.is_ok() && !self.has_answered(url.origin()) {
                    self.answered.borrow_mut().push(url.origin().clone());
                }
                return done;
            }
        };
        for _ in 0..LOOKS {
            if (self.violations)(&url.to_string()) {
                return Err(self.refusal(url.origin()).into());
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
            looks.set(looks.get() + 1);
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
        for (blocked, look) in [("http://other.example/", 1), (URL, LOOKS + 1)] {
            let found = failure(Reply::network_failure(), blocked, look);
            assert!(matches!(found, Some(ErrorKind::Network { .. })), "{found:?}");
        }
        assert_eq!(failure(Reply::ok("{}"), URL, 1), None);
    }

    #[test]
    fn of_an_origin_that_answered_the_target_of_a_redirect_is_refused() {
        let refused = |replies: &[Reply], later: bool| {
            let clock = VirtualClock::default();
            let script = Scripted::in_order(clock.shared(), replies.to_vec());
            let heard = Rc::new(|url: &str| url == URL);
            let transport = OwnPolicy::new(script, clock.shared(), heard);
            let transport = if later { transport.after_the_page() } else { transport };
            let request = Request::new(Method::Get, Url::parse(URL).unwrap());
            let mut last = None;
            for _ in replies {
                last = clock.run(transport.send(request.clone())).unwrap().err();
            }
            last.map(|error| error.kind)
        };
        let origin = || "http://reg.example:5000".to_owned();
        let redirect = Some(ErrorKind::Refused(RefusedAddress::OwnPolicyRedirect(origin())));
        let itself = Some(ErrorKind::Refused(RefusedAddress::OwnPolicy(origin())));
        let (answers, fails) = (Reply::status(404), Reply::network_failure());
        assert_eq!(refused(&[answers, fails.clone()], false), redirect);
        assert_eq!(refused(std::slice::from_ref(&fails), true), redirect, "in an engine");
        assert_eq!(refused(&[fails.clone(), fails], false), itself);
    }
}
