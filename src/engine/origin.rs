//! The origin of a job's bytes: a prepared request, or a slice of a file at hand.

use std::{any::Any, ops::Range, rc::Rc};

use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::{FutureExt, future::ready};
use serde::{Deserialize, Serialize};

#[cfg(not(target_arch = "wasm32"))]
use crate::error::ErrorKind;
use crate::{
    error::Result,
    transport::{Cache, Redirect, Request},
    wire::{Headers, Method, Url},
};

/// The place from which an engine takes the bytes of a job.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "PackedOrigin", from = "PackedOrigin")]
pub enum Origin {
    /// A request that the layers of the page have prepared. The engine sends it.
    Request(Box<Request>),
    /// A part of a file.
    Slice(Slice),
}

/// A part of a file, such as a blob inside an archive.
#[derive(Clone)]
pub struct Slice {
    /// The file that the slice is a part of.
    pub file: SharedFile,
    /// The bytes that belong to the slice.
    pub range: Range<u64>,
}

impl Slice {
    /// The number of its bytes.
    pub fn size(&self) -> u64 {
        self.range.end.saturating_sub(self.range.start)
    }
}

/// A file at hand, of which parts can be read: bytes in memory, a file on disk, a `Blob` of the browser.
///
/// A handle of the browser crosses to a worker in the place of its bytes.
pub trait LocalFile: Any {
    /// Reads the bytes of a range; fewer where the file ends before.
    ///
    /// # Errors
    /// `FileUnreadable` if the platform refuses.
    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'static, Result<Bytes>>;
}

/// A file as it is handed around.
pub type SharedFile = Rc<dyn LocalFile>;

impl LocalFile for Bytes {
    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'static, Result<Bytes>> {
        let within = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(self.len());
        let (start, end) = (within(range.start), within(range.end));
        ready(Ok(self.slice(start..end.max(start)))).boxed_local()
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl LocalFile for std::fs::File {
    /// Reads in this thread: the pieces are small.
    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'static, Result<Bytes>> {
        let refused = |error: std::io::Error| ErrorKind::FileUnreadable(error.to_string()).into();
        ready(read_at(self, range).map_err(refused)).boxed_local()
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn read_at(mut file: &std::fs::File, range: Range<u64>) -> std::io::Result<Bytes> {
    use std::io::{Read, Seek, SeekFrom};
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(range.start))?;
    file.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

/// An origin as it crosses to an engine: of a request the parts that reading needs, of a slice all but
/// the file, which crosses beside the message.
#[derive(Serialize, Deserialize)]
enum PackedOrigin {
    Request { url: Url, redirect: Redirect, cache: Cache, headers: Headers },
    Slice(Range<u64>),
}

impl From<Origin> for PackedOrigin {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Request(request) => Self::Request {
                url: request.url,
                redirect: request.redirect,
                cache: request.cache,
                headers: request.headers,
            },
            Origin::Slice(slice) => Self::Slice(slice.range),
        }
    }
}

impl From<PackedOrigin> for Origin {
    fn from(origin: PackedOrigin) -> Self {
        match origin {
            PackedOrigin::Request { url, redirect, cache, headers } => {
                let mut request = Request::new(Method::Get, url);
                (request.redirect, request.cache) = (redirect, cache);
                request.headers = headers;
                Self::Request(Box::new(request))
            }
            PackedOrigin::Slice(range) => Self::Slice(Slice { file: Rc::new(Bytes::new()), range }),
        }
    }
}
