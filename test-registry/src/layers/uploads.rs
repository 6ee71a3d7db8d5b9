//! The variants of uploads in real registries: mounts, a minimum size of chunks, an absolute or stateful
//! `Location`, monolithic uploads only.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;

use crate::endpoint::Endpoint;
use crate::instance::Instance;
use crate::reply;
use crate::switches::Uploads;

pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    let Endpoint::Upload { name, session } = Endpoint::of(request.uri().path()) else {
        return next.run(request).await;
    };
    let uploads = instance.switches().uploads.clone();
    let host = header(request.headers(), "host").to_owned();
    let reply = match (session, request.method().clone()) {
        (None, Method::POST) => begin(&instance, &uploads, &name, request, next).await,
        (Some(_), Method::PATCH) => chunk(&uploads, request, next).await,
        (Some(_), Method::PUT) => close(&instance, &uploads, &name, request, next).await,
        (Some(_), _) if is_stale(&uploads, &request) => stale_reply(),
        _ => next.run(request).await,
    };
    rewrite_headers(&uploads, &host, reply)
}

/// Answers `POST`: mounts a blob of another repository, takes a whole blob, or opens a session.
async fn begin(
    instance: &Instance,
    uploads: &Uploads,
    name: &str,
    mut request: Request,
    next: Next,
) -> Response {
    let mount = reply::query(request.uri(), "mount");
    if let Some(digest) = mount.filter(|_| uploads.mount) {
        let from = reply::query(request.uri(), "from").unwrap_or_default();
        if instance.store.has(&from, &digest) {
            instance.store.link(name, &digest);
            return mount_reply(name, &digest);
        }
    }
    if !uploads.single_post {
        let path = request.uri().path().to_owned();
        *request.uri_mut() = path.parse().unwrap_or_default();
    }
    next.run(request).await
}

fn mount_reply(name: &str, digest: &str) -> Response {
    let mut reply = reply::empty(StatusCode::CREATED);
    reply::set(&mut reply, header::LOCATION, &format!("/v2/{name}/blobs/{digest}"));
    if let Ok(header) = "docker-content-digest".parse() {
        reply::set(&mut reply, header, digest);
    }
    reply
}

async fn chunk(uploads: &Uploads, request: Request, next: Next) -> Response {
    if !uploads.chunked {
        return reply::error(
            StatusCode::METHOD_NOT_ALLOWED,
            "UNSUPPORTED",
            "chunked uploads are not supported",
        );
    }
    if is_stale(uploads, &request) {
        return stale_reply();
    }
    let length: u64 = header(request.headers(), "content-length").parse().unwrap_or(u64::MAX);
    // A chunk without Content-Range is a streamed whole blob, for which there is no minimum.
    let is_chunk = request.headers().contains_key(header::CONTENT_RANGE);
    if is_chunk && uploads.chunk_minimum.is_some_and(|minimum| length < minimum) {
        return reply::error(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "SIZE_INVALID",
            "the chunk is smaller than the minimum",
        );
    }
    next.run(request).await
}

/// Answers `PUT`. Ferro does not compare the `Content-Range` of a last chunk with the bytes that it has.
async fn close(
    instance: &Instance,
    uploads: &Uploads,
    name: &str,
    request: Request,
    next: Next,
) -> Response {
    if is_stale(uploads, &request) {
        return stale_reply();
    }
    let Some(start) = content_range_start(request.headers()) else {
        return next.run(request).await;
    };
    let session = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    let state =
        ferro_oci_server::RegistryMeta::get_upload_state(&*instance.store.meta, name, &session)
            .await;
    let held = state.ok().flatten().map(|state| state.offset());
    if held.is_some_and(|held| held != start) {
        return reply::error(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "RANGE_INVALID",
            "the last chunk is out of order",
        );
    }
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

fn content_range_start(headers: &HeaderMap) -> Option<u64> {
    let value = header(headers, "content-range");
    value.trim_start_matches("bytes ").split('-').next()?.trim().parse().ok()
}

fn is_stale(uploads: &Uploads, request: &Request) -> bool {
    uploads.stateful_location && reply::query(request.uri(), "_state").is_none()
}

fn stale_reply() -> Response {
    reply::error(
        StatusCode::BAD_REQUEST,
        "BLOB_UPLOAD_INVALID",
        "the upload state of Location was not brought back",
    )
}

/// Rewrites the headers of a session that say its address, its offset and its identity.
fn rewrite_headers(uploads: &Uploads, host: &str, mut reply: Response) -> Response {
    let location = header(reply.headers(), "location").to_owned();
    if location.contains("/blobs/uploads/") {
        let origin =
            if uploads.absolute_location { format!("http://{host}") } else { String::new() };
        let state =
            if uploads.stateful_location { "?_state=bm90LXlvdXItYnVzaW5lc3M%3D" } else { "" };
        reply::set(&mut reply, header::LOCATION, &format!("{origin}{location}{state}"));
    }
    if !uploads.range_header {
        reply.headers_mut().remove(header::RANGE);
    }
    if reply.headers_mut().remove("oci-chunk-min-length").is_some()
        && let (Some(minimum), Ok(name)) = (uploads.chunk_minimum, "oci-chunk-min-length".parse())
    {
        reply::set(&mut reply, name, &minimum.to_string());
    }
    if uploads.odd_uuid
        && let Ok(name) = "docker-upload-uuid".parse()
    {
        reply::set(&mut reply, name, "not-the-last-segment");
    }
    reply
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
