//! Ways of looking at a reference, one folder or file each. A view gets a place and a connection,
//! and asks for the rest itself.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::{self, Connection, Place};

mod commands;
mod config;
mod facts;
mod history;
mod json;
mod layers;
mod platforms;
mod referrers;
mod save;
mod tree;
mod tree_node;
mod use_image;
mod use_objects;
mod use_verification;
mod verify;

/// Properties of every view.
#[derive(Properties, PartialEq, Clone)]
pub struct ViewProps {
    /// What is looked at, and how.
    pub place: Rc<Place>,
    /// The registry that holds it.
    pub connection: Connection,
}

/// The view that the place asks for.
#[component]
pub fn View(props: &ViewProps) -> Html {
    let props = props.clone();
    match props.place.view {
        app::View::Json => html! { <json::View ..props /> },
        app::View::Config => html! { <config::View ..props /> },
        app::View::History => html! { <history::View ..props /> },
        app::View::Layers => html! { <layers::View ..props /> },
        app::View::Referrers => html! { <referrers::View ..props /> },
        app::View::Verify => html! { <verify::View ..props /> },
        app::View::Commands => html! { <commands::View ..props /> },
        // Files and comparing come with their engines; until then their addresses show the tree.
        app::View::Tree | app::View::Files | app::View::Compare => {
            html! { <tree::View ..props /> }
        }
    }
}

/// A shared value that is equal only to itself: comparing large ones costs nothing.
struct Same<T>(Rc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
