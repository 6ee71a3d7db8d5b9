//! Objects that one job is about: sent once, and waited for by whoever else needs them.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use crate::oci::Digest;

/// The gates of a job, one for each object.
#[derive(Default)]
pub(super) struct Gates(RefCell<BTreeMap<Digest, Rc<Gate>>>);

impl Gates {
    /// The gate of an object, and whether the caller is the first to come and so has to open it.
    /// A job that fails opens none: it ends as a whole.
    pub(super) fn of(&self, digest: &Digest) -> (Rc<Gate>, bool) {
        let mut gates = self.0.borrow_mut();
        let is_first = !gates.contains_key(digest);
        (Rc::clone(gates.entry(digest.clone()).or_default()), is_first)
    }
}

/// Closed until the object is there.
#[derive(Default)]
pub(super) struct Gate {
    is_open: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

impl Gate {
    /// The object is there.
    pub(super) fn open(&self) {
        self.is_open.set(true);
        self.waiting.take().into_iter().for_each(Waker::wake);
    }

    /// Waits until it is there.
    pub(super) async fn passed(&self) {
        poll_fn(|context| match self.is_open.get() {
            true => Poll::Ready(()),
            false => {
                self.waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await;
    }
}
