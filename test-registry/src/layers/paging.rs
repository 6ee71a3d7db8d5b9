//! Cuts the lists of tags and repositories into pages, in the different ways of real registries.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::instance::Instance;
use crate::random;
use crate::reply;
use crate::switches::{LinkHeader, Paging};

pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    mut request: Request,
    next: Next,
) -> Response {
    let key = match Endpoint::of(request.uri().path()) {
        Endpoint::Catalog => "repositories",
        Endpoint::Tags { .. } => "tags",
        _ => return next.run(request).await,
    };
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let asked = request.uri().clone();
    let paging = &instance.switches().paging;
    let size = match page_size(paging, &asked) {
        Ok(size) => size,
        Err(refusal) => return *refusal,
    };
    // Ferro returns the whole list, and this layer cuts it.
    *request.uri_mut() = asked.path().parse().unwrap_or_default();
    let full = next.run(request).await;
    if full.status() != StatusCode::OK {
        return full;
    }
    page(&instance, &asked, key, size, full).await
}

/// Returns the number of entries per page: the requested number, at most the cap. `None` is no limit.
fn page_size(paging: &Paging, asked: &Uri) -> Result<Option<usize>, Box<Response>> {
    let refuse = |text: &str| {
        let message = format!("invalid number of results requested: {text}");
        Box::new(reply::error(StatusCode::BAD_REQUEST, "PAGINATION_NUMBER_INVALID", &message))
    };
    let Some(text) = reply::query(asked, "n") else { return Ok(paging.cap) };
    let number: usize = text.parse().map_err(|_| refuse(&text))?;
    if paging.refuse_above.is_some_and(|limit| number > limit) {
        return Err(refuse(&text));
    }
    Ok(Some(paging.cap.map_or(number, |cap| number.min(cap))))
}

async fn page(
    instance: &Instance,
    asked: &Uri,
    key: &str,
    size: Option<usize>,
    full: Response,
) -> Response {
    let paging = &instance.switches().paging;
    let (_, body) = full.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let mut document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let mut names = names(&document, key);
    sort(paging, &mut names);
    let start = start(paging, asked, &names);
    let rest = names.get(start..).unwrap_or_default();
    let shown = size.map_or(rest, |size| rest.get(..size).unwrap_or(rest));
    let more = shown.len() < rest.len() || paging.endless;
    let link = shown.last().filter(|_| more).map(|last| link(instance, asked, last, size));
    if let Some(list) = document.get_mut(key) {
        *list = shown.into();
    }
    let mut reply =
        reply::with_type(StatusCode::OK, "application/json", Body::from(document.to_string()));
    if let Some(link) = link.filter(|_| paging.link != LinkHeader::Absent) {
        reply::set(&mut reply, header::LINK, &link);
    }
    reply
}

fn names(document: &Value, key: &str) -> Vec<String> {
    let list = document.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(Into::into).collect()
}

fn sort(paging: &Paging, names: &mut [String]) {
    if paging.unsorted {
        names.sort_by_key(|name| {
            name.bytes().fold(7_u64, |hash, byte| random::mix(hash ^ u64::from(byte)))
        });
    } else if paging.case_insensitive {
        names.sort_by_key(|name| name.to_lowercase());
    }
}

/// Returns the index of the first entry after `last`. A `last` that is not in the list counts at its
/// place in the sorted order.
fn start(paging: &Paging, asked: &Uri, names: &[String]) -> usize {
    let Some(last) = reply::query(asked, "last").filter(|_| !paging.last_ignored) else { return 0 };
    let found = names.iter().position(|name| *name == last).map(|at| at + 1);
    let start = found.unwrap_or_else(|| names.iter().take_while(|name| **name <= last).count());
    if paging.endless && start >= names.len() { 0 } else { start }
}

fn link(instance: &Instance, asked: &Uri, last: &str, size: Option<usize>) -> String {
    let origin = match instance.switches().paging.link_elsewhere {
        true => format!("http://{}", instance.companion),
        false => String::new(),
    };
    let last = percent_encoding::utf8_percent_encode(last, percent_encoding::NON_ALPHANUMERIC);
    let size = size.map(|size| format!("&n={size}")).unwrap_or_default();
    format!("<{origin}{}?last={last}{size}>; rel=\"next\"", asked.path())
}
