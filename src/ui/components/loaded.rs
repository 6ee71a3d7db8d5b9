//! Shows a question in each of its states, in one place.

use std::rc::Rc;

use yew::prelude::*;

use super::ErrorBox;
use crate::ui::{hooks::Query, text};

/// The answer, drawn by `draw`. While a new one is on its way the old one stays, dimmed and out of
/// reach; a failure is shown above what was known before.
pub fn loaded<T>(query: &Query<T>, draw: impl FnOnce(&Rc<T>) -> Html) -> Html {
    let state = &query.state;
    let is_old = state.is_loading() || state.error().is_some();
    html! {
        <>
            if state.is_loading() {
                <p class="loading" role="status">{ text::LOADING }</p>
            }
            if let Some(error) = state.error() {
                <ErrorBox error={error.clone()} retry={query.retry.clone()} />
            }
            if let Some(value) = state.value() {
                <div class={classes!(is_old.then_some("old"))} inert={state.is_loading()}>
                    { draw(value) }
                </div>
            }
        </>
    }
}
