//! Running a verification from a component, and telling it ten times a second how far it is.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_util::future::{AbortHandle, abortable};
use yew::platform::spawn_local;
use yew::prelude::*;

use super::Scene;
use crate::{
    app::views::verify::{Observer, Run, State, check},
    error::Error,
    ui::{browser::milliseconds, hooks::use_announce, text::verify as text},
};

/// Milliseconds between two drawings.
const PERIOD: u64 = 100;

/// A verification as the component sees it.
pub(super) struct Verification {
    /// How it stands; `None` before it was begun.
    pub(super) run: Option<Rc<RefCell<Run>>>,
    /// Why it could not begin.
    pub(super) failure: Option<Rc<Error>>,
    /// Begins, also once more.
    pub(super) start: Callback<MouseEvent>,
    /// Ends it.
    pub(super) cancel: Callback<MouseEvent>,
}

#[derive(Default)]
struct Work {
    run: RefCell<Option<Rc<RefCell<Run>>>>,
    failure: RefCell<Option<Rc<Error>>>,
    request: RefCell<Option<AbortHandle>>,
}

impl Work {
    fn abort(&self) {
        if let Some(request) = self.request.take() {
            request.abort();
        }
    }
}

/// A verification of what the place names. Leaving the component ends it.
#[hook]
pub(super) fn use_verification(scene: &Scene) -> Verification {
    let update = use_force_update();
    let announce = use_announce();
    let work = use_memo((), |()| Work::default());
    use_effect_with((), {
        let work = Rc::clone(&work);
        move |()| move || work.abort()
    });
    let start = Callback::from({
        let (work, update, scene) = (Rc::clone(&work), update.clone(), scene.clone());
        move |_| begin(&work, &scene, update.clone(), announce.clone())
    });
    let cancel = Callback::from({
        let work = Rc::clone(&work);
        move |_| {
            work.abort();
            if let Some(run) = &*work.run.borrow() {
                run.borrow_mut().end(State::Cancelled, milliseconds());
            }
            update.force_update();
        }
    });
    let (run, failure) = (work.run.borrow().clone(), work.failure.borrow().clone());
    Verification { run, failure, start, cancel }
}

fn begin(
    work: &Rc<Work>,
    scene: &Scene,
    update: UseForceUpdateHandle,
    announce: Callback<AttrValue>,
) {
    work.abort();
    let run = Rc::new(RefCell::new(Run::new(milliseconds())));
    work.failure.replace(None);
    work.run.replace(Some(Rc::clone(&run)));
    update.force_update();
    let observer = observer(&run, update.clone());
    let (connection, place) = (scene.connection.clone(), Rc::clone(&scene.place));
    let (job, handle) = abortable(async move { check(&connection, &place, observer).await });
    work.request.replace(Some(handle));
    let work = Rc::clone(work);
    spawn_local(async move {
        match job.await {
            Ok(Ok(report)) => {
                let mut run = run.borrow_mut();
                run.settle(&report);
                run.end(State::Done, milliseconds());
                announce.emit(text::summary(State::Done, &run.counts()).into());
            }
            Ok(Err(error)) => {
                work.run.replace(None);
                work.failure.replace(Some(Rc::new(error)));
            }
            // Cancelled: the run was ended where that was decided.
            Err(_) => return,
        }
        update.force_update();
    });
}

/// Notes each event, and draws from time to time.
fn observer(run: &Rc<RefCell<Run>>, update: UseForceUpdateHandle) -> Observer {
    let (run, drawn) = (Rc::clone(run), Cell::new(0));
    Observer::new(move |event| {
        let now = milliseconds();
        run.borrow_mut().take(event, now);
        if now.saturating_sub(drawn.get()) >= PERIOD {
            drawn.set(now);
            update.force_update();
        }
    })
}
