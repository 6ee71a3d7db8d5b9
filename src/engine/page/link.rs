//! One engine, seen from the page.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use futures_channel::mpsc::UnboundedSender;
use litemap::LiteMap;

use crate::engine::message::{FromEngine, Inbox, Outbox, Spawn, ToEngine};

/// One engine: the way to it, and the exchanges that wait for its messages.
pub(super) struct Link {
    outbox: RefCell<Option<Outbox>>,
    waiting: RefCell<LiteMap<u64, UnboundedSender<FromEngine>>>,
    gone: RefCell<Option<String>>,
}

impl Link {
    /// Starts an engine.
    pub(super) fn start(spawn: &Spawn) -> Rc<Self> {
        let (outbox, waiting) = (RefCell::default(), RefCell::default());
        let link = Rc::new(Self { outbox, waiting, gone: RefCell::default() });
        let weak: Weak<Self> = Rc::downgrade(&link);
        let inbox: Inbox = Rc::new(move |message| {
            if let Some(link) = weak.upgrade() {
                link.receive(message);
            }
        });
        link.outbox.replace(Some(spawn(inbox)));
        link
    }

    pub(super) fn send(&self, message: ToEngine) {
        let outbox = self.outbox.borrow().clone();
        if let Some(outbox) = outbox {
            outbox(message);
        }
    }

    fn receive(&self, message: std::result::Result<(u64, FromEngine), &str>) {
        match message {
            Ok((id, message)) => {
                if let Some(exchange) = self.waiting.borrow().get(&id) {
                    // An exchange that is being dropped takes no more messages.
                    let _ = exchange.unbounded_send(message);
                }
            }
            Err(why) => {
                self.gone.replace(Some(why.to_owned()));
                self.waiting.borrow().values().for_each(UnboundedSender::close_channel);
            }
        }
    }

    /// Delivers the messages of an exchange, until [`Link::unsubscribe`].
    pub(super) fn subscribe(&self, id: u64, messages: UnboundedSender<FromEngine>) {
        self.waiting.borrow_mut().insert(id, messages);
    }

    pub(super) fn unsubscribe(&self, id: u64) {
        self.waiting.borrow_mut().remove(&id);
    }

    /// The number of exchanges under way.
    pub(super) fn busy(&self) -> usize {
        self.waiting.borrow().len()
    }

    pub(super) fn is_gone(&self) -> bool {
        self.gone.borrow().is_some()
    }

    /// The reason why the engine ended.
    pub(super) fn why_gone(&self) -> String {
        self.gone.borrow().clone().unwrap_or_default()
    }
}
