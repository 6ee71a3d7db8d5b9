//! One exchange with an engine: a message to it, and its answers.

use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;

use super::link::Link;
use crate::{
    engine::message::{FromEngine, ToEngine},
    error::{EngineFault, Error, ErrorKind, Result},
};

/// One exchange. Dropping it before its end cancels it.
pub(super) struct Exchange {
    link: Rc<Link>,
    id: u64,
    messages: UnboundedReceiver<FromEngine>,
    has_ended: bool,
}

impl Exchange {
    /// Sends the first message, which carries the number of the exchange.
    pub(super) fn begin(link: Rc<Link>, id: u64, message: ToEngine) -> Self {
        let (sender, messages) = unbounded();
        link.subscribe(id, sender);
        link.send(message);
        Self { link, id, messages, has_ended: false }
    }

    /// Waits for the next message.
    ///
    /// # Errors
    /// The failure that the engine reports; [`EngineFault::Ended`] if the engine is gone.
    pub(super) async fn next(&mut self) -> Result<FromEngine> {
        let message = self.messages.next().await;
        self.has_ended = message.as_ref().is_none_or(FromEngine::is_last);
        match message {
            Some(FromEngine::Failed(kind)) => Err(kind.into()),
            Some(message) => Ok(message),
            None => Err(ErrorKind::Engine(EngineFault::Ended(self.link.why_gone())).into()),
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.link.unsubscribe(self.id);
        if !self.has_ended {
            self.link.send(ToEngine::Cancel { id: self.id });
        }
    }
}

/// Returns the error about a message of an engine that is not the one that was due.
pub(super) fn misunderstood() -> Error {
    ErrorKind::Engine(EngineFault::UnexpectedMessage).into()
}
