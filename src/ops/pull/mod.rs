//! Pulling into an object store (R155, R157).
//!
//! Layers that are there are skipped, those in part are taken up where they stopped, and the
//! manifest is written last: a store never names what it does not have.

use futures_core::future::LocalBoxFuture;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    ensure::Place,
    graph::Selection,
    lookup::{self, Prefer},
    progress::{Observer, Outcome, Role},
};
use crate::{
    error::{ErrorKind, Missing, Result},
    oci::{Descriptor, Document, Reference, Schema1Manifest, parse_document},
    registry::{BlobStream, ByteRange, Manifest, ManifestRef},
    sources::objects::{Layer, LayerWriter, ObjectStore, StoreError, StoredManifest},
};

/// How to pull and push.
#[derive(Clone)]
pub struct Options {
    /// Layers in flight: layer *i* starts after layer *i* − window has finished (R157).
    pub window: usize,
    /// Levels of indexes.
    pub depth: usize,
    /// Which platforms of an index are pulled.
    pub selection: Selection,
    /// Who is told.
    pub observer: Observer,
}

impl Default for Options {
    fn default() -> Self {
        Self { window: 4, depth: 32, selection: Selection::All, observer: Observer::silent() }
    }
}

/// Pulls what a reference stands for. It is stored under its digest and, where the reference has
/// one, its tag. The first error ends it; what was written stays, for the next time.
///
/// # Errors
/// Absence of anything needed; `BadAnswer` for a manifest without layers; mismatches; what the
/// store gives.
pub async fn pull(
    from: &Place,
    reference: &Reference,
    store: &dyn ObjectStore,
    options: &Options,
) -> Result<Descriptor> {
    let manifest =
        lookup::manifest(&*from.registry, reference, Prefer::Digest).await?.required()?;
    let pull = Pull { from, store, options };
    pull.manifest(&manifest, Role::Root, 0).await?;
    if let Some(tag) = &reference.tag {
        let stored = stored(&manifest);
        let tag = ManifestRef::Tag(tag.clone());
        store.write_manifest(&from.repository, &tag, &stored).await?;
    }
    Ok(manifest.descriptor)
}

fn stored(manifest: &Manifest) -> StoredManifest {
    let media_type = manifest.descriptor.media_type.clone();
    StoredManifest { media_type, bytes: manifest.bytes.clone() }
}

struct Pull<'a> {
    from: &'a Place,
    store: &'a dyn ObjectStore,
    options: &'a Options,
}

impl Pull<'_> {
    async fn manifest(&self, manifest: &Manifest, role: Role, depth: usize) -> Result<()> {
        let Options { observer, .. } = self.options;
        let digest = &manifest.descriptor.digest;
        observer.started(&manifest.descriptor, role);
        let result = self.under(manifest, depth).await;
        let outcome = match &result {
            Ok(()) => Outcome::Transferred,
            Err(error) => Outcome::Failed(error.clone()),
        };
        observer.finished(digest, &outcome);
        result?;
        let reference = ManifestRef::Digest(digest.clone());
        let stored = stored(manifest);
        Ok(self.store.write_manifest(&self.from.repository, &reference, &stored).await?)
    }

    /// Everything that a manifest points at.
    async fn under(&self, manifest: &Manifest, depth: usize) -> Result<()> {
        let media_type = &manifest.descriptor.media_type;
        let document = parse_document(manifest.bytes.clone(), Some(media_type)).value;
        match &document {
            Document::Index(index) => {
                let Options { selection, depth: deepest, .. } = self.options;
                if depth >= *deepest {
                    return Err(bad(format!("indexes nest more than {deepest} levels deep")));
                }
                for entry in index.manifests.iter().filter(|entry| selection.has(index, entry)) {
                    self.child(entry, depth + 1).await?;
                }
                Ok(())
            }
            Document::Image(image) if image.layers.is_empty() => {
                Err(bad("the manifest has no layers".to_owned()))
            }
            Document::Image(image) => self.layers(image.references().cloned().collect()).await,
            Document::Schema1(old) => self.layers(self.old_layers(old).await?).await,
            Document::Unknown(_) => Err(bad(format!("{media_type} is no image"))),
        }
    }

    /// Boxed, since indexes nest.
    fn child<'b>(&'b self, entry: &'b Descriptor, depth: usize) -> LocalBoxFuture<'b, Result<()>> {
        Box::pin(async move {
            let found =
                super::read::manifest(&*self.from.registry, &self.from.repository, entry).await?;
            self.manifest(&found, Role::Manifest, depth).await
        })
    }

    /// The layers of a Docker schema 1 manifest, each once. It says no sizes: the registry is asked.
    async fn old_layers(&self, old: &Schema1Manifest) -> Result<Vec<Descriptor>> {
        let (layers, history) = (old.layers.len(), old.history.len());
        if layers == 0 || layers != history {
            return Err(bad(format!("{layers} layers and {history} history entries")));
        }
        let mut found = Vec::new();
        let unique: std::collections::BTreeSet<_> = old.layers.iter().collect();
        for digest in unique {
            let Place { registry, repository, .. } = self.from;
            let layer = registry.stat_blob(repository, digest).await?;
            found.push(layer.ok_or(ErrorKind::NotFound(Missing::Blob))?);
        }
        Ok(found)
    }

    /// Every blob once, a window of them at one time, in order. An error drops those in flight.
    async fn layers(&self, layers: Vec<Descriptor>) -> Result<()> {
        let mut seen = std::collections::BTreeSet::new();
        let unique: Vec<_> =
            layers.into_iter().filter(|layer| seen.insert(layer.digest.clone())).collect();
        let pulling = stream::iter(unique).map(|layer| async move { self.one_layer(&layer).await });
        pulling.buffered(self.options.window.max(1)).try_collect::<()>().await
    }

    async fn one_layer(&self, blob: &Descriptor) -> Result<()> {
        let observer = &self.options.observer;
        observer.started(blob, Role::Layer);
        let result = self.fill(blob).await;
        let outcome = result.as_ref().map_or_else(|e| Outcome::Failed(e.clone()), Clone::clone);
        observer.finished(&blob.digest, &outcome);
        result.map(|_| ())
    }

    /// Waits for whoever else is writing, and writes if that one gives up.
    async fn fill(&self, blob: &Descriptor) -> Result<Outcome> {
        let layer = self.store.layer(&blob.digest);
        loop {
            match layer.writer() {
                Ok(writer) => return self.write(&*layer, writer, blob).await,
                Err(StoreError::AlreadyExists) => return check_size(&*layer, blob),
                Err(StoreError::Locked) => match layer.wait().await {
                    Ok(()) | Err(StoreError::NotWritten(_)) => {}
                    Err(error) => return Err(error.into()),
                },
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn write(
        &self,
        layer: &dyn Layer,
        mut writer: Box<dyn LayerWriter>,
        blob: &Descriptor,
    ) -> Result<Outcome> {
        writer.set_size(blob.size)?;
        let mut done = writer.current_size();
        let mut stream = self.open(blob, done).await?;
        while let Some(chunk) = stream.chunks.try_next().await? {
            done += chunk.len() as u64;
            writer.write(chunk).await?;
            self.options.observer.progress(&blob.digest, done);
        }
        if writer.close().await? {
            return Ok(Outcome::Transferred);
        }
        Err(wrong_size(blob, layer.progress().current_size))
    }

    /// The blob, or what is missing of it (R155).
    async fn open(&self, blob: &Descriptor, start: u64) -> Result<BlobStream> {
        let Place { registry, repository, .. } = self.from;
        match start {
            0 => registry.blob(repository, blob).await,
            _ => registry.blob_range(repository, blob, ByteRange { start, length: None }).await,
        }
    }
}

fn check_size(layer: &dyn Layer, blob: &Descriptor) -> Result<Outcome> {
    let stored = layer.progress().current_size;
    if stored == blob.size { Ok(Outcome::AlreadyThere) } else { Err(wrong_size(blob, stored)) }
}

fn wrong_size(blob: &Descriptor, actual: u64) -> crate::error::Error {
    let digest = Some(blob.digest.clone());
    ErrorKind::SizeMismatch { digest, expected: blob.size, actual }.into()
}

fn bad(what: String) -> crate::error::Error {
    ErrorKind::BadAnswer(what).into()
}

#[cfg(test)]
mod tests;
