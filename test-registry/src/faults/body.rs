//! Bodies that go wrong on the way.

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

/// Bytes per second of [`super::fault::Fault::Throttle`].
const RATE: usize = 8 * 1024;
/// How many bytes [`super::fault::Fault::ByteSlices`] sends one by one; the rest follows at once.
const SINGLE_BYTES: usize = 2048;

/// How a body ends after its part was sent.
pub(super) enum Ending {
    /// Properly.
    Close,
    /// Nothing comes for this long, then properly.
    Linger(Duration),
    /// The connection is closed in the middle.
    Cut,
    /// The connection is reset.
    Reset(ResetSwitch),
}

/// Sends the first bytes of a body, then ends it in its way.
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

/// Sends a body at a few bytes per second.
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

/// The bytes of a body; what a fault changes is small.
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
    /// Whether somebody still reads.
    async fn send(&self, bytes: Bytes) -> bool {
        self.0.send(Ok(bytes)).await.is_ok()
    }

    /// Ends the body by an error, which makes hyper drop the connection. The pause lets what was sent
    /// before leave hyper's buffer.
    async fn fail(&self) {
        self.wait(Duration::from_millis(20)).await;
        let _ = self.0.send(Err(DeliberateError)).await;
    }

    /// Waits, but not for a reader that has gone.
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

/// The body was cut on purpose.
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
