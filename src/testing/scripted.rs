//! A transport in memory that answers from a script, for tests of everything above the network.

use std::{cell::RefCell, rc::Rc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, future, stream};

use crate::{
    error::{ErrorKind, Result},
    transport::{Body, Request, Response, SharedClock, Transport},
    wire::{Headers, Method},
};

/// One answer of a script.
#[derive(Clone, Default)]
pub struct Reply {
    status: u16,
    headers: Headers,
    parts: Vec<std::result::Result<Bytes, ErrorKind>>,
    after: Duration,
    failure: Option<ErrorKind>,
    hangs: bool,
    url: Option<String>,
    falls_silent: bool,
}

impl Reply {
    /// An answer of this status without a body.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// An answer of status 200 with this body.
    pub fn ok(body: impl Into<Bytes>) -> Self {
        Self::status(200).body(body)
    }

    /// A request that is rejected without an answer, as fetch does.
    pub fn network_failure() -> Self {
        let kind = ErrorKind::Network { had_authorization: false, detail: "scripted".to_owned() };
        Self { failure: Some(kind), ..Self::default() }
    }

    /// A request that never comes back.
    pub fn hang() -> Self {
        Self { hangs: true, ..Self::default() }
    }

    /// Adds a header that can be read.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Adds a part to the body.
    #[must_use]
    pub fn body(mut self, part: impl Into<Bytes>) -> Self {
        self.parts.push(Ok(part.into()));
        self
    }

    /// Has the body break off after what it has so far.
    #[must_use]
    pub fn broken_off(mut self) -> Self {
        let detail = "the connection was reset".to_owned();
        self.parts.push(Err(ErrorKind::Network { had_authorization: false, detail }));
        self
    }

    /// Has the body never end after what it has so far.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.falls_silent = true;
        self
    }

    /// Has the headers come this much later.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }

    /// Answers from this URL, as after a redirect.
    #[must_use]
    pub fn at(mut self, url: &str) -> Self {
        self.url = Some(url.to_owned());
        self
    }
}

/// A request as it arrived at the script.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The method of the request that was sent.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// The header fields as the bottom of the stack saw them.
    pub headers: Headers,
    /// The body in one piece; empty without one.
    pub body: Bytes,
    /// The time of its arrival, by the script's clock.
    pub at: Duration,
}

impl Sent {
    /// Method and URL, as tests compare them.
    pub fn line(&self) -> String {
        format!("{} {}", self.method.as_str(), self.url)
    }
}

type Script = dyn Fn(&Request, usize) -> Reply;

/// The scripted transport. What it was sent is kept in [`Scripted::sent`].
pub struct Scripted {
    script: Box<Script>,
    clock: SharedClock,
    sent: RefCell<Vec<Sent>>,
    /// Shared by all bodies that are not dropped yet.
    open: Rc<()>,
}

impl Scripted {
    /// Answers each request by a function of the request and of how many came before it.
    pub fn answering(
        clock: SharedClock,
        script: impl Fn(&Request, usize) -> Reply + 'static,
    ) -> Rc<Self> {
        let (sent, open) = (RefCell::default(), Rc::default());
        Rc::new(Self { script: Box::new(script), clock, sent, open })
    }

    /// Answers in this order, whatever is asked; after the last one each request fails.
    pub fn in_order(clock: SharedClock, replies: impl IntoIterator<Item = Reply>) -> Rc<Self> {
        let replies: Vec<Reply> = replies.into_iter().collect();
        let answer = move |_: &Request, before: usize| {
            replies.get(before).cloned().unwrap_or_else(Reply::network_failure)
        };
        Self::answering(clock, answer)
    }

    /// Returns the requests that were sent so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.borrow().clone()
    }

    /// Method and URL of what was sent so far.
    pub fn lines(&self) -> Vec<String> {
        self.sent.borrow().iter().map(Sent::line).collect()
    }

    /// Returns the number of open exchanges: begun, and neither read to their end nor dropped.
    pub fn open(&self) -> usize {
        Rc::strong_count(&self.open) - 1
    }

    fn note(&self, request: &Request) -> usize {
        let body = match &request.body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::Empty | Body::Handle { .. } => Bytes::new(),
        };
        let (method, url) = (request.method, request.url.to_string());
        let sent =
            Sent { method, url, headers: request.headers.clone(), body, at: self.clock.now() };
        let mut all = self.sent.borrow_mut();
        all.push(sent);
        all.len() - 1
    }
}

#[async_trait(?Send)]
impl Transport for Scripted {
    async fn send(&self, request: Request) -> Result<Response> {
        let before = self.note(&request);
        let open = Rc::clone(&self.open);
        let reply = (self.script)(&request, before);
        if reply.hangs {
            future::pending::<()>().await;
        }
        if !reply.after.is_zero() {
            self.clock.sleep(reply.after).await;
        }
        if let Some(kind) = reply.failure {
            return Err(kind.into());
        }
        let parts = reply.parts.into_iter().map(|part| part.map_err(Into::into));
        let body = match reply.falls_silent {
            true => stream::iter(parts).chain(stream::pending()).boxed_local(),
            false => stream::iter(parts).boxed_local(),
        };
        let body = body.inspect(move |_| _ = &open).boxed_local();
        Ok(Response::new(reply.status, reply.url, reply.headers, body))
    }
}
