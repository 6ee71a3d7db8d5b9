//! The layers around ferro, which add the protocol's variants, authentication, faults, CORS and the log.

mod cors;
mod hostile;
mod manifests;
mod membership;
mod paging;
mod ranges;
mod recording;
mod redirect;
mod referrers;
mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use ferro_oci_server::AppState;

use crate::instance::Instance;
use crate::{auth, faults};

pub(crate) use ranges::deliver;

/// Returns the registry: ferro inside, the layers around it, our own `/_test/log` and `/token` beside it.
pub(crate) fn router(instance: &Arc<Instance>) -> Router {
    let blobs: ferro_blob_store::SharedBlobStore = Arc::clone(&instance.store.blobs) as _;
    let state = AppState::new(blobs, Arc::clone(&instance.store.meta) as _);
    macro_rules! layer {
        ($function:path) => {
            from_fn_with_state(Arc::clone(instance), $function)
        };
    }
    // `Router::layer` wraps the layers before it, so the last line here is the outermost layer.
    ferro_oci_server::router(state)
        .layer(layer!(ranges::layer))
        .layer(layer!(redirect::layer))
        .layer(layer!(uploads::layer))
        .layer(layer!(manifests::layer))
        .layer(layer!(referrers::layer))
        .layer(layer!(paging::layer))
        .layer(layer!(membership::layer))
        .layer(layer!(hostile::layer))
        .merge(auth::token_routes(instance))
        .layer(layer!(auth::layer))
        .layer(layer!(faults::layer))
        .layer(layer!(cors::layer))
        .layer(layer!(recording::registry))
        .merge(log_routes(instance))
}

/// Puts the layers that the companion also has around its routes.
pub(crate) fn around_companion(instance: &Arc<Instance>, routes: Router) -> Router {
    routes
        .layer(from_fn_with_state(Arc::clone(instance), faults::layer))
        .layer(from_fn_with_state(Arc::clone(instance), cors::companion))
        .layer(from_fn_with_state(Arc::clone(instance), recording::companion))
}

fn log_routes(instance: &Arc<Instance>) -> Router {
    let read = async |State(instance): State<Arc<Instance>>| axum::Json(instance.log.to_json());
    let clear = async |State(instance): State<Arc<Instance>>| instance.log.clear();
    Router::new().route("/_test/log", get(read).delete(clear)).with_state(Arc::clone(instance))
}
