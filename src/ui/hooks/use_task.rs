//! Work of a component: futures that change a state, and end with the component.
//!
//! [`use_query`](super::use_query) reads the content that a page shows. Work that is started,
//! watched and cancelled is a task.

use std::{
    cell::{Cell, Ref, RefCell},
    future::Future,
    rc::Rc,
};

use futures_util::future::AbortHandle;
use yew::prelude::*;

use super::use_query::spawn;
use crate::ui::browser::milliseconds;

/// The shortest time between two drawings of progress, in milliseconds.
const REDRAW: u64 = 100;

/// A state and the futures that change it. Clones are the same task.
pub(crate) struct Task<S> {
    work: Rc<Work<S>>,
    redraw: UseForceUpdateHandle,
}

struct Work<S> {
    state: RefCell<S>,
    running: RefCell<Vec<AbortHandle>>,
    /// The time of the last drawing of progress.
    drawn: Cell<u64>,
}

impl<S> Task<S> {
    /// Returns the state. Nothing changes it while it is borrowed: do not keep it.
    pub(crate) fn state(&self) -> Ref<'_, S> {
        self.work.state.borrow()
    }

    /// Changes the state and draws the component.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut S) -> R) -> R {
        let result = change(&mut self.work.state.borrow_mut());
        self.redraw.force_update();
        result
    }

    /// Changes the state, and draws the component if the last drawing is some time ago.
    pub(crate) fn progress(&self, change: impl FnOnce(&mut S)) {
        change(&mut self.work.state.borrow_mut());
        let now = milliseconds();
        if now.saturating_sub(self.work.drawn.get()) >= REDRAW {
            self.work.drawn.set(now);
            self.redraw.force_update();
        }
    }

    /// Runs a future beside those that run already.
    pub(crate) fn run(&self, future: impl Future<Output = ()> + 'static) {
        self.work.running.borrow_mut().push(spawn(future, |()| ()));
    }

    /// Ends all futures of the task.
    pub(crate) fn abort(&self) {
        self.work.running.borrow_mut().drain(..).for_each(|future| future.abort());
    }
}

impl<S> Clone for Task<S> {
    fn clone(&self) -> Self {
        Self { work: Rc::clone(&self.work), redraw: self.redraw.clone() }
    }
}

/// Holds a task for as long as the component lives, and ends its futures then.
#[hook]
pub(crate) fn use_task<S: 'static>(first: impl FnOnce() -> S) -> Task<S> {
    let redraw = use_force_update();
    let work = use_memo((), |()| Work {
        state: RefCell::new(first()),
        running: RefCell::default(),
        drawn: Cell::new(0),
    });
    let task = Task { work, redraw };
    use_effect_with((), {
        let task = task.clone();
        move |()| move || task.abort()
    });
    task
}
