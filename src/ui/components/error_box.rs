//! What could not be done: what was tried, on which registry, what came back, what can be done.

use std::rc::Rc;

use yew::prelude::*;

use super::{Approve, SignIn};
use crate::{
    registry::{Error, ErrorKind, ServerMessage},
    ui::text,
};

/// Properties of [`ErrorBox`].
#[derive(Properties, PartialEq)]
pub struct ErrorBoxProps {
    /// What went wrong.
    pub error: Rc<Error>,
    /// Tries again; without it there is no button.
    #[prop_or_default]
    pub retry: Option<Callback<()>>,
}

/// What could not be done.
#[component]
pub fn ErrorBox(props: &ErrorBoxProps) -> Html {
    let error = &props.error;
    html! {
        <section class="error-box" role="alert">
            <h2>{ text::error::title(error) }</h2>
            <p>{ text::error::what_came_back(error) }</p>
            { for error.context.messages.iter().map(own_words) }
            if let Some(body) = &error.context.body {
                <pre tabindex="0" aria-label={text::error::BODY}>{ body.clone() }</pre>
            }
            if let Some(request) = &error.context.request {
                <p class="request"><code>{ request.clone() }</code></p>
            }
            <p class="advice">{ text::error::advice(error) }</p>
            { remedy(props) }
            if let Some(retry) = &props.retry {
                <button type="button" onclick={retry.reform(|_| ())}>{ text::RETRY }</button>
            }
        </section>
    }
}

/// What the person can do about it on the spot.
fn remedy(props: &ErrorBoxProps) -> Html {
    let Some(retry) = &props.retry else { return Html::default() };
    match &props.error.kind {
        ErrorKind::Unauthorized => html! {
            <SignIn registry={props.error.context.registry.clone()}
                is_exposed={is_exposed(&props.error)} {retry} />
        },
        ErrorKind::ApproveTokenServer { registry, token_server } => html! {
            <Approve registry={registry.clone()} token_server={token_server.clone()} {retry} />
        },
        _ => Html::default(),
    }
}

/// Whether what is sent passes a network unencrypted.
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
            <code>{ code.clone() }</code>{ " " }{ message.clone() }
            if !detail.is_empty() {
                { " " }<code>{ detail.clone() }</code>
            }
        </p>
    }
}
