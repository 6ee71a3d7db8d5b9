//! Starting in the browser: takes over the shell that `index.html` painted.

use std::rc::Rc;

use super::{App, app::AppProps, browser, hooks::Environment};
use crate::{
    app::{Connections, remote},
    transport::Stack,
};

/// Mounts the application in `<div id="app">`.
pub fn start() {
    let Some(root) = browser::element("app") else { return };
    let connections = Rc::new(Connections::new(remote(Stack::browser())));
    let environment = Environment { connections, now: browser::now };
    yew::Renderer::<App>::with_root_and_props(root, AppProps { environment }).render();
}
