//! The engine in a browser: a worker's global scope or one end of a channel, and fetch.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageEvent, MessagePort};

use super::serve;
use crate::engine::{Mailbox, Outbox};
use crate::transport::{BrowserClock, Fetch};

/// Serves the other end of a port. `port` is a `MessagePort`, or a worker's global scope, which
/// has the same two members that are used here: `postMessage` and `onmessage`.
pub fn serve_port(port: JsValue) {
    let port: MessagePort = port.unchecked_into();
    let inbox = Mailbox::default();
    let letters = inbox.clone();
    let receive = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Ok(message) = event.data().dyn_into::<Uint8Array>() {
            letters.put(message.to_vec());
        }
    });
    port.set_onmessage(Some(receive.as_ref().unchecked_ref()));
    // An engine lives as long as its worker or page.
    receive.forget();
    let outbox: Outbox = Rc::new(move |message| post(&port, &message));
    spawn_local(serve(Rc::new(Fetch), Rc::new(BrowserClock), inbox, outbox));
}

/// Sends bytes, which move instead of being copied once more.
pub(in crate::engine) fn post(port: &MessagePort, message: &[u8]) {
    let bytes = Uint8Array::from(message);
    // It can only fail where the other end is gone, and then nobody waits.
    let _ = port.post_message_with_transferable(&bytes, &Array::of1(&bytes.buffer()));
}
