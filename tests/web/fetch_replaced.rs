//! Replaces the browser's fetch, as extensions do, and looks at what is handed to it and what its answers cause.

use std::{cell::RefCell, rc::Rc};

use futures_util::FutureExt;
use js_sys::{Error as JsError, Function, Promise, Reflect};
use porthole::{
    error::{AnswerFault, ErrorKind, InputFault},
    transport::{Fetch, Request, Transport},
    wire::{Method, Url},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;

type Fake = Closure<dyn FnMut(web_sys::Request) -> Promise>;

/// A fetch in the place of the browser's, which is put back at the end.
struct Replaced {
    own: JsValue,
    seen: Rc<RefCell<Vec<web_sys::Request>>>,
    _fake: Fake,
}

impl Replaced {
    fn by(mut answer: impl FnMut() -> Promise + 'static) -> Self {
        let seen: Rc<RefCell<Vec<web_sys::Request>>> = Rc::default();
        let fake: Fake = Closure::new({
            let seen = Rc::clone(&seen);
            move |request| {
                seen.borrow_mut().push(request);
                answer()
            }
        });
        let own = Reflect::get(&js_sys::global(), &"fetch".into()).unwrap();
        set(fake.as_ref().unchecked_ref::<Function>());
        Self { own, seen, _fake: fake }
    }

    fn request(&self) -> web_sys::Request {
        self.seen.borrow().first().cloned().expect("a request")
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        set(&self.own);
    }
}

fn set(fetch: &JsValue) {
    Reflect::set(&js_sys::global(), &"fetch".into(), fetch).unwrap();
}

fn request() -> Request {
    Request::new(Method::Get, Url::parse("https://registry.example/v2/").unwrap())
}

fn waits() -> Promise {
    Promise::new(&mut |_, _| {})
}

#[wasm_bindgen_test]
async fn a_dropped_request_is_aborted() {
    let replaced = Replaced::by(waits);
    let mut sending = Fetch.send(request());
    assert!((&mut sending).now_or_never().is_none());
    let sent = replaced.request();
    assert!(!sent.signal().aborted());
    drop(sending);
    assert!(sent.signal().aborted());
}

#[wasm_bindgen_test]
async fn a_dropped_body_is_aborted() {
    let answer: JsValue = web_sys::Response::new_with_opt_str(Some("a body")).unwrap().into();
    let replaced = Replaced::by(move || Promise::resolve(&answer));
    let response = Fetch.send(request()).await.unwrap();
    let sent = replaced.request();
    assert!(!sent.signal().aborted());
    drop(response);
    assert!(sent.signal().aborted());
}

#[wasm_bindgen_test]
async fn header_fields_that_are_not_a_pages_own_are_left_out() {
    let replaced = Replaced::by(|| Promise::reject(&JsError::new("enough")));
    let own = request().header("X-Own", "1").header("Accept-Encoding", "identity");
    assert!(Fetch.send(own.header("User-Agent", "x")).await.is_err());
    let headers = replaced.request().headers();
    assert_eq!(headers.get("x-own").unwrap().as_deref(), Some("1"));
    for name in ["accept-encoding", "user-agent"] {
        assert_eq!(headers.get(name).unwrap(), None, "{name}");
    }
}

#[wasm_bindgen_test]
async fn neither_cookie_nor_referrer_is_sent() {
    let replaced = Replaced::by(|| Promise::reject(&JsError::new("enough")));
    assert!(Fetch.send(request()).await.is_err());
    let sent = replaced.request();
    assert_eq!(sent.credentials(), web_sys::RequestCredentials::Omit);
    assert_eq!(sent.referrer_policy(), web_sys::ReferrerPolicy::NoReferrer);
}

/// gloo-net would end the program.
#[wasm_bindgen_test]
async fn a_header_value_that_throws_is_an_error() {
    let refused = Fetch.send(request().header("X-Own", "two\nlines")).await.err().unwrap();
    assert!(matches!(refused.kind, ErrorKind::InvalidInput(InputFault::Other(_))), "{refused}");
}

/// gloo-net would end the program.
#[wasm_bindgen_test]
async fn r027_a_rejection_that_is_no_error_is_a_network_failure() {
    for (reason, expected) in [
        (JsValue::from_str("blocked by an extension"), "blocked by an extension"),
        (JsValue::UNDEFINED, ""),
        (JsValue::from_f64(7.0), ""),
        (JsError::new("in words").into(), "in words"),
    ] {
        let _replaced = Replaced::by(move || Promise::reject(&reason));
        let failed = Fetch.send(request()).await.err().unwrap();
        let ErrorKind::Network { detail, had_authorization: false } = failed.kind else {
            panic!("{failed}")
        };
        assert_eq!(detail, expected);
    }
}

/// gloo-net would end the program.
#[wasm_bindgen_test]
async fn an_answer_that_is_no_response_is_an_error() {
    for answer in [JsValue::UNDEFINED, JsValue::from_str("text"), js_sys::Object::new().into()] {
        let _replaced = Replaced::by(move || Promise::resolve(&answer));
        let failed = Fetch.send(request()).await.err().unwrap();
        assert_eq!(failed.kind, ErrorKind::BadAnswer(AnswerFault::NoResponse));
    }
}
