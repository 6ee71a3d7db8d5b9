//! Bodies that are cut, delayed or sliced on the way.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::sync::mpsc;

use crate::connection::ResetSwitch;

/// The speed of [`super::fault::Fault::Throttle`], in bytes per second.
const RATE: usize = 8 * 1024;
/// The number of bytes that [`super::fault::Fault::ByteSlices`] sends one by one. The rest follows at once.
const SINGLE_BYTES: usize = 2048;

/// The end of a body after its first bytes were sent.
pub(super) enum Ending {
    /// The body ends properly.
    Close,
    /// The body pauses for this long, then ends properly.
    Linger(Duration),
    /// The connection closes in the middle of the body.
    Cut,
    /// The connection is reset in the middle of the body.
    Reset(ResetSwitch),
}

/// Sends the first bytes of a body, then ends it.
pub(super) fn cut(body: Body, at: u64, ending: Ending) -> Body {
    channel_body(|sender| async move {
        let mut left = at;
        let mut body = body;
        while left > 0
            && let Some(mut bytes) = data(&mut body).await
        {
            bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            left -= bytes.len() as u64;
            if !sender.send(bytes).await {
                return;
            }
        }
        finish(&sender, ending).await;
    })
}

async fn finish(sender: &Sender, ending: Ending) {
    match ending {
        Ending::Close => {}
        Ending::Linger(time) => sender.wait(time).await,
        Ending::Cut => sender.fail().await,
        Ending::Reset(switch) => {
            switch.arm();
            sender.fail().await;
        }
    }
}

/// Sends a body at [`RATE`].
pub(super) fn throttle(mut body: Body) -> Body {
    channel_body(|sender| async move {
        while let Some(mut bytes) = data(&mut body).await {
            while !bytes.is_empty() {
                let part = bytes.split_to(bytes.len().min(RATE / 32));
                if !sender.send(part).await {
                    return;
                }
                sender.wait(Duration::from_millis(31)).await;
            }
        }
    })
}

/// Sends the beginning of a body byte by byte.
pub(super) fn send_bytewise(mut body: Body) -> Body {
    channel_body(|sender| async move {
        let mut singles = SINGLE_BYTES;
        while let Some(mut bytes) = data(&mut body).await {
            while singles > 0 && !bytes.is_empty() {
                singles -= 1;
                if !sender.send(bytes.split_to(1)).await {
                    return;
                }
                tokio::task::yield_now().await;
            }
            if !bytes.is_empty() && !sender.send(bytes).await {
                return;
            }
        }
    })
}

/// Collects the bytes of a body. Bodies that a fault changes are small.
pub(super) async fn collect(body: Body) -> Bytes {
    body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default()
}

async fn data(body: &mut Body) -> Option<Bytes> {
    loop {
        match body.frame().await? {
            Ok(frame) => match frame.into_data() {
                Ok(bytes) => return Some(bytes),
                Err(_) => continue,
            },
            Err(_) => return None,
        }
    }
}

fn channel_body<F: Future<Output = ()> + Send + 'static>(feed: impl FnOnce(Sender) -> F) -> Body {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(feed(Sender(sender)));
    Body::new(ChannelBody(receiver))
}

struct Sender(mpsc::Sender<Result<Bytes, DeliberateError>>);

impl Sender {
    /// Sends bytes. Returns false if the reader is gone.
    async fn send(&self, bytes: Bytes) -> bool {
        self.0.send(Ok(bytes)).await.is_ok()
    }

    /// Ends the body by an error, which makes hyper drop the connection. The pause lets the earlier bytes
    /// leave hyper's buffer.
    async fn fail(&self) {
        self.wait(Duration::from_millis(20)).await;
        let _ = self.0.send(Err(DeliberateError)).await;
    }

    /// Waits, but stops if the reader is gone.
    async fn wait(&self, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = self.0.closed() => {}
        }
    }
}

struct ChannelBody(mpsc::Receiver<Result<Bytes, DeliberateError>>);

impl HttpBody for ChannelBody {
    type Data = Bytes;
    type Error = DeliberateError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, DeliberateError>>> {
        self.0.poll_recv(cx).map(|item| item.map(|item| item.map(Frame::data)))
    }
}

/// The error that makes hyper drop a connection.
#[derive(Debug)]
pub(super) struct DeliberateError;

impl fmt::Display for DeliberateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body was cut on purpose")
    }
}

impl std::error::Error for DeliberateError {}

impl From<Infallible> for DeliberateError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
