//! The page.
use yew::prelude::*;

use crate::{
    app::{Connection, Route},
    ui::components::Heading,
};

/// Properties of [`RegistryPage`].
#[derive(Properties, PartialEq)]
pub struct RegistryPageProps {
    /// The address.
    pub route: Route,
    /// The registry.
    pub connection: Connection,
}

/// The page.
#[component]
pub fn RegistryPage(props: &RegistryPageProps) -> Html {
    html! { <Heading is_name=true>{ props.route.to_string() }</Heading> }
}
