//! Starting in the browser: takes over the shell that `index.html` painted.

use std::rc::Rc;

use super::{App, app::AppProps, browser, hooks::Environment};
use crate::app::{browser_storage::BrowserStorage, in_a_browser};

/// Mounts the application in `<div id="app">`.
pub fn start() {
    let Some(root) = browser::element("app") else { return };
    let (connections, accounts) = in_a_browser(&browser::origin());
    let settings = Rc::new(BrowserStorage);
    let environment = Environment { connections, accounts, now: browser::now, settings };
    let typed = browser::typed_so_far();
    yew::set_custom_panic_hook(Box::new(|info| browser::show_panic(&info.to_string())));
    yew::Renderer::<App>::with_root_and_props(root, AppProps { environment, typed }).render();
}
