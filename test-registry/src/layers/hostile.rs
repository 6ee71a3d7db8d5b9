//! Answers for the repositories of the hostile gallery, and adds them to the catalog.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::hostile::NAMESPACE;
use crate::instance::Instance;

/// Answers for the chosen rows.
pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    let chosen = instance.switches().hostile.clone();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if chosen.is_empty() || !reads {
        return next.run(request).await;
    }
    let endpoint = Endpoint::of(request.uri().path());
    let row = match endpoint.repository().and_then(|name| name.strip_prefix(NAMESPACE)) {
        Some(wanted) => chosen.iter().find(|row| **row == wanted),
        None if endpoint == Endpoint::Catalog => {
            chosen.iter().find(|row| row.starts_with("catalog-"))
        }
        None => None,
    };
    if let Some(row) = row {
        let shelf = instance.gallery.shelf(&instance.store, row);
        if let Some(answer) = shelf.answer(&endpoint, &request) {
            return answer;
        }
    }
    let reply = next.run(request).await;
    if endpoint == Endpoint::Catalog { with_rows(reply, &chosen).await } else { reply }
}

/// Adds the repositories of the gallery to the last page of the catalog.
async fn with_rows(reply: Response, chosen: &[&str]) -> Response {
    if reply.status() != StatusCode::OK || reply.headers().contains_key(header::LINK) {
        return reply;
    }
    let (mut parts, body) = reply.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let mut document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if let Some(names) = document.get_mut("repositories").and_then(Value::as_array_mut) {
        names.extend(chosen.iter().map(|row| Value::from(format!("{NAMESPACE}{row}"))));
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, document.to_string().into())
}
