//! Pushing manifests, under their digest and under tags (R124 to R127).

use bytes::Bytes;

use super::{
    body,
    exchange::{self, Call, Core, Document},
};
use crate::{
    content::verify,
    error::{Error, ErrorKind, Result},
    oci::{self, Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag},
    wire::{Endpoint, headers::name, upkeep},
};

/// Tags that go out with one request (R126).
const TAGS_AT_ONCE: usize = 10;

impl Core {
    /// Pushes a manifest, byte for byte.
    pub(super) async fn push_manifest(
        &self,
        repository: &RepositoryName,
        media_type: &MediaType,
        bytes: &Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        let digest = verify::digest_of(bytes);
        let manifest = Descriptor::new(media_type.clone(), digest, bytes.len() as u64);
        let push = Push { core: self, repository, manifest: &manifest, bytes };
        push.check_type()?;
        let announced = push.all(tags).await?;
        if !announced {
            self.announce(repository, &manifest, bytes).await?;
        }
        Ok(manifest)
    }

    /// Adds the manifest to the referrers of its subject, where the registry does not (R127).
    async fn announce(
        &self,
        repository: &RepositoryName,
        manifest: &Descriptor,
        bytes: &Bytes,
    ) -> Result<()> {
        let document = oci::parse_document(bytes.clone(), Some(&manifest.media_type)).value;
        let Some(subject) = document.subject() else { return Ok(()) };
        // A hidden header does not mean that the registry did nothing.
        if self.has_referrers_api(repository).await? {
            return Ok(());
        }
        let entry = upkeep::entry(manifest, &document);
        self.add_referrer(repository, &subject.digest, entry).await
    }
}

/// One manifest on its way.
struct Push<'a> {
    core: &'a Core,
    repository: &'a RepositoryName,
    manifest: &'a Descriptor,
    bytes: &'a Bytes,
}

impl Push<'_> {
    /// The type that is sent is the one that the manifest names itself (R124).
    fn check_type(&self) -> Result<()> {
        let sent = &self.manifest.media_type;
        match body::stated_type(self.bytes) {
            Some(own) if own != *sent => {
                let what = format!("the manifest says that it is {own}, and is pushed as {sent}");
                let call = self.call(self.by_digest(), &[]);
                Err(self.core.explain(&call, None, ErrorKind::InvalidInput(what).into()))
            }
            _ => Ok(()),
        }
    }

    fn by_digest(&self) -> ManifestRef {
        ManifestRef::Digest(self.manifest.digest.clone())
    }

    /// Pushes under every name. Whether the registry said that it noted the subject.
    async fn all(&self, tags: &[Tag]) -> Result<bool> {
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

    /// Several tags at once, and one by one those that the registry did not take (R126).
    async fn many(&self, tags: &[Tag]) -> Result<bool> {
        let mut noted = false;
        for some in tags.chunks(TAGS_AT_ONCE) {
            let accepted = match self.core.memory.many_tags.get() {
                Some(false) => Vec::new(),
                _ => self.at_once(some, &mut noted).await?,
            };
            for tag in some.iter().filter(|tag| !accepted.iter().any(|text| text == tag.as_str())) {
                noted |= self.put_tag(tag).await?;
            }
        }
        Ok(noted)
    }

    /// The tags that were accepted; none where the registry does not know of this.
    async fn at_once(&self, tags: &[Tag], noted: &mut bool) -> Result<Vec<String>> {
        let answer = match self.put(self.by_digest(), tags).await {
            Ok(answer) => answer,
            Err(error) if refuses_query(&error) => {
                self.core.memory.many_tags.set(Some(false));
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        *noted |= notes_subject(&answer);
        let fields = answer.headers.all(name::OCI_TAG);
        let accepted: Vec<String> =
            fields.flat_map(|field| field.split(',')).map(|tag| tag.trim().to_owned()).collect();
        self.core.memory.many_tags.set(Some(!accepted.is_empty()));
        Ok(accepted)
    }

    async fn put(&self, reference: ManifestRef, tags: &[Tag]) -> Result<Document> {
        let call = self.call(reference, tags);
        let request = self.core.request(&call);
        let mut request = request.header(name::CONTENT_TYPE, self.manifest.media_type.as_str());
        request.body = exchange::body(self.bytes.clone());
        let answer = self.core.expect(&call, request).await?;
        let document = self.core.read(&call, answer).await?;
        self.check_echo(&call, &document)?;
        Ok(document)
    }

    /// The digest that the registry answers, where it can be read, is that of what was sent (R125).
    fn check_echo(&self, call: &Call, document: &Document) -> Result<()> {
        let stated = document.headers.get(name::DOCKER_CONTENT_DIGEST);
        let stated = stated.and_then(|text| text.parse::<Digest>().ok());
        let expected = &self.manifest.digest;
        match stated {
            Some(actual) if actual.algorithm() == expected.algorithm() && actual != *expected => {
                let expected = expected.clone();
                let kind = ErrorKind::DigestMismatch { expected, actual };
                Err(self.core.unusable(call, document, kind))
            }
            _ => Ok(()),
        }
    }

    fn call(&self, reference: ManifestRef, tags: &[Tag]) -> Call {
        let operation = format!("push the manifest {reference} to {}", self.repository);
        let repository = self.repository.clone();
        let endpoint = Endpoint::PutManifest { repository, reference, tags: tags.to_vec() };
        Call::new(operation, endpoint).about(Some(self.manifest))
    }
}

/// Whether the registry keeps the referrers of the subject itself.
fn notes_subject(answer: &Document) -> bool {
    answer.headers.contains(name::OCI_SUBJECT)
}

/// Whether it is the query that the registry does not take.
fn refuses_query(error: &Error) -> bool {
    matches!(error.context.status, Some(400 | 404 | 405 | 414 | 431))
        && !matches!(error.kind, ErrorKind::BlobUnknown(_))
}
