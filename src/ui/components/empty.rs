//! What a list says that has nothing in it.

use yew::prelude::*;

/// Nothing to show: what is not there, as a sentence.
pub fn empty(message: impl Into<AttrValue>) -> Html {
    empty_with(message, Html::default())
}

/// The same, and what the person can do about it.
pub fn empty_with(message: impl Into<AttrValue>, advice: Html) -> Html {
    html! { <div class="empty"><p>{ message.into() }</p>{ advice }</div> }
}
