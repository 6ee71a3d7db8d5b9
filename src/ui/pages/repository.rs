//! The page.
use yew::prelude::*;

use crate::{
    app::{Connection, Route},
    ui::components::Heading,
};

/// Properties of [`RepositoryPage`].
#[derive(Properties, PartialEq)]
pub struct RepositoryPageProps {
    /// The address.
    pub route: Route,
    /// The registry.
    pub connection: Connection,
}

/// The page.
#[component]
pub fn RepositoryPage(props: &RepositoryPageProps) -> Html {
    html! { <Heading is_name=true>{ props.route.to_string() }</Heading> }
}
