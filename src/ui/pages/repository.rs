//! The page.
use yew::prelude::*;

use crate::{app::Route, ui::components::Heading};

/// Properties of [`RepositoryPage`].
#[derive(Properties, PartialEq)]
pub struct RepositoryPageProps {
    /// The address.
    pub route: Route,
}

/// The page.
#[component]
pub fn RepositoryPage(props: &RepositoryPageProps) -> Html {
    html! { <Heading is_name=true>{ props.route.to_string() }</Heading> }
}
