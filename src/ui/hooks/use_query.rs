//! Asking a registry from a component.

use std::{future::Future, rc::Rc};

use futures_util::future::{AbortHandle, abortable};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::{app::Loadable, error::Result};

/// A question, how far it is, and a way to ask again.
pub struct Query<T> {
    /// The state of the answer.
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

enum QueryEvent<K, T> {
    Asked(K),
    Answered(Result<T>),
    Again,
}

struct Asked<K, T> {
    key: K,
    /// The number of times that the person asked again.
    attempt: u32,
    state: Loadable<T>,
    /// True if the known answer belongs to another question. It stays while the answer to this one
    /// is on its way. It goes if there is none: nothing is shown under another name.
    is_other: bool,
}

impl<K: Clone + PartialEq, T> Reducible for Asked<K, T> {
    type Action = QueryEvent<K, T>;

    fn reduce(self: Rc<Self>, event: QueryEvent<K, T>) -> Rc<Self> {
        let mut next = Self {
            key: self.key.clone(),
            attempt: self.attempt,
            state: self.state.reload(),
            is_other: self.is_other,
        };
        match event {
            QueryEvent::Asked(key) if key == self.key && self.state.is_loading() => return self,
            QueryEvent::Asked(key) => {
                next.is_other |= key != self.key;
                next.key = key;
            }
            QueryEvent::Answered(answer) => {
                let was_other = std::mem::take(&mut next.is_other);
                let known = if was_other { Loadable::default() } else { next.state };
                next.state = known.settle(answer);
            }
            QueryEvent::Again => next.attempt += 1,
        }
        Rc::new(next)
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
    let asked = use_reducer(|| Asked {
        key: key.clone(),
        attempt: 0,
        state: at_first(|| fetch(&key)),
        is_other: false,
    });
    let dispatch = asked.dispatcher();
    use_effect_with((key.clone(), asked.attempt), {
        let dispatch = dispatch.clone();
        move |(key, _)| {
            dispatch.dispatch(QueryEvent::Asked(key.clone()));
            let request =
                spawn(fetch(key), move |answer| dispatch.dispatch(QueryEvent::Answered(answer)));
            move || request.abort()
        }
    });
    let retry = use_callback((), move |(), ()| dispatch.dispatch(QueryEvent::Again));
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

/// Takes an answer that is there at once, as those of a registry in memory are. Pages that are
/// rendered to text have only one rendering.
#[cfg(not(target_arch = "wasm32"))]
fn at_first<T, A: Future<Output = Result<T>>>(fetch: impl FnOnce() -> A) -> Loadable<T> {
    use futures_util::FutureExt;
    let loading = Loadable::default();
    fetch().now_or_never().map_or(loading.clone(), |answer| loading.settle(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn after(events: Vec<QueryEvent<u8, u32>>) -> Rc<Asked<u8, u32>> {
        let first = Asked { key: 1, attempt: 0, state: Loadable::default(), is_other: false };
        events.into_iter().fold(Rc::new(first), Reducible::reduce)
    }

    fn failed() -> QueryEvent<u8, u32> {
        QueryEvent::Answered(Err(ErrorKind::Unavailable.into()))
    }

    #[test]
    fn an_answer_outlives_the_failure_of_its_own_question_only() {
        let check = |events, expected: Option<u32>| {
            assert_eq!(after(events).state.value().map(|value| **value), expected);
        };
        let answered = || QueryEvent::Answered(Ok(7));
        check(vec![answered(), QueryEvent::Again, failed()], Some(7));
        check(vec![answered(), QueryEvent::Asked(2)], Some(7));
        check(vec![answered(), QueryEvent::Asked(2), failed()], None);
        check(
            vec![answered(), QueryEvent::Asked(2), QueryEvent::Answered(Ok(8)), failed()],
            Some(8),
        );
        check(vec![answered(), QueryEvent::Asked(2), failed(), QueryEvent::Again, failed()], None);
    }
}
