//! The layers, put together in order (R40).
//!
//! `network → Deadline → Log → Limit → Retry → Auth`: every try is logged and waits for its turn,
//! token requests too, and what is tried again carries the authorization of its first try.

use std::rc::Rc;

use async_trait::async_trait;

use super::{
    Account, Approvals, Auth, Credentials, Deadline, Hosts, Limit, Log, OwnBackoff, Request,
    RequestLog, Response, Retry, RetryListener, RetryPolicy, SharedClock, SharedTransport,
    Transport, TryWaits, check_own_headers, own_headers::OwnHeaders,
};
use crate::{
    error::Result,
    wire::{Headers, backoff::Policy},
};

/// The transport to the network, and what all registries share above it.
#[derive(Clone)]
pub struct Stack {
    network: SharedTransport,
    clock: SharedClock,
    hosts: Rc<Hosts>,
    log: Rc<RequestLog>,
    retry: Option<RetryPolicy>,
    listener: Option<RetryListener>,
    own_backoff: Option<OwnBackoff>,
    credentials: Rc<Credentials>,
    approvals: Rc<Approvals>,
    is_page: bool,
    is_viewer: bool,
}

impl Stack {
    /// Layers over any transport, trying again by the default policy.
    pub fn over(network: SharedTransport, clock: SharedClock) -> Self {
        Self {
            network,
            clock,
            hosts: Rc::default(),
            log: Rc::default(),
            retry: Some(RetryPolicy::default()),
            listener: None,
            own_backoff: None,
            credentials: Rc::default(),
            approvals: Rc::default(),
            is_page: cfg!(target_arch = "wasm32"),
            is_viewer: false,
        }
    }

    /// Layers over fetch.
    #[cfg(target_arch = "wasm32")]
    pub fn browser() -> Self {
        Self::over(Rc::new(super::Fetch), Rc::new(super::BrowserClock))
    }

    /// Layers over a native HTTP client.
    ///
    /// # Errors
    /// `Unsupported` if the platform's TLS cannot be set up.
    #[cfg(all(feature = "native", not(target_arch = "wasm32")))]
    pub fn native() -> Result<Self> {
        Ok(Self::over(Rc::new(super::Native::new()?), Rc::new(super::SystemClock)))
    }

    /// Tries again by this policy, or never.
    #[must_use]
    pub fn with_retry(mut self, policy: Option<RetryPolicy>) -> Self {
        self.retry = policy;
        self
    }

    /// Sets a back-off of one's own in the place of the policy's waits and number of tries (R45): of
    /// requests, of bodies that break off, and of uploads that are begun anew. An engine in another thread
    /// obeys the policy.
    #[must_use]
    pub fn waiting(mut self, own: OwnBackoff) -> Self {
        self.own_backoff = Some(own);
        self
    }

    /// Returns the waits before further tries of what consists of several requests.
    pub fn waits(&self) -> TryWaits {
        match &self.retry {
            Some(retry) => TryWaits::new(retry.backoff.clone(), self.own_backoff.clone()),
            None => Policy::never().into(),
        }
    }

    /// Sets the listener that is called before each wait (R48).
    #[must_use]
    pub fn telling(mut self, listener: RetryListener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// Sets if requests are sent as by a page, for which long ones to another origin cost a preflight (R164).
    #[must_use]
    pub fn as_page(mut self, is_page: bool) -> Self {
        self.is_page = is_page;
        self
    }

    /// Lets clients hand out a manifest whose type contradicts its `Content-Type`: a viewer shows it,
    /// and says so. Otherwise they refuse it (R38).
    #[must_use]
    pub fn as_viewer(mut self) -> Self {
        self.is_viewer = true;
        self
    }

    /// Returns true if clients hand out manifests of contradicting types.
    pub fn is_viewer(&self) -> bool {
        self.is_viewer
    }

    /// Returns true if a page sends the requests.
    pub fn is_page(&self) -> bool {
        self.is_page
    }

    /// The clock of all layers.
    pub fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// Returns the log of the requests that were sent.
    pub fn log(&self) -> &Rc<RequestLog> {
        &self.log
    }

    /// Returns the policy of sending requests again.
    pub fn retry(&self) -> Option<&RetryPolicy> {
        self.retry.as_ref()
    }

    /// Returns the credentials that users gave so far.
    pub fn credentials(&self) -> &Rc<Credentials> {
        &self.credentials
    }

    /// The token servers that the user approved.
    pub fn approvals(&self) -> &Rc<Approvals> {
        &self.approvals
    }

    /// All layers, authenticating to these origins.
    pub fn authenticated(&self, accounts: Vec<Account>) -> Rc<Auth> {
        let (credentials, approvals) = (Rc::clone(&self.credentials), Rc::clone(&self.approvals));
        Rc::new(Auth::new(self.layers(), &self.clock, credentials, approvals, accounts))
    }

    /// The same, with header fields on every request to these origins and to their approved token
    /// servers (R39). In a page each of them costs a preflight, and redirects are not followed:
    /// fetch would carry the fields along.
    ///
    /// # Errors
    /// As for [`check_own_headers`].
    pub fn authenticated_with(&self, headers: Headers, accounts: Vec<Account>) -> Result<Rc<Auth>> {
        check_own_headers(&headers)?;
        let origins = accounts.iter().map(|account| account.origin.clone()).collect();
        let (credentials, approvals) = (Rc::clone(&self.credentials), Rc::clone(&self.approvals));
        let own =
            OwnHeaders::new(self.layers(), headers, origins, Rc::clone(&approvals), self.is_page);
        Ok(Rc::new(Auth::new(Rc::new(own), &self.clock, credentials, approvals, accounts)))
    }

    /// The layers up to trying again, without authentication.
    pub fn layers(&self) -> SharedTransport {
        let clock = || Rc::clone(&self.clock);
        let bottom = Rc::new(Bottom { network: Rc::clone(&self.network) });
        let timed = Rc::new(Deadline::new(bottom, clock()));
        let logged = Rc::new(Log::new(timed, clock(), Rc::clone(&self.log)));
        let limited = Rc::new(Limit::new(logged, clock(), Rc::clone(&self.hosts)));
        let retry = Retry::new(limited, clock(), Rc::clone(&self.hosts), self.retry.clone());
        Rc::new(retry.telling(self.listener.clone()).waiting(self.own_backoff.clone()))
    }
}

/// The bottom of the stack: sends by the transport that the request names, else by the network.
struct Bottom {
    network: SharedTransport,
}

#[async_trait(?Send)]
impl Transport for Bottom {
    async fn send(&self, mut request: Request) -> Result<Response> {
        let via = request.via.take();
        via.as_ref().unwrap_or(&self.network).send(request).await
    }
}
