//! The page.
use yew::prelude::*;

use crate::ui::{components::Heading, text};

/// The page.
#[component]
pub fn SettingsPage() -> Html {
    html! { <Heading>{ text::SETTINGS }</Heading> }
}
