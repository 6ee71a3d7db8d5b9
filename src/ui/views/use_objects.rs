//! What a tree needs, asked for as it grows: a few dozen manifests on its own, the rest on a click.

use std::{cell::RefCell, rc::Rc};

use futures_util::future::{AbortHandle, abortable};
use yew::platform::spawn_local;
use yew::prelude::*;

use super::{Same, Scene};
use crate::app::views::{
    object::{Answer, Object, Objects, Want, fetch},
    tree::{Follow, Tree, build},
};

/// Requests that a tree makes without being asked.
const BUDGET: usize = 48;

/// A tree and a way to let it grow.
pub(super) struct Growing {
    /// The tree so far.
    pub(super) tree: Rc<Tree>,
    /// Reads something, also again.
    pub(super) ask: Callback<Want>,
    /// What would complete the tree, where the budget is spent.
    pub(super) left: usize,
    /// Spends another budget.
    pub(super) more: Callback<()>,
}

enum Event {
    Asked(Want),
    Answered(Answer),
    More,
}

struct Store {
    objects: Rc<Objects>,
    budget: usize,
}

impl Reducible for Store {
    type Action = Event;

    fn reduce(self: Rc<Self>, event: Event) -> Rc<Self> {
        let (mut objects, mut budget) = (Rc::clone(&self.objects), self.budget);
        match event {
            Event::Asked(want) => Rc::make_mut(&mut objects).ask(&want),
            Event::Answered(answer) => Rc::make_mut(&mut objects).answer(answer),
            Event::More => budget += BUDGET,
        }
        Rc::new(Self { objects, budget })
    }
}

/// Grows the tree below `root`. The store lives as long as the component, so one component must
/// not go from one repository to another.
#[hook]
pub(super) fn use_objects(scene: &Scene, root: &Rc<Object>, follow: Follow) -> Growing {
    let store =
        use_reducer(|| Store { objects: Rc::new(at_first(scene, root, follow)), budget: BUDGET });
    let ask = use_ask(scene, store.dispatcher());
    let platform = scene.place.platform.clone();
    let tree = use_memo(
        (Same(Rc::clone(&store.objects)), Same(Rc::clone(root)), platform),
        move |(objects, root, platform)| build(&root.0, &objects.0, platform.as_deref(), follow),
    );
    let allowed = store.budget.saturating_sub(store.objects.asked());
    use_effect_with((Same(Rc::clone(&tree)), allowed), {
        let ask = ask.clone();
        move |(tree, allowed)| {
            tree.0.wanted.iter().take(*allowed).cloned().for_each(|want| ask.emit(want));
        }
    });
    let more = use_callback((), {
        let dispatch = store.dispatcher();
        move |(), ()| dispatch.dispatch(Event::More)
    });
    let left = tree.wanted.len().saturating_sub(allowed);
    Growing { tree, ask, left, more }
}

/// Asks, and ends all requests when the view is left.
#[hook]
fn use_ask(scene: &Scene, dispatch: UseReducerDispatcher<Store>) -> Callback<Want> {
    let requests = use_mut_ref(Vec::<AbortHandle>::new);
    use_effect_with((), {
        let requests = Rc::clone(&requests);
        move |()| move || end(&requests)
    });
    let state = (scene.connection.clone(), scene.place.reference.repository.clone());
    use_callback(state, move |want: Want, (connection, repository)| {
        dispatch.dispatch(Event::Asked(want.clone()));
        let (connection, repository) = (connection.clone(), repository.clone());
        let request = async move { fetch(&*connection.registry, &repository, &want).await };
        let (request, handle) = abortable(request);
        requests.borrow_mut().push(handle);
        let dispatch = dispatch.clone();
        spawn_local(async move {
            if let Ok(answer) = request.await {
                dispatch.dispatch(Event::Answered(answer));
            }
        });
    })
}

fn end(requests: &RefCell<Vec<AbortHandle>>) {
    requests.borrow_mut().drain(..).for_each(|request| request.abort());
}

/// In the browser nothing is asked before the first rendering.
#[cfg(target_arch = "wasm32")]
fn at_first(_scene: &Scene, _root: &Rc<Object>, _follow: Follow) -> Objects {
    Objects::default()
}

/// Where pages are rendered to text, what a registry in memory answers at once is taken in.
#[cfg(not(target_arch = "wasm32"))]
fn at_first(scene: &Scene, root: &Rc<Object>, follow: Follow) -> Objects {
    use futures_util::FutureExt;
    let mut objects = Objects::default();
    let repository = &scene.place.reference.repository;
    while objects.asked() < BUDGET {
        let tree = build(root, &objects, scene.place.platform.as_deref(), follow);
        let Some(want) = tree.wanted.first() else { break };
        objects.ask(want);
        let answer = fetch(&*scene.connection.registry, repository, want);
        match answer.now_or_never() {
            Some(answer) => objects.answer(answer),
            None => break,
        }
    }
    objects
}
