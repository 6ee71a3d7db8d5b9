//! Records every request and counts the bytes of every reply.

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;

use crate::instance::Instance;
use crate::log::{Entry, EntryHandle, Origin};

pub(crate) async fn registry(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    record(&instance, Origin::Registry, request, next).await
}

pub(crate) async fn companion(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    record(&instance, Origin::Companion, request, next).await
}

async fn record(instance: &Instance, origin: Origin, request: Request, next: Next) -> Response {
    let headers = request.headers().iter();
    let entry = instance.log.begin(Entry {
        origin,
        method: request.method().to_string(),
        target: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
        headers: headers
            .map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
            .collect(),
        status: 0,
        sent: 0,
    });
    let reply = next.run(request).await;
    entry.status(reply.status().as_u16());
    count_bytes(reply, entry)
}

/// Wraps the body so that its bytes are counted. The wrapper hides the body's length from hyper, so
/// `Content-Length` is set before. HTTP/1.0 replies have none, because they end by closing.
fn count_bytes(mut reply: Response, entry: EntryHandle) -> Response {
    let known = reply.body().size_hint().exact();
    if let Some(length) = known.filter(|_| reply.version() != axum::http::Version::HTTP_10) {
        reply.headers_mut().entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
    reply.map(|body| {
        Body::new(body.map_frame(move |frame| {
            entry.sent(frame.data_ref().map_or(0, bytes::Bytes::len));
            frame
        }))
    })
}
