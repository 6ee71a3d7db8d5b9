//! The one transport to the network in a browser: the only function of the page that calls `fetch`.
//!
//! Works in a window and in a worker. Nothing here decides anything about registries: it says how a
//! [`Request`] becomes a fetch that sends no cookie and no referrer, obeys the deadlines, and ends
//! when the answer is no longer wanted.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, MessageChannel, ReadableStream, ReadableStreamByobReader,
    ReadableStreamDefaultReader, ReadableStreamReadResult, ReferrerPolicy, RequestCache,
    RequestCredentials, RequestInit, RequestMode, RequestRedirect, Window, WorkerGlobalScope,
};

use super::{
    Body, BodyStream, Cache, Clock, Mode, Redirect, Request, Response, Transport, Violations,
};
use crate::{
    error::{AnswerFault, Error, ErrorKind, InputFault, Limitation, Result},
    wire::Headers,
};

/// Bytes asked for in one read of a body: the buffer is handed back and forth, so memory stays flat.
const READ_BUFFER: u32 = 256 * 1024;

/// Headers that a browser sets itself and silently drops (Fetch, forbidden request-header).
const FORBIDDEN: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-length",
    "cookie",
    "date",
    "expect",
    "host",
    "origin",
    "referer",
    "te",
    "transfer-encoding",
    "user-agent",
];

/// The transport of the page. Fetch has no time limit of its own: put `Deadline` around it.
pub struct Fetch;

#[async_trait(?Send)]
impl Transport for Fetch {
    async fn send(&self, request: Request) -> Result<Response> {
        let abort = AbortOnDrop::new()?;
        let prepared = prepare(&request, &abort)?;
        let had_authorization = request.is_authorized();
        let answer = JsFuture::from(fetch(&prepared)?).await;
        let answer: web_sys::Response = answer
            .map_err(|error| network(had_authorization, &error))?
            .dyn_into()
            .map_err(|_| ErrorKind::BadAnswer(AnswerFault::NoResponse))?;
        let url = Some(answer.url()).filter(|url| !url.is_empty());
        let body = read_body(&answer, abort, had_authorization);
        Ok(Response::new(answer.status(), url, readable_headers(&answer), body))
    }
}

/// Violations of the policy that are kept until they are asked for.
const KEPT: usize = 64;

/// Listens for violations of `connect-src` in this page.
pub fn violations() -> Violations {
    let heard: Rc<RefCell<Vec<String>>> = Rc::default();
    let told = Rc::clone(&heard);
    let listener = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let member = |name: &str| js_sys::Reflect::get(&event, &name.into()).ok()?.as_string();
        if member("effectiveDirective").as_deref() == Some("connect-src")
            && let Some(url) = member("blockedURI")
            && told.borrow().len() < KEPT
        {
            told.borrow_mut().push(url);
        }
    });
    if let Ok(page) = js_sys::global().dyn_into::<web_sys::EventTarget>() {
        let call = listener.as_ref().unchecked_ref();
        let _ = page.add_event_listener_with_callback("securitypolicyviolation", call);
    }
    // It listens as long as the page lives.
    listener.forget();
    Rc::new(move |url| {
        let mut heard = heard.borrow_mut();
        let at = heard.iter().position(|blocked| blocked == url);
        at.map(|at| heard.swap_remove(at)).is_some()
    })
}

/// Calls fetch. Nothing else in the page does: one place shows what is sent.
fn fetch(request: &web_sys::Request) -> Result<Promise> {
    match js_sys::global().dyn_into::<Window>() {
        Ok(window) => Ok(window.fetch_with_request(request)),
        Err(global) => global
            .dyn_into::<WorkerGlobalScope>()
            .map(|worker| worker.fetch_with_request(request))
            .map_err(|_| ErrorKind::Unsupported(Limitation::NoFetch).into()),
    }
}

/// Aborts the exchange when it is dropped; after its end that does nothing.
struct AbortOnDrop(AbortController);

impl AbortOnDrop {
    fn new() -> Result<Self> {
        AbortController::new().map(Self).map_err(|error| network(false, &error))
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn prepare(request: &Request, abort: &AbortOnDrop) -> Result<web_sys::Request> {
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_mode(match request.mode {
        Mode::Cors => RequestMode::Cors,
        Mode::NoCors => RequestMode::NoCors,
    });
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_redirect(match request.redirect {
        Redirect::Follow => RequestRedirect::Follow,
        Redirect::Error => RequestRedirect::Error,
    });
    init.set_cache(match request.cache {
        Cache::Default => RequestCache::Default,
        Cache::Revalidate => RequestCache::NoCache,
        Cache::Reload => RequestCache::Reload,
        Cache::Off => RequestCache::NoStore,
    });
    init.set_signal(Some(&abort.0.signal()));
    set_headers(&init, request)?;
    set_body(&init, &request.body)?;
    web_sys::Request::new_with_str_and_init(&request.url.to_string(), &init)
        .map_err(|error| ErrorKind::InvalidInput(InputFault::Other(text_of(&error))).into())
}

fn set_headers(init: &RequestInit, request: &Request) -> Result<()> {
    let headers = web_sys::Headers::new().map_err(|error| network(false, &error))?;
    let allowed = |name: &str| !FORBIDDEN.contains(&name.to_ascii_lowercase().as_str());
    for (name, value) in request.headers.iter().filter(|(name, _)| allowed(name)) {
        headers
            .append(name, value)
            .map_err(|error| ErrorKind::InvalidInput(InputFault::Other(text_of(&error))))?;
    }
    init.set_headers(&headers);
    Ok(())
}

fn set_body(init: &RequestInit, body: &Body) -> Result<()> {
    match body {
        Body::Empty => {}
        Body::Bytes(bytes) => init.set_body(&Uint8Array::from(&bytes[..])),
        Body::Handle { handle, .. } => match handle.downcast_ref::<web_sys::Blob>() {
            Some(blob) => init.set_body(blob),
            None => return Err(ErrorKind::InvalidInput(InputFault::Body).into()),
        },
    }
    Ok(())
}

/// A rejected fetch says nothing of its cause (R27).
fn network(had_authorization: bool, error: &JsValue) -> Error {
    ErrorKind::Network { had_authorization, detail: text_of(error) }.into()
}

fn text_of(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_default()
}

fn readable_headers(answer: &web_sys::Response) -> Headers {
    let mut headers = Headers::default();
    let entries = js_sys::try_iter(&answer.headers()).ok().flatten();
    for entry in entries.into_iter().flatten().flatten() {
        let pair = js_sys::Array::from(&entry);
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) {
            headers.append(&name, value);
        }
    }
    headers
}

/// The body as a stream of chunks. It owns the abort: dropping the stream ends the exchange.
fn read_body(answer: &web_sys::Response, abort: AbortOnDrop, authorized: bool) -> BodyStream {
    let Some(body) = answer.body() else { return stream::empty().boxed_local() };
    let reader = Reader::open(&body);
    stream::unfold((reader, abort), move |(mut reader, abort)| async move {
        let chunk = reader.read().await.map_err(|error| network(authorized, &error)).transpose()?;
        Some((chunk, (reader, abort)))
    })
    .boxed_local()
}

/// Reads into one buffer of ours if the browser can, else takes the chunks that it makes.
enum Reader {
    Byob(ReadableStreamByobReader, Uint8Array),
    Default(ReadableStreamDefaultReader),
    Ended,
}

impl Reader {
    fn open(body: &ReadableStream) -> Self {
        if let Ok(reader) = ReadableStreamByobReader::new(body) {
            return Self::Byob(reader, Uint8Array::new_with_length(READ_BUFFER));
        }
        ReadableStreamDefaultReader::new(body).map_or(Self::Ended, Self::Default)
    }

    /// The next chunk, `None` at the end.
    async fn read(&mut self) -> std::result::Result<Option<Bytes>, JsValue> {
        let promise = match self {
            Self::Byob(reader, buffer) => reader.read_with_array_buffer_view(buffer),
            Self::Default(reader) => reader.read(),
            Self::Ended => return Ok(None),
        };
        let result: ReadableStreamReadResult = JsFuture::from(promise).await?.unchecked_into();
        let view = result.get_value().dyn_into::<Uint8Array>().ok();
        if result.get_done() == Some(true) {
            *self = Self::Ended;
            return Ok(None);
        }
        let view = view.ok_or(JsValue::UNDEFINED)?;
        let chunk = Bytes::from(view.to_vec());
        if let Self::Byob(_, buffer) = self {
            *buffer = Uint8Array::new(&view.buffer());
        }
        Ok(Some(chunk))
    }
}

/// The time of the browser, and its random numbers.
pub struct BrowserClock;

impl Clock for BrowserClock {
    fn now(&self) -> Duration {
        Duration::from_secs_f64((js_sys::Date::now() / 1000.0).max(0.0))
    }

    fn sleep(&self, length: Duration) -> LocalBoxFuture<'static, ()> {
        match length.is_zero() {
            true => turn().boxed_local(),
            false => Timer::start(length).boxed_local(),
        }
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }
}

/// Ends after the events that are waiting already: `setTimeout` would add up to 4 ms.
async fn turn() {
    let Ok(channel) = MessageChannel::new() else { return };
    let (here, there) = (channel.port1(), channel.port2());
    let came = Promise::new(&mut |resolve, _| here.set_onmessage(Some(&resolve)));
    if there.post_message(&JsValue::NULL).is_ok() {
        let _ = JsFuture::from(came).await;
    }
    here.close();
}

/// `setTimeout` as a future that clears itself when it is dropped.
struct Timer {
    id: Option<i32>,
    elapsed: JsFuture,
}

impl Timer {
    fn start(length: Duration) -> Self {
        let millis = i32::try_from(length.as_millis()).unwrap_or(i32::MAX);
        let mut id = None;
        let promise = Promise::new(&mut |resolve, _| id = set_timeout(&resolve, millis));
        Self { id, elapsed: JsFuture::from(promise) }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.elapsed.poll_unpin(context).map(|_| self.id = None)
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            clear_timeout(id);
        }
    }
}

fn set_timeout(callback: &js_sys::Function, millis: i32) -> Option<i32> {
    match js_sys::global().dyn_into::<Window>() {
        Ok(window) => {
            window.set_timeout_with_callback_and_timeout_and_arguments_0(callback, millis).ok()
        }
        Err(global) => global
            .dyn_into::<WorkerGlobalScope>()
            .ok()?
            .set_timeout_with_callback_and_timeout_and_arguments_0(callback, millis)
            .ok(),
    }
}

fn clear_timeout(id: i32) {
    match js_sys::global().dyn_into::<Window>() {
        Ok(window) => window.clear_timeout_with_handle(id),
        Err(global) => {
            if let Ok(worker) = global.dyn_into::<WorkerGlobalScope>() {
                worker.clear_timeout_with_handle(id);
            }
        }
    }
}
