//! Serves the page of the bench and blobs of any size, which are one piece of chance repeated: a
//! server that works would take the time that is to be measured.

use std::{
    convert::Infallible,
    path::Path,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::Body,
    extract::Path as Address,
    http::header::{CACHE_CONTROL, CONTENT_LENGTH},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::task::JoinHandle;
use tower_http::services::ServeDir;

use super::data;
use crate::{
    failure::{OrFail, Result},
    site::listen,
};

/// A server that ends when it is dropped.
pub(super) struct Server {
    /// Its address.
    pub(super) origin: String,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves a folder, and blobs under `/blob/SEED/SIZE`.
///
/// # Errors
/// When no port is free.
pub(super) async fn start(folder: &Path) -> Result<Server> {
    let listener = listen(0, "--port").await?;
    let address = listener.local_addr().or_fail("the listener has no address", "try again")?;
    let app = Router::new()
        .route("/blob/{seed}/{size}", get(blob))
        .fallback_service(ServeDir::new(folder));
    let task = tokio::spawn(async move {
        let _ = axum::serve(listener, app).await;
    });
    Ok(Server { origin: format!("http://{address}/"), task })
}

async fn blob(Address((seed, size)): Address<(u64, u64)>) -> Response {
    let body = Body::new(Repeated { piece: data::piece(seed), left: size });
    let headers = [(CONTENT_LENGTH, size.to_string()), (CACHE_CONTROL, "no-store".to_owned())];
    (headers, body).into_response()
}

/// A piece, again and again, up to a size.
struct Repeated {
    piece: Bytes,
    left: u64,
}

impl http_body::Body for Repeated {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let length = self.left.min(self.piece.len() as u64);
        self.left -= length;
        let piece = self.piece.slice(..usize::try_from(length).unwrap_or_default());
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
