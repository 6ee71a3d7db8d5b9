//! Blobs on their way: whole or in part, verified, and taken up again where they break off
//! (R80 to R85).
//!
//! No hidden header is needed: where `Content-Range` cannot be read, lengths are compared, and for
//! whole blobs the digest at the end decides.

use std::rc::Rc;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};

use super::exchange::{Call, Core};
use crate::{
    content::verify::{self, Verdict, Verifier},
    error::{Error, ErrorKind, Result},
    oci::{Descriptor, Digest, MediaType, RepositoryName},
    registry::{BlobStream, ByteRange},
    transport::{BodyStream, Course, Opener, Resumed, Span},
    wire::{Endpoint, headers::name},
};

impl Core {
    /// Streams a whole blob, counted and hashed (R80, R81). Embedded data spares the request (R37).
    pub(super) async fn blob(
        self: Rc<Self>,
        repository: &RepositoryName,
        blob: &Descriptor,
    ) -> Result<BlobStream> {
        if let Some(data) = embedded(blob) {
            return Ok(BlobStream::of_bytes(data));
        }
        let span = Span { start: 0, end: blob.size };
        let mut download = Download::open(self, repository, blob, span).await?;
        download.verifier = Some(Verifier::new(&blob.digest, Some(blob.size)));
        Ok(BlobStream { size: Some(blob.size), chunks: download.into_chunks() })
    }

    /// Streams part of a blob, which nobody can verify (R82, R83).
    pub(super) async fn blob_range(
        self: Rc<Self>,
        repository: &RepositoryName,
        blob: &Descriptor,
        range: ByteRange,
    ) -> Result<BlobStream> {
        let length = range.length.unwrap_or(u64::MAX);
        let span =
            Span { start: range.start, end: range.start.saturating_add(length).min(blob.size) };
        if span.start > span.end {
            let kind = ErrorKind::InvalidRange { location: None, stored: None };
            return Err(self.explain(&blob_call(repository, blob), None, kind.into()));
        }
        if span.start == span.end {
            return Ok(BlobStream::of_bytes(Bytes::new()));
        }
        let download = Download::open(self, repository, blob, span).await?;
        Ok(BlobStream { size: Some(span.end - span.start), chunks: download.into_chunks() })
    }

    /// Whether a blob is there, and its size (R75, R85). Never needed to learn the size of what a
    /// descriptor names: storage behind a registry may refuse HEAD.
    pub(super) async fn stat_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        let endpoint =
            Endpoint::StatBlob { repository: repository.clone(), digest: digest.clone() };
        let call = Call::new(format!("find the blob {digest} in {repository}"), endpoint);
        let answer = match self.expect(&call, self.request(&call)).await {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let stated = answer.response.headers.get(name::DOCKER_CONTENT_DIGEST);
        let stated = stated.and_then(|text| text.parse::<Digest>().ok());
        let size = answer.response.content_length();
        let document = self.read(&call, answer).await?;
        match (stated, size) {
            (Some(stated), _) if stated.algorithm() == digest.algorithm() && stated != *digest => {
                let kind = ErrorKind::DigestMismatch { expected: digest.clone(), actual: stated };
                Err(self.unusable(&call, &document, kind))
            }
            (_, Some(size)) => {
                Ok(Some(Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), size)))
            }
            (_, None) => {
                Err(self.unusable(&call, &document, ErrorKind::HiddenHeader("Content-Length")))
            }
        }
    }
}

pub(super) fn blob_call(repository: &RepositoryName, blob: &Descriptor) -> Call {
    let endpoint =
        Endpoint::GetBlob { repository: repository.clone(), digest: blob.digest.clone() };
    Call::new(format!("read the blob {} of {repository}", blob.digest), endpoint).about(Some(blob))
}

/// The bytes that a descriptor carries, where they are those it describes (R37).
fn embedded(blob: &Descriptor) -> Option<Bytes> {
    let data = blob.data.as_ref()?;
    verify::verify(data, &blob.digest, Some(blob.size))
        .is_verified()
        .then(|| Bytes::from(data.clone()))
}

/// A blob, or part of one, that is being read.
struct Download {
    core: Rc<Core>,
    call: Rc<Call>,
    body: Resumed,
    /// For a whole blob.
    verifier: Option<Verifier>,
}

impl Download {
    async fn open(
        core: Rc<Core>,
        repository: &RepositoryName,
        blob: &Descriptor,
        span: Span,
    ) -> Result<Self> {
        let call = Rc::new(blob_call(repository, blob));
        let course = Course {
            size: blob.size,
            span,
            tries: core.retry.as_ref().map_or(1, |policy| policy.backoff.tries),
            clock: Rc::clone(&core.clock),
        };
        match Resumed::open(opener(&core, &call), course).await {
            Ok(body) => Ok(Self { core, call, body, verifier: None }),
            Err(error) => Err(core.explain_blob(&call, error)),
        }
    }

    fn into_chunks(self) -> BodyStream {
        stream::unfold(Some(self), |download| async {
            let mut download = download?;
            match download.next().await {
                Ok(Some(chunk)) => Some((Ok(chunk), Some(download))),
                Ok(None) => None,
                Err(error) => Some((Err(download.core.explain_blob(&download.call, error)), None)),
            }
        })
        .boxed_local()
    }

    /// The next bytes, hashed; `None` after the last one, when all was right.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        let chunk = self.body.next().await?;
        match (&chunk, &mut self.verifier) {
            (Some(chunk), Some(verifier)) => {
                // They were counted already.
                let _ = verifier.update(chunk);
            }
            (None, verifier) => verifier.take().map_or(Ok(()), judge)?,
            (Some(_), None) => {}
        }
        Ok(chunk)
    }
}

/// What a verifier says in the end, as readers of the stream see it.
fn judge(verifier: Verifier) -> Result<()> {
    Err(match verifier.finish() {
        // An unknown algorithm: counted, not hashed. Callers see it from the digest (R3).
        Verdict::Verified | Verdict::Unsupported(_) => return Ok(()),
        Verdict::DigestMismatch { expected, actual } => {
            ErrorKind::DigestMismatch { expected, actual }.into()
        }
        Verdict::SizeMismatch { expected, actual } => {
            ErrorKind::SizeMismatch { digest: None, expected, actual }.into()
        }
    })
}

/// Asks the registry for the bytes of a range.
fn opener(core: &Rc<Core>, call: &Rc<Call>) -> Opener {
    let (core, call) = (Rc::clone(core), Rc::clone(call));
    Box::new(move |range| {
        let (core, call) = (Rc::clone(&core), Rc::clone(&call));
        async move {
            let mut request = core.request(&call);
            request.read_up_to = None;
            if let Some(range) = range {
                request.headers.set(name::RANGE, range);
            }
            Ok(core.expect(&call, request).await?.response)
        }
        .boxed_local()
    })
}

impl Core {
    /// Completes an error about a blob on its way.
    pub(super) fn explain_blob(&self, call: &Call, mut error: Error) -> Error {
        if let ErrorKind::SizeMismatch { digest, .. } = &mut error.kind {
            *digest = call.subject.as_ref().map(|blob| blob.digest.clone());
        }
        self.explain(call, Some(&self.request(call)), error)
    }
}
