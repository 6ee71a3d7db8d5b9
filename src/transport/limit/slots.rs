//! Slots of one host: 4 at a time, of which blobs take at most 3, so that a short question never
//! waits for a layer. Uploads have 2 of their own: with 6 connections, what a browser opens to one
//! host over HTTP/1.1, a copy within one registry cannot wait for itself.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use crate::{sync::Notify, transport::Lane};

const DOWN: usize = 4;
const BLOBS: usize = 3;
const UPLOADS: usize = 2;

/// The slots. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Slots(Rc<Inner>);

#[derive(Default)]
struct Inner {
    state: RefCell<SlotsState>,
    changed: Notify,
}

#[derive(Default)]
struct SlotsState {
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
}

impl SlotsState {
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

    fn occupy(&mut self, lane: Lane) {
        *self.count(lane) += 1;
        self.unanswered += 1;
    }

    fn leave_queue(&mut self, ticket: u64) {
        self.queue.retain(|waiting| waiting.ticket != ticket);
    }
}

/// A ticket of the queue, given up when it is dropped.
struct Ticket {
    slots: Slots,
    number: u64,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.slots.0.state.borrow_mut().leave_queue(self.number);
        self.slots.0.changed.notify_all();
    }
}

impl Slots {
    /// Waits for a slot, first come first served within a lane. `alone`: only when no other request
    /// is waiting for its answer, as long as a host refuses.
    pub(super) async fn take(&self, lane: Lane, alone: bool) -> Permit {
        let ticket = self.line_up(lane);
        let occupy = || {
            let mut state = self.0.state.borrow_mut();
            let is_next = state.is_first(ticket.number, lane) && state.is_free(lane, alone);
            is_next.then(|| state.occupy(lane))
        };
        self.0.changed.until(occupy).await;
        Permit { slots: self.clone(), lane, unanswered: true }
    }

    fn line_up(&self, lane: Lane) -> Ticket {
        let mut state = self.0.state.borrow_mut();
        state.tickets += 1;
        let number = state.tickets;
        state.queue.push_back(Waiting { ticket: number, lane });
        Ticket { slots: self.clone(), number }
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
            self.slots.0.state.borrow_mut().unanswered -= 1;
            self.slots.0.changed.notify_all();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.answered();
        *self.slots.0.state.borrow_mut().count(self.lane) -= 1;
        self.slots.0.changed.notify_all();
    }
}
