//! Text that comes from a registry, shown as text.

use yew::prelude::*;

use crate::app::views::visible_text::visible;

/// A text from a registry: characters that would deceive the eye are shown by their numbers.
pub fn foreign(text: &str) -> Html {
    html! { <bdi>{ visible(text).into_owned() }</bdi> }
}
