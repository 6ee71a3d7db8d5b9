//! The door that hands requests with a job to an engine, and all others to the network.

use std::rc::Rc;

use async_trait::async_trait;
use futures_util::StreamExt;

use super::Engine;
use crate::{
    engine::message::Said,
    error::{ErrorKind, Result},
    layers::findings::Findings,
    transport::{BodyStream, Request, Response, SharedTransport, Transport},
};

/// A door beside another door.
pub struct Door {
    network: SharedTransport,
    engine: Rc<Engine>,
}

impl Door {
    /// Requests without a job go to the network.
    pub fn new(network: SharedTransport, engine: Rc<Engine>) -> Self {
        Self { network, engine }
    }
}

#[async_trait(?Send)]
impl Transport for Door {
    async fn send(&self, mut request: Request) -> Result<Response> {
        match request.job.take() {
            Some(job) => self.engine.run(request, job).await,
            None => self.network.send(request).await,
        }
    }
}

/// Reads the messages of an engine that stand in the place of a body: bytes read, and in the end what
/// was found.
///
/// # Errors
/// What reading gives; `BadAnswer` where these are not an engine's messages.
pub async fn outcome(mut body: BodyStream, mut progress: impl FnMut(u64)) -> Result<Findings> {
    while let Some(part) = body.next().await {
        match Said::unpack(&part?) {
            Some((_, Said::Progress(bytes))) => progress(bytes),
            Some((_, Said::Done(found))) => {
                return Findings::unpack(&found).ok_or_else(misunderstood);
            }
            _ => break,
        }
    }
    Err(misunderstood())
}

fn misunderstood() -> crate::error::Error {
    ErrorKind::BadAnswer("the engine for byte work was not understood".to_owned()).into()
}
