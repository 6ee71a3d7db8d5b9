//! Redirects blob reads to the companion, as registries with an object store do.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::endpoint::Endpoint;
use crate::instance::Instance;
use crate::reply;
use crate::switches::BlobDelivery;

pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    let direct = instance.switches().blobs == BlobDelivery::Direct;
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match Endpoint::of(request.uri().path()) {
        Endpoint::Blob { digest, .. } if reads && !direct => redirect(&instance, &digest),
        _ => next.run(request).await,
    }
}

/// Redirects to a URL with a signature in its query, like a pre-signed one. It must not be shown (R18).
fn redirect(instance: &Instance, digest: &str) -> Response {
    let mut reply = reply::empty(StatusCode::TEMPORARY_REDIRECT);
    let target = format!(
        "http://{}/storage/{digest}?X-Amz-Signature=f00dcafe&X-Amz-Expires=1200",
        instance.companion
    );
    reply::set(&mut reply, header::LOCATION, &target);
    reply
}
