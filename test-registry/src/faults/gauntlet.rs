//! The sequence of R162: every path first answers 503, then redirects, then demands a token, and then cuts
//! blobs at increasing offsets.

use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::body::{Ending, cut};
use crate::instance::Instance;
use crate::reply;

/// The number of times that a blob is cut before it comes whole. Each cut is later than the one before.
const CUTS: u32 = 3;

pub(super) async fn run(instance: &Instance, line: &str, request: Request, next: Next) -> Response {
    if request.uri().path() == "/token" {
        return next.run(request).await;
    }
    let visit = instance.plan.visit(line);
    let step = visit.checked_sub(2);
    match (visit, step) {
        (0, _) => {
            reply::error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "first come, not served")
        }
        (1, _) => redirect(&request),
        _ if !request.headers().contains_key(header::AUTHORIZATION) => challenge(&request),
        (_, Some(step)) => truncate(step, request, next).await,
        (_, None) => next.run(request).await,
    }
}

fn redirect(request: &Request) -> Response {
    let mut reply = reply::empty(StatusCode::TEMPORARY_REDIRECT);
    let target = request.uri().path_and_query().map_or("/v2/", |target| target.as_str());
    reply::set(&mut reply, header::LOCATION, target);
    reply
}

fn challenge(request: &Request) -> Response {
    let mut reply = reply::error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "a token, please");
    let host =
        request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let value = format!("Bearer realm=\"http://{host}/token\",service=\"test-registry\"");
    reply::set(&mut reply, header::WWW_AUTHENTICATE, &value);
    reply
}

async fn truncate(step: u32, request: Request, next: Next) -> Response {
    let is_blob = request.method() == Method::GET && request.uri().path().contains("/blobs/");
    let reply = next.run(request).await;
    if !is_blob || step > CUTS {
        return reply;
    }
    let length = reply
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let at = length.unwrap_or_default() * u64::from(step + 1) / u64::from(CUTS + 2);
    reply.map(|body| cut(body, at, Ending::Cut))
}
