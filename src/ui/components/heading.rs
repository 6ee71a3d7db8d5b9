//! The main heading of a page. Navigation moves the focus to it.

use yew::prelude::*;

/// The id under which the shell finds the heading.
pub const HEADING_ID: &str = "heading";

/// Properties of [`Heading`].
#[derive(Properties, PartialEq)]
pub struct HeadingProps {
    /// The heading.
    pub children: Html,
    /// Whether it is a name of the registry's: monospace, broken anywhere.
    #[prop_or_default]
    pub is_name: bool,
}

/// The main heading of a page.
#[component]
pub fn Heading(props: &HeadingProps) -> Html {
    let class = classes!(props.is_name.then_some("name"));
    html! { <h1 id={HEADING_ID} tabindex="-1" {class}>{ props.children.clone() }</h1> }
}
