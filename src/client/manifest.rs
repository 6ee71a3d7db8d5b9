//! Manifests on their way in: asked for, checked, and described (R29, R30, R74 to R79, R164).

use bytes::Bytes;

use super::{
    exchange::{Call, Core, Document},
    html_page::not_a_document,
    signed,
};
use crate::{
    content::verify::{self, Verdict},
    error::{AnswerFault, Error, ErrorKind, Operation, Result},
    oci::{
        Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag, guess_media_type,
        json::{self, Node},
    },
    registry::{Manifest, Unverified, Verification},
    transport::{Cache, Request},
    wire::{Endpoint, describe, headers::name},
};

impl Core {
    /// Gets a manifest by one name and verifies it by a digest, which may come from elsewhere. A
    /// manifest that is asked for by tag and verified by digest teaches the tag to caches (R79).
    pub(super) async fn manifest_verified(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        expected: Option<&Digest>,
    ) -> Result<Manifest> {
        let endpoint =
            Endpoint::GetManifest { repository: repository.clone(), reference: reference.clone() };
        let call = Call::new(Operation::ReadManifest(reference.clone()), endpoint);
        match self.read_manifest(&call, expected, None).await {
            // A cache on the way may hold other content under this name: ask past it, once.
            Err(error) if matches!(error.kind, ErrorKind::DigestMismatch { .. }) => {
                self.read_manifest(&call, expected, Some(Cache::Reload)).await
            }
            outcome => outcome,
        }
    }

    async fn read_manifest(
        &self,
        call: &Call,
        expected: Option<&Digest>,
        cache: Option<Cache>,
    ) -> Result<Manifest> {
        let mut request = self.request(call);
        request.cache = cache.unwrap_or(request.cache);
        self.manifest_by(call, request, expected).await
    }

    /// Sends a prepared request for a manifest and checks the answer.
    pub(super) async fn manifest_by(
        &self,
        call: &Call,
        request: Request,
        expected: Option<&Digest>,
    ) -> Result<Manifest> {
        let answer = self.negotiate(call, request).await?;
        let document = self.read(call, answer).await?;
        self.check_manifest(call, &document, expected)
    }

    /// Gets a manifest under a tag that tools make (cosign's, the fallback tag of the referrers API).
    /// It never has one of Docker's types, and is mostly not there: one question is enough.
    pub(super) async fn artifact(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
    ) -> Result<Manifest> {
        let reference = ManifestRef::Tag(tag.clone());
        let operation = Operation::ReadManifest(reference.clone());
        let endpoint = Endpoint::GetManifest { repository: repository.clone(), reference };
        let call = Call::new(operation, endpoint);
        let answer = self.expect_artifact(&call).await?;
        let document = self.read(&call, answer).await?;
        self.check_manifest(&call, &document, None)
    }

    /// Verifies an answer and returns it as a manifest.
    pub(super) fn check_manifest(
        &self,
        call: &Call,
        document: &Document,
        expected: Option<&Digest>,
    ) -> Result<Manifest> {
        let bad = |kind| Err(self.unusable_manifest(call, document, kind));
        let (digest, verification) = match verified(document, expected) {
            Ok(verified) => verified,
            Err(kind) => return bad(kind),
        };
        let media_type = match media_type(document, self.is_viewer) {
            Ok(media_type) => media_type,
            Err(kind) => return bad(kind),
        };
        let size = document.bytes.len() as u64;
        Ok(Manifest {
            descriptor: Descriptor::new(media_type, digest, size),
            bytes: document.bytes.clone(),
            content_type: document.content_type(),
            verification,
        })
    }

    /// Returns the error for a manifest. Other bytes than those that were asked for stay readable.
    fn unusable_manifest(&self, call: &Call, document: &Document, kind: ErrorKind) -> Error {
        match kind {
            ErrorKind::DigestMismatch { .. } => {
                self.unusable(call, document, kind).with_body(&document.bytes)
            }
            _ => self.unusable(call, document, kind),
        }
    }

    /// Finds out by HEAD what a tag or digest stands for; `None` if the answer does not say enough.
    pub(super) async fn head_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Option<Descriptor>> {
        let endpoint =
            Endpoint::StatManifest { repository: repository.clone(), reference: reference.clone() };
        let operation = Operation::FindManifest(reference.clone());
        let call = Call::new(operation, endpoint);
        let answer = match self.negotiate(&call, self.request(&call)).await {
            Ok(answer) => answer,
            // Some registries do not know HEAD; GET will show the problem.
            Err(error) if matches!(error.context.status, Some(405 | 501)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let headers = &answer.response.headers;
        let stated = headers.get(name::DOCKER_CONTENT_DIGEST).and_then(|text| text.parse().ok());
        if stated.is_none() {
            self.memory.digest_hidden.set(true);
        }
        let (size, media_type) =
            (answer.response.content_length(), describe::content_type(headers));
        let document = self.read(&call, answer).await?;
        let digest = match agreed(reference.digest(), stated) {
            Ok(digest) => digest,
            Err(kind) => return Err(self.unusable(&call, &document, kind)),
        };
        let (Some(digest), Some(size)) = (digest, size) else { return Ok(None) };
        Ok(Some(Descriptor::new(media_type.unwrap_or(MediaType::OCTET_STREAM), digest, size)))
    }
}

/// A fact about an answer, or the fault in it.
type Judged<T> = std::result::Result<T, ErrorKind>;

/// Returns the digest that was asked for, unless the answer's own contradicts it (R29).
fn agreed(asked: Option<&Digest>, stated: Option<Digest>) -> Judged<Option<Digest>> {
    match (asked, stated) {
        (Some(asked), Some(stated))
            if asked.algorithm() == stated.algorithm() && *asked != stated =>
        {
            Err(ErrorKind::DigestMismatch { expected: asked.clone(), actual: stated })
        }
        (Some(asked), _) => Ok(Some(asked.clone())),
        (None, stated) => Ok(stated),
    }
}

/// Returns the digest of an answer, and how far it was checked.
fn verified(document: &Document, expected: Option<&Digest>) -> Judged<(Digest, Verification)> {
    let bytes = &document.bytes;
    if let Some(fault) = not_a_document(bytes) {
        return Err(ErrorKind::BadAnswer(fault));
    }
    let Some(expected) = expected else {
        return Ok((verify::digest_of(bytes), Verification::NotVerified(unnamed(document))));
    };
    match verify::verify(bytes, expected, None) {
        Verdict::DigestMismatch { expected, .. } if signed::is_payload(bytes, &expected) => {
            Ok((expected, Verification::Verified))
        }
        Verdict::Unsupported(digest) => {
            let why = Unverified::Algorithm(digest.clone());
            Ok((digest, Verification::NotVerified(why)))
        }
        verdict => verdict.require_verified().map(|()| (expected.clone(), Verification::Verified)),
    }
}

/// Returns the reason why a manifest that was asked for by tag is not verified. Many registries name
/// a wrong digest themselves, so another digest in a header is no error.
fn unnamed(document: &Document) -> Unverified {
    let stated = document.headers.get(name::DOCKER_CONTENT_DIGEST);
    let stated = stated.and_then(|text| text.parse::<Digest>().ok());
    match stated.map(|digest| (verify::verify(&document.bytes, &digest, None), digest)) {
        Some((Verdict::DigestMismatch { .. }, digest)) => Unverified::OtherThanNamed(digest),
        _ => Unverified::ByTag,
    }
}

/// Returns the media type of an answer: its `Content-Type`, else its own `mediaType`, else by its
/// structure. Two that contradict each other are refused (R38): readers would disagree about them. For a
/// viewer the type inside counts, if it is one of manifests: the digest covers it.
fn media_type(document: &Document, is_viewer: bool) -> Judged<MediaType> {
    let node = json::parse(document.bytes.clone()).value;
    match (document.content_type(), stated(&node)) {
        (Some(header), Some(stated)) if header != stated && is_viewer => {
            Ok(if stated.is_document() { stated } else { header })
        }
        (Some(header), Some(stated)) if header != stated => {
            Err(ErrorKind::BadAnswer(AnswerFault::TypesDiffer { header, stated }))
        }
        (Some(media_type), _) => Ok(media_type),
        (None, _) => Ok(guess_media_type(&node).unwrap_or(MediaType::OCTET_STREAM)),
    }
}

/// Returns the type that a manifest states of itself.
pub(super) fn stated_type(bytes: &Bytes) -> Option<MediaType> {
    stated(&json::parse(bytes.clone()).value)
}

fn stated(document: &Node) -> Option<MediaType> {
    document.get("mediaType").and_then(Node::as_str).map(MediaType::new)
}
