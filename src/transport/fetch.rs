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
use gloo_net::http;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, MessageChannel, ReadableStream, ReadableStreamByobReader,
    ReadableStreamDefaultReader, ReadableStreamReadResult, ReferrerPolicy, RequestCache,
    RequestCredentials, RequestMode, RequestRedirect, WorkerGlobalScope,
};

use super::{
    Body, BodyStream, Cache, Clock, Mode, Redirect, Request, Response, Transport, Violations,
};
use crate::{
    error::{AnswerFault, Error, ErrorKind, InputFault, Result},
    wire::Method,
};

/// Bytes asked for in one read of a body: the buffer is handed back and forth, so memory stays flat.
const READ_BUFFER: u32 = 256 * 1024;

/// The header field that a page does not send: it would cost a preflight (R39). Others that are not a page's own,
/// the browser drops itself (Fetch, forbidden request-header).
const LEFT_OUT: &str = "user-agent";

/// The transport of the page. Fetch has no time limit of its own: put `Deadline` around it.
pub struct Fetch;

#[async_trait(?Send)]
impl Transport for Fetch {
    async fn send(&self, request: Request) -> Result<Response> {
        let abort = AbortOnDrop::new()?;
        let prepared = prepare(&request, &abort)?;
        let had_authorization = request.is_authorized();
        let answer = fetch(prepared, had_authorization).await?;
        let url = Some(answer.url()).filter(|url| !url.is_empty());
        let body = read_body(&answer, abort, had_authorization);
        Ok(Response::new(answer.status(), url, answer.headers().entries().collect(), body))
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
///
/// Not by `send` of gloo-net: it ends the program where a rejection is no `Error` and where an answer is no
/// `Response`, and an extension of the browser may put either in the place of fetch's own.
async fn fetch(request: http::Request, had_authorization: bool) -> Result<http::Response> {
    let promise = global().fetch_with_request(&request.into());
    let answer =
        JsFuture::from(promise).await.map_err(|error| network(had_authorization, &error))?;
    let answer: web_sys::Response =
        answer.dyn_into().map_err(|_| ErrorKind::BadAnswer(AnswerFault::NoResponse))?;
    Ok(answer.into())
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

fn prepare(request: &Request, abort: &AbortOnDrop) -> Result<http::Request> {
    let builder = http::RequestBuilder::new(&request.url.to_string())
        .method(method(request.method))
        .mode(match request.mode {
            Mode::Cors => RequestMode::Cors,
            Mode::NoCors => RequestMode::NoCors,
        })
        .credentials(RequestCredentials::Omit)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .redirect(match request.redirect {
            Redirect::Follow => RequestRedirect::Follow,
            Redirect::Error => RequestRedirect::Error,
        })
        .cache(match request.cache {
            // What a registry shows only to those who sign in is not left on the disk, where the next
            // person at this browser would find it (distribution allows a year, `max-age=31536000`).
            _ if request.is_authorized() => RequestCache::NoStore,
            Cache::Default => RequestCache::Default,
            Cache::Revalidate => RequestCache::NoCache,
            Cache::Reload => RequestCache::Reload,
            Cache::Off => RequestCache::NoStore,
        })
        .abort_signal(Some(&abort.0.signal()))
        .headers(headers(request)?);
    let prepared = match body(&request.body)? {
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    prepared.map_err(|error| match error {
        gloo_net::Error::JsError(error) => unsendable(error.message),
        _ => unsendable(String::new()),
    })
}

fn method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Head => http::Method::HEAD,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    }
}

/// Returns the header fields. A value that no request can carry is an error; gloo-net would end the program.
fn headers(request: &Request) -> Result<http::Headers> {
    let headers = web_sys::Headers::new().map_err(|error| network(false, &error))?;
    let allowed = |name: &str| !name.eq_ignore_ascii_case(LEFT_OUT);
    for (name, value) in request.headers.iter().filter(|(name, _)| allowed(name)) {
        headers.append(name, value).map_err(|error| unsendable(text_of(&error)))?;
    }
    Ok(http::Headers::from_raw(headers))
}

fn body(body: &Body) -> Result<Option<JsValue>> {
    match body {
        Body::Empty => Ok(None),
        Body::Bytes(bytes) => Ok(Some(Uint8Array::from(&bytes[..]).into())),
        Body::Handle { handle, .. } => match handle.downcast_ref::<web_sys::Blob>() {
            Some(blob) => Ok(Some(blob.into())),
            None => Err(ErrorKind::InvalidInput(InputFault::Body).into()),
        },
    }
}

fn unsendable(why: String) -> Error {
    ErrorKind::InvalidInput(InputFault::Other(why)).into()
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

/// The body as a stream of chunks. It owns the abort: dropping the stream ends the exchange.
fn read_body(answer: &http::Response, abort: AbortOnDrop, authorized: bool) -> BodyStream {
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
        // The conversion saturates: no clock of a browser makes it fail.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Duration::from_millis(js_sys::Date::now() as u64)
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
            global().clear_timeout_with_handle(id);
        }
    }
}

fn set_timeout(callback: &js_sys::Function, millis: i32) -> Option<i32> {
    global().set_timeout_with_callback_and_timeout_and_arguments_0(callback, millis).ok()
}

/// Returns the global object, a window's or a worker's: what is called here, both have.
fn global() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}
