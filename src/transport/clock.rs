//! Time and random numbers for the layers. Tests bring their own.

use std::{rc::Rc, time::Duration};

use futures_core::future::LocalBoxFuture;
use futures_util::{
    future::{Either, select},
    pin_mut,
};

use crate::error::{ErrorKind, Result};

/// The source of time and random numbers.
pub trait Clock {
    /// Time since the Unix epoch.
    fn now(&self) -> Duration;

    /// Ends after this time; without a length, after the work that already waits. Dropping it ends the timer.
    fn sleep(&self, length: Duration) -> LocalBoxFuture<'static, ()>;

    /// A number from 0 up to, but not including, 1.
    fn random(&self) -> f64;
}

/// A clock as it is handed around.
pub type SharedClock = Rc<dyn Clock>;

/// Ends after the work of this thread that already waits: when it is polled again.
#[cfg(any(test, feature = "testing", all(feature = "native", not(target_arch = "wasm32"))))]
pub(crate) async fn turn() {
    let mut is_over = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut is_over, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// Waits for an outcome, but no longer than `limit`.
///
/// # Errors
/// `Timeout` if the time is up; otherwise the outcome's own error.
pub async fn within<T>(
    clock: &dyn Clock,
    limit: Duration,
    outcome: impl Future<Output = Result<T>>,
) -> Result<T> {
    let alarm = clock.sleep(limit);
    pin_mut!(outcome);
    match select(outcome, alarm).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(((), _)) => Err(ErrorKind::Timeout(limit).into()),
    }
}
