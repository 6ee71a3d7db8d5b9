//! Tabs that are links: each has an address, so each can be opened, copied and gone back to.

use yew::prelude::*;

use super::long_list::short_list;

/// A tab of a row: a link that shows another view of the same thing.
#[derive(Clone, PartialEq)]
pub struct Tab {
    /// The words on the tab.
    pub label: AttrValue,
    /// The target of the link.
    pub href: AttrValue,
    /// True for the tab that is shown.
    pub is_current: bool,
}

/// A row of tabs; the label says what is switched between, for screen readers.
pub fn tabs(label: &'static str, tabs: &[Tab]) -> Html {
    html! {
        <nav class="tabs" aria-label={label}>
            <ul>{ short_list(tabs.iter().map(tab)) }</ul>
        </nav>
    }
}

fn tab(tab: &Tab) -> Html {
    let current = tab.is_current.then_some("page");
    html! { <li><a href={tab.href.clone()} aria-current={current}>{ &tab.label }</a></li> }
}
