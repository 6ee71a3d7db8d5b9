//! Adds byte ranges of blobs, which ferro 1.0 does not have, and blobs that are generated while they are read.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::endpoint::Endpoint;
use crate::instance::Instance;
use crate::pattern::Pattern;
use crate::reply;

pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match Endpoint::of(request.uri().path()) {
        Endpoint::Blob { digest, .. } if reads => {
            let (method, headers) = (request.method().clone(), request.headers().clone());
            match deliver(&instance, &digest, &method, &headers).await {
                Some(reply) => reply,
                None => next.run(request).await,
            }
        }
        _ => next.run(request).await,
    }
}

/// Returns a reply with a blob, whole or the requested range. Returns `None` if the store has no such blob.
pub(crate) async fn deliver(
    instance: &Instance,
    digest: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Option<Response> {
    let source = match instance.store.pattern(digest) {
        Some(pattern) => Source::Generated(pattern),
        None => Source::Stored(instance.store.blob(digest).await?),
    };
    let with_ranges = instance.switches().ranges;
    let requested =
        if with_ranges { requested_range(headers, source.len()) } else { RequestedRange::Whole };
    let mut reply = match requested {
        RequestedRange::Unsatisfiable => unsatisfiable(source.len()),
        RequestedRange::Whole => part(&source, 0..source.len(), StatusCode::OK, method),
        RequestedRange::Part(range) => part(&source, range, StatusCode::PARTIAL_CONTENT, method),
    };
    if with_ranges {
        reply::set(&mut reply, header::ACCEPT_RANGES, "bytes");
    }
    if let Ok(name) = "docker-content-digest".parse() {
        reply::set(&mut reply, name, digest);
    }
    reply::set(&mut reply, header::ETAG, &format!("\"{digest}\""));
    reply::set(&mut reply, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    Some(reply)
}

enum Source {
    Stored(bytes::Bytes),
    Generated(Pattern),
}

impl Source {
    fn len(&self) -> u64 {
        match self {
            Self::Stored(bytes) => bytes.len() as u64,
            Self::Generated(pattern) => pattern.size,
        }
    }

    fn body(&self, range: &Range<u64>) -> Body {
        match self {
            Self::Stored(bytes) => {
                let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                Body::from(bytes.slice(index(range.start)..index(range.end)))
            }
            Self::Generated(pattern) => pattern.body(range.clone()),
        }
    }
}

fn part(source: &Source, range: Range<u64>, status: StatusCode, method: &Method) -> Response {
    let body = if *method == Method::HEAD { Body::empty() } else { source.body(&range) };
    let mut reply = reply::with_type(status, "application/octet-stream", body);
    reply::set(&mut reply, header::CONTENT_LENGTH, &(range.end - range.start).to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        let value = format!("bytes {}-{}/{}", range.start, range.end - 1, source.len());
        reply::set(&mut reply, header::CONTENT_RANGE, &value);
    }
    reply
}

fn unsatisfiable(size: u64) -> Response {
    let mut reply =
        reply::error(StatusCode::RANGE_NOT_SATISFIABLE, "RANGE_INVALID", "invalid content range");
    reply::set(&mut reply, header::CONTENT_RANGE, &format!("bytes */{size}"));
    reply
}

#[derive(Debug, PartialEq, Eq)]
enum RequestedRange {
    Whole,
    Part(Range<u64>),
    Unsatisfiable,
}

/// Reads a `Range` of one range: open, closed or a suffix (RFC 9110, 14.1.2). Several ranges and other
/// units are ignored.
fn requested_range(headers: &HeaderMap, size: u64) -> RequestedRange {
    let value = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some((first, last)) =
        value.and_then(|v| v.strip_prefix("bytes=")).and_then(|v| v.split_once('-'))
    else {
        return RequestedRange::Whole;
    };
    match (first.trim().parse::<u64>(), last.trim()) {
        (Ok(first), _) if first >= size => RequestedRange::Unsatisfiable,
        (Ok(first), "") => RequestedRange::Part(first..size),
        (Ok(first), last) => match last.parse::<u64>() {
            Ok(last) if last >= first => {
                RequestedRange::Part(first..last.saturating_add(1).min(size))
            }
            _ => RequestedRange::Whole,
        },
        (Err(_), last) if first.trim().is_empty() => match last.parse::<u64>() {
            Ok(0) => RequestedRange::Unsatisfiable,
            Ok(length) => RequestedRange::Part(size.saturating_sub(length)..size),
            Err(_) => RequestedRange::Whole,
        },
        _ => RequestedRange::Whole,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(range: &str, expected: &RequestedRange) {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        assert_eq!(&requested_range(&headers, 10), expected, "{range}");
    }

    #[test]
    fn ranges_are_read() {
        check("bytes=0-3", &RequestedRange::Part(0..4));
        check("bytes=4-", &RequestedRange::Part(4..10));
        check("bytes=8-99", &RequestedRange::Part(8..10));
        check("bytes=-4", &RequestedRange::Part(6..10));
        check("bytes=-99", &RequestedRange::Part(0..10));
        check("bytes=10-", &RequestedRange::Unsatisfiable);
        check("bytes=-0", &RequestedRange::Unsatisfiable);
        check("bytes=3-1", &RequestedRange::Whole);
        check("bytes=0-1,4-5", &RequestedRange::Whole);
        check("pages=1-2", &RequestedRange::Whole);
    }
}
