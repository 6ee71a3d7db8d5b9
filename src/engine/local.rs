//! An engine in the same thread, without a browser: for tests, and for programs that want the same
//! checks natively.

use std::{cell::RefCell, rc::Rc};

use futures_channel::mpsc::unbounded;
use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt;

use super::{
    message::{Inbox, Outbox, ReplySender},
    page::Engine,
    worker::serve,
};
use crate::transport::{SharedClock, SharedTransport};

impl Engine {
    /// An engine that fetches by this transport. It works while the future beside it is polled, which
    /// never ends. Messages pass as they are, not as bytes.
    pub fn local(
        network: SharedTransport,
        clock: SharedClock,
    ) -> (Rc<Self>, LocalBoxFuture<'static, ()>) {
        let (messages, inbox) = unbounded();
        let page: Rc<RefCell<Option<Inbox>>> = Rc::default();
        let answers: ReplySender = {
            let page = Rc::clone(&page);
            Rc::new(move |id, message| {
                let inbox = page.borrow().clone();
                if let Some(inbox) = inbox {
                    inbox(Ok((id, message)));
                }
            })
        };
        let serving = serve(network, clock, inbox, answers).boxed_local();
        let spawn = move |inbox: Inbox| -> Outbox {
            page.replace(Some(inbox));
            let messages = messages.clone();
            // A message is dropped if nothing serves any more.
            Rc::new(move |message| drop(messages.unbounded_send(message)))
        };
        (Self::new(Box::new(spawn), 1), serving)
    }
}
