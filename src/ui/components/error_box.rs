//! What could not be done: what was tried, on which registry, what came back, what can be done.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    registry::{Error, ServerMessage},
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
            if let Some(retry) = &props.retry {
                <button type="button" onclick={retry.reform(|_| ())}>{ text::RETRY }</button>
            }
        </section>
    }
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
