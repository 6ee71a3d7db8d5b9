//! The main heading of a page. Navigation moves the focus to it.

use yew::prelude::*;

/// The id under which the shell finds the heading.
pub const HEADING_ID: &str = "heading";

/// The id of what is looked at inside an image; going on in there moves the focus to it.
pub const INSIDE_ID: &str = "inside";

/// The main heading of a page.
pub fn heading(text: impl Into<AttrValue>) -> Html {
    html! { <h1 id={HEADING_ID} tabindex="-1">{ text.into() }</h1> }
}

/// A heading with a name that the registry chose: monospace, broken anywhere.
pub fn name_heading(name: impl Into<AttrValue>) -> Html {
    html! { <h1 id={HEADING_ID} tabindex="-1" class="name">{ name.into() }</h1> }
}
