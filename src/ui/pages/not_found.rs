//! An address that means nothing, and why.

use yew::prelude::*;

use crate::ui::{components::Heading, text};

/// Properties of [`NotFound`].
#[derive(Properties, PartialEq)]
pub struct NotFoundProps {
    /// The address as it stood.
    pub address: AttrValue,
    /// What is wrong with it.
    pub reason: AttrValue,
}

/// An address that means nothing, and why.
#[component]
pub fn NotFound(props: &NotFoundProps) -> Html {
    html! {
        <>
            <Heading>{ text::NOT_FOUND }</Heading>
            <p><code class="name">{ &props.address }</code></p>
            <p>{ text::sentence(&props.reason) }</p>
            <p>{ text::NOT_FOUND_ADVICE }</p>
        </>
    }
}
