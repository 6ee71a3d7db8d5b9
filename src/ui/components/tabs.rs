//! Tabs that are links: each has an address, so each can be opened, copied and gone back to.

use yew::prelude::*;

/// One tab.
#[derive(Clone, PartialEq)]
pub struct Tab {
    /// Its label.
    pub label: AttrValue,
    /// Where it leads.
    pub href: AttrValue,
    /// Whether it is the one that is shown.
    pub is_current: bool,
}

/// Properties of [`Tabs`].
#[derive(Properties, PartialEq)]
pub struct TabsProps {
    /// What is switched between, for screen readers.
    pub label: AttrValue,
    /// The tabs.
    pub tabs: Vec<Tab>,
}

/// A row of tabs.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    html! {
        <nav class="tabs" aria-label={props.label.clone()}>
            <ul>
                { for props.tabs.iter().map(tab) }
            </ul>
        </nav>
    }
}

fn tab(tab: &Tab) -> Html {
    let current = tab.is_current.then_some("page");
    html! { <li><a href={tab.href.clone()} aria-current={current}>{ &tab.label }</a></li> }
}
