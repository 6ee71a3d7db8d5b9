//! An object store as origin and target (R155 to R157). Layers that are there are skipped, those in
//! part are taken up where they stopped.

use async_trait::async_trait;
use futures_util::TryStreamExt;

use super::{Action, BlobContent, BlobStep, ManifestStep, Target, TransferOptions, TransferSource};
use crate::{
    content::verify::digest_of,
    error::{AnswerFault, Error, ErrorKind, InputFault, Operation, Result},
    oci::{Descriptor, Digest, Document, MediaType, RepositoryName},
    ops::{graph::Documents, progress::Outcome},
    registry::{Manifest, ManifestRef, Verification},
    sources::objects::{Layer, LayerWriter, ObjectStore, StoreError, StoredManifest},
};

/// A repository of an object store.
#[derive(Clone, Copy)]
pub struct InStore<'a> {
    /// The store that the objects are read from or written to.
    pub store: &'a dyn ObjectStore,
    /// The name that its images were pulled under.
    pub repository: &'a RepositoryName,
}

impl InStore<'_> {
    /// Reads a manifest with its digest, if it is there.
    ///
    /// # Errors
    /// Failures of the store.
    pub async fn manifest(&self, reference: &ManifestRef) -> Result<Option<Manifest>> {
        let found = self.store.manifest(self.repository, reference).await;
        let found = found.map_err(|error| self.about_manifest(reference, error))?;
        Ok(found.map(|StoredManifest { media_type, bytes }| {
            let digest = match reference {
                ManifestRef::Digest(digest) => digest.clone(),
                ManifestRef::Tag(_) => digest_of(&bytes),
            };
            let descriptor = Descriptor::new(media_type.clone(), digest, bytes.len() as u64);
            let (content_type, verification) = (Some(media_type), Verification::Verified);
            Manifest { descriptor, bytes, content_type, verification }
        }))
    }

    /// Names the store and a manifest in an error, unless it names another place.
    fn about_manifest(&self, reference: &ManifestRef, error: impl Into<Error>) -> Error {
        self.named(error, Operation::ReadManifest(reference.clone()))
    }

    fn about_blob(&self, blob: &Digest, error: impl Into<Error>) -> Error {
        self.named(error, Operation::ReadBlob(blob.clone()))
    }

    fn named(&self, error: impl Into<Error>, operation: Operation) -> Error {
        error.into().during(operation, self.repository).on(self.store.name())
    }

    async fn write(
        &self,
        from: &dyn TransferSource,
        blob: &Descriptor,
        mut writer: Box<dyn LayerWriter>,
        options: &TransferOptions,
    ) -> Result<bool> {
        writer.set_size(blob.size)?;
        let mut done = writer.current_size();
        let mut stream = from.open(blob, done).await?.into_stream(done);
        while let Some(chunk) = stream.chunks.try_next().await? {
            done += chunk.len() as u64;
            writer.write(chunk).await?;
            options.observer.progress(&blob.digest, done);
        }
        Ok(writer.close().await?)
    }
}

#[async_trait(?Send)]
impl Documents for InStore<'_> {
    /// An index of which only some platforms were pulled cannot be pushed: no registry has the rest
    /// under this name.
    async fn document(&self, wanted: &Descriptor) -> Result<Manifest> {
        let found = self.manifest(&ManifestRef::Digest(wanted.digest.clone())).await?;
        found.ok_or_else(|| {
            let kind = ErrorKind::InvalidInput(InputFault::NotPulled(Box::new(wanted.clone())));
            self.about_manifest(&wanted.digest.clone().into(), kind)
        })
    }
}

#[async_trait(?Send)]
impl TransferSource for InStore<'_> {
    async fn stat(&self, blob: &Digest) -> Result<Descriptor> {
        let reader = self.store.layer(blob).reader().await;
        let size = reader.map_err(|error| self.about_blob(blob, error))?.size();
        Ok(Descriptor::new(MediaType::OCTET_STREAM, blob.clone(), size))
    }

    /// A layer that is here in part must not pass because the target has it.
    async fn check(&self, blob: &Descriptor) -> Result<()> {
        self.stat(&blob.digest).await.map(|_| ())
    }

    async fn open(&self, blob: &Descriptor, _: u64) -> Result<BlobContent> {
        let reader = self.store.layer(&blob.digest).reader().await;
        Ok(BlobContent::Slices(reader.map_err(|error| self.about_blob(&blob.digest, error))?))
    }
}

#[async_trait(?Send)]
impl Target for InStore<'_> {
    fn name(&self) -> String {
        self.repository.to_string()
    }

    /// Some platforms of an index may be pulled.
    fn takes_parts(&self) -> bool {
        true
    }

    fn check(&self, manifest: &Descriptor, document: &Document) -> Result<()> {
        let fault = match document {
            Document::Image(image) if image.layers.is_empty() => AnswerFault::NoLayers,
            Document::Schema1(old) if old.layers.is_empty() => AnswerFault::NoLayers,
            Document::Schema1(old) if old.layers.len() != old.history.len() => {
                let (layers, history) = (old.layers.len(), old.history.len());
                AnswerFault::HistoryDiffers { layers, history }
            }
            Document::Unknown(_) => AnswerFault::NotAnImage(manifest.media_type.clone()),
            Document::Index(_) | Document::Image(_) | Document::Schema1(_) => return Ok(()),
        };
        let reference = manifest.digest.clone().into();
        Err(self.named(ErrorKind::BadAnswer(fault), Operation::PushManifest(Some(reference))))
    }

    async fn find(&self, manifest: &ManifestRef) -> Result<Option<Descriptor>> {
        Ok(self.manifest(manifest).await?.map(|found| found.descriptor))
    }

    async fn plan_blob(
        &self,
        _: &dyn TransferSource,
        blob: &Descriptor,
        _: &TransferOptions,
    ) -> Result<Action> {
        let held = self.store.layer(&blob.digest).progress();
        Ok(match held.current_size {
            _ if held.complete => {
                self.check_size(blob, held.current_size).map(|()| Action::Keep)?
            }
            0 => Action::Send,
            held => Action::Resume { held },
        })
    }

    async fn put_blob(
        &self,
        from: &dyn TransferSource,
        step: &BlobStep,
        options: &TransferOptions,
    ) -> Result<Outcome> {
        let put = self.put(from, &step.blob, options).await;
        let operation = Operation::PushBlob(Some(step.blob.digest.clone()));
        put.map_err(|error| self.named(error, operation))
    }

    async fn put_manifest(&self, step: &ManifestStep) -> Result<()> {
        let (media_type, bytes) = (step.manifest.media_type.clone(), step.bytes.clone());
        let stored = StoredManifest { media_type, bytes };
        let digest = ManifestRef::Digest(step.manifest.digest.clone());
        let tags = step.tags.iter().map(|planned| ManifestRef::Tag(planned.tag.clone()));
        for reference in std::iter::once(digest).chain(tags) {
            let written = self.store.write_manifest(self.repository, &reference, &stored).await;
            let operation = Operation::PushManifest(Some(reference));
            written.map_err(|error| self.named(error, operation))?;
        }
        Ok(())
    }
}

impl InStore<'_> {
    /// Waits for another writer, and writes if that one gives up.
    async fn put(
        &self,
        from: &dyn TransferSource,
        blob: &Descriptor,
        options: &TransferOptions,
    ) -> Result<Outcome> {
        let layer = self.store.layer(&blob.digest);
        let held = |layer: &dyn Layer| layer.progress().current_size;
        loop {
            match layer.writer() {
                Ok(writer) => match self.write(from, blob, writer, options).await? {
                    true => return Ok(Outcome::Transferred),
                    false => return Err(self.wrong_size(blob, held(&*layer))),
                },
                Err(StoreError::AlreadyExists) => {
                    return self.check_size(blob, held(&*layer)).map(|()| Outcome::AlreadyThere);
                }
                Err(StoreError::Locked) => match layer.wait().await {
                    Ok(()) | Err(StoreError::NotWritten(_)) => {}
                    Err(error) => return Err(error.into()),
                },
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn check_size(&self, blob: &Descriptor, held: u64) -> Result<()> {
        if held == blob.size { Ok(()) } else { Err(self.wrong_size(blob, held)) }
    }

    fn wrong_size(&self, blob: &Descriptor, actual: u64) -> Error {
        let digest = Some(blob.digest.clone());
        self.about_blob(
            &blob.digest,
            ErrorKind::SizeMismatch { digest, expected: blob.size, actual },
        )
    }
}
