//! The engine in a browser: a worker's global scope or one end of a channel, and fetch.

use std::rc::Rc;

use futures_channel::mpsc::unbounded;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageEvent, MessagePort};

use super::serve::serve;
use crate::{
    engine::{
        message::{ReplySender, ToEngine},
        packing::Message,
        port::{post, received},
    },
    transport::{BrowserClock, Fetch, OwnPolicy, SharedClock, violations},
};

/// Serves the other end of a port. `port` is a `MessagePort`, or a worker's global scope, which
/// has the same two members that are used here: `postMessage` and `onmessage`.
pub fn serve_port(port: JsValue) {
    let port: MessagePort = port.unchecked_into();
    let (messages, inbox) = unbounded();
    let receive = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(message) = received(event.data()).and_then(ToEngine::unpack) {
            // Serving ends with this closure, never before.
            let _ = messages.unbounded_send(message);
        }
    });
    port.set_onmessage(Some(receive.as_ref().unchecked_ref()));
    // An engine lives as long as its worker or page.
    receive.forget();
    let outbox: ReplySender = Rc::new(move |id, message| {
        post(&port, &Message { bytes: message.pack(id), file: None });
    });
    // A worker hears of what its policy refuses in its own scope; the page hears nothing of it.
    let clock: SharedClock = Rc::new(BrowserClock);
    let network = OwnPolicy::new(Rc::new(Fetch), Rc::clone(&clock), violations());
    let network = network.after_the_page();
    spawn_local(serve(Rc::new(network), clock, inbox, outbox));
}
