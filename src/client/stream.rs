//! Blobs on their way: whole or in part, verified, and taken up again where they break off
//! (R80 to R85).
//!
//! No hidden header is needed: where `Content-Range` cannot be read, lengths are compared, and for
//! whole blobs the digest at the end decides.

use std::{rc::Rc, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::exchange::{Answer, Call, Core};
use crate::{
    content::verify::{self, Verdict, Verifier},
    oci::{Descriptor, Digest, MediaType, RepositoryName},
    registry::{BlobStream, ByteRange, Error, ErrorKind, Result},
    transport::{BodyStream, Request, Response},
    wire::{
        Endpoint,
        backoff::Policy,
        headers::name,
        range::{self, Part},
    },
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
        let mut download = Download::new(self, repository, blob, span);
        download.verifier = Some(Verifier::new(&blob.digest, Some(blob.size)));
        download.open().await?;
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
        let mut download = Download::new(self, repository, blob, span);
        download.open().await?;
        Ok(BlobStream { size: Some(span.end - span.start), chunks: download.into_chunks() })
    }

    /// Whether a blob is there, and its size (R75, R85). Never needed to learn the size of what a
    /// descriptor names: storage behind a registry may refuse HEAD (C.4).
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

fn blob_call(repository: &RepositoryName, blob: &Descriptor) -> Call {
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

/// The bytes from `start` up to, but not including, `end`.
#[derive(Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
}

/// A blob, or part of one, that is being read.
struct Download {
    core: Rc<Core>,
    call: Call,
    /// Size of the whole blob.
    size: u64,
    /// What is still wanted.
    left: Span,
    /// Bytes of the body to be dropped: those before the wanted ones where a server ignores ranges.
    skip: u64,
    verifier: Option<Verifier>,
    body: BodyStream,
    /// Failures since the last byte that was new.
    failures: u32,
}

impl Download {
    fn new(core: Rc<Core>, repository: &RepositoryName, blob: &Descriptor, span: Span) -> Self {
        Self {
            core,
            call: blob_call(repository, blob),
            size: blob.size,
            left: span,
            skip: 0,
            verifier: None,
            body: stream::empty().boxed_local(),
            failures: 0,
        }
    }

    fn into_chunks(self) -> BodyStream {
        stream::unfold(Some(self), |download| async {
            let mut download = download?;
            match download.next().await {
                Ok(Some(chunk)) => Some((Ok(chunk), Some(download))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed_local()
    }

    /// Asks for what is still wanted.
    async fn open(&mut self) -> Result<()> {
        let mut request = self.core.request(&self.call);
        request.read_up_to = None;
        if let Some(range) = self.range() {
            request.headers.set(name::RANGE, range);
        }
        let ranged = request.headers.contains(name::RANGE);
        let answer = self.core.expect(&self.call, request).await?;
        let length = answer.response.content_length();
        let Response { status, headers, .. } = &answer.response;
        self.skip = match range::judge(self.left.start, Some(self.size), *status, headers) {
            Part::AsAsked
                if ranged
                    && length.is_some_and(|length| length != self.left.end - self.left.start) =>
            {
                return Err(self.wrong_part(&answer));
            }
            Part::AsAsked => 0,
            // A login page, say, or an encoding put on by a proxy: no part of it is part of the blob.
            Part::Whole { .. } if ranged && length.is_some_and(|length| length != self.size) => {
                return Err(self.wrong_part(&answer));
            }
            Part::Whole { skip } => skip,
            Part::Other if !ranged => 0,
            // Taken for the bytes that were asked for, these would be others (R82, R84).
            _ => return Err(self.wrong_part(&answer)),
        };
        self.body = answer.response.body;
        Ok(())
    }

    /// What to ask for, unless it is everything.
    fn range(&self) -> Option<String> {
        let Span { start, end } = self.left;
        match end == self.size {
            true if start == 0 => None,
            true => range::request(start, None),
            false => range::request(start, Some(end - start)),
        }
    }

    fn wrong_part(&self, answer: &Answer) -> Error {
        let kind = ErrorKind::BadAnswer("another part came than was asked for".to_owned());
        self.fail(Some(&answer.request), kind, Some(answer.response.status))
    }

    /// The next new bytes; `None` after the last one, when all was right.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            match self.body.next().await {
                Some(Ok(chunk)) => {
                    if let Some(chunk) = self.take(chunk)? {
                        return Ok(Some(chunk));
                    }
                    if self.is_over() {
                        return self.finish();
                    }
                }
                // All is there; whatever the connection did after it, the digest decides.
                None | Some(Err(_)) if self.left.start == self.left.end => return self.finish(),
                Some(Err(error)) if !error.is_retryable() => return Err(self.explain(error)),
                broken => self.resume(broken.and_then(Result::err)).await?,
            }
        }
    }

    /// A part is over with its last byte; a whole blob with the end of the body, for a byte too many
    /// must be noticed.
    fn is_over(&self) -> bool {
        self.verifier.is_none() && self.left.start == self.left.end
    }

    /// The new bytes of a chunk, counted and hashed.
    fn take(&mut self, mut chunk: Bytes) -> Result<Option<Bytes>> {
        let skipped = self.skip.min(chunk.len() as u64);
        self.skip -= skipped;
        let _ = chunk.split_to(usize::try_from(skipped).unwrap_or(usize::MAX).min(chunk.len()));
        let wanted = self.left.end - self.left.start;
        match &mut self.verifier {
            None => chunk.truncate(usize::try_from(wanted).unwrap_or(usize::MAX)),
            Some(verifier) => {
                if verifier.update(&chunk).is_err() {
                    let actual = verifier.received();
                    return Err(self.size_mismatch(actual));
                }
            }
        }
        if chunk.is_empty() {
            return Ok(None);
        }
        self.left.start += chunk.len() as u64;
        self.failures = 0;
        Ok(Some(chunk))
    }

    fn finish(&mut self) -> Result<Option<Bytes>> {
        let Some(verifier) = self.verifier.take() else { return Ok(None) };
        match verifier.finish() {
            // An unknown algorithm: counted, not hashed. Callers see it from the digest (R3).
            Verdict::Verified | Verdict::Unsupported(_) => Ok(None),
            Verdict::DigestMismatch { expected, actual } => {
                Err(self.fail(None, ErrorKind::DigestMismatch { expected, actual }, None))
            }
            Verdict::SizeMismatch { actual, .. } => Err(self.size_mismatch(actual)),
        }
    }

    /// Opens the rest after a break, as often as the policy allows without a new byte between
    /// (R84). Without a policy the break is the outcome (R45).
    async fn resume(&mut self, cause: Option<Error>) -> Result<()> {
        self.failures += 1;
        let tries = self.core.retry.as_ref().map_or(1, |policy| policy.backoff.tries);
        if self.failures >= tries {
            return Err(match cause {
                Some(error) => self.explain(error),
                None => self.size_mismatch(self.left.start),
            });
        }
        self.core.clock.sleep(self.wait()).await;
        match self.open().await {
            // A new break counts on; its cause is the latest.
            Err(error) if error.is_retryable() => {
                self.body = stream::iter([Err(error)]).boxed_local();
                Ok(())
            }
            outcome => outcome,
        }
    }

    fn wait(&self) -> Duration {
        Policy::default().wait(self.failures, self.core.clock.random())
    }

    fn size_mismatch(&self, actual: u64) -> Error {
        let digest = self.call.subject.as_ref().map(|blob| blob.digest.clone());
        let expected = if self.verifier.is_some() { self.size } else { self.left.end };
        self.fail(None, ErrorKind::SizeMismatch { digest, expected, actual }, None)
    }

    fn fail(&self, request: Option<&Request>, kind: ErrorKind, status: Option<u16>) -> Error {
        let own = self.core.request(&self.call);
        let mut error = self.core.explain(&self.call, Some(request.unwrap_or(&own)), kind.into());
        error.context.status = status;
        error
    }

    fn explain(&self, error: Error) -> Error {
        self.core.explain(&self.call, Some(&self.core.request(&self.call)), error)
    }
}
