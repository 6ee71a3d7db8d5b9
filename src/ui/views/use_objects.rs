//! The documents of a tree, read as it grows: a few dozen on their own, the rest on a click.

use std::rc::Rc;

use yew::prelude::*;

use super::{ByIdentity, ViewContext};
use crate::{
    app::views::{
        object::{Object, Objects, Want, fetch},
        tree::{Follow, Tree, build},
    },
    ui::hooks::{Task, use_task},
};

/// The requests that a tree makes without being asked.
const BUDGET: usize = 48;

/// A tree and a way to let it grow.
pub(super) struct GrowingTree {
    /// The tree so far.
    pub(super) tree: Rc<Tree>,
    /// Reads something, also again.
    pub(super) ask: Callback<Want>,
    /// The number of documents that would complete the tree, once the budget is spent.
    pub(super) left: usize,
    /// Spends another budget.
    pub(super) more: Callback<()>,
}

/// The documents that were asked for, and how many may be asked for.
struct ReadObjects {
    objects: Rc<Objects>,
    budget: usize,
}

/// Grows the tree below `root`. The documents live as long as the component, so one component must
/// not go from one repository to another.
#[hook]
pub(super) fn use_objects(context: &ViewContext, root: &Rc<Object>, follow: Follow) -> GrowingTree {
    let task = use_task(|| ReadObjects {
        objects: Rc::new(at_first(context, root, follow)),
        budget: BUDGET,
    });
    let ask = use_ask(context, &task);
    let more = Callback::from({
        let task = task.clone();
        move |()| task.change(|read| read.budget += BUDGET)
    });
    let (objects, budget) = (Rc::clone(&task.state().objects), task.state().budget);
    let allowed = budget.saturating_sub(objects.asked());
    let platform = context.place.platform.clone();
    let tree = use_memo(
        (ByIdentity(objects), ByIdentity(Rc::clone(root)), platform),
        move |(objects, root, platform)| build(&root.0, &objects.0, platform.as_deref(), follow),
    );
    use_effect_with((ByIdentity(Rc::clone(&tree)), allowed), {
        let ask = ask.clone();
        move |(tree, allowed)| {
            tree.0.wanted.iter().take(*allowed).cloned().for_each(|want| ask.emit(want));
        }
    });
    let left = tree.wanted.len().saturating_sub(allowed);
    GrowingTree { tree, ask, left, more }
}

/// Returns a callback that reads a document or its referrers.
#[hook]
fn use_ask(context: &ViewContext, task: &Task<ReadObjects>) -> Callback<Want> {
    let task = task.clone();
    let state = (context.connection.clone(), context.place.reference.repository.clone());
    use_callback(state, move |want: Want, (connection, repository)| {
        // The list is there and asked for again: so is the API that gave none.
        if matches!(&want, Want::Referrers(subject) if task.state().objects.referrers(subject).is_some())
        {
            connection.registry.forget_referrers_api();
        }
        task.change(|read| Rc::make_mut(&mut read.objects).ask(&want));
        let (connection, repository) = (connection.clone(), repository.clone());
        let answers = task.clone();
        task.run(async move {
            let answer = fetch(&*connection.registry, &repository, &want).await;
            answers.change(|read| Rc::make_mut(&mut read.objects).answer(answer));
        });
    })
}
/// In the browser nothing is asked before the first rendering.
#[cfg(target_arch = "wasm32")]
fn at_first(_context: &ViewContext, _root: &Rc<Object>, _follow: Follow) -> Objects {
    Objects::default()
}

/// Takes the answers that are there at once, if pages are rendered to text.
#[cfg(not(target_arch = "wasm32"))]
fn at_first(context: &ViewContext, root: &Rc<Object>, follow: Follow) -> Objects {
    use futures_util::FutureExt;
    let mut objects = Objects::default();
    let repository = &context.place.reference.repository;
    while objects.asked() < BUDGET {
        let tree = build(root, &objects, context.place.platform.as_deref(), follow);
        let Some(want) = tree.wanted.first() else { break };
        objects.ask(want);
        let answer = fetch(&*context.connection.registry, repository, want);
        match answer.now_or_never() {
            Some(answer) => objects.answer(answer),
            None => break,
        }
    }
    objects
}
