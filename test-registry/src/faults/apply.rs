//! Applies the fault of a rule to one request.

use std::io::Write;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::body::{Ending, collect, cut, send_bytewise, throttle};
use super::fault::Fault;
use super::gauntlet;
use super::rule::Rule;
use crate::connection::ResetSwitch;
use crate::instance::Instance;
use crate::reply;

const LOGIN_PAGE: &str = "<!doctype html><title>Sign in</title><form action=/login method=post>\
    <input name=user><input name=password type=password><button>Sign in</button></form>";
const GATEWAY_PAGE: &str = "<html><head><title>502 Bad Gateway</title></head>\
    <body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>";
const FOREVER: Duration = Duration::from_secs(3600);

/// Applies the first rule that is due for a request.
pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    let Some(rule) = instance.plan.rule_for(&line, &instance.random) else {
        return next.run(request).await;
    };
    if rule.fault == Fault::Gauntlet {
        return gauntlet::run(&instance, &line, request, next).await;
    }
    let line = request.extensions().get::<ConnectInfo<ResetSwitch>>().map(|info| info.0.clone());
    let switch = line.unwrap_or_default();
    if let Some(answer) = early_reply(&rule, &request) {
        return answer;
    }
    let (delay, request) = change_request(&instance, &rule, request);
    tokio::time::sleep(delay).await;
    change_reply(&rule, &switch, next.run(request).await).await
}

/// Returns the reply of a fault that answers instead of the registry.
fn early_reply(rule: &Rule, request: &Request) -> Option<Response> {
    let error = |status, code| Some(reply::error(status, code, "a fault that was asked for"));
    match rule.fault {
        Fault::UnauthorizedLoop => {
            let mut reply =
                reply::error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication required");
            let host = request
                .headers()
                .get("host")
                .and_then(|host| host.to_str().ok())
                .unwrap_or_default();
            let challenge =
                format!("Bearer realm=\"http://{host}/token\",service=\"test-registry\"");
            reply::set(&mut reply, header::WWW_AUTHENTICATE, &challenge);
            Some(reply)
        }
        Fault::Forbidden => error(StatusCode::FORBIDDEN, "DENIED"),
        Fault::NotFoundOnce => error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN"),
        Fault::RequestTimeout => error(StatusCode::REQUEST_TIMEOUT, "UNKNOWN"),
        Fault::TooManySeconds | Fault::TooManyDate | Fault::TooManyHidden => Some(too_many(rule)),
        Fault::ServerError => error(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN"),
        Fault::BadGateway => {
            Some(reply::with_type(StatusCode::BAD_GATEWAY, "text/html", GATEWAY_PAGE))
        }
        Fault::Flapping => error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
        Fault::HtmlLogin => {
            Some(reply::with_type(StatusCode::OK, "text/html; charset=utf-8", LOGIN_PAGE))
        }
        _ => None,
    }
}

fn too_many(rule: &Rule) -> Response {
    let mut reply = reply::error(
        StatusCode::TOO_MANY_REQUESTS,
        "TOOMANYREQUESTS",
        "you have reached your pull rate limit",
    );
    let delay = rule.delay.unwrap_or(Duration::from_secs(1));
    match rule.fault {
        Fault::TooManySeconds => {
            reply::set(&mut reply, header::RETRY_AFTER, &delay.as_secs().to_string())
        }
        Fault::TooManyDate => {
            let date = httpdate::fmt_http_date(SystemTime::now() + delay);
            reply::set(&mut reply, header::RETRY_AFTER, &date);
        }
        _ => {}
    }
    reply
}

/// Applies a fault that delays or changes the request.
fn change_request(instance: &Instance, rule: &Rule, mut request: Request) -> (Duration, Request) {
    let delay = rule.delay.unwrap_or(Duration::from_secs(5));
    let wait = match rule.fault {
        Fault::Latency => delay,
        Fault::Jitter => delay.mul_f64((instance.random.next() % 1000) as f64 / 1000.0),
        Fault::StallHeaders => rule.delay.unwrap_or(FOREVER),
        Fault::WrongRange => {
            // The reply has bytes 1 and 2 for every requested range.
            request
                .headers_mut()
                .insert(header::RANGE, axum::http::HeaderValue::from_static("bytes=1-2"));
            Duration::ZERO
        }
        Fault::RangeIgnored => {
            request.headers_mut().remove(header::RANGE);
            Duration::ZERO
        }
        _ => Duration::ZERO,
    };
    (wait, request)
}

/// Applies a fault of the reply.
async fn change_reply(rule: &Rule, switch: &ResetSwitch, mut reply: Response) -> Response {
    let size = size(&reply);
    let half = rule.at.unwrap_or(size / 2);
    match rule.fault {
        Fault::Throttle => reply.map(throttle),
        Fault::ByteSlices => reply.map(send_bytewise),
        Fault::StallBody => {
            reply.map(|body| cut(body, half, Ending::Linger(rule.delay.unwrap_or(FOREVER))))
        }
        Fault::ResetBody => reply.map(|body| cut(body, half, Ending::Reset(switch.clone()))),
        Fault::SlowClose => {
            let delay = rule.delay.unwrap_or(Duration::from_secs(5));
            without_length(reply).map(|body| cut(body, u64::MAX, Ending::Linger(delay)))
        }
        Fault::NoLengthEarlyClose => {
            without_length(reply).map(|body| cut(body, half, Ending::Close))
        }
        Fault::LengthTooLong => {
            with_length(reply, size + 64).map(|body| cut(body, u64::MAX, Ending::Cut))
        }
        Fault::LengthTooShort => {
            with_length(reply, half).map(|body| cut(body, u64::MAX, Ending::Close))
        }
        Fault::ChunkedCut => {
            reply.headers_mut().remove(header::CONTENT_LENGTH);
            reply.map(|body| cut(body, half, Ending::Cut))
        }
        Fault::WrongContentType => {
            reply::set(&mut reply, header::CONTENT_TYPE, "text/plain");
            reply
        }
        Fault::WrongDigest => {
            if let Ok(name) = "docker-content-digest".parse() {
                reply::set(&mut reply, name, &format!("sha256:{}", "0".repeat(64)));
            }
            reply
        }
        _ => change_body(rule.fault, reply).await,
    }
}

/// Applies a fault that replaces the bytes of the body.
async fn change_body(fault: Fault, mut reply: Response) -> Response {
    let body = std::mem::take(reply.body_mut());
    let encoded = matches!(fault, Fault::GzipEncoded | Fault::BrokenGzip | Fault::EncodingBomb);
    let bytes = match fault {
        Fault::GzipEncoded => gzip(&collect(body).await),
        Fault::EncodingBomb => bomb(),
        Fault::BrokenGzip => collect(body).await,
        Fault::WrongBytes => flip_bit(&collect(body).await),
        Fault::LongerBody => {
            Bytes::from([collect(body).await.as_ref(), b"\n{\"more\": true}"].concat())
        }
        Fault::EmptyBody => Bytes::new(),
        Fault::HugeBody => Bytes::from(format!("{{\"padding\": \"{}\"}}", "x".repeat(10 << 20))),
        Fault::DeepJson => Bytes::from("[".repeat(100_000)),
        _ => {
            *reply.body_mut() = body;
            return reply;
        }
    };
    if encoded {
        reply::set(&mut reply, header::CONTENT_ENCODING, "gzip");
    }
    reply.headers_mut().remove(header::CONTENT_LENGTH);
    *reply.body_mut() = Body::from(bytes);
    reply
}

fn size(reply: &Response) -> u64 {
    let named = reply
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    named.or_else(|| reply.body().size_hint().exact()).unwrap_or(1024)
}

fn with_length(mut reply: Response, length: u64) -> Response {
    reply::set(&mut reply, header::CONTENT_LENGTH, &length.to_string());
    reply
}

/// Makes an HTTP/1.0 reply, which has neither length nor chunks and ends by closing.
fn without_length(mut reply: Response) -> Response {
    reply.headers_mut().remove(header::CONTENT_LENGTH);
    *reply.version_mut() = Version::HTTP_10;
    reply
}

fn flip_bit(bytes: &Bytes) -> Bytes {
    let mut copy = bytes.to_vec();
    let middle = copy.len() / 2;
    if let Some(byte) = copy.get_mut(middle) {
        *byte ^= 1;
    }
    copy.into()
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default().into()
}

fn bomb() -> Bytes {
    static BOMB: OnceLock<Bytes> = OnceLock::new();
    BOMB.get_or_init(|| gzip(&vec![0; 64 << 20])).clone()
}
