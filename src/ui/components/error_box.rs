//! An error as a person reads it: the action, the registry, the answer, and the next step.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    HEADING_ID, approve::ApprovalForm, foreign::foreign, long_list::short_list, sign_in::SignInForm,
};
use crate::{
    app::{RegistryAddress, Route},
    error::{Error, ErrorKind, ServerMessage},
    ui::{browser, stateful::mount, text},
};

/// Draws an error, with the remedy that the page has for it and a button that tries again.
pub fn error_box(error: &Rc<Error>, retry: &Callback<()>) -> Html {
    let onclick = again(retry);
    boxed(
        error,
        html! {
            <>
                { remedy(error, retry) }
                { way_to_the_doctor(error) }
                <button type="button" {onclick}>{ text::RETRY }</button>
            </>
        },
    )
}

/// Draws an error that stays the same however often it is tried: nothing was asked.
pub fn final_error(error: &Rc<Error>) -> Html {
    boxed(error, Html::default())
}

fn boxed(error: &Rc<Error>, ways_on: Html) -> Html {
    html! {
        <section class="error-box" role="alert">
            <h2>{ foreign(&text::error::title(error)) }</h2>
            <p>{ foreign(&text::error::what_came_back(error)) }</p>
            { short_list(error.context.messages.iter().map(own_words)) }
            if let Some(body) = error.context.body.as_ref().filter(|_| error.context.messages.is_empty()) {
                <pre tabindex="0" aria-label={text::error::BODY}>{ foreign(body) }</pre>
            }
            if let Some(request) = &error.context.request {
                <p class="request"><code>{ foreign(request) }</code></p>
            }
            <p class="advice">{ text::error::advice(error) }</p>
            { ways_on }
        </section>
    }
}

/// Trying again takes the button away, so the focus moves to the heading and is not lost.
pub(super) fn again(retry: &Callback<()>) -> Callback<MouseEvent> {
    retry.reform(|_| browser::focus(HEADING_ID))
}

/// Returns true if the page offers a remedy on the spot.
pub fn has_remedy(error: &Error) -> bool {
    match error.kind {
        ErrorKind::Unauthorized | ErrorKind::ApproveTokenServer { .. } => true,
        ErrorKind::Denied => error.context.is_anonymous,
        _ => false,
    }
}

/// Draws the remedy that the page offers on the spot.
pub fn remedy(error: &Error, retry: &Callback<()>) -> Html {
    let retry = retry.clone();
    match &error.kind {
        ErrorKind::Unauthorized => sign_in(error, retry),
        ErrorKind::Denied if error.context.is_anonymous => sign_in(error, retry),
        ErrorKind::ApproveTokenServer { registry, token_server } => {
            let registry = AttrValue::from(registry.clone());
            mount(ApprovalForm { registry, token_server: token_server.clone().into(), retry })
        }
        _ => Html::default(),
    }
}

/// A form to sign in to the registry that refused something.
pub fn sign_in(error: &Error, retry: Callback<()>) -> Html {
    let Some(registry) = RegistryAddress::of_error(error) else { return Html::default() };
    let is_exposed = registry.is_exposed();
    mount(SignInForm { registry, is_exposed, retry })
}

/// A failure that the browser does not explain can be looked into.
fn way_to_the_doctor(error: &Error) -> Html {
    if !error.is_cors_or_network() || error.context.registry.is_empty() {
        return Html::default();
    }
    let Some(registry) = RegistryAddress::of_error(error) else { return Html::default() };
    let href = Route::Doctor(registry).href();
    html! { <p><a {href}>{ text::doctor::LINK }</a></p> }
}

/// One entry of the registry's error document.
fn own_words(message: &ServerMessage) -> Html {
    let ServerMessage { code, message, detail } = message;
    html! {
        <p class="own-words">
            <code>{ foreign(code) }</code>{ " " }{ foreign(message) }
            if !detail.is_empty() {
                { " " }<code>{ foreign(detail) }</code>
            }
        </p>
    }
}
