//! Listening to the window.

use wasm_bindgen::{JsCast, closure::Closure};
use yew::prelude::*;

/// Calls back on each event of this name at the window, for as long as the component lives.
#[hook]
pub fn use_window_event(name: &'static str, callback: Callback<()>) {
    use_effect_with(callback, move |callback| {
        let callback = callback.clone();
        let listener = Closure::<dyn Fn()>::new(move || callback.emit(()));
        let window = web_sys::window();
        if let Some(window) = &window {
            // Adding and removing a listener fails on no window.
            let function = listener.as_ref().unchecked_ref();
            let _ = window.add_event_listener_with_callback(name, function);
        }
        move || {
            if let Some(window) = window {
                let function = listener.as_ref().unchecked_ref();
                let _ = window.remove_event_listener_with_callback(name, function);
            }
        }
    });
}
