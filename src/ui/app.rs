//! The application in a browser: the shell at the address of the page.

use yew::prelude::*;

use super::{browser::EarlyInput, explorer::ShellInputs, hooks::use_route, shell::shell};

/// Properties of [`App`].
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// The inputs of the shell.
    pub inputs: ShellInputs,
    /// The text that was typed before the application started.
    pub typed: EarlyInput,
}

/// The application.
#[component]
pub fn App(props: &AppProps) -> Html {
    let route = use_route();
    shell(route, props.inputs.clone(), props.typed.clone())
}
