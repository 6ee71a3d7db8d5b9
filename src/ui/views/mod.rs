//! Ways of looking at a reference, one folder or file each. A view gets a place and a connection,
//! and asks for the rest itself.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::{Connection, Place};

mod tree;

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
        _ => html! { <tree::View ..props /> },
    }
}
