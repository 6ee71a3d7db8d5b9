//! The messages between page and engine.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::{job::Job, origin::Origin};
use crate::{
    content::codec,
    error::ErrorKind,
    layers::{findings::Findings, read_error},
    wire::Headers,
    wire::backoff::Policy,
};

/// The place where the messages of an engine arrive; `Err` with the reason when the engine is gone.
pub(super) type Inbox = Rc<dyn Fn(std::result::Result<(u64, FromEngine), &str>)>;

/// The way to an engine.
pub(super) type Outbox = Rc<dyn Fn(ToEngine)>;

/// Starts an engine. Messages that are sent before it has started wait for it.
pub(super) type Spawn = Box<dyn Fn(Inbox) -> Outbox>;

/// The way from an engine to the page, with the number of the exchange.
pub(super) type ReplySender = Rc<dyn Fn(u64, FromEngine)>;

/// A message from the page to an engine. The numbers are the page's, one for each exchange.
#[derive(Serialize, Deserialize)]
pub(super) enum ToEngine {
    /// Do a job with bytes of this origin. Of a request only the parts that reading needs cross.
    Run { id: u64, origin: Origin, job: Box<Job>, policy: Policy },
    /// Answer a question about a set of layers.
    Ask {
        id: u64,
        set: u64,
        #[serde(with = "codec::in_one_go")]
        question: Vec<u8>,
    },
    /// Stop: nothing waits for the answer.
    Cancel { id: u64 },
    /// Forget a set of layers.
    Forget { set: u64 },
}

/// A message from an engine to the page.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum FromEngine {
    /// Status and headers of the answer to a request; the body too if it is no success.
    Head {
        status: u16,
        url: Option<String>,
        headers: Headers,
        #[serde(with = "codec::in_one_go")]
        body: Vec<u8>,
    },
    /// So many bytes were read.
    Progress(u64),
    /// The findings of a job, which end it.
    Found(Findings),
    /// The answer to a question.
    Answered(#[serde(with = "codec::in_one_go")] Vec<u8>),
    /// The failure that ends a job or a question.
    Failed(#[serde(with = "read_error")] ErrorKind),
}

impl FromEngine {
    /// Returns `true` if the message ends the exchange.
    pub(super) fn is_last(&self) -> bool {
        matches!(self, Self::Found(_) | Self::Answered(_) | Self::Failed(_))
    }
}
