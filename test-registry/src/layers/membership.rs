//! Serves blobs only from their repositories, and answers 404 for unknown repositories. Ferro 1.0 serves
//! any blob from any repository, and lists no tags for an unknown one. Both would hide mistakes of a client.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::endpoint::Endpoint;
use crate::instance::Instance;
use crate::reply;
use crate::switches::Catalog;

pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    if instance.switches().read_only && !matches!(method, Method::GET | Method::HEAD) {
        return refuse_writing();
    }
    let endpoint = Endpoint::of(request.uri().path());
    if let Some(refusal) = refuse(&instance, &endpoint, &method).await {
        return refusal;
    }
    if method == Method::DELETE {
        return delete(&instance, endpoint, request, next).await;
    }
    let mut reply = next.run(request).await;
    if reply.status() == StatusCode::CREATED {
        record_upload(&instance, &endpoint, &reply);
    }
    if !instance.switches().digest_header {
        reply.headers_mut().remove("docker-content-digest");
    }
    reply
}

/// Refuses what is neither GET nor HEAD, as a mirror does (R160).
fn refuse_writing() -> Response {
    let mut refusal = reply::error(
        StatusCode::METHOD_NOT_ALLOWED,
        "UNSUPPORTED",
        "this registry can only be read",
    );
    reply::set(&mut refusal, header::ALLOW, "GET, HEAD");
    refusal
}

async fn refuse(instance: &Instance, endpoint: &Endpoint, method: &Method) -> Option<Response> {
    match endpoint {
        Endpoint::Catalog => refuse_catalog(instance.switches().catalog),
        Endpoint::Tags { name } if !instance.store.knows(name).await => Some(reply::error(
            StatusCode::NOT_FOUND,
            "NAME_UNKNOWN",
            "repository name not known to registry",
        )),
        Endpoint::Blob { name, digest } => refuse_blob(instance, name, digest, method),
        _ => None,
    }
}

fn refuse_catalog(catalog: Catalog) -> Option<Response> {
    match catalog {
        Catalog::Open => None,
        Catalog::Denied => {
            let mut denied = reply::error(
                StatusCode::UNAUTHORIZED,
                "UNAUTHORIZED",
                "the catalog is for administrators",
            );
            let challenge = "Bearer realm=\"https://registry.invalid/token\",service=\"catalog\",scope=\"registry:catalog:*\"";
            reply::set(&mut denied, header::WWW_AUTHENTICATE, challenge);
            Some(denied)
        }
        Catalog::Absent => {
            Some(reply::error(StatusCode::NOT_FOUND, "NAME_UNKNOWN", "no catalog here"))
        }
        Catalog::NotAllowed => {
            Some(reply::error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "no catalog here"))
        }
    }
}

fn refuse_blob(instance: &Instance, name: &str, digest: &str, method: &Method) -> Option<Response> {
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::DELETE);
    if !reads || instance.store.has(name, digest) {
        return None;
    }
    match digest.parse::<ferro_blob_store::Digest>() {
        Ok(_) => {
            Some(reply::error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "blob unknown to registry"))
        }
        Err(_) => Some(reply::error(
            StatusCode::BAD_REQUEST,
            "DIGEST_INVALID",
            "provided digest is not one",
        )),
    }
}

/// Takes a blob out of its repository only, because another repository may still have it.
async fn delete(instance: &Instance, endpoint: Endpoint, request: Request, next: Next) -> Response {
    let is_content = matches!(endpoint, Endpoint::Manifest { .. } | Endpoint::Blob { .. });
    if is_content && !instance.switches().delete {
        return reply::error(
            StatusCode::METHOD_NOT_ALLOWED,
            "UNSUPPORTED",
            "The operation is unsupported.",
        );
    }
    if let Endpoint::Blob { name, digest } = endpoint {
        instance.store.unlink(&name, &digest);
        return reply::empty(StatusCode::ACCEPTED);
    }
    next.run(request).await
}

/// Makes the blob of a finished upload a member of the repository that `Location` names.
fn record_upload(instance: &Instance, endpoint: &Endpoint, reply: &Response) {
    if !matches!(endpoint, Endpoint::Upload { .. }) {
        return;
    }
    let location = reply
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let path = location.find("/v2/").and_then(|at| location.get(at..)).unwrap_or_default();
    if let Endpoint::Blob { name, digest } = Endpoint::of(path) {
        instance.store.link(&name, &digest);
    }
}
