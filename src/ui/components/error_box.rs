//! An error as a person reads it: the action, the registry, the answer, and the next step.

use std::rc::Rc;

use yew::prelude::*;

use super::{HEADING_ID, approve::ApprovalForm, foreign::foreign, sign_in::SignInForm};
use crate::{
    app::{RegistryAddress, Route},
    error::{Error, ErrorKind, ServerMessage},
    ui::{browser, stateful::mount, text},
};

/// Draws an error. `retry` tries again; without it there is no button.
pub fn error_box(error: &Rc<Error>, retry: Option<&Callback<()>>) -> Html {
    html! {
        <section class="error-box" role="alert">
            <h2>{ foreign(&text::error::title(error)) }</h2>
            <p>{ foreign(&text::error::what_came_back(error)) }</p>
            { for error.context.messages.iter().map(own_words) }
            if let Some(body) = &error.context.body {
                <pre tabindex="0" aria-label={text::error::BODY}>{ foreign(body) }</pre>
            }
            if let Some(request) = &error.context.request {
                <p class="request"><code>{ foreign(request) }</code></p>
            }
            <p class="advice">{ text::error::advice(error) }</p>
            { remedy(error, retry) }
            { way_to_the_doctor(error) }
            if let Some(retry) = retry {
                <button type="button" onclick={again(retry)}>{ text::RETRY }</button>
            }
        </section>
    }
}

/// Trying again takes the button away, so the focus moves to the heading and is not lost.
fn again(retry: &Callback<()>) -> Callback<MouseEvent> {
    retry.reform(|_| browser::focus(HEADING_ID))
}

/// Draws the remedy that the page offers on the spot.
fn remedy(error: &Error, retry: Option<&Callback<()>>) -> Html {
    let Some(retry) = retry.cloned() else { return Html::default() };
    match &error.kind {
        ErrorKind::Unauthorized => sign_in(error, retry),
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
    mount(SignInForm { registry, is_exposed: is_exposed(error), retry })
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

/// Returns true if the credentials would pass a network unencrypted.
fn is_exposed(error: &Error) -> bool {
    let is_plain =
        error.context.request.as_ref().is_some_and(|request| request.contains(" http://"));
    let host = error.context.registry.as_str();
    let is_here = ["localhost", "127.", "[::1]"].iter().any(|here| host.starts_with(here));
    is_plain && !is_here
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
