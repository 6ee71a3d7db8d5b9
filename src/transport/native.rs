//! The transport to the network outside a browser: reqwest, for tests, examples and the command line.
//!
//! Redirects are followed here and not by reqwest: a port that changes is another origin, to which
//! no credential goes (R52). One place decides that.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use futures_core::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};

use tokio::runtime::Handle;

use super::{Body, BodyStream, Clock, Redirect, Request, Response, Transport, turn};
use crate::{
    error::{AnswerFault, Error, ErrorKind, InputFault, Limitation, RefusedAddress, Result},
    wire::{Headers, Method, Url, headers::name},
};

/// Redirects that are followed (R52).
const REDIRECTS: usize = 10;

/// The name of this client (R39). A browser sends its own.
const USER_AGENT: &str = concat!("porthole/", env!("CARGO_PKG_VERSION"));

/// The native transport.
pub struct Native {
    client: reqwest::Client,
}

impl Native {
    /// A transport with a connection pool of its own.
    ///
    /// # Errors
    /// `Unsupported` if the platform's TLS cannot be set up.
    pub fn new() -> Result<Self> {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(USER_AGENT)
            .build()
            .map(|client| Self { client })
            .map_err(|error| ErrorKind::Unsupported(Limitation::Other(reason(&error))).into())
    }

    async fn exchange(&self, request: &Request) -> Result<reqwest::Response> {
        let method = reqwest::Method::from_bytes(request.method.as_str().as_bytes())
            .map_err(|error| ErrorKind::InvalidInput(InputFault::Other(error.to_string())))?;
        let mut builder = self.client.request(method, request.url.to_string());
        for (name, value) in request.headers.iter() {
            builder = builder.header(name, value);
        }
        // Offsets count the bytes of the blob itself.
        builder = builder.header("accept-encoding", "identity");
        builder = match &request.body {
            Body::Bytes(bytes) => builder.body(bytes.clone()),
            Body::Empty if request.method.is_read() => builder,
            Body::Empty => builder.header(name::CONTENT_LENGTH, "0"),
            Body::Handle { .. } => {
                return Err(ErrorKind::InvalidInput(InputFault::Body).into());
            }
        };
        builder.send().await.map_err(|error| network(request, &error))
    }
}

#[async_trait(?Send)]
impl Transport for Native {
    async fn send(&self, mut request: Request) -> Result<Response> {
        // Without one, reqwest would panic.
        if Handle::try_current().is_err() {
            return Err(ErrorKind::Unsupported(Limitation::NoRuntime).into());
        }
        for _ in 0..=REDIRECTS {
            let answer = self.exchange(&request).await?;
            let Some(target) = redirect_target(&request, &answer) else {
                return Ok(response(&request, answer));
            };
            if request.redirect == Redirect::Error {
                let reason = RefusedAddress::Redirect(target?.origin().to_string());
                return Err(ErrorKind::Refused(reason).into());
            }
            request = redirected(request, answer.status().as_u16(), target?);
        }
        Err(ErrorKind::Refused(RefusedAddress::TooManyRedirects(REDIRECTS)).into())
    }
}

/// Returns the target of a redirect, or the reason not to follow it.
fn redirect_target(request: &Request, answer: &reqwest::Response) -> Option<Result<Url>> {
    let is_redirect = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = answer.headers().get("location").filter(|_| is_redirect)?;
    let target = location.to_str().ok().map(|location| request.url.join(location));
    Some(match target {
        Some(Ok(target)) => Ok(target),
        Some(Err(error)) => Err(ErrorKind::Refused(RefusedAddress::RedirectTarget(error)).into()),
        None => Err(ErrorKind::BadAnswer(AnswerFault::RedirectNotText).into()),
    })
}

/// The request as it goes to the target: as a browser would send it (R52).
fn redirected(mut request: Request, status: u16, target: Url) -> Request {
    if !request.url.is_same_origin(&target) {
        // Nothing else is known to be no secret: a client may have fields of its own (R39).
        let harmless = [name::ACCEPT, name::RANGE, name::CONTENT_TYPE];
        let is_harmless = |name: &str| harmless.iter().any(|h| h.eq_ignore_ascii_case(name));
        let fields = request.headers.iter().filter(|(name, _)| is_harmless(name));
        request.headers = fields.collect();
    }
    let post = request.method == Method::Post && matches!(status, 301 | 302);
    if post || (status == 303 && !request.method.is_read()) {
        request.method = Method::Get;
        request.body = Body::Empty;
        request.headers.remove(name::CONTENT_TYPE);
    }
    request.url = target;
    request
}

fn response(request: &Request, answer: reqwest::Response) -> Response {
    let text = |value: &reqwest::header::HeaderValue| {
        String::from_utf8_lossy(value.as_bytes()).into_owned()
    };
    let headers: Headers =
        answer.headers().iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let status = answer.status().as_u16();
    Response::new(status, Some(request.url.to_string()), headers, body(request, answer))
}

fn body(request: &Request, answer: reqwest::Response) -> BodyStream {
    let had_authorization = request.is_authorized();
    let part = move |part: reqwest::Result<bytes::Bytes>| {
        part.map_err(|error| Error::from(failure(had_authorization, &error)))
    };
    answer.bytes_stream().map(part).boxed_local()
}

fn network(request: &Request, error: &reqwest::Error) -> Error {
    failure(request.is_authorized(), error).into()
}

fn failure(had_authorization: bool, error: &reqwest::Error) -> ErrorKind {
    ErrorKind::Network { had_authorization, detail: reason(error) }
}

/// The innermost cause; the outer ones only repeat the URL, query and all.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Waits by a thread of its own. Dropping the future leaves the thread to end by itself.
async fn sleep_on_thread(length: Duration) {
    let (alarm, rings) = futures_channel::oneshot::channel();
    std::thread::spawn(move || {
        std::thread::sleep(length);
        alarm.send(())
    });
    let _ = rings.await;
}

/// The time of the machine, and its random numbers.
#[derive(Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    /// Outside a Tokio runtime a thread waits, for Tokio's timer would panic: a transport that is not [`Native`]
    /// works there, and [`Native`] tells its error.
    fn sleep(&self, length: Duration) -> LocalBoxFuture<'static, ()> {
        if length.is_zero() {
            return turn().boxed_local();
        }
        match Handle::try_current() {
            Ok(_) => tokio::time::sleep(length).boxed_local(),
            Err(_) => sleep_on_thread(length).boxed_local(),
        }
    }

    /// Drawn from the seed of a fresh hash map, which the standard library takes from the system:
    /// enough for spreading retries, and no dependency.
    fn random(&self) -> f64 {
        use std::hash::{BuildHasher, Hasher, RandomState};
        let drawn = RandomState::new().build_hasher().finish() >> 11;
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit into a double")]
        let share = drawn as f64 / (1u64 << 53) as f64;
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_outside_a_runtime_still_wakes() {
        let mut sleep = SystemClock.sleep(Duration::from_nanos(1));
        while (&mut sleep).now_or_never().is_none() {
            std::thread::yield_now();
        }
    }
}
