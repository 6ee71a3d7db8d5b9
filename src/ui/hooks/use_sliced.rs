//! Values that are computed in slices, so that a long computation does not hold up the page.

use std::rc::Rc;

use futures_util::future::AbortHandle;
use yew::prelude::*;

use super::use_query::spawn;
use crate::app::slices::{SLICE, Sliced, at_once, pause};

/// Computes a value anew whenever its key changes. `size` is the number of items: what is short is there at
/// once; a longer work is done in slices, and what was computed before stays meanwhile.
#[hook]
pub fn use_sliced<K, S>(
    key: K,
    size: usize,
    work: impl Fn(&K) -> S + 'static,
) -> Option<Rc<S::Output>>
where
    K: PartialEq + Clone + 'static,
    S: Sliced + 'static,
    S::Output: 'static,
{
    let work = Rc::new(work);
    let computed = use_state(|| None::<(K, Rc<S::Output>)>);
    let is_short = size <= SLICE || cfg!(not(target_arch = "wasm32"));
    let short = use_memo((key.clone(), is_short), {
        let work = Rc::clone(&work);
        move |(key, is_short)| is_short.then(|| Rc::new(at_once(work(key))))
    });
    use_effect_with((key, is_short), {
        let setter = computed.setter();
        move |(key, is_short)| {
            let (key, work) = (key.clone(), (!is_short).then(|| work(key)));
            let running = work.map(|mut work| {
                let tell = move |output| setter.set(Some((key.clone(), Rc::new(output))));
                step_by_step(Box::new(move || work.step().map(&tell).is_some()))
            });
            move || {
                if let Some(running) = running {
                    running.abort();
                }
            }
        }
    });
    match (&*short, &*computed) {
        (Some(short), _) => Some(Rc::clone(short)),
        (None, Some((_, computed))) => Some(Rc::clone(computed)),
        (None, None) => None,
    }
}

/// Takes steps until one says that it was the last, and lets the page go on between them.
fn step_by_step(mut step: Box<dyn FnMut() -> bool>) -> AbortHandle {
    let steps = async move {
        while !step() {
            pause().await;
        }
    };
    spawn(steps, |()| ())
}
