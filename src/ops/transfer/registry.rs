//! A repository of a registry as origin and target.

use std::rc::Rc;

use async_trait::async_trait;
use futures_util::TryStreamExt;

use super::{Action, BlobContent, BlobStep, ManifestStep, Target, TransferOptions, TransferSource};
use crate::{
    error::{Error, ErrorKind, Missing, Operation, Result},
    oci::{Descriptor, Digest},
    ops::{
        graph::Documents,
        progress::{Observer, Outcome},
        read,
        repository_ref::RepositoryRef,
    },
    registry::{BlobStream, BlobUpload, ByteRange, Manifest, ManifestRef, collect},
};

/// Blobs up to this many bytes are read into memory and sent in one piece.
const WHOLE: u64 = 4 << 20;

#[async_trait(?Send)]
impl Documents for RepositoryRef {
    /// A parent points at the document, so its absence is another error than other absence.
    async fn document(&self, wanted: &Descriptor) -> Result<Manifest> {
        let read = read::manifest(&*self.registry, &self.repository, wanted).await;
        read.map_err(|error| {
            let asked = ManifestRef::Digest(wanted.digest.clone());
            let error = self.named(error, Operation::ReadManifest(asked));
            match error.is_not_found() {
                true => {
                    Error { kind: ErrorKind::BlobUnknown(Some(wanted.digest.clone())), ..error }
                }
                false => error,
            }
        })
    }
}

#[async_trait(?Send)]
impl TransferSource for RepositoryRef {
    fn repository_of(&self, _: &Digest) -> Option<RepositoryRef> {
        Some(self.clone())
    }

    async fn stat(&self, blob: &Digest) -> Result<Descriptor> {
        let missing = || self.not_found(blob, ErrorKind::NotFound(Missing::Blob));
        self.registry.stat_blob(&self.repository, blob).await?.ok_or_else(missing)
    }

    async fn open(&self, blob: &Descriptor, start: u64) -> Result<BlobContent> {
        if let Some(bytes) = read::embedded(blob) {
            return Ok(BlobContent::Slices(Rc::new(bytes)));
        }
        let range = ByteRange { start, length: None };
        let stream = match start {
            0 => self.registry.blob(&self.repository, blob).await?,
            _ => self.registry.blob_range(&self.repository, blob, range).await?,
        };
        Ok(BlobContent::Stream(stream))
    }
}

#[async_trait(?Send)]
impl Target for RepositoryRef {
    fn name(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }

    async fn find(&self, manifest: &ManifestRef) -> Result<Option<Descriptor>> {
        match self.registry.resolve(&self.repository, manifest).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A blob of the same registry is mounted without asking. A blob that is to be sent to where it
    /// comes from must be there.
    async fn plan_blob(
        &self,
        from: &dyn TransferSource,
        blob: &Descriptor,
        options: &TransferOptions,
    ) -> Result<Action> {
        let origin = from.repository_of(&blob.digest).filter(|origin| origin.host == self.host);
        match origin {
            Some(origin) if origin.repository == self.repository => {
                match self.registry.stat_blob(&self.repository, &blob.digest).await? {
                    Some(_) => Ok(Action::Keep),
                    None => {
                        let kind = ErrorKind::BlobUnknown(Some(blob.digest.clone()));
                        Err(self.not_found(&blob.digest, kind))
                    }
                }
            }
            Some(_) => Ok(Action::Mount),
            None if self.has(blob, options).await? => Ok(Action::Keep),
            None => Ok(Action::Send),
        }
    }

    async fn put_blob(
        &self,
        from: &dyn TransferSource,
        step: &BlobStep,
        options: &TransferOptions,
    ) -> Result<Outcome> {
        let BlobStep { blob, action, .. } = step;
        if *action == Action::Mount {
            if self.mounted(from, blob).await? {
                return Ok(Outcome::Mounted);
            }
            if self.has(blob, options).await? {
                return Ok(Outcome::AlreadyThere);
            }
        }
        let observer = &options.observer;
        match from.open(blob, 0).await? {
            BlobContent::Stream(stream) if blob.size > WHOLE => {
                self.upload(stream, blob, observer).await?;
            }
            BlobContent::Stream(stream) => {
                let bytes = collect(stream, WHOLE).await?;
                self.registry.push_blob(&self.repository, blob, &bytes).await?;
                observer.progress(&blob.digest, blob.size);
            }
            BlobContent::Slices(source) => {
                self.registry.push_blob(&self.repository, blob, &*source).await?;
                observer.progress(&blob.digest, blob.size);
            }
        }
        Ok(Outcome::Transferred)
    }

    async fn put_manifest(&self, step: &ManifestStep) -> Result<()> {
        let (wanted, bytes) = (&step.manifest, step.bytes.clone());
        let tags: Vec<_> = step.tags.iter().map(|planned| planned.tag.clone()).collect();
        let pushed = self.registry.push_manifest_as(&self.repository, wanted, bytes, &tags).await?;
        // What was asked for is there under its own digest, or this was no success.
        if pushed.digest != wanted.digest {
            let (expected, actual) = (wanted.digest.clone(), pushed.digest);
            let operation = Operation::PushManifest(Some(ManifestRef::Digest(expected.clone())));
            let error = Error::new(ErrorKind::DigestMismatch { expected, actual });
            return Err(self.named(error, operation));
        }
        Ok(())
    }
}

impl RepositoryRef {
    fn not_found(&self, blob: &Digest, kind: ErrorKind) -> Error {
        self.named(Error::new(kind), Operation::FindBlob(blob.clone()))
    }

    /// Returns true if a blob is there with the right size. Small ones are not asked for (R121).
    pub(in crate::ops) async fn has(
        &self,
        blob: &Descriptor,
        options: &TransferOptions,
    ) -> Result<bool> {
        if blob.size <= options.ask_above {
            return Ok(false);
        }
        let found = self.registry.stat_blob(&self.repository, &blob.digest).await?;
        Ok(found.is_some_and(|found| found.size == blob.size))
    }

    /// Tries to mount. A refusal is no failure: a token for the target may not cover the origin.
    async fn mounted(&self, from: &dyn TransferSource, blob: &Descriptor) -> Result<bool> {
        let Some(origin) = from.repository_of(&blob.digest) else { return Ok(false) };
        let mount = self.registry.mount_blob(&self.repository, &origin.repository, &blob.digest);
        match mount.await {
            Err(error) => match error.kind {
                ErrorKind::Denied | ErrorKind::NotFound(_) | ErrorKind::Unsupported(_) => Ok(false),
                _ => Err(error),
            },
            mounted => mounted,
        }
    }

    /// Sends a stream in chunks. The closing request comes only after the bytes were verified.
    async fn upload(
        &self,
        stream: BlobStream,
        blob: &Descriptor,
        observer: &Observer,
    ) -> Result<()> {
        let mut upload = self.registry.start_upload(&self.repository, 0).await?;
        match send(stream, &mut *upload, blob, observer).await {
            Ok(()) => upload.commit(&blob.digest).await.map(|_| ()),
            Err(error) => {
                upload.cancel().await;
                Err(error)
            }
        }
    }
}

async fn send(
    mut stream: BlobStream,
    upload: &mut dyn BlobUpload,
    blob: &Descriptor,
    observer: &Observer,
) -> Result<()> {
    let mut done = 0;
    while let Some(chunk) = stream.chunks.try_next().await? {
        done += chunk.len() as u64;
        upload.write(chunk).await?;
        observer.progress(&blob.digest, done);
    }
    Ok(())
}
