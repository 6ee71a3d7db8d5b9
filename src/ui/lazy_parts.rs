//! The parts of the page that are loaded when they are first needed, a line each.

use yew::Html;

use super::{
    browser,
    explorer::{Explorer, SharedExplorer},
    lazy::{Lazy, LazyPage, lazy_part},
    stateful::mount,
    text,
};
use crate::app::{Environment, Route, in_a_browser};

lazy_part!(explorer: SharedExplorer = explorer_of_this_page);

/// Returns the explorer of this page, without its code yet.
pub(super) fn lazy_explorer() -> Lazy<SharedExplorer> {
    Lazy::new(explorer)
}

fn explorer_of_this_page() -> SharedExplorer {
    let (connections, accounts) = in_a_browser(&browser::origin());
    SharedExplorer::new(Environment { connections, accounts, now: browser::now })
}

impl Explorer for Lazy<SharedExplorer> {
    fn page(&self, route: &Route) -> Html {
        let (lazy, props) = (self.clone(), route.clone());
        mount(LazyPage {
            lazy,
            props,
            heading: text::address,
            draw: |explorer, route| explorer.page(route),
        })
    }

    fn environment(&self) -> Option<Environment> {
        self.get().and_then(|explorer| explorer.environment())
    }
}
