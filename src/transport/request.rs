//! A request, with what the layers need to know about it.

use std::{any::Any, rc::Rc, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::SharedTransport;
use crate::wire::{Headers, Method, ScopeSet, Url, headers::name, redact};

/// The body of a request. Every body can be sent again (R49); none is streamed.
#[derive(Clone, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// Bytes in memory.
    Bytes(Bytes),
    /// A value that the transport of the platform can send without reading it into memory, such as a slice
    /// of a `Blob`. A transport refuses a value that it does not know.
    Handle {
        /// The platform's own value.
        handle: Rc<dyn Any>,
        /// Its size in bytes.
        size: u64,
    },
}

impl Body {
    /// Size in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Handle { size, .. } => *size,
        }
    }
}

/// The behaviour on a redirect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Redirect {
    /// Follow, without `Authorization` across origins (R52).
    #[default]
    Follow,
    /// Fail. For everything whose body is a secret: a 307 replays it at the target.
    Error,
}

/// The use that the page makes of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Yes: the answer must allow it.
    #[default]
    Cors,
    /// No: an answer only shows that there is one. Nothing of it can be read; its status is 0 (R167). Outside
    /// a browser this is the same as any request.
    NoCors,
}

/// The part that the browser's own cache may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cache {
    /// As the registry says: right for what is named by its digest.
    #[default]
    Default,
    /// Ask the registry if the kept answer still holds: right for tags and lists.
    Revalidate,
    /// Fetch afresh and keep.
    Reload,
    /// Neither read nor keep: right for tokens.
    Off,
}

/// The queue that a request waits in. Long transfers never block short questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lane {
    /// Short questions: manifests, lists, tokens.
    #[default]
    Metadata,
    /// Blobs on their way here.
    Blob,
    /// Blobs on their way there. Apart from [`Lane::Blob`], or copies within one registry could
    /// wait for themselves.
    Upload,
}

/// The condition for sending a request a second time without looking first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replay {
    /// After any failure: it changes nothing, or the same thing twice.
    #[default]
    Always,
    /// Only if the registry said that it did nothing (429): a chunk of an upload.
    IfRefused,
    /// Never: a deletion, a tag that is moved. What it names may be another thing by now.
    Never,
}

/// The longest waits for parts of an answer. The whole has no limit while bytes flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Until the answer's headers are there.
    pub headers: Duration,
    /// Between two parts of the body.
    pub idle: Duration,
}

impl Default for Deadlines {
    /// 30 s for headers, 20 s between parts of a body.
    fn default() -> Self {
        Self { headers: Duration::from_secs(30), idle: Duration::from_secs(20) }
    }
}

/// A request, before the layers of the stack add to it.
#[derive(Clone)]
pub struct Request {
    /// The method; the retry layer repeats only safe ones.
    pub method: Method,
    /// The target.
    pub url: Url,
    /// Headers, without any that the platform sets itself.
    pub headers: Headers,
    /// The body that is sent with it, if any.
    pub body: Body,
    /// The behaviour on a redirect.
    pub redirect: Redirect,
    /// The use that the page makes of the answer.
    pub mode: Mode,
    /// The part that the browser's cache may take.
    pub cache: Cache,
    /// The queue that it waits in.
    pub lane: Lane,
    /// The condition for sending it again.
    pub replay: Replay,
    /// The permissions that it needs (R69); empty for pinging.
    pub scopes: ScopeSet,
    /// Leave authentication out altogether (R54).
    pub anonymous: bool,
    /// Read the whole body before answering, at most this many bytes; a body that breaks off then
    /// counts as a failed try. `None` hands the body out as a stream.
    pub read_up_to: Option<u64>,
    /// The longest waits.
    pub deadlines: Deadlines,
    /// The time at which the caller gives up, since the Unix epoch. No wait goes beyond it (R47).
    pub give_up_at: Option<Duration>,
    /// The transport that sends it at the bottom of the stack in the place of the network, such as
    /// one that hands it to the engine. All layers above do their work as ever.
    pub via: Option<SharedTransport>,
}

impl Request {
    /// A request with nothing but a method and a URL; its answer's body is a stream.
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Headers::default(),
            body: Body::Empty,
            redirect: Redirect::Follow,
            mode: Mode::Cors,
            cache: Cache::Default,
            lane: Lane::Metadata,
            replay: Replay::Always,
            scopes: ScopeSet::new(),
            anonymous: false,
            read_up_to: None,
            deadlines: Deadlines::default(),
            give_up_at: None,
            via: None,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Has the whole body read, at most this many bytes.
    #[must_use]
    pub fn read_up_to(mut self, limit: u64) -> Self {
        self.read_up_to = Some(limit);
        self
    }

    /// Returns true if the request carries `Authorization`.
    pub fn is_authorized(&self) -> bool {
        self.headers.contains(name::AUTHORIZATION)
    }

    /// Method and URL without secrets, for errors and logs (R18).
    pub fn redacted(&self) -> String {
        format!("{} {}", self.method.as_str(), redact::url(&self.url.to_string()))
    }
}
