//! A queue between two parts of one thread, waited for by one of them.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, Waker},
};

/// A queue. Clones are the same queue.
pub struct Mailbox<T>(Rc<RefCell<State<T>>>);

struct State<T> {
    queue: VecDeque<T>,
    waiting: Option<Waker>,
    closed: bool,
}

impl<T> Clone for Mailbox<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Default for Mailbox<T> {
    fn default() -> Self {
        let state = State { queue: VecDeque::new(), waiting: None, closed: false };
        Self(Rc::new(RefCell::new(state)))
    }
}

impl<T> Mailbox<T> {
    /// Puts something in.
    pub fn put(&self, item: T) {
        let mut state = self.0.borrow_mut();
        state.queue.push_back(item);
        wake(state.waiting.take());
    }

    /// Says that nothing more comes.
    pub fn close(&self) {
        let mut state = self.0.borrow_mut();
        state.closed = true;
        wake(state.waiting.take());
    }

    /// The next item; `None` where the queue is empty and closed.
    pub fn poll(&self, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = self.0.borrow_mut();
        match state.queue.pop_front() {
            None if !state.closed => {
                state.waiting = Some(context.waker().clone());
                Poll::Pending
            }
            item => Poll::Ready(item),
        }
    }

    /// The same, waited for.
    pub async fn next(&self) -> Option<T> {
        poll_fn(|context| self.poll(context)).await
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
