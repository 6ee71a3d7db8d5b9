//! Slots of one host: 4 at a time, of which blobs take at most 3, so that a short question never
//! waits for a layer. Uploads have 2 of their own: with 6 connections, what a browser opens to one
//! host over HTTP/1.1, a copy within one registry cannot wait for itself.

use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::Rc,
    task::{Poll, Waker},
};

use futures_util::future;

use crate::transport::Lane;

const DOWN: usize = 4;
const BLOBS: usize = 3;
const UPLOADS: usize = 2;

/// The slots. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Slots(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    metadata: usize,
    blobs: usize,
    uploads: usize,
    /// Requests whose answer has not begun.
    unanswered: usize,
    tickets: u64,
    queue: VecDeque<Waiting>,
}

struct Waiting {
    ticket: u64,
    lane: Lane,
    waker: Option<Waker>,
}

impl State {
    fn is_free(&self, lane: Lane, alone: bool) -> bool {
        let free = match lane {
            Lane::Metadata => self.metadata + self.blobs < DOWN,
            Lane::Blob => self.blobs < BLOBS && self.metadata + self.blobs < DOWN,
            Lane::Upload => self.uploads < UPLOADS,
        };
        free && (!alone || self.unanswered == 0)
    }

    fn is_first(&self, ticket: u64, lane: Lane) -> bool {
        self.queue.iter().find(|waiting| waiting.lane == lane).is_none_or(|w| w.ticket == ticket)
    }

    fn count(&mut self, lane: Lane) -> &mut usize {
        match lane {
            Lane::Metadata => &mut self.metadata,
            Lane::Blob => &mut self.blobs,
            Lane::Upload => &mut self.uploads,
        }
    }

    fn leave_queue(&mut self, ticket: u64) {
        self.queue.retain(|waiting| waiting.ticket != ticket);
    }

    fn wake_all(&mut self) {
        for waiting in &mut self.queue {
            if let Some(waker) = waiting.waker.take() {
                waker.wake();
            }
        }
    }
}

/// A place in the queue, given up when it is dropped.
struct Place {
    slots: Slots,
    ticket: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.slots.0.borrow_mut();
        state.leave_queue(self.ticket);
        state.wake_all();
    }
}

impl Slots {
    /// Waits for a slot, first come first served within a lane. `alone`: only when no other request
    /// is waiting for its answer, as long as a host refuses.
    pub(super) async fn take(&self, lane: Lane, alone: bool) -> Permit {
        let ticket = {
            let mut state = self.0.borrow_mut();
            state.tickets += 1;
            let ticket = state.tickets;
            state.queue.push_back(Waiting { ticket, lane, waker: None });
            ticket
        };
        let place = Place { slots: self.clone(), ticket };
        future::poll_fn(|context| {
            let mut state = self.0.borrow_mut();
            if state.is_first(ticket, lane) && state.is_free(lane, alone) {
                *state.count(lane) += 1;
                state.unanswered += 1;
                return Poll::Ready(());
            }
            if let Some(waiting) = state.queue.iter_mut().find(|w| w.ticket == ticket) {
                waiting.waker = Some(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
        let permit = Permit { slots: self.clone(), lane, unanswered: true };
        drop(place);
        permit
    }
}

/// A slot in use, given back when it is dropped.
pub(super) struct Permit {
    slots: Slots,
    lane: Lane,
    unanswered: bool,
}

impl Permit {
    /// Notes that the answer has begun.
    pub(super) fn answered(&mut self) {
        if std::mem::take(&mut self.unanswered) {
            let mut state = self.slots.0.borrow_mut();
            state.unanswered -= 1;
            state.wake_all();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.answered();
        let mut state = self.slots.0.borrow_mut();
        *state.count(self.lane) -= 1;
        state.wake_all();
    }
}
