//! What a list says that has nothing in it.

use yew::prelude::*;

/// Properties of [`Empty`].
#[derive(Properties, PartialEq)]
pub struct EmptyProps {
    /// What is not there, as a sentence.
    pub message: AttrValue,
    /// What the person can do about it.
    #[prop_or_default]
    pub children: Html,
}

/// Nothing to show, and why.
#[component]
pub fn Empty(props: &EmptyProps) -> Html {
    html! {
        <div class="empty"><p>{ &props.message }</p>{ props.children.clone() }</div>
    }
}
