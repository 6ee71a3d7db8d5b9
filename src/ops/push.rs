//! Pushing from an object store (R156, R157): layers that the registry lacks, and the manifest last.

use futures_core::future::LocalBoxFuture;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    ensure::Place,
    progress::{Outcome, Role},
    pull::Options,
};
use crate::{
    error::{ErrorKind, Missing, Result},
    oci::{Descriptor, Digest, Document, MediaType, Tag, parse_document},
    registry::{BlobSource, ManifestRef},
    sources::objects::{ObjectStore, StoredManifest},
};

/// Pushes a manifest of a store, with all it points at, under its digest and these tags.
///
/// # Errors
/// `NotFound` where the store lacks the manifest or part of a layer; `InvalidInput` where it lacks
/// entries of an index, as after pulling some platforms only; what pushing gives.
pub async fn push(
    store: &dyn ObjectStore,
    reference: &ManifestRef,
    to: &Place,
    tags: &[Tag],
    options: &Options,
) -> Result<Descriptor> {
    let job = Push { store, to, options };
    job.manifest(reference, tags, Role::Root, 0).await
}

struct Push<'a> {
    store: &'a dyn ObjectStore,
    to: &'a Place,
    options: &'a Options,
}

impl Push<'_> {
    async fn manifest(
        &self,
        reference: &ManifestRef,
        tags: &[Tag],
        role: Role,
        depth: usize,
    ) -> Result<Descriptor> {
        let Place { registry, repository, .. } = self.to;
        let found = self.store.manifest(repository, reference).await?;
        let StoredManifest { media_type, bytes } =
            found.ok_or(ErrorKind::NotFound(Missing::Manifest))?;
        let document = parse_document(bytes.clone(), Some(&media_type)).value;
        self.under(&document, depth).await?;
        let digest = crate::content::verify::digest_of(&bytes);
        let descriptor = Descriptor::new(media_type.clone(), digest, bytes.len() as u64);
        let observer = &self.options.observer;
        observer.started(&descriptor, role);
        let pushed = registry.push_manifest(repository, &media_type, bytes, tags).await;
        let outcome =
            pushed.as_ref().map_or_else(|e| Outcome::Failed(e.clone()), |_| Outcome::Transferred);
        observer.finished(&descriptor.digest, &outcome);
        pushed
    }

    /// Everything that a document points at.
    async fn under(&self, document: &Document, depth: usize) -> Result<()> {
        match document {
            Document::Index(_) if depth >= self.options.depth => {
                let what = format!("indexes nest more than {depth} levels deep");
                Err(ErrorKind::InvalidInput(what).into())
            }
            Document::Index(index) => {
                for entry in &index.manifests {
                    self.require(entry).await?;
                }
                for entry in &index.manifests {
                    self.child(&entry.digest, depth + 1).await?;
                }
                Ok(())
            }
            // A schema 1 manifest says no sizes: the store knows them.
            Document::Schema1(old) => {
                let blob = |digest: &Digest| {
                    let size = self.store.layer(digest).progress().current_size;
                    Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), size)
                };
                self.layers(old.layers.iter().map(blob).collect()).await
            }
            _ => self.layers(document.references().into_iter().cloned().collect()).await,
        }
    }

    /// An index of which only some platforms were pulled cannot be pushed: no registry has the rest
    /// under this name. Said before anything is sent.
    async fn require(&self, entry: &Descriptor) -> Result<()> {
        let Descriptor { digest, platform, .. } = entry;
        let reference = ManifestRef::Digest(digest.clone());
        if self.store.manifest(&self.to.repository, &reference).await?.is_some() {
            return Ok(());
        }
        let platform = platform.as_ref().map(|platform| format!(" ({platform})"));
        let what = format!(
            "the index lists {digest}{}, which was not pulled: pull all of its platforms, or push \
             the manifest of one of them",
            platform.unwrap_or_default()
        );
        Err(ErrorKind::InvalidInput(what).into())
    }

    /// Boxed, since indexes nest.
    fn child<'b>(&'b self, digest: &'b Digest, depth: usize) -> LocalBoxFuture<'b, Result<()>> {
        Box::pin(async move {
            let reference = ManifestRef::Digest(digest.clone());
            self.manifest(&reference, &[], Role::Manifest, depth).await.map(|_| ())
        })
    }

    /// Every blob once, a window of them at one time, in order (R157).
    async fn layers(&self, layers: Vec<Descriptor>) -> Result<()> {
        let mut seen = std::collections::BTreeSet::new();
        let unique: Vec<_> =
            layers.into_iter().filter(|layer| seen.insert(layer.digest.clone())).collect();
        let pushing = stream::iter(unique).map(|layer| async move { self.one_layer(&layer).await });
        pushing.buffered(self.options.window.max(1)).try_collect::<()>().await
    }

    async fn one_layer(&self, blob: &Descriptor) -> Result<()> {
        let observer = &self.options.observer;
        observer.started(blob, Role::Layer);
        let result = self.send(blob).await;
        let outcome = result.as_ref().map_or_else(|e| Outcome::Failed(e.clone()), Clone::clone);
        observer.finished(&blob.digest, &outcome);
        result.map(|_| ())
    }

    async fn send(&self, blob: &Descriptor) -> Result<Outcome> {
        let Place { registry, repository, .. } = self.to;
        // First: a layer that is here in part must not pass because the registry has it.
        let content = self.store.layer(&blob.digest).reader().await?;
        if registry.stat_blob(repository, &blob.digest).await?.is_some() {
            return Ok(Outcome::AlreadyThere);
        }
        let content: &dyn BlobSource = &*content;
        registry.push_blob(repository, blob, content).await?;
        self.options.observer.progress(&blob.digest, blob.size);
        Ok(Outcome::Transferred)
    }
}
