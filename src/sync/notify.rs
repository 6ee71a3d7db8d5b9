//! A wait queue: futures wait for a condition, and are woken when it may have changed.

use std::{
    cell::RefCell,
    future::poll_fn,
    task::{Context, Poll, Waker},
};

/// A queue of waiting futures. Code that changes the condition calls [`Notify::notify_all`].
#[derive(Default)]
pub struct Notify {
    queue: RefCell<Queue>,
}

#[derive(Default)]
struct Queue {
    last: u64,
    waiting: Vec<(u64, Waker)>,
}

impl Notify {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Wakes every waiting future, the longest waiting first.
    pub fn notify_all(&self) {
        // Taken out first: a waker may poll its future at once, and that may wait again.
        let waiting = std::mem::take(&mut self.queue.borrow_mut().waiting);
        waiting.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// Waits until the condition yields a value. It is asked at once, and after each notification.
    pub async fn until<T>(&self, mut condition: impl FnMut() -> Option<T>) -> T {
        let place = self.place();
        poll_fn(|context| match condition() {
            Some(value) => Poll::Ready(value),
            None => {
                place.wait(context);
                Poll::Pending
            }
        })
        .await
    }

    fn place(&self) -> QueuePlace<'_> {
        let mut queue = self.queue.borrow_mut();
        queue.last += 1;
        QueuePlace { notify: self, number: queue.last }
    }
}

/// The place of one waiting future in the queue, given up when it is dropped.
struct QueuePlace<'a> {
    notify: &'a Notify,
    number: u64,
}

impl QueuePlace<'_> {
    fn wait(&self, context: &Context<'_>) {
        let waiting = &mut self.notify.queue.borrow_mut().waiting;
        let waker = context.waker().clone();
        // Numbers only grow, and the queue is kept in their order.
        match waiting.binary_search_by_key(&self.number, |(number, _)| *number) {
            Ok(at) => {
                if let Some(known) = waiting.get_mut(at) {
                    known.1 = waker;
                }
            }
            Err(at) => waiting.insert(at, (self.number, waker)),
        }
    }
}

impl Drop for QueuePlace<'_> {
    fn drop(&mut self) {
        self.notify.queue.borrow_mut().waiting.retain(|(number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::{cell::Cell, rc::Rc};

    use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};

    use super::*;

    fn waiting(notify: &Notify) -> usize {
        notify.queue.borrow().waiting.len()
    }

    #[test]
    fn a_condition_that_holds_is_not_waited_for() {
        let notify = Notify::new();
        assert_eq!(notify.until(|| Some(7)).now_or_never(), Some(7));
        assert_eq!(waiting(&notify), 0);
    }

    #[test]
    fn all_are_woken_and_those_whose_condition_does_not_hold_wait_on() {
        let (notify, count) = (Notify::new(), Cell::new(0));
        let least = |least| (count.get() >= least).then_some(least);
        let mut tasks: FuturesUnordered<_> =
            [1, 2, 2, 3].map(|number| notify.until(move || least(number))).into_iter().collect();
        let check = |tasks: &mut FuturesUnordered<_>, now: i32, done: usize, left: usize| {
            count.set(now);
            notify.notify_all();
            let mut seen = 0;
            while let Some(Some(_)) = tasks.next().now_or_never() {
                seen += 1;
            }
            assert_eq!((seen, waiting(&notify)), (done, left), "{now}");
        };
        check(&mut tasks, 0, 0, 4);
        check(&mut tasks, 1, 1, 3);
        check(&mut tasks, 2, 2, 1);
        check(&mut tasks, 3, 1, 0);
    }

    #[test]
    fn a_future_that_is_polled_again_stands_in_the_queue_once() {
        let notify = Notify::new();
        let mut future = Box::pin(notify.until(|| None::<()>));
        for _ in 0..3 {
            assert!(future.as_mut().now_or_never().is_none());
        }
        assert_eq!(waiting(&notify), 1);
    }

    #[test]
    fn a_future_that_is_dropped_leaves_the_queue_and_the_others_are_woken() {
        let (notify, open) = (Rc::new(Notify::new()), Rc::new(Cell::new(false)));
        let condition = || open.get().then_some(());
        let mut dropped = Box::pin(notify.until(condition));
        let mut other = FuturesUnordered::from_iter([notify.until(condition)]);
        assert!(dropped.as_mut().now_or_never().is_none());
        assert!(other.next().now_or_never().is_none());
        drop(dropped);
        assert_eq!(waiting(&notify), 1);
        open.set(true);
        notify.notify_all();
        assert_eq!(other.next().now_or_never(), Some(Some(())));
    }
}
