//! Serves the page of the bench and blobs of any size, which are one piece of chance repeated: a
//! server that works would take the time that is to be measured.

use std::{
    convert::Infallible,
    path::Path,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
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
use tokio::{task::JoinHandle, time::Sleep};
use tower_http::services::ServeDir;
use xtask::failure::{OrFail, Result};

use super::data;
use crate::site::listen;

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
        .route("/gigabit/{seed}/{size}", get(gigabit))
        .fallback_service(ServeDir::new(folder));
    let task = tokio::spawn(async move {
        let _ = axum::serve(listener, app).await;
    });
    Ok(Server { origin: format!("http://{address}/"), task })
}

async fn blob(Address((seed, size)): Address<(u64, u64)>) -> Response {
    repeated(seed, size, None)
}

/// The same over a link of 1 Gbit/s, as far as a clock can make one.
async fn gigabit(Address((seed, size)): Address<(u64, u64)>) -> Response {
    repeated(seed, size, Some(Box::pin(tokio::time::sleep(Duration::ZERO))))
}

fn repeated(seed: u64, size: u64, pace: Option<Pin<Box<Sleep>>>) -> Response {
    let body = Body::new(Repeated { piece: data::piece(seed), left: size, pace });
    let headers = [(CONTENT_LENGTH, size.to_string()), (CACHE_CONTROL, "no-store".to_owned())];
    (headers, body).into_response()
}

/// A piece, again and again, up to a size.
struct Repeated {
    piece: Bytes,
    left: u64,
    /// The time of the next piece, on a link of limited speed.
    pace: Option<Pin<Box<Sleep>>>,
}

/// A second has room for this many bytes.
const GIGABIT: u64 = 125_000_000;

impl http_body::Body for Repeated {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let length = self.left.min(self.piece.len() as u64);
        if let Some(pace) = &mut self.pace {
            ready!(pace.as_mut().poll(context));
            let next = pace.deadline() + Duration::from_nanos(length * 1_000_000_000 / GIGABIT);
            pace.as_mut().reset(next);
        }
        self.left -= length;
        let piece = self.piece.slice(..usize::try_from(length).unwrap_or_default());
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
