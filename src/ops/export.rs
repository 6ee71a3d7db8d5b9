//! Exporting to an archive: an OCI layout as a tar stream (R158), which `skopeo`, `podman load`,
//! `crane` and `docker load` read.
//!
//! Bytes are written as they are received. What is wrong about them is known at the end of each
//! blob: an archive whose export failed is none.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::TryStreamExt;

use super::{
    ensure::Place,
    graph::Selection,
    lookup::{self, Prefer},
    progress::{Observer, Outcome, Role},
    read,
};
use crate::{
    error::{ErrorKind, Result},
    oci::{Descriptor, Digest, Document, Index, MediaType, Reference, parse_document},
    registry::Manifest,
    sources::layout::tar,
};

/// Takes the bytes of an archive, in order.
#[async_trait(?Send)]
pub trait Sink {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// Whatever keeps it from doing so; the export ends with it.
    async fn write(&mut self, bytes: Bytes) -> Result<()>;
}

/// An archive in memory.
#[async_trait(?Send)]
impl Sink for Vec<u8> {
    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.extend_from_slice(&bytes);
        Ok(())
    }
}

/// How to export.
#[derive(Clone)]
pub struct Options {
    /// Which platforms of an index. Where some are left out, the archive lists the images that were
    /// chosen, and not an index that names what is not in it.
    pub selection: Selection,
    /// Levels of indexes.
    pub depth: usize,
    /// Who is told.
    pub observer: Observer,
}

impl Default for Options {
    fn default() -> Self {
        Self { selection: Selection::All, depth: 32, observer: Observer::silent() }
    }
}

/// Writes what a reference stands for as a tar archive of an OCI layout. Layers that have other
/// places to be read from (`urls`) are left out, as on copying.
///
/// # Errors
/// Absence of anything needed; `NotFound` where no entry fits the platforms; mismatches; what the
/// sink gives.
pub async fn export(
    from: &Place,
    reference: &Reference,
    sink: &mut dyn Sink,
    options: &Options,
) -> Result<Descriptor> {
    let root = lookup::manifest(&*from.registry, reference, Prefer::Digest).await?.required()?;
    let mut plan = Plan { from, options, manifests: Vec::new(), blobs: BTreeMap::new() };
    let roots = plan.roots(&root).await?;
    let name = reference.tag.as_ref().map(|tag| tag.as_str().to_owned());
    let index = index_of(roots, name.as_deref());
    let mut archive = Archive { sink, observer: &options.observer };
    archive.file("oci-layout", Bytes::from_static(tar::LAYOUT_FILE)).await?;
    archive.file("index.json", index.to_node().to_string().into()).await?;
    for manifest in &plan.manifests {
        archive.manifest(manifest).await?;
    }
    for blob in plan.blobs.values() {
        archive.blob(from, blob).await?;
    }
    archive.sink.write(Bytes::from_static(&tar::END)).await?;
    Ok(root.descriptor)
}

/// `index.json`: every root under the name that was asked for.
fn index_of(roots: Vec<Descriptor>, name: Option<&str>) -> Index {
    let named = roots.into_iter().map(|mut root| {
        root.data = None;
        root.annotations.retain(|(key, _)| key != super::synthesize::REF_NAME);
        if let Some(name) = name {
            root.annotations.push((super::synthesize::REF_NAME.to_owned(), name.to_owned()));
        }
        root
    });
    let manifests = named.collect();
    Index { media_type: Some(MediaType::OCI_INDEX), manifests, ..Index::default() }
}

/// What goes into the archive, each object once.
struct Plan<'a> {
    from: &'a Place,
    options: &'a Options,
    manifests: Vec<Manifest>,
    blobs: BTreeMap<Digest, Descriptor>,
}

impl Plan<'_> {
    /// The entries of the archive's index.
    async fn roots(&mut self, root: &Manifest) -> Result<Vec<Descriptor>> {
        let document = document(root);
        let Document::Index(index) = &document else {
            self.add(root.clone(), 0).await?;
            return Ok(vec![root.descriptor.clone()]);
        };
        let chosen: Vec<_> = index
            .manifests
            .iter()
            .filter(|entry| self.options.selection.has(index, entry))
            .cloned()
            .collect();
        if chosen.is_empty() && !index.manifests.is_empty() {
            let missing = crate::error::Missing::Manifest;
            return Err(ErrorKind::NotFound(missing).into());
        }
        if chosen.len() == index.manifests.len() {
            self.add(root.clone(), 0).await?;
            return Ok(vec![root.descriptor.clone()]);
        }
        for entry in &chosen {
            self.child(entry, 1).await?;
        }
        Ok(chosen)
    }

    async fn child(&mut self, entry: &Descriptor, depth: usize) -> Result<()> {
        let Self { from, .. } = self;
        let found = read::manifest(&*from.registry, &from.repository, entry).await?;
        self.add(found, depth).await
    }

    /// Boxed, since indexes nest.
    fn add(&mut self, manifest: Manifest, depth: usize) -> LocalBoxFuture<'_, Result<()>> {
        Box::pin(async move {
            if depth > self.options.depth {
                let what = format!("indexes nest more than {} levels deep", self.options.depth);
                return Err(ErrorKind::BadAnswer(what).into());
            }
            if self.manifests.iter().any(|m| m.descriptor.digest == manifest.descriptor.digest) {
                return Ok(());
            }
            let document = document(&manifest);
            if let Document::Schema1(_) | Document::Unknown(_) = document {
                let kind = &manifest.descriptor.media_type;
                let what = format!("{kind} cannot be part of an OCI layout");
                return Err(ErrorKind::Unsupported(what).into());
            }
            self.manifests.push(manifest);
            for part in document.references() {
                match part.media_type.is_manifest() || part.media_type.is_index() {
                    true => self.child(part, depth + 1).await?,
                    false => drop(self.blobs.insert(part.digest.clone(), part.clone())),
                }
            }
            Ok(())
        })
    }
}

fn document(manifest: &Manifest) -> Document {
    parse_document(manifest.bytes.clone(), Some(&manifest.descriptor.media_type)).value
}

/// The archive as it is written.
struct Archive<'a> {
    sink: &'a mut dyn Sink,
    observer: &'a Observer,
}

impl Archive<'_> {
    async fn file(&mut self, path: &str, bytes: Bytes) -> Result<()> {
        let size = bytes.len() as u64;
        self.sink.write(tar::head(path, size).into()).await?;
        self.sink.write(bytes).await?;
        self.sink.write(tar::padding(size).into()).await
    }

    async fn manifest(&mut self, manifest: &Manifest) -> Result<()> {
        let Manifest { descriptor, bytes, .. } = manifest;
        self.observer.started(descriptor, Role::Manifest);
        self.file(&tar::path_of(&descriptor.digest), bytes.clone()).await?;
        self.observer.finished(&descriptor.digest, &Outcome::Transferred);
        Ok(())
    }

    async fn blob(&mut self, from: &Place, blob: &Descriptor) -> Result<()> {
        self.observer.started(blob, Role::Layer);
        let result = match blob.urls.is_empty() {
            true => self.stream(from, blob).await.map(|()| Outcome::Transferred),
            false => {
                let why = "a foreign layer, to be read from its own places".to_owned();
                Ok(Outcome::Skipped(why))
            }
        };
        let outcome = result.as_ref().map_or_else(|e| Outcome::Failed(e.clone()), Clone::clone);
        self.observer.finished(&blob.digest, &outcome);
        result.map(|_| ())
    }

    /// The head says the size before the bytes come: a stream that is not as long ends the export.
    async fn stream(&mut self, from: &Place, blob: &Descriptor) -> Result<()> {
        let mut stream = from.registry.blob(&from.repository, blob).await?;
        let head = tar::head(&tar::path_of(&blob.digest), blob.size);
        self.sink.write(head.into()).await?;
        let mut done = 0;
        while let Some(chunk) = stream.chunks.try_next().await? {
            done += chunk.len() as u64;
            self.sink.write(chunk).await?;
            self.observer.progress(&blob.digest, done);
        }
        self.sink.write(tar::padding(blob.size).into()).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::rc::Rc;

    use super::{
        super::image::{Images, place},
        *,
    };
    use crate::registry::recorder::run;

    fn at(images: &Images) -> Place {
        let registry = Rc::new(images.memory.clone());
        Place { host: "from.example".parse().unwrap(), registry, repository: place() }
    }

    fn written(images: &Images, root: &Descriptor, selection: Selection) -> Result<Vec<u8>> {
        let from = at(images);
        let reference = from.reference(Some("v1".parse().unwrap()), Some(root.digest.clone()));
        let options = Options { selection, ..Options::default() };
        let mut archive = Vec::new();
        run(export(&from, &reference, &mut archive, &options)).map(|_| archive)
    }

    fn text(archive: &[u8]) -> String {
        String::from_utf8_lossy(archive).into_owned()
    }

    #[test]
    fn r158_the_same_image_gives_the_same_archive() {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one", "two"]);
        let archive = written(&images, &image, Selection::All).unwrap();
        assert_eq!(archive, written(&images, &image, Selection::All).unwrap());
        assert_eq!(archive.len() % 512, 0);
        let said = text(&archive);
        assert!(said.starts_with("oci-layout\0"));
        assert!(said.contains(r#""org.opencontainers.image.ref.name":"v1""#));
        assert!(said.contains(image.digest.encoded()));
    }

    #[test]
    fn r158_an_archive_never_names_what_is_not_in_it() {
        let images = Images::default();
        let amd = images.image("linux/amd64", &["one"]);
        let arm = images.image("linux/arm64", &["two"]);
        let index = images.index(&[amd.clone(), arm.clone()]);
        let only = Selection::Platforms(vec!["linux/arm64".parse().unwrap()]);
        let said = text(&written(&images, &index, only).unwrap());
        assert!(said.contains(arm.digest.encoded()) && !said.contains(amd.digest.encoded()));
        let none = Selection::Platforms(vec!["plan9/386".parse().unwrap()]);
        assert!(written(&images, &index, none).unwrap_err().is_not_found());
    }

    #[test]
    fn r158_wrong_bytes_end_the_export() {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one"]);
        let bytes = images.memory.bytes(&image.digest).unwrap();
        let document = parse_document(bytes, Some(&image.media_type)).value;
        let layer = document.references().last().map(|layer| (*layer).clone()).unwrap();
        images.memory.add_blob_as(&place(), &layer.digest, "not that one".into());
        let error = written(&images, &image, Selection::All).unwrap_err();
        let is_found =
            matches!(error.kind, ErrorKind::DigestMismatch { .. } | ErrorKind::SizeMismatch { .. });
        assert!(is_found, "{error}");
    }
}
