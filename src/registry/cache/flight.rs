//! Single flight: those who ask for the same thing at the same time share one request (R92).

use std::cell::RefCell;

use litemap::LiteMap;

use futures_core::future::LocalBoxFuture;
use futures_util::future::{FutureExt, Shared, WeakShared};

/// A request that others may wait for as well.
pub(super) type Flight<T> = Shared<LocalBoxFuture<'static, T>>;

/// The requests under way. One that nobody waits for any more is cancelled: only its waiters keep
/// it alive.
pub(super) struct Flights<K, T> {
    running: RefCell<LiteMap<K, WeakShared<LocalBoxFuture<'static, T>>>>,
}

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self { running: RefCell::default() }
    }
}

impl<K: Ord, T: Clone> Flights<K, T> {
    /// The request under way for this key.
    pub(super) fn running(&self, key: &K) -> Option<Flight<T>> {
        self.running.borrow().get(key)?.upgrade()
    }

    /// The request under way for this key, or else a new one.
    pub(super) fn join(
        &self,
        key: K,
        start: impl FnOnce() -> LocalBoxFuture<'static, T>,
    ) -> Flight<T> {
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
}
