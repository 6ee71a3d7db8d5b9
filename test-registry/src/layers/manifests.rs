//! Checks that ferro 1.0 leaves out when a manifest is put. Blobs of other repositories and a wrong
//! `Content-Type` are refused, and a manifest put by digest may name its tags (distribution-spec, end-7b).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::instance::Instance;
use crate::manifest::Manifest;
use crate::reply;

/// The digest of the empty descriptor (OCI image-spec, "Guidance for an Empty Descriptor"). Ferro has
/// this blob in every repository.
const EMPTY: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    let Endpoint::Manifest { name, reference } = Endpoint::of(request.uri().path()) else {
        return next.run(request).await;
    };
    if request.method() != Method::PUT {
        return read(request, next).await;
    }
    let tags = reply::all_in_query(request.uri(), "tag");
    let (parts, body) = request.into_parts();
    let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return reply::error(StatusCode::BAD_REQUEST, "MANIFEST_INVALID", "the body broke off");
    };
    let content_type = header_text(parts.headers.get(header::CONTENT_TYPE)).to_owned();
    if let Some(refusal) = refuse(&instance, &name, &content_type, &bytes) {
        return refusal;
    }
    let mut reply = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    if reply.status() == StatusCode::CREATED && reference.contains(':') && !tags.is_empty() {
        let manifest =
            Manifest { digest: reference, media_type: content_type, bytes, referrer: None };
        add_tags(&instance, &name, &tags, &manifest, &mut reply).await;
    }
    reply
}

/// Reads a manifest. Its reply carries `nosniff`, as that of a blob does (R161).
async fn read(request: Request, next: Next) -> Response {
    let mut reply = next.run(request).await;
    reply::set(&mut reply, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    reply
}

fn refuse(
    instance: &Instance,
    repository: &str,
    content_type: &str,
    bytes: &Bytes,
) -> Option<Response> {
    let Ok(manifest) = serde_json::from_slice::<Value>(bytes) else {
        return Some(reply::error(
            StatusCode::BAD_REQUEST,
            "MANIFEST_INVALID",
            "manifest is not JSON",
        ));
    };
    let named = manifest.get("mediaType").and_then(Value::as_str);
    if named.is_some_and(|named| named != content_type.split(';').next().unwrap_or_default().trim())
    {
        let message = "mediaType in manifest does not match Content-Type";
        return Some(reply::error(StatusCode::BAD_REQUEST, "MANIFEST_INVALID", message));
    }
    let layers = manifest.get("layers").and_then(Value::as_array).into_iter().flatten();
    let missing = manifest
        .get("config")
        .into_iter()
        .chain(layers)
        .find(|d| !is_here(instance, repository, d))?;
    let message =
        format!("blob unknown to registry: {}", missing.get("digest").unwrap_or(&Value::Null));
    Some(reply::error(StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN", &message))
}

/// Returns true if a blob is in the repository or need not be there. A foreign layer has `urls` instead.
fn is_here(instance: &Instance, repository: &str, descriptor: &Value) -> bool {
    let digest = descriptor.get("digest").and_then(Value::as_str).unwrap_or_default();
    digest == EMPTY || descriptor.get("urls").is_some() || instance.store.has(repository, digest)
}

async fn add_tags(
    instance: &Instance,
    repository: &str,
    tags: &[String],
    manifest: &Manifest,
    reply: &mut Response,
) {
    let names: Vec<&str> = tags.iter().map(String::as_str).collect();
    instance.store.put_manifest(repository, &names, manifest).await;
    for tag in tags {
        if let Ok(value) = HeaderValue::from_str(tag) {
            reply.headers_mut().append("oci-tag", value);
        }
    }
}

fn header_text(value: Option<&HeaderValue>) -> &str {
    value.and_then(|value| value.to_str().ok()).unwrap_or_default()
}
