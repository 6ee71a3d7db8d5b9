//! Verifying every object under a reference: reference → index → manifest → configuration → layers
//! → diff IDs.
//!
//! Bytes are counted and hashed as they stream and then dropped, so memory does not grow with the
//! image; only configurations are kept, for they say what the layers decompress to. An object that
//! several manifests share is read once. Who reads the blobs is up to the caller ([`BlobReader`]): this
//! thread, or an engine elsewhere.

mod chain;
mod markdown;
mod report;

use litemap::LiteMap;

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::{
    blob_reader::{BlobReader, LocalReader},
    progress::{Observer, Outcome},
    tree::{Content, NodeId, Options, Tree, walk},
};
use crate::{
    content::verify::verify as verify_bytes,
    error::{Error, ErrorKind},
    layers::findings::Findings,
    oci::{Algorithm, Descriptor, Digest, RepositoryName, parse_config},
    registry::{CONFIG_MAX, Manifest, Read, collect},
};

pub use chain::{About, Check};
pub use report::{Checked, Occasion, Report, Totals};

/// Reads and verifies everything under a manifest, in this thread.
///
/// What the descriptors carry themselves is checked as well, and the source is asked all the same.
/// Never fails: what could not be read is an outcome. Dropping the future cancels it.
pub async fn verify(
    source: &dyn Read,
    repository: &RepositoryName,
    root: Manifest,
    options: &Options,
) -> Report {
    verify_by(source, &LocalReader::new(source), repository, root, options).await
}

/// The same; `reader` reads the layers.
pub async fn verify_by(
    source: &dyn Read,
    reader: &dyn BlobReader,
    repository: &RepositoryName,
    root: Manifest,
    options: &Options,
) -> Report {
    let options = Options { use_embedded: false, ..options.clone() };
    let tree = walk(source, repository, root, &options).await;
    let mut objects = manifests(&tree);
    let blobs = blobs(&tree);
    let bytes = blobs.iter().fold(0u64, |sum, blob| sum.saturating_add(blob.descriptor.size));
    options.observer.planned(objects.len() + blobs.len(), bytes);
    let mut pass = Pass {
        source,
        reader,
        repository,
        observer: &options.observer,
        window: options.window.max(1),
        configs: LiteMap::new(),
        found: LiteMap::new(),
    };
    // A larger configuration is verified like a layer, and not compared with the layers.
    let is_config = |blob: &Checked| {
        blob.descriptor.media_type.is_image_config() && blob.descriptor.size <= CONFIG_MAX
    };
    let (configs, others) = blobs.into_iter().partition(is_config);
    objects.extend(pass.read_configs(configs).await);
    objects.extend(pass.inspect_all(others, &chain::algorithms(&tree, &pass.configs)).await);
    Report {
        root: tree.get(tree.root()).map(|root| root.descriptor.clone()),
        checks: chain::checks(&tree, &pass.configs, &pass.found),
        objects,
        cut: tree.is_cut(),
    }
}

/// Reading the blobs of a tree.
struct Pass<'a> {
    source: &'a dyn Read,
    reader: &'a dyn BlobReader,
    repository: &'a RepositoryName,
    observer: &'a Observer,
    window: usize,
    configs: chain::Configs,
    found: chain::Found,
}

impl Pass<'_> {
    /// Configurations first: they say what the layers are to decompress to.
    async fn read_configs(&mut self, blobs: Vec<Checked>) -> Vec<Checked> {
        let reading = stream::iter(blobs).map(|blob| self.read_config(blob));
        // In order, so that the report does not depend on which came first.
        let read: Vec<_> = reading.buffered(self.window).collect().await;
        let mut checked = Vec::new();
        for (blob, bytes) in read {
            if let Some(bytes) = bytes {
                self.configs.insert(blob.descriptor.digest.clone(), parse_config(bytes).value);
            }
            checked.push(blob);
        }
        checked
    }

    async fn read_config(&self, blob: Checked) -> (Checked, Option<Bytes>) {
        let Checked { descriptor, role, .. } = &blob;
        self.observer.started(descriptor, *role);
        let stream = self.source.blob(self.repository, descriptor);
        let read = async { collect(stream.await?, CONFIG_MAX).await }.await;
        let (outcome, bytes) = match read {
            Ok(bytes) => {
                let verdict = verify_bytes(&bytes, &descriptor.digest, Some(descriptor.size));
                (Outcome::of_verdict(&verdict), Some(bytes))
            }
            Err(error) => (failure(descriptor, &error), None),
        };
        let received = bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        self.observer.progress(&descriptor.digest, received);
        self.observer.finished(&descriptor.digest, &outcome);
        let bytes = bytes.filter(|_| outcome == Outcome::Verified);
        (Checked { outcome, received, ..blob }, bytes)
    }

    async fn inspect_all(
        &mut self,
        blobs: Vec<Checked>,
        algorithms: &LiteMap<Digest, Algorithm>,
    ) -> Vec<Checked> {
        let inspecting = stream::iter(blobs).map(|blob| {
            let algorithm = algorithms.get(&blob.descriptor.digest).cloned();
            self.inspect(blob, algorithm)
        });
        let read: Vec<_> = inspecting.buffered(self.window).collect().await;
        for blob in &read {
            if let Some(found) = &blob.findings {
                self.found.insert(blob.descriptor.digest.clone(), found.clone());
            }
        }
        read
    }

    /// Reads one blob to its end.
    async fn inspect(&self, blob: Checked, diff_id: Option<Algorithm>) -> Checked {
        let Checked { descriptor, role, .. } = &blob;
        let digest = &descriptor.digest;
        self.observer.started(descriptor, *role);
        let mut received = 0;
        let mut progress = |bytes| {
            received = bytes;
            self.observer.progress(digest, bytes);
        };
        let found = self.reader.inspect(self.repository, descriptor, diff_id, &mut progress).await;
        let (outcome, findings) = match found {
            Ok(findings) => (Outcome::of_verdict(&findings.verdict), Some(findings)),
            Err(error) => (failure(descriptor, &error), None),
        };
        let received = findings.as_ref().map_or(received, |findings: &Findings| findings.size);
        self.observer.progress(digest, received);
        self.observer.finished(digest, &outcome);
        Checked { outcome, received, findings, ..blob }
    }
}

/// What came of a blob that could not be read.
fn failure(blob: &Descriptor, error: &Error) -> Outcome {
    match (&error.kind, &blob.urls[..]) {
        (ErrorKind::NotFound(_), [_, ..]) => {
            Outcome::NotVerified("a foreign layer: this registry does not hold it".to_owned())
        }
        _ => Outcome::of_reading(error),
    }
}

/// The manifests of the tree with what came of reading them.
fn manifests(tree: &Tree) -> Vec<Checked> {
    let opened = tree.nodes().filter_map(|(id, node)| {
        let (outcome, received) = match &node.content {
            Content::Opened(opened) => {
                let received = opened.document.raw.len() as u64;
                (Outcome::of_verification(&opened.verification), received)
            }
            Content::Failed(error) => (Outcome::of_reading(error), 0),
            Content::Cut => (Outcome::NotVerified("beyond the limits of the walk".to_owned()), 0),
            Content::NotSelected => {
                (Outcome::NotVerified("its platform was not asked for".to_owned()), 0)
            }
            Content::Blob | Content::Repeated(_) => return None,
        };
        Some(Checked { outcome, received, ..Checked::new(tree, id, node) })
    });
    opened.collect()
}

/// The configurations and layers of the tree, each once.
fn blobs(tree: &Tree) -> Vec<Checked> {
    let mut seen: LiteMap<(Digest, u64), usize> = LiteMap::new();
    let mut found: Vec<Checked> = Vec::new();
    for (id, node) in tree.nodes().filter(|(_, node)| node.content == Content::Blob) {
        // The same digest with another size is another claim, and one of them is wrong.
        let key = (node.descriptor.digest.clone(), node.descriptor.size);
        let blob = Checked::new(tree, id, node);
        match seen.get(&key).and_then(|index| found.get_mut(*index)) {
            Some(same) => same.also(blob),
            None => {
                seen.insert(key, found.len());
                found.push(blob);
            }
        }
    }
    found
}

impl Checked {
    fn new(tree: &Tree, id: NodeId, node: &super::tree::Node) -> Self {
        Self {
            role: node.role,
            platforms: tree.platform(id).cloned().into_iter().collect(),
            received: 0,
            outcome: Outcome::NotVerified("not read".to_owned()),
            embedded: embedded(&node.descriptor),
            findings: None,
            descriptor: Descriptor { data: None, ..node.descriptor.clone() },
        }
    }

    /// Another place that points at the same object.
    fn also(&mut self, other: Self) {
        for platform in other.platforms {
            if !self.platforms.contains(&platform) {
                self.platforms.push(platform);
            }
        }
        // A wrong copy anywhere counts.
        if self.embedded.is_none() || self.embedded == Some(Outcome::Verified) {
            self.embedded = other.embedded.or(self.embedded.take());
        }
    }
}

/// What came of checking the content that a descriptor carries.
fn embedded(descriptor: &Descriptor) -> Option<Outcome> {
    let data = descriptor.data.as_ref()?;
    Some(Outcome::of_verdict(&verify_bytes(data, &descriptor.digest, Some(descriptor.size))))
}

#[cfg(test)]
mod tests;
