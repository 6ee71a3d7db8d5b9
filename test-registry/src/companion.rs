//! The second server of an instance, on another origin. It holds the blob storage, a token endpoint and a web
//! page.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{Html, Response};
use axum::routing::get;

use crate::instance::Instance;
use crate::{auth, layers, reply};

/// The path of a web page for people, which no other origin may read.
pub(crate) const WEB_PAGE: &str = "/web";

pub(crate) fn router(instance: &Arc<Instance>) -> Router {
    let storage = Router::new()
        .route("/storage/{digest}", get(stored))
        .route(WEB_PAGE, get(async || Html("<!doctype html><title>Registry</title>")))
        .with_state(Arc::clone(instance));
    layers::around_companion(instance, storage.merge(auth::token_routes(instance)))
}

/// Answers with a blob. Refuses requests that carry a credential, as S3 does at a pre-signed URL.
async fn stored(
    State(instance): State<Arc<Instance>>,
    Path(digest): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if headers.contains_key("authorization") {
        let text = "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>";
        return reply::with_type(StatusCode::BAD_REQUEST, "application/xml", text);
    }
    let missing = || {
        reply::with_type(
            StatusCode::NOT_FOUND,
            "application/xml",
            "<Error><Code>NoSuchKey</Code></Error>",
        )
    };
    layers::deliver(&instance, &digest, &method, &headers).await.unwrap_or_else(missing)
}
