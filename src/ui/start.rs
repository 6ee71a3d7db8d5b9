//! Starting in the browser: takes over the shell that `index.html` painted.

use std::rc::Rc;

use wasm_bindgen::{JsCast, closure::Closure};
use yew::platform::spawn_local;

use super::{
    App,
    app::AppProps,
    browser,
    explorer::{SharedExplorer, ShellInputs},
    lazy::Lazy,
    lazy_parts::lazy_explorer,
};
use crate::app::browser_storage::BrowserStorage;

/// Mounts the application in `<div id="app">`.
pub fn start() {
    let Some(root) = browser::element("app") else { return };
    let lazy = lazy_explorer();
    let explorer = SharedExplorer::new(lazy.clone());
    let inputs = ShellInputs { explorer, settings: Rc::new(BrowserStorage::Lasting) };
    let typed = browser::early_input();
    yew::set_custom_panic_hook(Box::new(|info| browser::show_panic(&info.to_string())));
    yew::Renderer::<App>::with_root_and_props(root, AppProps { inputs, typed }).render();
    load_when_used(&lazy);
}

/// Loads the code of the explorer at the first touch of the page, which is most likely before it is
/// needed.
fn load_when_used(lazy: &Lazy<SharedExplorer>) {
    let Some(window) = web_sys::window() else { return };
    for event in ["pointermove", "pointerdown", "keydown"] {
        let lazy = lazy.clone();
        let load =
            Closure::once_into_js(move || spawn_local(async move { drop(lazy.load().await) }));
        let options = web_sys::AddEventListenerOptions::new();
        options.set_once(true);
        let _ = window.add_event_listener_with_callback_and_add_event_listener_options(
            event,
            load.unchecked_ref(),
            &options,
        );
    }
}
