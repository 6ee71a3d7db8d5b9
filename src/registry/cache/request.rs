//! Asking the source, and recording its answer.

use std::{cell::RefCell, rc::Rc, time::Duration};

use bytes::Bytes;

use super::contents::{ContentKind, Contents};
use crate::{
    error::{Error, ErrorKind, Operation, Result},
    oci::{Descriptor, Digest, RepositoryName},
    registry::{Manifest, ManifestRef, Read, Unverified, Verification, collect},
};

/// A request under way. It may outlive the call that started it while another call waits for it.
pub(super) struct CacheRequest<R: ?Sized> {
    pub(super) inner: Rc<R>,
    pub(super) contents: Rc<RefCell<Contents>>,
    pub(super) repository: RepositoryName,
    pub(super) now: Duration,
    pub(super) generation: u64,
}

impl<R: Read + ?Sized> CacheRequest<R> {
    /// Changes the contents, unless something was written or deleted since the request began.
    fn record(&self, change: impl FnOnce(&mut Contents)) {
        let mut contents = self.contents.borrow_mut();
        if contents.generation == self.generation {
            change(&mut contents);
        }
    }

    pub(super) async fn manifest(self, reference: ManifestRef) -> Result<Manifest> {
        let manifest = self.inner.manifest(&self.repository, &reference).await?;
        self.reject_other(&reference, &manifest.descriptor, Operation::ReadManifest)?;
        self.record(|contents| {
            if !is_bound(&reference, &manifest) {
                return;
            }
            let descriptor = &manifest.descriptor;
            let bytes = Some(&manifest.bytes);
            contents.record(ContentKind::Manifest, &self.repository, descriptor, bytes);
            contents.record_content_type(&descriptor.digest, manifest.content_type.as_ref());
            if let ManifestRef::Tag(tag) = &reference {
                let verification = manifest.verification.clone();
                let digest = &descriptor.digest;
                contents.record_tag(&self.repository, tag, digest, verification, self.now);
            }
        });
        Ok(manifest)
    }

    pub(super) async fn resolve(self, reference: ManifestRef) -> Result<Descriptor> {
        let found = self.inner.resolve(&self.repository, &reference).await?;
        self.reject_other(&reference, &found, Operation::FindManifest)?;
        self.record(|contents| {
            contents.record(ContentKind::Manifest, &self.repository, &found, None);
            if let ManifestRef::Tag(tag) = &reference {
                let why = Verification::NotVerified(Unverified::ByTag);
                contents.record_tag(&self.repository, tag, &found.digest, why, self.now);
            }
        });
        Ok(found)
    }

    pub(super) async fn blob(self, blob: Descriptor) -> Result<Bytes> {
        let stream = self.inner.blob(&self.repository, &blob).await?;
        let bytes = collect(stream, blob.size).await.map_err(|error| {
            let operation = Operation::ReadBlob(blob.digest.clone());
            error.during(operation, &self.repository).on(self.inner.source_name())
        })?;
        self.record(|contents| {
            contents.record(ContentKind::Blob, &self.repository, &blob, Some(&bytes));
        });
        Ok(bytes)
    }

    pub(super) async fn stat(self, digest: Digest) -> Result<Option<Descriptor>> {
        let found = self.inner.stat_blob(&self.repository, &digest).await?;
        if let Some(descriptor) = &found {
            let asked = digest.clone();
            let operation = |_| Operation::FindBlob(asked);
            self.reject_other(&ManifestRef::Digest(digest), descriptor, operation)?;
            self.record(|contents| {
                contents.record(ContentKind::Blob, &self.repository, descriptor, None);
            });
        }
        Ok(found)
    }

    /// Refuses an answer with another digest than the one that was asked for (R93).
    fn reject_other(
        &self,
        reference: &ManifestRef,
        found: &Descriptor,
        operation: impl FnOnce(ManifestRef) -> Operation,
    ) -> Result<()> {
        match reference {
            ManifestRef::Digest(expected) if *expected != found.digest => {
                let (expected, actual) = (expected.clone(), found.digest.clone());
                let error = Error::new(ErrorKind::DigestMismatch { expected, actual });
                let operation = operation(reference.clone());
                Err(error.during(operation, &self.repository).on(self.inner.source_name()))
            }
            _ => Ok(()),
        }
    }
}

/// Tells whether the bytes are those of the descriptor's digest: it was computed here, or they were
/// verified against it.
fn is_bound(reference: &ManifestRef, manifest: &Manifest) -> bool {
    matches!(reference, ManifestRef::Tag(_)) || manifest.verification == Verification::Verified
}
