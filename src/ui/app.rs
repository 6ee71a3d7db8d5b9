//! The application in a browser: the shell at the address of the page.

use yew::prelude::*;

use super::{browser::Typed, explorer::Outside, hooks::use_route, shell::shell};

/// Properties of [`App`].
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// What the shell gets from outside.
    pub outside: Outside,
    /// What was typed before the application started.
    pub typed: Typed,
}

/// The application.
#[component]
pub fn App(props: &AppProps) -> Html {
    let route = use_route();
    shell(route, props.outside.clone(), props.typed.clone())
}
