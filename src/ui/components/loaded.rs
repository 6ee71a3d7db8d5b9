//! Shows a question in each of its states, in one place.

use std::rc::Rc;

use yew::prelude::*;

use super::error_box;
use crate::{
    error::Error,
    ui::{hooks::Query, text},
};

/// The answer, drawn by `draw`. While a new one is on its way the old one stays, dimmed and out of
/// reach; a failure is shown above what was known before.
pub fn loaded<T>(query: &Query<T>, draw: impl FnOnce(&Rc<T>) -> Html) -> Html {
    let state = &query.state;
    frame(state.is_loading(), state.error(), &query.retry, state.value().map(draw))
}

fn frame(
    is_loading: bool,
    error: Option<&Rc<Error>>,
    retry: &Callback<()>,
    drawn: Option<Html>,
) -> Html {
    let is_old = is_loading || error.is_some();
    html! {
        <>
            if is_loading {
                <p class="loading" role="status">{ text::LOADING }</p>
            }
            if let Some(error) = error { { error_box(error, retry) } }
            if let Some(drawn) = drawn {
                <div class={classes!(is_old.then_some("old"))} inert={is_loading}>{ drawn }</div>
            }
        </>
    }
}
