//! Downloads of blobs: whole or in part, verified, and resumed if they break off (R80 to R85).
//!
//! No hidden header is needed: if `Content-Range` cannot be read, lengths are compared, and for whole
//! blobs the digest at the end decides.

use std::{ops::Range, rc::Rc};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};

use super::exchange::{Call, Core};
use crate::{
    content::{
        sniff::is_html_page,
        verify::{self, Verifier},
    },
    error::{AnswerFault, Error, ErrorKind, Operation, Result, TransportEncoding},
    oci::{Descriptor, RepositoryName},
    transport::{BodyStream, Reopen, ResumePlan, ResumingBody},
    wire::{Endpoint, headers::name},
};

pub(super) fn blob_call(repository: &RepositoryName, blob: &Descriptor) -> Call {
    let endpoint =
        Endpoint::GetBlob { repository: repository.clone(), digest: blob.digest.clone() };
    Call::new(Operation::ReadBlob(blob.digest.clone()), endpoint).about(Some(blob))
}

/// Returns the bytes that a descriptor carries, if they are the ones that it describes (R37).
pub(super) fn embedded(blob: &Descriptor) -> Option<Bytes> {
    let data = blob.data.as_ref()?;
    verify::verify(data, &blob.digest, Some(blob.size))
        .is_verified()
        .then(|| Bytes::from(data.clone()))
}

/// A blob, or part of one, that is being read.
pub(super) struct Download {
    core: Rc<Core>,
    call: Rc<Call>,
    body: ResumingBody,
    /// For a whole blob.
    pub(super) verifier: Option<Verifier>,
    /// Set if it begins as a web page does; `None` before its first byte.
    begins_as_page: Option<bool>,
}

impl Download {
    pub(super) async fn open(
        core: Rc<Core>,
        repository: &RepositoryName,
        blob: &Descriptor,
        range: Range<u64>,
        most: u64,
    ) -> Result<Self> {
        let call = Rc::new(blob_call(repository, blob));
        let plan = ResumePlan {
            size: blob.size,
            range,
            most,
            waits: core.waits.clone(),
            clock: Rc::clone(&core.clock),
        };
        match ResumingBody::open(reopen(&core, &call), plan).await {
            Ok(body) => Ok(Self { core, call, body, verifier: None, begins_as_page: None }),
            Err(error) => Err(core.explain_blob(&call, error)),
        }
    }

    /// Returns the encoding that the transport put on the bytes, if the answer names one.
    pub(super) fn encoding(&self) -> Option<TransportEncoding> {
        self.body.encoding()
    }

    pub(super) fn into_chunks(self) -> BodyStream {
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

    /// Returns the next bytes, hashed; `None` after the last ones, if they are verified.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        let chunk = self.body.next().await?;
        match &chunk {
            Some(chunk) => {
                self.begins_as_page.get_or_insert_with(|| is_html_page(chunk));
                // They were counted already.
                drop(self.verifier.as_mut().map(|verifier| verifier.update(chunk)));
            }
            None => self.judge()?,
        }
        Ok(chunk)
    }
}

impl Download {
    /// Judges a blob behind its last byte. Other bytes that are a web page, such as a login page, are told
    /// as one.
    fn judge(&mut self) -> Result<()> {
        let Some(verdict) = self.verifier.take().map(Verifier::finish) else { return Ok(()) };
        let is_page = self.body.is_page() || self.begins_as_page == Some(true);
        match verdict.is_mismatch() && is_page {
            true => Err(ErrorKind::BadAnswer(AnswerFault::HtmlPage).into()),
            false => Ok(verdict.reject_mismatch()?),
        }
    }
}

/// Returns a function that asks the registry for the bytes of a range.
fn reopen(core: &Rc<Core>, call: &Rc<Call>) -> Reopen {
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
        if let Some(blob) = &call.subject {
            error.kind = error.kind.about(&blob.digest);
        }
        self.explain(call, Some(&self.request(call)), error)
    }
}
