//! Single flight: callers that ask for the same thing at the same time share one piece of work.

use std::cell::RefCell;

use futures_core::future::LocalBoxFuture;
use futures_util::future::{FutureExt, Shared, WeakShared};
use litemap::LiteMap;

/// Work that several callers wait for. Each of them can drive it: if one is dropped, another goes on.
pub type Flight<T> = Shared<LocalBoxFuture<'static, T>>;

/// The work under way, by key. Only its callers keep it alive: work without a caller is cancelled.
pub struct SingleFlight<K, T> {
    running: RefCell<LiteMap<K, WeakShared<LocalBoxFuture<'static, T>>>>,
}

impl<K, T> Default for SingleFlight<K, T> {
    fn default() -> Self {
        Self { running: RefCell::default() }
    }
}

impl<K: Ord, T: Clone> SingleFlight<K, T> {
    /// Returns the unfinished work for this key.
    pub fn running(&self, key: &K) -> Option<Flight<T>> {
        let flight = self.running.borrow().get(key)?.upgrade()?;
        flight.peek().is_none().then_some(flight)
    }

    /// Returns the unfinished work for this key, or else starts it.
    pub fn join(&self, key: K, start: impl FnOnce() -> LocalBoxFuture<'static, T>) -> Flight<T> {
        if let Some(flight) = self.running(&key) {
            return flight;
        }
        let flight = start().shared();
        let mut running = self.running.borrow_mut();
        running.retain(|_, other| other.upgrade().is_some());
        if let Some(weak) = flight.downgrade() {
            running.insert(key, weak);
        }
        flight
    }

    /// Ends joining the work under way. Its callers still get their answer.
    pub fn forget_all(&self) {
        self.running.borrow_mut().clear();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::{cell::Cell, rc::Rc};

    use futures_util::{StreamExt, stream::FuturesUnordered};

    use super::*;
    use crate::sync::Notify;

    /// Work that ends on demand, and counts how often it was begun and given up.
    #[derive(Clone, Default)]
    struct Bench(Rc<Inner>);

    #[derive(Default)]
    struct Inner {
        flights: SingleFlight<&'static str, u32>,
        begun: Cell<u32>,
        alive: Cell<u32>,
        is_open: Cell<bool>,
        notify: Notify,
    }

    struct Alive(Bench);

    impl Drop for Alive {
        fn drop(&mut self) {
            self.0.0.alive.set(self.0.0.alive.get() - 1);
        }
    }

    impl Bench {
        fn ask(&self, key: &'static str) -> Flight<u32> {
            let bench = self.clone();
            self.0.flights.join(key, || {
                async move {
                    let number = bench.0.begun.get() + 1;
                    bench.0.begun.set(number);
                    bench.0.alive.set(bench.0.alive.get() + 1);
                    let _alive = Alive(bench.clone());
                    bench.0.notify.until(|| bench.0.is_open.get().then_some(())).await;
                    number
                }
                .boxed_local()
            })
        }

        fn open(&self) {
            self.0.is_open.set(true);
            self.0.notify.notify_all();
        }

        /// Counts the work that was begun, and the work that is alive.
        fn counts(&self) -> (u32, u32) {
            (self.0.begun.get(), self.0.alive.get())
        }
    }

    /// Polls what is ready to be polled, and returns what is finished.
    fn finished(tasks: &mut FuturesUnordered<Flight<u32>>) -> Vec<u32> {
        std::iter::from_fn(|| tasks.next().now_or_never().flatten()).collect()
    }

    #[test]
    fn callers_with_one_key_share_the_work_and_others_have_their_own() {
        let bench = Bench::default();
        let mut tasks = FuturesUnordered::from_iter([bench.ask("a"), bench.ask("a")]);
        tasks.push(bench.ask("b"));
        assert!(finished(&mut tasks).is_empty());
        assert_eq!(bench.counts(), (2, 2));
        bench.open();
        let mut answers = finished(&mut tasks);
        answers.sort_unstable();
        assert_eq!(answers, [1, 1, 2]);
    }

    #[test]
    fn when_the_first_caller_is_dropped_the_next_goes_on() {
        let bench = Bench::default();
        let mut first = FuturesUnordered::from_iter([bench.ask("a")]);
        assert!(finished(&mut first).is_empty());
        let mut second = FuturesUnordered::from_iter([bench.ask("a")]);
        assert!(finished(&mut second).is_empty());
        drop(first);
        assert_eq!(bench.counts(), (1, 1));
        bench.open();
        assert_eq!(finished(&mut second), [1]);
    }

    #[test]
    fn a_caller_that_was_never_polled_is_woken_when_the_one_that_was_is_dropped() {
        let bench = Bench::default();
        let mut first = FuturesUnordered::from_iter([bench.ask("a")]);
        let mut second = FuturesUnordered::from_iter([bench.ask("a")]);
        assert!(finished(&mut first).is_empty());
        bench.open();
        drop(first);
        assert_eq!(finished(&mut second), [1]);
    }

    #[test]
    fn work_that_no_caller_waits_for_is_cancelled() {
        let bench = Bench::default();
        let mut tasks = FuturesUnordered::from_iter([bench.ask("a"), bench.ask("a")]);
        assert!(finished(&mut tasks).is_empty());
        drop(tasks);
        assert_eq!(bench.counts(), (1, 0));
        bench.open();
        assert_eq!(bench.ask("a").now_or_never(), Some(2), "and begun anew");
    }

    #[test]
    fn finished_and_forgotten_work_is_not_joined() {
        let bench = Bench::default();
        bench.open();
        let finished_one = bench.ask("a");
        assert_eq!(finished_one.clone().now_or_never(), Some(1));
        assert_eq!(bench.ask("a").now_or_never(), Some(2));
        let bench = Bench::default();
        let mut tasks = FuturesUnordered::from_iter([bench.ask("a")]);
        assert!(finished(&mut tasks).is_empty());
        bench.0.flights.forget_all();
        tasks.push(bench.ask("a"));
        assert!(finished(&mut tasks).is_empty());
        bench.open();
        let mut answers = finished(&mut tasks);
        answers.sort_unstable();
        assert_eq!(answers, [1, 2]);
    }
}
