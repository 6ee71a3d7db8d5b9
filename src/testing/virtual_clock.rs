//! A clock that jumps instead of waiting, and an executor to go with it.

use std::{
    cell::{Cell, RefCell},
    pin::pin,
    rc::{Rc, Weak},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures_core::future::LocalBoxFuture;
use futures_util::{FutureExt, future};

use crate::transport::{Clock, SharedClock, turn};

/// A clock that stands still until everybody waits for it, then jumps to the next alarm. Clones
/// show the same time.
#[derive(Clone)]
pub struct VirtualClock(Rc<ClockState>);

struct ClockState {
    now: Cell<Duration>,
    alarms: RefCell<Vec<Weak<Alarm>>>,
}

struct Alarm {
    at: Duration,
    waker: RefCell<Option<Waker>>,
}

impl Default for VirtualClock {
    /// A clock that shows the beginning of 2026.
    fn default() -> Self {
        let now = Cell::new(Duration::from_secs(1_767_225_600));
        Self(Rc::new(ClockState { now, alarms: RefCell::default() }))
    }
}

impl VirtualClock {
    /// The clock as layers take it.
    pub fn shared(&self) -> SharedClock {
        Rc::new(self.clone())
    }

    /// Runs a future to its end, jumping over every wait. `None` where it can never end.
    pub fn run<T>(&self, task: impl Future<Output = T>) -> Option<T> {
        let mut task = pin!(task);
        let woken = Arc::new(Flag(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        loop {
            if let Poll::Ready(value) = task.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Some(value);
            }
            if !woken.0.swap(false, Ordering::Relaxed) {
                self.jump()?;
            }
        }
    }

    /// Goes to the next alarm and rings it; `None` where there is none.
    fn jump(&self) -> Option<()> {
        let ClockState { now, alarms } = &*self.0;
        alarms.borrow_mut().retain(|alarm| alarm.strong_count() > 0);
        let waiting: Vec<_> = alarms.borrow().iter().filter_map(Weak::upgrade).collect();
        let next = waiting.iter().map(|alarm| alarm.at).filter(|at| *at > now.get()).min()?;
        now.set(next);
        for alarm in waiting.iter().filter(|alarm| alarm.at <= next) {
            if let Some(waker) = alarm.waker.take() {
                waker.wake();
            }
        }
        Some(())
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        self.0.now.get()
    }

    fn sleep(&self, length: Duration) -> LocalBoxFuture<'static, ()> {
        if length.is_zero() {
            return turn().boxed_local();
        }
        let state = Rc::clone(&self.0);
        let alarm = Rc::new(Alarm { at: self.now() + length, waker: RefCell::default() });
        state.alarms.borrow_mut().push(Rc::downgrade(&alarm));
        future::poll_fn(move |context| {
            if state.now.get() >= alarm.at {
                return Poll::Ready(());
            }
            alarm.waker.replace(Some(context.waker().clone()));
            Poll::Pending
        })
        .boxed_local()
    }

    /// Always the middle, so that waits can be compared.
    fn random(&self) -> f64 {
        0.5
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
