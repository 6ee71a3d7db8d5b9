//! The referrers API: on, off in several ways, without filter, or in pages. Ferro 1.0 lists a manifest twice if it was
//! pushed twice. This layer removes the duplicate.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;

use crate::companion::WEB_PAGE;
use crate::endpoint::Endpoint;
use crate::instance::Instance;
use crate::reply;
use crate::switches::Referrers;

const PAGE: usize = 3;

pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    mut request: Request,
    next: Next,
) -> Response {
    let mode = instance.switches().referrers;
    let endpoint = Endpoint::of(request.uri().path());
    let is_off = matches!(endpoint, Endpoint::Referrers { .. });
    if let Some(off) = is_off.then(|| off(&instance, mode)).flatten() {
        return off;
    }
    match endpoint {
        Endpoint::Referrers { .. } if request.method() == Method::GET => {
            let asked = request.uri().clone();
            if mode == Referrers::Unfiltered {
                *request.uri_mut() = asked.path().parse().unwrap_or_default();
            }
            let full = next.run(request).await;
            if full.status() == StatusCode::OK { list(mode, &asked, full).await } else { full }
        }
        Endpoint::Manifest { .. } => {
            let mut reply = next.run(request).await;
            if off(&instance, mode).is_some() {
                reply.headers_mut().remove("oci-subject");
            }
            reply
        }
        _ => next.run(request).await,
    }
}

/// The reply of a registry that has no such API.
fn off(instance: &Instance, mode: Referrers) -> Option<Response> {
    let text = "text/plain; charset=utf-8";
    Some(match mode {
        // The reply of a router that does not know the path.
        Referrers::Absent => reply::with_type(StatusCode::NOT_FOUND, text, "404 page not found\n"),
        Referrers::NotAcceptable => {
            reply::with_type(StatusCode::NOT_ACCEPTABLE, text, "Not acceptable\n")
        }
        Referrers::Redirected => {
            let mut reply = reply::empty(StatusCode::FOUND);
            let target = format!("http://{}{WEB_PAGE}", instance.companion);
            reply::set(&mut reply, header::LOCATION, &target);
            reply
        }
        Referrers::Api | Referrers::Unfiltered | Referrers::Paged => return None,
    })
}

async fn list(mode: Referrers, asked: &Uri, full: Response) -> Response {
    let (mut parts, body) = full.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let mut document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let mut link = None;
    if let Some(manifests) = document.get_mut("manifests").and_then(Value::as_array_mut) {
        remove_duplicates(manifests);
        if mode == Referrers::Paged {
            link = cut(manifests, asked);
        }
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut reply = Response::from_parts(parts, document.to_string().into());
    if let Some(link) = link {
        reply::set(&mut reply, header::LINK, &link);
    }
    reply
}

fn remove_duplicates(manifests: &mut Vec<Value>) {
    let mut seen = BTreeSet::new();
    manifests.retain(|manifest| seen.insert(manifest.get("digest").map(ToString::to_string)));
}

/// Keeps one page, and returns the link to the next. Its `page` is no parameter of the specification, so
/// a client has to take the link as it is.
fn cut(manifests: &mut Vec<Value>, asked: &Uri) -> Option<String> {
    let page: usize = reply::query(asked, "page").and_then(|text| text.parse().ok()).unwrap_or(0);
    let total = manifests.len();
    let kept: Vec<Value> = manifests.drain(..).skip(page * PAGE).take(PAGE).collect();
    *manifests = kept;
    let more = (page + 1) * PAGE < total;
    let filter = reply::query(asked, "artifactType").map(|t| {
        let value = percent_encoding::utf8_percent_encode(&t, percent_encoding::NON_ALPHANUMERIC)
            .to_string();
        format!("&artifactType={value}")
    });
    more.then(|| {
        format!("<{}?page={}{}>; rel=\"next\"", asked.path(), page + 1, filter.unwrap_or_default())
    })
}
