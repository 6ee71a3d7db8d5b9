//! The address of the page.

use yew::prelude::*;

use super::use_window_event;
use crate::app::Route;

/// Returns the meaning of the page's address, now and after each navigation.
#[hook]
pub fn use_route() -> Route {
    let route = use_state_eq(|| Route::parse(&fragment()));
    let read = use_callback((), {
        let route = route.setter();
        move |(), ()| route.set(Route::parse(&fragment()))
    });
    use_window_event("hashchange", read);
    (*route).clone()
}

fn fragment() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}
