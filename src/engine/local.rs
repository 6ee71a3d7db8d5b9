//! An engine in the same thread, without a browser: for tests, and for programs that want the same
//! checks natively.

use std::{cell::RefCell, rc::Rc};

use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt;

use super::{Engine, Inbox, Mailbox, Outbox, serve};
use crate::transport::{SharedClock, SharedTransport};

impl Engine {
    /// An engine that fetches by this door. It works while the future beside it is polled, which
    /// never ends.
    pub fn local(
        door: SharedTransport,
        clock: SharedClock,
    ) -> (Rc<Self>, LocalBoxFuture<'static, ()>) {
        let letters: Mailbox<Vec<u8>> = Mailbox::default();
        let page: Rc<RefCell<Option<Inbox>>> = Rc::default();
        let answers: Outbox = {
            let page = Rc::clone(&page);
            Rc::new(move |message| {
                let inbox = page.borrow().clone();
                if let Some(inbox) = inbox {
                    inbox(Ok(&message));
                }
            })
        };
        let serving = serve(door, clock, letters.clone(), answers).boxed_local();
        let spawn = move |inbox: Inbox| -> Outbox {
            page.replace(Some(inbox));
            let letters = letters.clone();
            Rc::new(move |message| letters.put(message))
        };
        (Self::new(Box::new(spawn), 1), serving)
    }
}
