//! Reading manifests, and finding out what a name stands for (R29, R30, R74 to R79, R164).

use super::{
    body,
    exchange::{Call, Core, Document},
    signed,
};
use crate::{
    content::verify::{self, Verdict},
    error::{ErrorKind, Result},
    oci::{
        Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag, guess_media_type, json,
    },
    registry::{Manifest, Verification},
    transport::{Cache, Request},
    wire::{Endpoint, describe, headers::name},
};

impl Core {
    /// Gets a manifest, verified where a digest is asked for.
    pub(super) async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Manifest> {
        let expected = match reference {
            ManifestRef::Digest(digest) => Some(digest),
            ManifestRef::Tag(_) => None,
        };
        self.manifest_verified(repository, reference, expected).await
    }

    /// Gets a manifest by one name and verifies it by a digest, which may come from elsewhere: asked
    /// by tag and verified by digest, caches on the way learn the tag (R79).
    pub(super) async fn manifest_verified(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        expected: Option<&Digest>,
    ) -> Result<Manifest> {
        let endpoint =
            Endpoint::GetManifest { repository: repository.clone(), reference: reference.clone() };
        let call =
            Call::new(format!("read the manifest {repository}{}", suffix(reference)), endpoint);
        match self.read_manifest(&call, expected, None).await {
            // A cache on the way may hold something else under this name; it gets one more chance.
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

    /// Sends a prepared request for a manifest and checks what comes.
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

    /// Gets what tools for OCI artefacts keep under a tag of their own (cosign's, the fallback of the
    /// referrers API). It is never of Docker's types, and mostly not there: one question is enough.
    pub(super) async fn artifact(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
    ) -> Result<Manifest> {
        let reference = ManifestRef::Tag(tag.clone());
        let operation = format!("read the manifest {repository}{}", suffix(&reference));
        let endpoint = Endpoint::GetManifest { repository: repository.clone(), reference };
        let call = Call::new(operation, endpoint);
        let answer = self.expect_artifact(&call).await?;
        let document = self.read(&call, answer).await?;
        self.check_manifest(&call, &document, None)
    }

    /// Verifies, and says what was read.
    pub(super) fn check_manifest(
        &self,
        call: &Call,
        document: &Document,
        expected: Option<&Digest>,
    ) -> Result<Manifest> {
        let bad = |kind| Err(self.unusable(call, document, kind));
        let (digest, verification) = match verified(document, expected) {
            Ok(verified) => verified,
            Err(kind) => return bad(kind),
        };
        let media_type = match media_type(document) {
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

    /// Finds out what a tag or digest stands for: by HEAD, and by GET where the digest of a HEAD
    /// answer cannot be read (R30, R75).
    pub(super) async fn resolve(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Descriptor> {
        let may_help = reference.digest().is_some() || !self.memory.digest_hidden.get();
        if may_help && let Some(found) = self.head_manifest(repository, reference).await? {
            return Ok(found);
        }
        Ok(self.manifest(repository, reference).await?.descriptor)
    }

    /// `None` where the answer does not say enough.
    async fn head_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Option<Descriptor>> {
        let endpoint =
            Endpoint::StatManifest { repository: repository.clone(), reference: reference.clone() };
        let operation = format!("find the manifest {repository}{}", suffix(reference));
        let call = Call::new(operation, endpoint);
        let answer = match self.negotiate(&call, self.request(&call)).await {
            Ok(answer) => answer,
            // Some do not do HEAD; GET will say what is the matter.
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

/// What was found out about an answer, or what is wrong with it.
type Judged<T> = std::result::Result<T, ErrorKind>;

/// The digest that was asked for, unless the answer's own contradicts it (R29).
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

/// The digest of what came, and how far it was checked.
fn verified(document: &Document, expected: Option<&Digest>) -> Judged<(Digest, Verification)> {
    let bytes = &document.bytes;
    if let Some(what) = body::not_a_document(document) {
        return Err(ErrorKind::BadAnswer(what));
    }
    let Some(expected) = expected else {
        return Ok((verify::digest_of(bytes), Verification::NotVerified(unnamed(document))));
    };
    match verify::verify(bytes, expected, None) {
        Verdict::Verified => Ok((expected.clone(), Verification::Verified)),
        Verdict::DigestMismatch { expected, .. } if signed::is_payload(bytes, &expected) => {
            Ok((expected, Verification::Verified))
        }
        Verdict::DigestMismatch { expected, actual } => {
            Err(ErrorKind::DigestMismatch { expected, actual })
        }
        Verdict::SizeMismatch { expected, actual } => {
            Err(ErrorKind::SizeMismatch { digest: None, expected, actual })
        }
        Verdict::Unsupported(digest) => {
            let why = format!("{} cannot be computed here", digest.algorithm().name());
            Ok((digest, Verification::NotVerified(why)))
        }
    }
}

/// Why a manifest that was asked for by tag is not verified; with a warning where the registry
/// itself names another digest, which many do wrongly.
fn unnamed(document: &Document) -> String {
    let why = "asked for by tag, so there was no digest to check against".to_owned();
    let stated = document.headers.get(name::DOCKER_CONTENT_DIGEST);
    let stated = stated.and_then(|text| text.parse::<Digest>().ok());
    match stated.map(|digest| (verify::verify(&document.bytes, &digest, None), digest)) {
        Some((Verdict::DigestMismatch { .. }, digest)) => {
            format!("{why}; the registry says {digest}, which these bytes are not")
        }
        _ => why,
    }
}

/// What the answer is: its `Content-Type`, else its own `mediaType`, else its structure. Two that
/// contradict each other are refused (R38): readers would disagree about what they read.
fn media_type(document: &Document) -> Judged<MediaType> {
    let node = json::parse(document.bytes.clone()).value;
    match (document.content_type(), body::stated(&node)) {
        (Some(header), Some(own)) if header != own => Err(ErrorKind::BadAnswer(format!(
            "the answer is said to be {header}, and says of itself that it is {own}"
        ))),
        (Some(media_type), _) => Ok(media_type),
        (None, _) => Ok(guess_media_type(&node).unwrap_or(MediaType::OCTET_STREAM)),
    }
}

/// `:tag` or `@digest`.
fn suffix(reference: &ManifestRef) -> String {
    match reference {
        ManifestRef::Tag(tag) => format!(":{tag}"),
        ManifestRef::Digest(digest) => format!("@{digest}"),
    }
}
