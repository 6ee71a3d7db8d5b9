//! Batches: values for one key that come while work on that key is under way are handled together
//! next.

use std::cell::RefCell;

use futures_channel::oneshot;
use litemap::LiteMap;

/// A value, and the channel for the outcome of its batch.
type WaitingValue<V, T> = (V, oneshot::Sender<T>);

/// The values that wait, by key. A key that is present is being worked on.
pub struct Batches<K, V, T> {
    waiting: RefCell<LiteMap<K, Vec<WaitingValue<V, T>>>>,
}

impl<K, V, T> Default for Batches<K, V, T> {
    fn default() -> Self {
        Self { waiting: RefCell::default() }
    }
}

impl<K: Ord + Clone, V, T: Clone> Batches<K, V, T> {
    /// Hands in a value, and returns the outcome of its batch. The first caller does the work for all
    /// that come meanwhile; `None` if that caller was dropped before the end.
    pub async fn join(&self, key: &K, value: V, work: impl AsyncFn(Vec<V>) -> T) -> Option<T> {
        let (sender, outcome) = oneshot::channel();
        if self.add(key, (value, sender)) {
            self.work_off(key, work).await;
        }
        outcome.await.ok()
    }

    /// Adds an entry, and returns whether its caller has to do the work.
    fn add(&self, key: &K, entry: WaitingValue<V, T>) -> bool {
        let mut waiting = self.waiting.borrow_mut();
        let is_first = !waiting.contains_key(key);
        waiting.entry(key.clone()).or_default().push(entry);
        is_first
    }

    async fn work_off(&self, key: &K, work: impl AsyncFn(Vec<V>) -> T) {
        let _release = Release { batches: self, key };
        loop {
            let batch = self.waiting.borrow_mut().get_mut(key).map(std::mem::take);
            let batch = batch.unwrap_or_default();
            if batch.is_empty() {
                return;
            }
            let (values, senders): (Vec<V>, Vec<_>) = batch.into_iter().unzip();
            let outcome = work(values).await;
            for sender in senders {
                // A caller that was dropped needs no outcome.
                let _ = sender.send(outcome.clone());
            }
        }
    }
}

/// Releases a key when dropped, so that waiting callers fail instead of hanging if the working one
/// is cancelled.
struct Release<'a, K: Ord, V, T> {
    batches: &'a Batches<K, V, T>,
    key: &'a K,
}

impl<K: Ord, V, T> Drop for Release<'_, K, V, T> {
    fn drop(&mut self) {
        self.batches.waiting.borrow_mut().remove(self.key);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::cell::Cell;

    use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};

    use super::*;
    use crate::sync::Notify;

    /// Work that waits until it may go on, and notes what it was handed.
    #[derive(Default)]
    struct Bench {
        batches: Batches<&'static str, u32, usize>,
        is_open: Cell<bool>,
        changed: Notify,
        worked: RefCell<Vec<Vec<u32>>>,
    }

    impl Bench {
        async fn ask(&self, key: &'static str, value: u32) -> Option<usize> {
            let work = async |values: Vec<u32>| {
                self.changed.until(|| self.is_open.get().then_some(())).await;
                self.worked.borrow_mut().push(values);
                self.worked.borrow().len()
            };
            self.batches.join(&key, value, work).await
        }

        fn open(&self) {
            self.is_open.set(true);
            self.changed.notify_all();
        }
    }

    #[test]
    fn values_that_come_meanwhile_go_together_and_share_the_outcome() {
        let bench = Bench::default();
        let mut tasks = FuturesUnordered::new();
        for (key, value) in [("a", 1), ("a", 2), ("a", 3), ("b", 4)] {
            tasks.push(bench.ask(key, value));
            assert!(tasks.next().now_or_never().is_none());
        }
        bench.open();
        let mut outcomes = Vec::new();
        while let Some(Some(outcome)) = tasks.next().now_or_never() {
            outcomes.push(outcome.unwrap());
        }
        assert_eq!(outcomes.len(), 4);
        let mut worked = bench.worked.borrow().clone();
        worked.sort();
        assert_eq!(worked, [vec![1], vec![2, 3], vec![4]]);
    }

    #[test]
    fn waiting_callers_fail_if_the_working_one_is_dropped_and_the_next_begins_anew() {
        let bench = Bench::default();
        let mut working = FuturesUnordered::from_iter([bench.ask("a", 1)]);
        assert!(working.next().now_or_never().is_none());
        let mut waiting = FuturesUnordered::from_iter([bench.ask("a", 2)]);
        assert!(waiting.next().now_or_never().is_none());
        drop(working);
        assert_eq!(waiting.next().now_or_never(), Some(Some(None)));
        bench.open();
        assert_eq!(bench.ask("a", 3).now_or_never(), Some(Some(1)));
        assert_eq!(*bench.worked.borrow(), [vec![3]]);
    }
}
