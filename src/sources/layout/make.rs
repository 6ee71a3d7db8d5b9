//! The manifest of an image that `docker save` wrote without one: made here, from its
//! configuration and its layers.
//!
//! Its digest is not that of any registry: a registry's manifest names compressed layers, and those
//! are not in the archive. The same archive always gives the same manifest.

use futures_util::StreamExt;

use super::{
    files::{FilePath, Files},
    made::{Held, Made},
    saved::{self, SavedImage, SavedImages},
    source::Layout,
};
use crate::{
    caps,
    content::{
        sniff::{self, Compression},
        verify::{Hasher, digest_of},
    },
    error::{Error, ErrorKind, LayoutFault, Result},
    oci::{Descriptor, Digest, ManifestBuilder, MediaType, parse_config},
};

impl<F: Files> Layout<F> {
    /// The content of a digest that is known from a manifest made here, or is one.
    pub(super) fn made(&self, folder: &str, digest: &Digest) -> Option<Held> {
        self.learnt.made.borrow().get(folder)?.content.get(digest).cloned()
    }

    /// Makes the manifests of all images, also after an error. Returns the first error.
    pub(super) async fn make_all(&self, folder: &str, saved: &SavedImages) -> Result<()> {
        let mut first = Ok(());
        for image in &saved.images {
            let made = self.make(folder, image).await;
            first = first.and(made.map(|_| ()));
        }
        first
    }

    /// Makes the manifest of an image, once. Reads every layer, to compute its digest.
    pub(super) async fn make(&self, folder: &str, image: &SavedImage) -> Result<Descriptor> {
        let known = |made: &Made| made.manifests.get(image).cloned();
        if let Some(known) = self.learnt.made.borrow().get(folder).and_then(known) {
            return Ok(known);
        }
        let (config, diff_ids) = self.describe_config(folder, image).await?;
        let mut builder = ManifestBuilder::image(config);
        for (path, diff_id) in image.layers.iter().zip(&diff_ids) {
            let layer = self.describe_layer(folder, path).await?;
            check_diff_id(&layer, diff_id)?;
            builder.append(layer).map_err(|_| broken(LayoutFault::NotAListOfImages))?;
        }
        let payload = builder.build();
        let (digest, size) = (digest_of(&payload.bytes), payload.bytes.len() as u64);
        let manifest = Descriptor::new(payload.media_type, digest, size);
        self.note(folder, |made| {
            made.content.insert(manifest.digest.clone(), Held::Bytes(payload.bytes));
            made.manifests.insert(image.clone(), manifest.clone());
        });
        Ok(manifest)
    }

    /// The configuration, and the digests that its layers must have when uncompressed.
    async fn describe_config(
        &self,
        folder: &str,
        image: &SavedImage,
    ) -> Result<(Descriptor, Vec<Digest>)> {
        let path = path_in(folder, &image.config)?;
        let raw = self.files.read(&path, caps::CONFIG_BYTES).await;
        let raw = raw.map_err(|error| named(error, &image.config))?;
        let config = Descriptor::new(MediaType::OCI_CONFIG, digest_of(&raw), raw.len() as u64);
        let diff_ids = parse_config(raw).value.diff_ids;
        if diff_ids.len() != image.layers.len() {
            let (listed, configured) = (image.layers.len() as u64, diff_ids.len() as u64);
            return Err(broken(LayoutFault::LayerCount { listed, configured }));
        }
        self.note(folder, |made| made.hold(&config, path));
        Ok((config, diff_ids))
    }

    /// Counts and hashes a layer, once for all images that share its file.
    async fn describe_layer(&self, folder: &str, text: &str) -> Result<Descriptor> {
        let known = |made: &Made| made.layers.get(text).cloned();
        if let Some(known) = self.learnt.made.borrow().get(folder).and_then(known) {
            return Ok(known);
        }
        let path = path_in(folder, text)?;
        let layer = self.hash(&path).await.map_err(|error| named(error, text))?;
        self.note(folder, |made| {
            made.hold(&layer, path);
            made.layers.insert(text.to_owned(), layer.clone());
        });
        Ok(layer)
    }

    async fn hash(&self, path: &FilePath) -> Result<Descriptor> {
        let size = self.files.size(path).await?;
        let mut chunks = self.files.open(path, size, size).await?;
        let mut start = Vec::new();
        let mut hasher = Hasher::sha256();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            let lacking = sniff::PREFIX.saturating_sub(start.len());
            start.extend(chunk.iter().take(lacking));
            hasher.update(&chunk);
        }
        Ok(Descriptor::new(layer_type(&start), hasher.finish(), size))
    }

    fn note(&self, folder: &str, change: impl FnOnce(&mut Made)) {
        change(self.learnt.made.borrow_mut().entry(folder.to_owned()).or_default());
    }
}

/// Docker writes layers uncompressed, kaniko with gzip: the bytes say it, for nothing else does.
fn layer_type(start: &[u8]) -> MediaType {
    MediaType::new(match sniff::compression(start) {
        Compression::None => "application/vnd.oci.image.layer.v1.tar",
        Compression::Gzip => "application/vnd.oci.image.layer.v1.tar+gzip",
        Compression::Zstd => "application/vnd.oci.image.layer.v1.tar+zstd",
    })
}

/// The one proof in an archive that a layer is the right one. Of a compressed layer it is found
/// when the layer is opened.
fn check_diff_id(layer: &Descriptor, diff_id: &Digest) -> Result<()> {
    let is_tar = layer.media_type == layer_type(&[]);
    let is_comparable = is_tar && layer.digest.algorithm() == diff_id.algorithm();
    if !is_comparable || layer.digest == *diff_id {
        return Ok(());
    }
    let (expected, actual) = (diff_id.clone(), layer.digest.clone());
    Err(ErrorKind::DigestMismatch { expected, actual }.into())
}

fn path_in(folder: &str, text: &str) -> Result<FilePath> {
    match saved::is_plain(text) {
        true => Ok(FilePath::changing(format!("{folder}{text}"))),
        false => Err(broken(LayoutFault::PathOutside(text.to_owned()))),
    }
}

/// A file that `manifest.json` names must be there.
fn named(error: Error, text: &str) -> Error {
    match error.is_not_found() {
        true => broken(LayoutFault::FileMissing(text.to_owned())),
        false => error,
    }
}

fn broken(fault: LayoutFault) -> Error {
    ErrorKind::Layout(fault).into()
}
