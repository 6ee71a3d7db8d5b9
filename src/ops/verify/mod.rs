//! Verifying every object under a reference: reference → index → manifest → configuration → layers.
//!
//! Bytes are counted and hashed as they stream and then dropped, so memory does not grow with the
//! image. An object that several manifests share is read once. Diff IDs are not checked here.

mod report;

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    progress::{Mismatch, Observer, Outcome},
    tree::{Content, NodeId, Options, Tree, walk},
};
use crate::{
    content::verify::{Verdict, verify as verify_bytes},
    oci::{Descriptor, Digest, RepositoryName},
    registry::{ErrorKind, Manifest, Read, Result},
};

pub use report::{Checked, Report, Totals};

/// Reads and verifies everything under a manifest.
///
/// What the descriptors carry themselves is checked as well, and the source is asked all the same.
/// Never fails: what could not be read is an outcome. Dropping the future cancels it.
pub async fn verify(
    source: &dyn Read,
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
    let observer = &options.observer;
    let checking = stream::iter(blobs).map(|blob| check(source, repository, blob, observer));
    // In order, so that the report does not depend on which came first.
    objects.extend(checking.buffered(options.window.max(1)).collect::<Vec<_>>().await);
    Report {
        root: tree.get(tree.root()).map(|root| root.descriptor.clone()),
        objects,
        cut: tree.is_cut(),
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
    let mut seen: BTreeMap<(Digest, u64), usize> = BTreeMap::new();
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

/// Reads one blob to its end.
async fn check(
    source: &dyn Read,
    repository: &RepositoryName,
    blob: Checked,
    observer: &Observer,
) -> Checked {
    let digest = &blob.descriptor.digest;
    observer.started(&blob.descriptor, blob.role);
    let mut received = 0;
    let result = drain(source, repository, &blob.descriptor, |bytes| {
        received += bytes;
        observer.progress(digest, received);
    });
    let outcome = match result.await {
        Ok(()) if digest.algorithm().is_supported() => Outcome::Verified,
        Ok(()) => Outcome::NotVerified(unsupported(digest)),
        Err(error) => match (&error.kind, &blob.descriptor.urls[..]) {
            (ErrorKind::NotFound(_), [_, ..]) => {
                Outcome::NotVerified("a foreign layer: this registry does not hold it".to_owned())
            }
            _ => Outcome::of_reading(&error),
        },
    };
    observer.finished(digest, &outcome);
    Checked { outcome, received, ..blob }
}

async fn drain(
    source: &dyn Read,
    repository: &RepositoryName,
    blob: &Descriptor,
    mut passed: impl FnMut(u64),
) -> Result<()> {
    let mut stream = source.blob(repository, blob).await?;
    while let Some(chunk) = stream.chunks.try_next().await? {
        passed(chunk.len() as u64);
    }
    Ok(())
}

fn unsupported(digest: &Digest) -> String {
    format!("{} cannot be computed here", digest.algorithm().name())
}

impl Checked {
    fn new(tree: &Tree, id: NodeId, node: &super::tree::Node) -> Self {
        Self {
            role: node.role,
            platforms: tree.platform(id).cloned().into_iter().collect(),
            received: 0,
            outcome: Outcome::NotVerified("not read".to_owned()),
            embedded: embedded(&node.descriptor),
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
    Some(match verify_bytes(data, &descriptor.digest, Some(descriptor.size)) {
        Verdict::Verified => Outcome::Verified,
        Verdict::DigestMismatch { expected, actual } => {
            Outcome::Mismatch(Mismatch::Digest { expected, actual })
        }
        Verdict::SizeMismatch { expected, actual } => {
            Outcome::Mismatch(Mismatch::Size { expected, actual })
        }
        Verdict::Unsupported(digest) => Outcome::NotVerified(unsupported(&digest)),
    })
}

#[cfg(test)]
mod tests;
