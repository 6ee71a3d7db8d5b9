//! Making sure that something is in a repository (R121, R123, R128). What is there is not sent.

use std::{cell::RefCell, collections::BTreeMap, future::ready};

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    graph::{Documents, Role, children},
    progress::Outcome,
    repository_ref::RepositoryRef,
    transfer::{Action, BlobContent, Planner, Target, TransferOptions, TransferSource, carry_out},
};
use crate::{
    content::verify::{digest_of, digest_with},
    error::{Error, ErrorKind, Operation, Result},
    oci::{Descriptor, Digest, MediaType, Tag, parse_document},
    registry::{BlobSource, Manifest, ManifestRef, Verification},
};

/// The repositories that the children of a manifest are copied from.
#[derive(Clone, Default)]
pub struct Sources {
    /// Repositories of single child manifests.
    pub by_digest: BTreeMap<Digest, RepositoryRef>,
    /// The repository of all others; without one, the target itself.
    pub fallback: Option<RepositoryRef>,
}

impl Sources {
    /// All children come from one repository.
    pub fn from(repository: RepositoryRef) -> Self {
        Self { by_digest: BTreeMap::new(), fallback: Some(repository) }
    }
}

/// The name that a manifest gets. With neither tag nor digest, the digest of its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManifestName {
    /// The tag that points at the manifest afterwards; `None` for its digest alone.
    pub tag: Option<Tag>,
    /// The digest that its bytes must have.
    pub digest: Option<Digest>,
}

/// Makes sure that a blob is there. The content is not read if the blob is there.
///
/// # Errors
/// As for [`crate::registry::Write::push_blob`].
pub async fn ensure_blob(
    to: &RepositoryRef,
    blob: &Descriptor,
    content: &dyn BlobSource,
    options: &TransferOptions,
) -> Result<Outcome> {
    if to.has(blob, options).await? {
        return Ok(Outcome::AlreadyThere);
    }
    to.registry.push_blob(&to.repository, blob, content).await?;
    Ok(Outcome::Transferred)
}

/// Pushes bytes as a blob, and returns the descriptor (R123).
///
/// # Errors
/// As for [`crate::registry::Write::push_blob`].
pub async fn put_bytes(
    to: &RepositoryRef,
    media_type: MediaType,
    bytes: Bytes,
) -> Result<Descriptor> {
    let descriptor = Descriptor::new(media_type, digest_of(&bytes), bytes.len() as u64);
    to.registry.push_blob(&to.repository, &descriptor, &bytes).await?;
    Ok(descriptor)
}

/// Makes sure that a manifest is there, with all it points at (R128).
///
/// # Errors
/// `DigestMismatch` if the bytes do not have the digest of the name; `BlobUnknown` if a child
/// is nowhere to be found; as for [`carry_out`].
pub async fn ensure_manifest(
    to: &RepositoryRef,
    name: &ManifestName,
    media_type: &MediaType,
    bytes: Bytes,
    sources: &Sources,
    options: &TransferOptions,
) -> Result<Descriptor> {
    let root = bind(to, name, media_type, bytes)?;
    let from = ChildOrigins::new(sources, to);
    let mut planner = Planner::new(&from, to, options);
    let step = planner.root_step(&root, name.tag.as_slice()).await?;
    if options.manifest_first && step.action == Action::Send {
        match to.put_manifest(&step).await {
            Err(error) if misses_something(&error) => {}
            done => {
                let done = ready(done.map(|()| Outcome::Transferred));
                let observer = &options.observer;
                observer.track(&step.manifest, Role::Root, done, Outcome::of_sending).await?;
                return Ok(root.descriptor);
            }
        }
    }
    planner.add_under(&root, step).await?;
    carry_out(&planner.finish(), &from, to, options).await?;
    Ok(root.descriptor)
}

/// Returns true if a registry may have refused a manifest because something that it points at is
/// missing. Registries differ in their answers then, so any complaint about the content counts; a
/// demand for credentials, a denial or a rate limit does not.
fn misses_something(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::BlobUnknown(_)
            | ErrorKind::NotFound(_)
            | ErrorKind::Rejected(_)
            | ErrorKind::Unverified(_)
            | ErrorKind::Status(400..=499)
    )
}

/// Names a manifest. Its digest is of the algorithm of the name's digest, which it must equal.
pub(super) fn bind(
    to: &RepositoryRef,
    name: &ManifestName,
    media_type: &MediaType,
    bytes: Bytes,
) -> Result<Manifest> {
    let refused = |kind: ErrorKind, expected: &Digest| {
        let asked = ManifestRef::Digest(expected.clone());
        to.named(kind.into(), Operation::PushManifest(Some(asked)))
    };
    let digest = match &name.digest {
        None => digest_of(&bytes),
        Some(expected) => match digest_with(&expected.algorithm(), &bytes) {
            Some(actual) if actual == *expected => actual,
            Some(actual) => {
                let kind = ErrorKind::DigestMismatch { expected: expected.clone(), actual };
                return Err(refused(kind, expected));
            }
            None => {
                return Err(refused(ErrorKind::UnsupportedDigest(expected.clone()), expected));
            }
        },
    };
    let descriptor = Descriptor::new(media_type.clone(), digest, bytes.len() as u64);
    let (content_type, verification) = (Some(media_type.clone()), Verification::Verified);
    Ok(Manifest { descriptor, bytes, content_type, verification })
}

/// The repositories of children as one origin. What a manifest points at comes from the repository
/// of the manifest.
struct ChildOrigins<'a> {
    by_digest: &'a BTreeMap<Digest, RepositoryRef>,
    fallback: &'a RepositoryRef,
    /// The repositories of what the manifests of `by_digest` point at.
    below: RefCell<BTreeMap<Digest, RepositoryRef>>,
}

impl<'a> ChildOrigins<'a> {
    fn new(sources: &'a Sources, target: &'a RepositoryRef) -> Self {
        let fallback = sources.fallback.as_ref().unwrap_or(target);
        Self { by_digest: &sources.by_digest, fallback, below: RefCell::default() }
    }

    /// The repository of an object, if it is not the fallback.
    fn own(&self, digest: &Digest) -> Option<RepositoryRef> {
        let own = self.by_digest.get(digest).cloned();
        own.or_else(|| self.below.borrow().get(digest).cloned())
    }

    fn of(&self, digest: &Digest) -> RepositoryRef {
        self.own(digest).unwrap_or_else(|| self.fallback.clone())
    }
}

#[async_trait(?Send)]
impl Documents for ChildOrigins<'_> {
    async fn document(&self, wanted: &Descriptor) -> Result<Manifest> {
        let Some(own) = self.own(&wanted.digest) else {
            return self.fallback.document(wanted).await;
        };
        let found = own.document(wanted).await?;
        let document = parse_document(found.bytes.clone(), found.content_type.as_ref()).value;
        let digests = children(&document).into_iter().map(|child| child.descriptor.digest.clone());
        self.below.borrow_mut().extend(digests.map(|digest| (digest, own.clone())));
        Ok(found)
    }
}

#[async_trait(?Send)]
impl TransferSource for ChildOrigins<'_> {
    fn repository_of(&self, blob: &Digest) -> Option<RepositoryRef> {
        Some(self.of(blob))
    }

    async fn stat(&self, blob: &Digest) -> Result<Descriptor> {
        self.of(blob).stat(blob).await
    }

    async fn open(&self, blob: &Descriptor, start: u64) -> Result<BlobContent> {
        self.of(&blob.digest).open(blob, start).await
    }
}

#[cfg(test)]
mod tests;
