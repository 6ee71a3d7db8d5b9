//! The page.
use yew::prelude::*;

use crate::ui::{components::Heading, text};

/// The page.
#[component]
pub fn Home() -> Html {
    html! { <Heading>{ text::NAME }</Heading> }
}
