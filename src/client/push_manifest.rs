//! Pushing manifests, under their digest and under tags (R124 to R127).

use bytes::Bytes;

use super::{
    RemoteRegistry,
    exchange::{self, Call, Document, is_html},
    html_page::html_page,
    manifest::stated_type,
};
use crate::{
    content::verify::verify,
    error::{AnswerFault, Error, ErrorKind, InputFault, Operation, Result},
    oci::{self, Algorithm, Descriptor, Digest, ManifestRef, RepositoryName, Tag},
    wire::{Endpoint, fallback_index, headers::name},
};

/// The largest number of tags in one request (R126).
const TAGS_AT_ONCE: usize = 10;

/// A manifest that is pushed.
pub(super) struct ManifestPush<'a> {
    pub(super) registry: &'a RemoteRegistry,
    pub(super) repository: &'a RepositoryName,
    pub(super) manifest: &'a Descriptor,
    pub(super) bytes: &'a Bytes,
}

impl ManifestPush<'_> {
    /// Adds the manifest to the referrers of its subject, if the registry does not (R127).
    pub(super) async fn announce(&self) -> Result<()> {
        let Self { registry, repository, manifest, bytes } = self;
        let document = oci::parse_document((*bytes).clone(), Some(&manifest.media_type)).value;
        let Some(subject) = document.subject() else { return Ok(()) };
        // A hidden header does not mean that the registry did nothing.
        if registry.core.has_referrers_api(repository).await? {
            return Ok(());
        }
        let entry = fallback_index::entry(manifest, &document);
        registry.add_referrer(repository, &subject.digest, entry).await
    }

    /// Checks that the type that is sent is the one that the manifest states (R124).
    pub(super) fn check_type(&self) -> Result<()> {
        let sent = &self.manifest.media_type;
        match stated_type(self.bytes) {
            Some(own) if own != *sent => {
                let fault = InputFault::PushedType { stated: own, sent: sent.clone() };
                let call = self.call(self.by_digest(), &[]);
                Err(self.registry.core.explain(&call, None, ErrorKind::InvalidInput(fault).into()))
            }
            _ => Ok(()),
        }
    }

    fn by_digest(&self) -> ManifestRef {
        ManifestRef::Digest(self.manifest.digest.clone())
    }

    /// Checks that the bytes have the digest, so that nothing is sent that the registry must refuse.
    pub(super) fn check_digest(&self) -> Result<()> {
        let verdict = verify(self.bytes, &self.manifest.digest, None).require_verified();
        verdict.map_err(|kind| {
            let call = self.call(self.by_digest(), &[]);
            self.registry.core.explain(&call, None, kind.into())
        })
    }

    /// Pushes as [`Self::all`], and first under the digest if it is not of SHA-256: a tag alone would let the
    /// registry choose the algorithm. Returns whether the registry noted the subject.
    pub(super) async fn under_digest(&self, tags: &[Tag]) -> Result<bool> {
        if tags.is_empty() || self.manifest.digest.algorithm() == Algorithm::Sha256 {
            return self.all(tags).await;
        }
        let mut noted = self.all(&[]).await?;
        for tag in tags {
            noted |= self.put_tag(tag).await?;
        }
        Ok(noted)
    }

    /// Pushes under every name. Returns whether the registry noted the subject.
    pub(super) async fn all(&self, tags: &[Tag]) -> Result<bool> {
        self.registry.core.memory.tags.forget(self.repository);
        match tags {
            [] => self.put(self.by_digest(), &[]).await.map(|answer| notes_subject(&answer)),
            [tag] => self.put_tag(tag).await,
            _ => self.many(tags).await,
        }
    }

    async fn put_tag(&self, tag: &Tag) -> Result<bool> {
        let answer = self.put(ManifestRef::Tag(tag.clone()), &[]).await?;
        Ok(notes_subject(&answer))
    }

    /// Pushes several tags at once, then one by one those that the registry did not take (R126).
    async fn many(&self, tags: &[Tag]) -> Result<bool> {
        let mut noted = false;
        for some in tags.chunks(TAGS_AT_ONCE) {
            let accepted = match self.registry.core.memory.many_tags.get() {
                Some(false) => Vec::new(),
                _ => self.at_once(some, &mut noted).await?,
            };
            for tag in some.iter().filter(|tag| !accepted.iter().any(|text| text == tag.as_str())) {
                noted |= self.put_tag(tag).await?;
            }
        }
        Ok(noted)
    }

    /// Returns the tags that were accepted; none if the registry cannot take several.
    async fn at_once(&self, tags: &[Tag], noted: &mut bool) -> Result<Vec<String>> {
        let answer = match self.put(self.by_digest(), tags).await {
            Ok(answer) => answer,
            Err(error) if refuses_query(&error) => {
                self.registry.core.memory.many_tags.set(Some(false));
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        *noted |= notes_subject(&answer);
        let fields = answer.headers.all(name::OCI_TAG);
        let accepted: Vec<String> =
            fields.flat_map(|field| field.split(',')).map(|tag| tag.trim().to_owned()).collect();
        self.registry.core.memory.many_tags.set(Some(!accepted.is_empty()));
        Ok(accepted)
    }

    async fn put(&self, reference: ManifestRef, tags: &[Tag]) -> Result<Document> {
        let call = self.call(reference, tags);
        let request = self.registry.core.request(&call);
        let mut request = request.header(name::CONTENT_TYPE, self.manifest.media_type.as_str());
        request.body = exchange::body(self.bytes.clone());
        let answer = self.registry.core.expect(&call, request).await?;
        let document = self.registry.core.read(&call, answer).await?;
        self.check_success(&call, &document)?;
        self.check_echo(&call, &document)?;
        Ok(document)
    }

    /// Refuses what came with status 200 and is no answer to a push, such as a login page.
    fn check_success(&self, call: &Call, document: &Document) -> Result<()> {
        let Document { status, headers, bytes, .. } = document;
        let is_page = is_html(headers) || html_page(bytes).is_some();
        let is_named = headers.contains(name::DOCKER_CONTENT_DIGEST);
        if *status != 200 || is_named || (bytes.is_empty() && !is_page) {
            return Ok(());
        }
        let kind = match is_page {
            true => ErrorKind::BadAnswer(AnswerFault::HtmlPage),
            false => ErrorKind::Status(*status),
        };
        Err(self.registry.core.unusable(call, document, kind))
    }

    /// Checks that the registry names the digest of the bytes that were sent, if it can be read (R125).
    fn check_echo(&self, call: &Call, document: &Document) -> Result<()> {
        let stated = document.headers.get(name::DOCKER_CONTENT_DIGEST);
        let stated = stated.and_then(|text| text.parse::<Digest>().ok());
        let expected = &self.manifest.digest;
        match stated {
            Some(actual) if actual.algorithm() == expected.algorithm() && actual != *expected => {
                let expected = expected.clone();
                let kind = ErrorKind::DigestMismatch { expected, actual };
                Err(self.registry.core.unusable(call, document, kind))
            }
            _ => Ok(()),
        }
    }

    fn call(&self, reference: ManifestRef, tags: &[Tag]) -> Call {
        let operation = Operation::PushManifest(Some(reference.clone()));
        let repository = self.repository.clone();
        let endpoint = Endpoint::PutManifest { repository, reference, tags: tags.to_vec() };
        Call::new(operation, endpoint).about(Some(self.manifest))
    }
}

/// Tells whether the registry keeps the referrers of the subject itself.
fn notes_subject(answer: &Document) -> bool {
    answer.headers.contains(name::OCI_SUBJECT)
}

/// Tells whether the registry refused the query of the request.
fn refuses_query(error: &Error) -> bool {
    matches!(error.context.status, Some(400 | 404 | 405 | 414 | 431))
        && !matches!(error.kind, ErrorKind::BlobUnknown(_))
}
