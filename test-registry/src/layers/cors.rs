//! The variants of CORS that registries have, from all headers exposed to no CORS header at all.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::companion::WEB_PAGE;
use crate::endpoint::Endpoint;
use crate::instance::Instance;
use crate::reply;
use crate::switches::{BlobDelivery, Cors, LinkHeader, Switches};

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const REQUEST_HEADERS: &str =
    "Authorization, Accept, Content-Type, Content-Range, Range, If-None-Match, If-Match";
/// The headers that zot's `getCORSHeaders` allows. `Accept` is not among them, so a long `Accept` is refused.
const ZOT_REQUEST_HEADERS: &str = "Authorization,content-type,X-ZOT-API-CLIENT";
const EXPOSED: &[&str] = &[
    "Docker-Content-Digest",
    "WWW-Authenticate",
    "Link",
    "Location",
    "Range",
    "Content-Range",
    "Accept-Ranges",
    "Docker-Upload-UUID",
    "Docker-Distribution-API-Version",
    "OCI-Subject",
    "OCI-Filters-Applied",
    "OCI-Tag",
    "OCI-Chunk-Min-Length",
    "OCI-Namespace",
    "Retry-After",
    "Warning",
    "ETag",
];

/// Answers preflights of the registry, and adds CORS headers to its replies.
pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    let switches = instance.switches();
    let path =
        Path { endpoint: Endpoint::of(request.uri().path()), method: request.method().clone() };
    if is_preflight(&request) {
        return preflight(&switches, &path);
    }
    let mut reply = next.run(request).await;
    allow(&switches, &path, &mut reply);
    if let Some(text) = &switches.cache_control {
        reply::set(&mut reply, header::CACHE_CONTROL, text);
    }
    if let Some(text) = &switches.warning {
        reply::set(&mut reply, header::WARNING, &format!("299 - \"{text}\""));
    }
    reply
}

/// Adds CORS headers to the replies of the companion, but for its web page, and for its blob storage if the
/// switch leaves that without them.
pub(crate) async fn companion(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    let storage = request.uri().path().starts_with("/storage");
    let web_page = request.uri().path() == WEB_PAGE;
    let without = instance.switches().blobs == BlobDelivery::RedirectWithoutCors;
    let bare = web_page || (storage && without);
    let preflight = is_preflight(&request);
    let mut reply =
        if preflight { reply::empty(StatusCode::NO_CONTENT) } else { next.run(request).await };
    if !bare {
        put(reply.headers_mut(), header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        put(reply.headers_mut(), header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        put(reply.headers_mut(), header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
    }
    reply
}

struct Path {
    endpoint: Endpoint,
    method: Method,
}

impl Path {
    /// Returns true for the routes that zot leaves without CORS: blobs, uploads, and putting manifests.
    fn is_bare_on_zot(&self) -> bool {
        match self.endpoint {
            Endpoint::Blob { .. } | Endpoint::Upload { .. } => true,
            Endpoint::Manifest { .. } => self.method == Method::PUT,
            _ => false,
        }
    }
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(switches: &Switches, path: &Path) -> Response {
    let answered = match switches.cors {
        Cors::None => false,
        Cors::NoBlobs | Cors::Zot => !path.is_bare_on_zot(),
        _ => true,
    };
    if !answered {
        return reply::error(
            StatusCode::METHOD_NOT_ALLOWED,
            "UNSUPPORTED",
            "OPTIONS is not known here",
        );
    }
    if switches.cors == Cors::PreflightDenied {
        let mut denied =
            reply::error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication required");
        allow(switches, path, &mut denied);
        return denied;
    }
    let mut reply = reply::empty(StatusCode::NO_CONTENT);
    allow(switches, path, &mut reply);
    let allowed = if switches.cors == Cors::Zot { ZOT_REQUEST_HEADERS } else { REQUEST_HEADERS };
    put(reply.headers_mut(), header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    put(reply.headers_mut(), header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    put(reply.headers_mut(), header::ACCESS_CONTROL_MAX_AGE, "600");
    reply
}

fn allow(switches: &Switches, path: &Path, reply: &mut Response) {
    let unauthorized = reply.status() == StatusCode::UNAUTHORIZED;
    let bare = match switches.cors {
        Cors::None => true,
        Cors::NoBlobs => path.is_bare_on_zot(),
        Cors::BareUnauthorized => unauthorized,
        Cors::BareErrors => reply.status().as_u16() >= 400,
        Cors::Zot => unauthorized || path.is_bare_on_zot(),
        Cors::Exposed | Cors::Hidden | Cors::PreflightDenied | Cors::Doubled => false,
    };
    if bare {
        return;
    }
    put(reply.headers_mut(), header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    if switches.cors == Cors::Doubled {
        reply
            .headers_mut()
            .append(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    if !matches!(switches.cors, Cors::Hidden | Cors::Zot) {
        put(reply.headers_mut(), header::ACCESS_CONTROL_EXPOSE_HEADERS, &exposed_headers(switches));
    }
}

fn exposed_headers(switches: &Switches) -> String {
    let hidden = switches.paging.link == LinkHeader::Hidden;
    let names = EXPOSED.iter().filter(|name| !(hidden && **name == "Link"));
    names.copied().collect::<Vec<_>>().join(", ")
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
