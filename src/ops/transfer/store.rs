//! An object store as origin and target (R155 to R157). Layers that are there are skipped, those in
//! part are taken up where they stopped.

use async_trait::async_trait;
use futures_util::TryStreamExt;

use super::{Action, BlobContent, BlobStep, ManifestStep, Target, TransferOptions, TransferSource};
use crate::{
    content::verify::digest_of,
    error::{AnswerFault, Error, ErrorKind, InputFault, Result},
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
        let found = self.store.manifest(self.repository, reference).await?;
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
            ErrorKind::InvalidInput(InputFault::NotPulled(Box::new(wanted.clone()))).into()
        })
    }
}

#[async_trait(?Send)]
impl TransferSource for InStore<'_> {
    async fn stat(&self, blob: &Digest) -> Result<Descriptor> {
        let size = self.store.layer(blob).reader().await?.size();
        Ok(Descriptor::new(MediaType::OCTET_STREAM, blob.clone(), size))
    }

    /// A layer that is here in part must not pass because the target has it.
    async fn check(&self, blob: &Descriptor) -> Result<()> {
        self.stat(&blob.digest).await.map(|_| ())
    }

    async fn open(&self, blob: &Descriptor, _: u64) -> Result<BlobContent> {
        Ok(BlobContent::Slices(self.store.layer(&blob.digest).reader().await?))
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
        Err(ErrorKind::BadAnswer(fault).into())
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
            _ if held.complete => check_size(blob, held.current_size).map(|()| Action::Keep)?,
            0 => Action::Send,
            held => Action::Resume { held },
        })
    }

    /// Waits for another writer, and writes if that one gives up.
    async fn put_blob(
        &self,
        from: &dyn TransferSource,
        step: &BlobStep,
        options: &TransferOptions,
    ) -> Result<Outcome> {
        let blob = &step.blob;
        let layer = self.store.layer(&blob.digest);
        let held = |layer: &dyn Layer| layer.progress().current_size;
        loop {
            match layer.writer() {
                Ok(writer) => match self.write(from, blob, writer, options).await? {
                    true => return Ok(Outcome::Transferred),
                    false => return Err(wrong_size(blob, held(&*layer))),
                },
                Err(StoreError::AlreadyExists) => {
                    return check_size(blob, held(&*layer)).map(|()| Outcome::AlreadyThere);
                }
                Err(StoreError::Locked) => match layer.wait().await {
                    Ok(()) | Err(StoreError::NotWritten(_)) => {}
                    Err(error) => return Err(error.into()),
                },
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn put_manifest(&self, step: &ManifestStep) -> Result<()> {
        let (media_type, bytes) = (step.manifest.media_type.clone(), step.bytes.clone());
        let stored = StoredManifest { media_type, bytes };
        let digest = ManifestRef::Digest(step.manifest.digest.clone());
        let tags = step.tags.iter().map(|planned| ManifestRef::Tag(planned.tag.clone()));
        for reference in std::iter::once(digest).chain(tags) {
            self.store.write_manifest(self.repository, &reference, &stored).await?;
        }
        Ok(())
    }
}

fn check_size(blob: &Descriptor, held: u64) -> Result<()> {
    if held == blob.size { Ok(()) } else { Err(wrong_size(blob, held)) }
}

fn wrong_size(blob: &Descriptor, actual: u64) -> Error {
    let digest = Some(blob.digest.clone());
    ErrorKind::SizeMismatch { digest, expected: blob.size, actual }.into()
}
