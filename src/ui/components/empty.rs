//! The sentence in place of an empty list.

use yew::prelude::*;

/// Nothing to show: what is not there, as a sentence.
pub fn empty(message: impl Into<AttrValue>) -> Html {
    html! { <div class="empty"><p>{ message.into() }</p></div> }
}
