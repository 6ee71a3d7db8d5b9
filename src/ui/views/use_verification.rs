//! A verification of a component: started, watched and cancelled.

use std::rc::Rc;

use yew::prelude::*;

use super::ViewContext;
use crate::{
    app::{
        tasks::verify::{Verification, verify},
        views::verify::State,
    },
    ui::{
        browser::milliseconds,
        hooks::{Task, use_announce, use_task},
        text::verify as text,
    },
};

/// A verification and the buttons that start and end it.
pub(super) struct VerificationTask {
    pub(super) task: Task<Verification>,
    /// Begins, also once more.
    pub(super) start: Callback<()>,
    /// Ends it.
    pub(super) cancel: Callback<()>,
}

/// Verifies what the place names. Leaving the component ends it.
#[hook]
pub(super) fn use_verification(context: &ViewContext) -> VerificationTask {
    let task = use_task(Verification::default);
    let announce = use_announce();
    let start = Callback::from({
        let (task, context) = (task.clone(), context.clone());
        move |()| begin(&task, &context, announce.clone())
    });
    let cancel = Callback::from({
        let task = task.clone();
        move |()| {
            task.abort();
            task.change(|verification| verification.cancel(milliseconds()));
        }
    });
    VerificationTask { task, start, cancel }
}

fn begin(task: &Task<Verification>, context: &ViewContext, announce: Callback<AttrValue>) {
    task.abort();
    task.change(|verification| verification.begin(milliseconds()));
    let (connection, place) = (context.connection.clone(), Rc::clone(&context.place));
    let (watching, ending) = (task.clone(), task.clone());
    task.run(async move {
        let result = verify(&connection, &place, move |event| {
            watching.progress(|verification| verification.observe(event, milliseconds()));
        });
        let result = result.await;
        let summary = ending.change(|verification| {
            let run = verification.finish(result, milliseconds());
            run.map(|run| text::summary(State::Done, &run.counts()))
        });
        if let Some(summary) = summary {
            announce.emit(summary.into());
        }
    });
}
