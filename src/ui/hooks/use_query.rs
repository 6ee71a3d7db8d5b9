//! Asking a registry from a component.

use std::{future::Future, rc::Rc};

use futures_util::future::{AbortHandle, abortable};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::{app::Loadable, registry::Result};

/// A question, how far it is, and a way to ask again.
pub struct Query<T> {
    /// How far it is.
    pub state: Loadable<T>,
    /// Asks again.
    pub retry: Callback<()>,
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), retry: self.retry.clone() }
    }
}

impl<T> PartialEq for Query<T> {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state && self.retry == other.retry
    }
}

enum Event<K, T> {
    Asked(K),
    Answered(Result<T>),
    Again,
}

struct Asked<K, T> {
    key: K,
    /// How often the person asked again.
    attempt: u32,
    state: Loadable<T>,
}

impl<K: Clone + PartialEq, T> Reducible for Asked<K, T> {
    type Action = Event<K, T>;

    fn reduce(self: Rc<Self>, event: Event<K, T>) -> Rc<Self> {
        let (key, attempt) = (self.key.clone(), self.attempt);
        Rc::new(match event {
            Event::Asked(key) if key == self.key && self.state.is_loading() => return self,
            Event::Asked(key) => Self { key, attempt, state: self.state.reload() },
            Event::Answered(answer) => Self { key, attempt, state: self.state.settle(answer) },
            Event::Again => Self { key, attempt: attempt + 1, state: self.state.reload() },
        })
    }
}

/// Asks when the component appears and whenever `key` changes; the answer to the question before
/// stays until then. Leaving, and asking something else, drops the future, which ends its
/// requests; so an old answer can never replace a newer one.
///
/// `fetch` must depend on nothing but `key` and what lives as long as the component.
#[hook]
pub fn use_query<K, T, F, A>(key: K, fetch: F) -> Query<T>
where
    K: PartialEq + Clone + 'static,
    T: 'static,
    F: Fn(&K) -> A + 'static,
    A: Future<Output = Result<T>> + 'static,
{
    let asked =
        use_reducer(|| Asked { key: key.clone(), attempt: 0, state: at_first(|| fetch(&key)) });
    let dispatch = asked.dispatcher();
    use_effect_with((key.clone(), asked.attempt), {
        let dispatch = dispatch.clone();
        move |(key, _)| {
            dispatch.dispatch(Event::Asked(key.clone()));
            let request =
                spawn(fetch(key), move |answer| dispatch.dispatch(Event::Answered(answer)));
            move || request.abort()
        }
    });
    let retry = use_callback((), move |(), ()| dispatch.dispatch(Event::Again));
    let state = if asked.key == key { asked.state.clone() } else { asked.state.reload() };
    Query { state, retry }
}

/// Runs a future to its end, unless the handle ends it first.
pub(super) fn spawn<T: 'static>(
    future: impl Future<Output = T> + 'static,
    done: impl FnOnce(T) + 'static,
) -> AbortHandle {
    let (future, handle) = abortable(future);
    spawn_local(async move {
        if let Ok(value) = future.await {
            done(value);
        }
    });
    handle
}

/// In the browser the question is put after the first rendering.
#[cfg(target_arch = "wasm32")]
fn at_first<T, A>(_fetch: impl FnOnce() -> A) -> Loadable<T> {
    Loadable::default()
}

/// Where pages are rendered to text there is nothing after the first rendering: an answer that is
/// there at once, as those of a registry in memory are, is taken into it.
#[cfg(not(target_arch = "wasm32"))]
fn at_first<T, A: Future<Output = Result<T>>>(fetch: impl FnOnce() -> A) -> Loadable<T> {
    use futures_util::FutureExt;
    let loading = Loadable::default();
    fetch().now_or_never().map_or(loading.clone(), |answer| loading.settle(answer))
}
