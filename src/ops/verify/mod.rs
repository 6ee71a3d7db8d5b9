//! Verifying every object under a reference: reference → index → manifest → configuration → layers
//! → diff IDs.
//!
//! Bytes are counted and hashed as they stream and then dropped, so memory does not grow with the
//! image. Only configurations are kept, because they hold the diff IDs of the layers. An object that
//! several manifests share is read once. The caller chooses the reader of the blobs ([`BlobReader`]):
//! this thread, or an engine elsewhere.

mod chain;
mod report;

use litemap::LiteMap;

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::{
    blob_reader::{BlobReader, LocalReader},
    graph::{InRepository, NodeContent, NodeId, Tree, WalkOptions, walk},
    progress::{Observer, Outcome, UnverifiedReason},
};
use crate::{
    caps,
    content::verify::verify as verify_bytes,
    error::{Error, ErrorKind, Result},
    layers::findings::Findings,
    oci::{Descriptor, Digest, Platform, RepositoryName, parse_config, sorted_texts::SortedTexts},
    registry::{Manifest, Read, Verification, collect_by_digest},
};

pub use chain::{About, Check};
pub use report::{Checked, Report, ReportContext, Totals, Unchecked};

/// Reads and verifies everything under a manifest, in this thread.
///
/// Content that descriptors carry is checked as well, and the source is asked all the same. Never
/// fails: a failed read is an outcome. Dropping the future cancels it.
pub async fn verify(
    source: &dyn Read,
    repository: &RepositoryName,
    root: Manifest,
    options: &WalkOptions,
) -> Report {
    verify_by(source, &LocalReader::new(source), repository, root, options).await
}

/// Verifies as [`verify`] does; `reader` reads the layers.
pub async fn verify_by(
    source: &dyn Read,
    reader: &dyn BlobReader,
    repository: &RepositoryName,
    root: Manifest,
    options: &WalkOptions,
) -> Report {
    let documents = InRepository { source, repository, use_embedded: false };
    let tree = walk(&documents, root, options).await;
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
    let is_config = |blob: &Checked| blob.descriptor.media_type.is_image_config();
    let (configs, others): (Vec<_>, Vec<_>) = blobs.into_iter().partition(is_config);
    // A larger configuration is verified like a layer, and not compared with the layers. Only the
    // bytes tell: the stated size may be wrong.
    let (large, configs): (Vec<_>, Vec<_>) =
        pass.read_configs(configs).await.into_iter().partition(is_too_large);
    objects.extend(configs);
    let others = large.into_iter().chain(others).collect();
    objects.extend(pass.inspect_all(others, &chain::diff_ids(&tree, &pass.configs)).await);
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
    found: chain::BlobFindings,
}

impl Pass<'_> {
    /// Reads configurations first: they hold the diff IDs of the layers.
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
        let work = async {
            let (outcome, bytes) = match self.read(descriptor).await {
                Ok(bytes) => {
                    let verdict = verify_bytes(&bytes, &descriptor.digest, Some(descriptor.size));
                    (Outcome::of_verdict(&verdict), Some(bytes))
                }
                Err(error) => (failure(descriptor, &error), None),
            };
            let received = bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
            self.observer.progress(&descriptor.digest, received);
            (outcome, received, bytes)
        };
        let tracked = self.observer.track(descriptor, *role, work, |(outcome, ..)| outcome.clone());
        let (outcome, received, bytes) = tracked.await;
        let bytes = bytes.filter(|_| outcome.has_digest());
        (Checked { outcome, received, ..blob }, bytes)
    }

    /// Reads a configuration from the source, even if the descriptor carries one.
    async fn read(&self, blob: &Descriptor) -> Result<Bytes> {
        let stream = self.source.blob_by_digest(self.repository, blob, caps::CONFIG_BYTES).await?;
        collect_by_digest(stream, caps::CONFIG_BYTES).await
    }

    async fn inspect_all(
        &mut self,
        blobs: Vec<Checked>,
        diff_ids: &LiteMap<Digest, Digest>,
    ) -> Vec<Checked> {
        let inspecting = stream::iter(blobs).map(|blob| {
            let diff_id = diff_ids.get(&blob.descriptor.digest);
            self.inspect(blob, diff_id)
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
    async fn inspect(&self, blob: Checked, diff_id: Option<&Digest>) -> Checked {
        let Checked { descriptor, role, .. } = &blob;
        let digest = &descriptor.digest;
        let work = async {
            let mut received = 0;
            let mut progress = |bytes| {
                received = bytes;
                self.observer.progress(digest, bytes);
            };
            let algorithm = diff_id.map(Digest::algorithm);
            let found =
                self.reader.inspect(self.repository, descriptor, algorithm, &mut progress).await;
            let (outcome, findings) = match found {
                Ok(findings) => (of_findings(&findings, diff_id), Some(findings)),
                Err(error) => (failure(descriptor, &error), None),
            };
            let received = findings.as_ref().map_or(received, |findings: &Findings| findings.size);
            self.observer.progress(digest, received);
            (outcome, received, findings)
        };
        let tracked = self.observer.track(descriptor, *role, work, |(outcome, ..)| outcome.clone());
        let (outcome, received, findings) = tracked.await;
        Checked { outcome, received, findings, ..blob }
    }
}

/// Returns true for a configuration that is too large to be kept.
fn is_too_large(config: &Checked) -> bool {
    let Outcome::NotVerified(UnverifiedReason::Unreadable(error)) = &config.outcome else {
        return false;
    };
    matches!(error.kind, ErrorKind::TooLarge { .. })
}

/// The outcome of a blob that was read. Bytes that the transport encoded or unpacked are not accused.
fn of_findings(findings: &Findings, diff_id: Option<&Digest>) -> Outcome {
    let is_unpacked = findings.came_unpacked(diff_id);
    match findings.verdict.is_mismatch() && (is_unpacked || findings.encoding.is_some()) {
        true => Outcome::NotVerified(UnverifiedReason::TransportEncoding(is_unpacked)),
        false => Outcome::of_verdict(&findings.verdict),
    }
}

/// The outcome of a blob that could not be read.
fn failure(blob: &Descriptor, error: &Error) -> Outcome {
    match (&error.kind, &blob.urls[..]) {
        (ErrorKind::NotFound(_), [_, ..]) => Outcome::NotVerified(UnverifiedReason::Foreign),
        _ => Outcome::of_reading(error),
    }
}

/// The manifests of the tree with their outcomes.
fn manifests(tree: &Tree) -> Vec<Checked> {
    let opened = tree.nodes().filter_map(|(id, node)| {
        let (outcome, received) = match &node.content {
            NodeContent::Opened(opened) => {
                let received = opened.document.raw.len() as u64;
                let outcome = match &opened.verification {
                    // Nothing points at the root, so no descriptor states its size.
                    Verification::Verified if node.parent.is_some() => {
                        Outcome::of_sizes(node.descriptor.size, received)
                    }
                    verification => Outcome::of_verification(verification),
                };
                (outcome, received)
            }
            NodeContent::Failed(error) => (Outcome::of_reading(error), 0),
            NodeContent::Cut => (Outcome::NotVerified(UnverifiedReason::BeyondLimits), 0),
            NodeContent::NotSelected => (Outcome::NotVerified(UnverifiedReason::NotSelected), 0),
            NodeContent::Blob | NodeContent::Repeated(_) => return None,
        };
        Some(Checked { outcome, received, ..Checked::new(tree, id, node) })
    });
    opened.collect()
}

/// The configurations and layers of the tree, each once.
fn blobs(tree: &Tree) -> Vec<Checked> {
    let mut seen: LiteMap<(Digest, u64), usize> = LiteMap::new();
    let mut found: Vec<Checked> = Vec::new();
    for (id, node) in tree.nodes().filter(|(_, node)| node.content == NodeContent::Blob) {
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
    for blob in &mut found {
        blob.platforms = distinct(std::mem::take(&mut blob.platforms));
    }
    found
}

/// Each platform once, at its first place. A blob may be mentioned thousands of times.
fn distinct(platforms: Vec<Platform>) -> Vec<Platform> {
    let name =
        |it: &Platform| [it.to_string(), it.os_features.join(","), it.features.join(",")].join("|");
    let names: Vec<String> = platforms.iter().map(name).collect();
    let names = names.iter().map(String::as_str);
    let sorted = SortedTexts::of(names.clone());
    let is_first = |(at, name)| sorted.first(name) == Some(at);
    let first: Vec<bool> = names.enumerate().map(is_first).collect();
    let kept = platforms.into_iter().zip(first).filter(|(_, is_first)| *is_first);
    kept.map(|(platform, _)| platform).collect()
}

impl Checked {
    fn new(tree: &Tree, id: NodeId, node: &super::graph::ImageNode) -> Self {
        Self {
            role: node.role,
            platforms: tree.platform(id).cloned().into_iter().collect(),
            received: 0,
            outcome: Outcome::NotVerified(UnverifiedReason::NotRead),
            embedded: embedded(&node.descriptor),
            findings: None,
            descriptor: Descriptor { data: None, ..node.descriptor.clone() },
        }
    }

    /// Adds another mention of the same object.
    fn also(&mut self, other: Self) {
        self.platforms.extend(other.platforms);
        // A wrong copy anywhere counts.
        if self.embedded.is_none() || self.embedded == Some(Outcome::Verified) {
            self.embedded = other.embedded.or(self.embedded.take());
        }
    }
}

/// The outcome of checking the content that a descriptor carries.
fn embedded(descriptor: &Descriptor) -> Option<Outcome> {
    let data = descriptor.data.as_ref()?;
    Some(Outcome::of_verdict(&verify_bytes(data, &descriptor.digest, Some(descriptor.size))))
}

#[cfg(test)]
mod tests;
