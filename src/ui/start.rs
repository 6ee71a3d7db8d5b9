//! Starting in the browser: takes over the shell that `index.html` painted.

use std::rc::Rc;

use wasm_bindgen::{JsCast, closure::Closure};
use yew::platform::spawn_local;

use super::{
    App,
    app::AppProps,
    browser,
    explorer::{Outside, SharedExplorer},
    later::Later,
};
use crate::app::browser_storage::BrowserStorage;

/// Mounts the application in `<div id="app">`.
pub fn start() {
    let Some(root) = browser::element("app") else { return };
    let later = Later::default();
    let explorer = SharedExplorer::new(later.clone());
    let outside = Outside { explorer, settings: Rc::new(BrowserStorage) };
    let typed = browser::typed_so_far();
    yew::set_custom_panic_hook(Box::new(|info| browser::show_panic(&info.to_string())));
    yew::Renderer::<App>::with_root_and_props(root, AppProps { outside, typed }).render();
    load_when_used(&later);
}

/// Whoever touches the page is about to explore: the code for it is loaded meanwhile.
fn load_when_used(later: &Later) {
    let Some(window) = web_sys::window() else { return };
    for event in ["pointermove", "pointerdown", "keydown"] {
        let later = later.clone();
        let load =
            Closure::once_into_js(move || spawn_local(async move { drop(later.load().await) }));
        let options = web_sys::AddEventListenerOptions::new();
        options.set_once(true);
        let _ = window.add_event_listener_with_callback_and_add_event_listener_options(
            event,
            load.unchecked_ref(),
            &options,
        );
    }
}
