//! A blob as Tokio's asynchronous reader that seeks (R82). Tokio's traits, and not those of `futures`: the
//! native transport needs Tokio anyway, and what a program hands a reader to natively takes these.

use std::{
    io::{self, SeekFrom},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};

use super::{Repository, SeekableBlob};
use crate::{error::Result, oci::Descriptor};

/// A blob that is read and sought in as a file is. Seeking asks for nothing; the next read does. A blob that
/// is read from its beginning to its end is verified by then. It is not `Send`, as no future here is.
///
/// ```
/// use porthole::{
///     client::Clients,
///     content::verify::digest_of,
///     oci::{Descriptor, MediaType},
///     testing::{Reply, Scripted, VirtualClock},
///     transport::Stack,
/// };
/// use tokio::io::{AsyncReadExt, AsyncSeekExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Stands for a registry: `Stack::native()` asks a real one.
/// let script = Scripted::answering(VirtualClock::default().shared(), |request, _| {
///     match request.headers.get("range") {
///         Some(_) => Reply::status(206).header("Content-Range", "bytes 6-10/11").body("world"),
///         None => Reply::ok("hello world"),
///     }
/// });
/// let stack = Stack::over(script, VirtualClock::default().shared());
/// let registry = Clients::new(stack).get(&"registry.example".parse()?, None)?;
/// let repository = registry.repository("team/app".parse()?);
/// let digest = digest_of(b"hello world");
/// let mut blob = repository.blobs().reader(Descriptor::new(MediaType::OCTET_STREAM, digest, 11));
/// let mut text = String::new();
/// blob.seek(std::io::SeekFrom::End(-5)).await?;
/// blob.read_to_string(&mut text).await?;
/// assert_eq!(text, "world");
/// # Ok(())
/// # }
/// ```
pub struct AsyncBlob {
    repository: Repository,
    blob: Descriptor,
    /// The byte that is read next.
    position: u64,
    /// Bytes that came and were not taken yet.
    rest: Bytes,
    state: ReaderState,
}

/// A reader between reads and during one.
enum ReaderState {
    Closed,
    Idle(Box<SeekableBlob>),
    Reading(LocalBoxFuture<'static, (Box<SeekableBlob>, Result<Option<Bytes>>)>),
}

impl AsyncBlob {
    pub(super) fn new(repository: &Repository, blob: Descriptor) -> Self {
        let (rest, state) = (Bytes::new(), ReaderState::Closed);
        Self { repository: repository.clone(), blob, position: 0, rest, state }
    }

    /// Returns the descriptor of the blob.
    pub fn descriptor(&self) -> &Descriptor {
        &self.blob
    }

    /// Fetches the next bytes; none at the end.
    fn poll_fetch(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        loop {
            let mut reading = match std::mem::replace(&mut self.state, ReaderState::Closed) {
                ReaderState::Reading(reading) => reading,
                ReaderState::Idle(blob) => next_bytes(blob),
                ReaderState::Closed => {
                    let mut blob = self.repository.blobs().open(self.blob.clone());
                    blob.seek(self.position).map_err(io::Error::other)?;
                    next_bytes(Box::new(blob))
                }
            };
            let Poll::Ready((blob, outcome)) = reading.poll_unpin(context) else {
                self.state = ReaderState::Reading(reading);
                return Poll::Pending;
            };
            match outcome {
                Ok(Some(bytes)) if bytes.is_empty() => self.state = ReaderState::Idle(blob),
                Ok(bytes) => {
                    self.state = ReaderState::Idle(blob);
                    return Poll::Ready(Ok(bytes.unwrap_or_default()));
                }
                Err(error) => return Poll::Ready(Err(io::Error::other(error))),
            }
        }
    }
}

fn next_bytes(
    mut blob: Box<SeekableBlob>,
) -> LocalBoxFuture<'static, (Box<SeekableBlob>, Result<Option<Bytes>>)> {
    async move {
        let outcome = blob.read().await;
        (blob, outcome)
    }
    .boxed_local()
}

impl AsyncRead for AsyncBlob {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        if self.rest.is_empty() {
            self.rest = ready!(self.poll_fetch(context))?;
        }
        let length = buffer.remaining().min(self.rest.len());
        buffer.put_slice(&self.rest.split_to(length));
        self.position += length as u64;
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for AsyncBlob {
    /// Positions before the beginning and beyond the end are errors (R82), which leave the position.
    fn start_seek(mut self: Pin<&mut Self>, to: SeekFrom) -> io::Result<()> {
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(distance) => self.blob.size.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
        };
        let target = target.filter(|target| *target <= self.blob.size);
        let target = target.ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
        if target != self.position {
            (self.position, self.rest, self.state) = (target, Bytes::new(), ReaderState::Closed);
        }
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.position))
    }
}
