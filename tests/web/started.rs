//! Registries that a test starts with its own switches, and clients for them with short waits.

use std::{rc::Rc, time::Duration};

use futures_core::future::LocalBoxFuture;
use porthole::{
    client::{Connection, RemoteRegistry},
    transport::{BrowserClock, Clock, Fetch, Request, Stack, Transport},
    wire::{Method, Url},
};

const SWITCHBOARD: Option<&str> = option_env!("PORTHOLE_TEST_SWITCHBOARD");

/// Starts a registry with these options of its command line, and returns its host.
pub(crate) async fn start(options: &[&str]) -> String {
    let switchboard =
        SWITCHBOARD.expect("built without PORTHOLE_TEST_SWITCHBOARD: run by `cargo xtask test`");
    let url = format!("http://{switchboard}/start?{}", options.join("&"));
    let request = Request::new(Method::Get, Url::parse(&url).unwrap());
    let answer = Fetch.send(request).await.expect("the switchboard answers");
    let status = answer.status;
    let text = answer.bytes(1000).await.unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert_eq!(status, 200, "{options:?}: {text}");
    text
}

/// A clock that runs sixty times as fast, so that the waits of the product are short.
struct FastClock(Duration);

impl Clock for FastClock {
    fn now(&self) -> Duration {
        self.0 + BrowserClock.now().saturating_sub(self.0) * 60
    }

    fn sleep(&self, length: Duration) -> LocalBoxFuture<'static, ()> {
        BrowserClock.sleep(length / 60)
    }

    fn random(&self) -> f64 {
        0.5
    }
}

/// Returns the transport layers of the page, on that clock.
pub(crate) fn stack() -> Stack {
    Stack::over(Rc::new(Fetch), Rc::new(FastClock(BrowserClock.now())))
}

/// Returns the connection to a started registry.
pub(crate) fn connection(host: &str) -> Connection {
    Connection::to(&host.parse().unwrap()).unwrap()
}

/// Returns a client for a started registry.
pub(crate) fn client(host: &str) -> RemoteRegistry {
    RemoteRegistry::new(connection(host), &stack())
}
