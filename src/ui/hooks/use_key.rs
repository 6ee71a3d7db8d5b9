//! Keys that work anywhere on the page, as long as no field takes them.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// A key that the shell listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `/`: to the reference box.
    Reference,
    /// `?`: the list of keys.
    Help,
}

/// Calls back when one of the page's keys is pressed outside of a field.
#[hook]
pub fn use_key(callback: Callback<Key>) {
    use_effect_with(callback, |callback| {
        let callback = callback.clone();
        let listener = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            if let Some(key) = key(&event) {
                event.prevent_default();
                callback.emit(key);
            }
        });
        let window = web_sys::window();
        if let Some(window) = &window {
            let function = listener.as_ref().unchecked_ref();
            let _ = window.add_event_listener_with_callback("keydown", function);
        }
        move || {
            if let Some(window) = window {
                let function = listener.as_ref().unchecked_ref();
                let _ = window.remove_event_listener_with_callback("keydown", function);
            }
        }
    });
}

fn key(event: &KeyboardEvent) -> Option<Key> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(event) {
        return None;
    }
    match event.key().as_str() {
        "/" => Some(Key::Reference),
        "?" => Some(Key::Help),
        _ => None,
    }
}

/// Returns true if the key goes into a field.
fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}
