//! The sentence in place of an empty list.

use yew::prelude::*;

/// Draws the sentence that says what is missing.
pub fn empty(message: impl Into<AttrValue>) -> Html {
    html! { <div class="empty"><p>{ message.into() }</p></div> }
}
