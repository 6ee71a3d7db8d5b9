//! Starting engines from the page. `static/boot.js` knows their files and digests, and owns the one
//! Trusted Types policy of the page, which lets it start them and nothing else.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MessageEvent, MessagePort, Window};

use super::pool::Engine;
use crate::engine::{
    message::{FromEngine, Inbox, Outbox},
    packing::Message,
    port::{post, received},
};

/// The function of `static/boot.js` that starts an engine: it promises something with `postMessage`
/// and `onmessage`, a worker or, where none starts, a port to the same code in the page.
const OPEN: &str = "portholeEngine";

/// The engines of a page: at most as many as there are processors.
pub fn in_a_browser() -> Rc<Engine> {
    let window = js_sys::global().dyn_into::<Window>().ok();
    let cores = window.map_or(2.0, |window| window.navigator().hardware_concurrency());
    // A small whole number.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let most = cores.clamp(1.0, 16.0) as usize;
    engines(most)
}

/// At most this many engines.
pub fn engines(most: usize) -> Rc<Engine> {
    Engine::new(Box::new(spawn), most)
}

/// An engine that is starting, or has.
#[derive(Default)]
struct Starting {
    port: Option<MessagePort>,
    /// The messages that were sent before it started.
    waiting: Vec<Message>,
}

fn spawn(inbox: Inbox) -> Outbox {
    let state = Rc::new(RefCell::new(Starting::default()));
    let starting = Rc::clone(&state);
    spawn_local(async move {
        match open().await {
            Ok(port) => connect(&starting, port, inbox),
            Err(error) => {
                let why =
                    error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
                inbox(Err(&why.unwrap_or_default()));
            }
        }
    });
    Rc::new(move |message| {
        let (mut state, message) = (state.borrow_mut(), message.pack());
        match &state.port {
            Some(port) => post(port, &message),
            None => state.waiting.push(message),
        }
    })
}

async fn open() -> Result<MessagePort, JsValue> {
    let open = Reflect::get(&js_sys::global(), &OPEN.into())?.dyn_into::<Function>()?;
    let promise = open.call0(&JsValue::UNDEFINED)?.dyn_into::<js_sys::Promise>()?;
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

fn connect(starting: &RefCell<Starting>, port: MessagePort, inbox: Inbox) {
    let ended = Rc::clone(&inbox);
    let receive = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let message = received(event.data());
        if let Some(message) = message.and_then(|message| FromEngine::unpack(&message.bytes)) {
            inbox(Ok(message));
        }
    });
    // A port has no such event, and setting it does no harm.
    let fail = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        let why = Reflect::get(&event, &"message".into()).ok().and_then(|why| why.as_string());
        ended(Err(&why.unwrap_or_default()));
    });
    port.set_onmessage(Some(receive.as_ref().unchecked_ref()));
    let _ = Reflect::set(&port, &"onerror".into(), fail.as_ref());
    // Engines live as long as the page.
    receive.forget();
    fail.forget();
    let mut state = starting.borrow_mut();
    state.waiting.drain(..).for_each(|message| post(&port, &message));
    state.port = Some(port);
}
