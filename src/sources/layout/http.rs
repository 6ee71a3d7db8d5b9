//! Files that a web server hands out below a base URL (R168): a bucket, a static host.
//!
//! No credential is ever sent. A part is asked for by `Range`, and a file that breaks off is taken
//! up again where it broke.

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};

use super::{
    files::{Chunks, FilePath, Files},
    source::{Arrangement, Layout},
};
use crate::{
    error::{Error, ErrorKind, Missing, Result},
    oci::Host,
    transport::{
        Cache, ERROR_BODY, Lane, Reopen, Request, Response, ResumePlan, ResumingBody, SharedClock,
        SharedTransport, Stack, TryWaits,
    },
    wire::{BaseUrl, Method, error_document::ErrorDocument, headers::name},
};

/// OCI layouts of one host: a layout is a folder below the base URL, and the path of the folder is
/// its repository. `https://static.example/images/app` with `oci-layout`, `index.json` and
/// `blobs/…` in it is the repository `images/app`.
pub type StaticLayouts = Layout<HttpFiles>;

impl StaticLayouts {
    /// The layouts below a base URL. Nothing is sent yet.
    pub fn new(host: Host, base: BaseUrl, stack: &Stack) -> Self {
        Self::of(HttpFiles::new(host, base, stack), Arrangement::Folders)
    }
}

/// The files below a base URL.
#[derive(Clone)]
pub struct HttpFiles {
    host: Host,
    base: BaseUrl,
    transport: SharedTransport,
    clock: SharedClock,
    /// Tries to go on with a file that breaks off, and the waits between them.
    waits: TryWaits,
}

impl HttpFiles {
    /// The files below a base URL. Errors name the host.
    pub fn new(host: Host, base: BaseUrl, stack: &Stack) -> Self {
        Self {
            host,
            base,
            transport: stack.layers(),
            clock: stack.clock().clone(),
            waits: stack.waits(),
        }
    }

    fn request(&self, method: Method, path: &FilePath) -> Request {
        let mut request = Request::new(method, self.base.at(&format!("/{}", path.as_str())));
        request.cache = if path.is_lasting() { Cache::Default } else { Cache::Revalidate };
        request
    }

    /// Sends, and takes anything but success for an error.
    async fn expect(&self, request: &Request) -> Result<Response> {
        match self.transport.send(request.clone()).await {
            Ok(response) if response.is_success() => Ok(response),
            Ok(response) => Err(self.refusal(request, response).await),
            Err(error) => Err(about(request, error)),
        }
    }

    async fn refusal(&self, request: &Request, response: Response) -> Error {
        let status = response.status;
        let kind = match status {
            404 | 410 => ErrorKind::NotFound(Missing::Unknown),
            401 => ErrorKind::Unauthorized,
            403 => ErrorKind::Denied,
            416 => ErrorKind::invalid_range(None),
            429 => ErrorKind::RateLimited(response.retry_after(self.clock.now())),
            500..=599 => ErrorKind::Unavailable,
            other => ErrorKind::Status(other),
        };
        let body = response.bytes(ERROR_BODY).await.unwrap_or_default();
        let mut error = about(request, kind.into());
        error.context.status = Some(status);
        error.context.body = ErrorDocument::read(status, &body).body;
        error
    }

    /// Asks for the bytes of a range, as often as the file breaks off.
    fn reopen(&self, request: &Request) -> Reopen {
        let (files, request) = (self.clone(), request.clone());
        Box::new(move |range| {
            let (files, mut request) = (files.clone(), request.clone());
            if let Some(range) = range {
                request.headers.set(name::RANGE, range);
            }
            async move { files.expect(&request).await }.boxed_local()
        })
    }
}

#[async_trait(?Send)]
impl Files for HttpFiles {
    fn name(&self) -> &str {
        self.host.as_str()
    }

    async fn read(&self, path: &FilePath, limit: u64) -> Result<Bytes> {
        let request = self.request(Method::Get, path).read_up_to(limit);
        let response = self.expect(&request).await?;
        response.bytes(limit).await.map_err(|error| about(&request, error))
    }

    async fn open_range(&self, path: &FilePath, size: u64, range: Range<u64>) -> Result<Chunks> {
        self.stream(path, size, range, size).await
    }

    async fn open(&self, path: &FilePath, size: u64, most: u64) -> Result<Chunks> {
        self.stream(path, size, 0..size, most).await
    }

    async fn size(&self, path: &FilePath) -> Result<u64> {
        let request = self.request(Method::Head, path);
        let response = self.expect(&request).await?;
        let hidden = || about(&request, ErrorKind::HiddenHeader("Content-Length").into());
        response.content_length().ok_or_else(hidden)
    }
}

impl HttpFiles {
    async fn stream(
        &self,
        path: &FilePath,
        size: u64,
        range: Range<u64>,
        most: u64,
    ) -> Result<Chunks> {
        let mut request = self.request(Method::Get, path);
        request.lane = Lane::Blob;
        let (waits, clock) = (self.waits.clone(), self.clock.clone());
        let plan = ResumePlan { size, range, most, waits, clock };
        let body = ResumingBody::open(self.reopen(&request), plan).await;
        let body = body.map_err(|error| about(&request, error))?;
        Ok(stream::unfold(Some((body, request)), next_chunk).boxed_local())
    }
}

/// The next chunk of a body, with what is needed for the one after it; nothing after an error.
async fn next_chunk(
    reading: Option<(ResumingBody, Request)>,
) -> Option<(Result<Bytes>, Option<(ResumingBody, Request)>)> {
    let (mut body, request) = reading?;
    match body.next().await {
        Ok(Some(chunk)) => Some((Ok(chunk), Some((body, request)))),
        Ok(None) => None,
        Err(error) => Some((Err(about(&request, error)), None)),
    }
}

/// Says in an error which request it is about.
fn about(request: &Request, mut error: Error) -> Error {
    error.context.request.get_or_insert_with(|| request.redacted());
    error
}
