//! The application in a browser: the shell at the address of the page.

use yew::prelude::*;

use super::{
    browser::Typed,
    hooks::{Environment, use_route},
    shell::shell,
};

/// Properties of [`App`].
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// What the page gets from outside.
    pub environment: Environment,
    /// What was typed before the application started.
    pub typed: Typed,
}

/// The application.
#[component]
pub fn App(props: &AppProps) -> Html {
    let route = use_route();
    shell(route, props.environment.clone(), props.typed.clone())
}
