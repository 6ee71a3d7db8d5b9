//! Making a plan: reads the image at its origin, and asks the target. Nothing is written.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    Action, BlobStep, ManifestStep, Plan, PlannedTag, Target, TransferOptions, TransferSource,
};
use crate::{
    error::{AnswerFault, Error, ErrorKind, InputFault, Operation, Result},
    oci::{Descriptor, Digest, Document, Tag},
    ops::{
        graph::{ImageLimits, NodeContent, NodeId, OpenedDocument, Tree, WalkOptions, walk},
        progress::{Observer, Role},
    },
    registry::{Manifest, ManifestRef},
};

/// Makes one plan for one image or several.
pub struct Planner<'a> {
    from: &'a dyn TransferSource,
    to: &'a dyn Target,
    options: &'a TransferOptions,
    plan: Plan,
    /// The digests of the blobs of the plan, and those of its manifests: bytes may be both.
    planned: (BTreeSet<Digest>, BTreeSet<Digest>),
}

impl<'a> Planner<'a> {
    /// Begins a plan without steps.
    pub fn new(
        from: &'a dyn TransferSource,
        to: &'a dyn Target,
        options: &'a TransferOptions,
    ) -> Self {
        let plan = Plan { target: to.name(), ..Plan::default() };
        Self { from, to, options, plan, planned: Default::default() }
    }

    /// Ends the planning. The plan has a step for everything that was added.
    pub fn finish(self) -> Plan {
        self.plan
    }

    /// Adds an image or index with all it points at. It gets these tags.
    ///
    /// # Errors
    /// Absence of a part of it; an image beyond the limits; documents that the target cannot hold;
    /// failures of either side.
    pub async fn add(&mut self, root: &Manifest, tags: &[Tag]) -> Result<()> {
        let step = self.root_step(root, tags).await?;
        self.add_under(root, step).await
    }

    /// Asks for a manifest by its tags, even if its digest is there: a tag that was moved is moved
    /// back. Without tags, asks by its digest.
    pub(in crate::ops) async fn root_step(
        &self,
        root: &Manifest,
        tags: &[Tag],
    ) -> Result<ManifestStep> {
        let manifest = &root.descriptor;
        let mut is_there = !tags.is_empty() || self.has(manifest).await?;
        let mut planned = Vec::new();
        for tag in tags {
            let found = self.to.find(&ManifestRef::Tag(tag.clone())).await?;
            is_there &= found.as_ref().is_some_and(|found| is_same(found, manifest));
            planned.push(PlannedTag { tag: tag.clone(), before: found.map(|found| found.digest) });
        }
        let action = if is_there { Action::Keep } else { Action::Send };
        let (manifest, bytes) = (manifest.clone(), root.bytes.clone());
        Ok(ManifestStep { manifest, bytes, role: Role::Root, action, tags: planned, stage: 0 })
    }

    /// Adds the step of a root and, if it may be missing, of all that the root points at.
    pub(in crate::ops) async fn add_under(
        &mut self,
        root: &Manifest,
        step: ManifestStep,
    ) -> Result<()> {
        if step.action == Action::Keep && !self.to.takes_parts() {
            self.add_manifests(vec![step]);
            return Ok(());
        }
        let tree = self.read(root).await?;
        let there = self.manifests_there(&tree).await?;
        let needed = self.needed(&tree, &there);
        self.add_blobs(&tree, &needed).await?;
        let limit = self.options.limits.depth;
        let heights = tree.heights(limit).ok_or_else(|| self.too_large(&root.descriptor))?;
        let mut steps: Vec<_> = needed.iter().filter_map(|id| child_step(&tree, *id)).collect();
        steps.push((tree.root(), step));
        let steps = steps.into_iter().map(|(id, step)| {
            let is_kept = there.contains(&id);
            let action = if is_kept { Action::Keep } else { step.action };
            ManifestStep { action, stage: heights.get(&id).copied().unwrap_or(0), ..step }
        });
        self.add_manifests(steps.collect());
        Ok(())
    }

    /// Reads the image whole.
    async fn read(&self, root: &Manifest) -> Result<Tree> {
        let TransferOptions { limits, selection, window, .. } = self.options;
        let (limits, selection, window) = (*limits, selection.clone(), *window);
        let options = WalkOptions { limits, selection, window, observer: Observer::silent() };
        let tree = walk(self.from, root.clone(), &options).await;
        for (_, node) in tree.nodes() {
            match &node.content {
                NodeContent::Failed(error) => return Err(error.clone()),
                NodeContent::Opened(opened) => {
                    let checked = self.to.check(&node.descriptor, &opened.document.value);
                    checked.map_err(|error| self.about(&node.descriptor, error))?;
                }
                NodeContent::NotSelected if !self.to.takes_parts() => {
                    let kind = ErrorKind::InvalidInput(InputFault::NeedsAllPlatforms);
                    return Err(self.about(&root.descriptor, kind.into()));
                }
                NodeContent::Blob
                | NodeContent::Repeated(_)
                | NodeContent::NotSelected
                | NodeContent::Cut => {}
            }
        }
        if tree.is_cut() { Err(self.too_large(&root.descriptor)) } else { Ok(tree) }
    }

    fn too_large(&self, root: &Descriptor) -> Error {
        let ImageLimits { depth, nodes, bytes } = self.options.limits;
        let kind = ErrorKind::BadAnswer(AnswerFault::BeyondLimits { depth, nodes, bytes });
        self.about(root, kind.into())
    }

    /// Names the image and its place in an error, unless both are named already.
    fn about(&self, manifest: &Descriptor, error: Error) -> Error {
        let asked = ManifestRef::Digest(manifest.digest.clone());
        match self.from.repository_of(&manifest.digest) {
            Some(origin) => origin.named(error, Operation::ReadManifest(asked)),
            None => error,
        }
    }

    /// The child manifests that the target has.
    async fn manifests_there(&self, tree: &Tree) -> Result<BTreeSet<NodeId>> {
        let children = tree.nodes().filter(|(_, node)| {
            node.role == Role::Manifest && matches!(node.content, NodeContent::Opened(_))
        });
        let asking = stream::iter(children)
            .map(|(id, node)| async move { Ok(self.has(&node.descriptor).await?.then_some(id)) });
        let found = asking.buffered(self.options.window.max(1));
        found.try_filter_map(|id| std::future::ready(Ok(id))).try_collect().await
    }

    async fn has(&self, manifest: &Descriptor) -> Result<bool> {
        let found = self.to.find(&ManifestRef::Digest(manifest.digest.clone())).await?;
        Ok(found.is_some_and(|found| is_same(&found, manifest)))
    }

    /// The nodes, parents before children, without those below a manifest that is there whole.
    fn needed(&self, tree: &Tree, there: &BTreeSet<NodeId>) -> Vec<NodeId> {
        let is_closed = !self.to.takes_parts();
        let mut open = BTreeSet::new();
        let mut needed = Vec::new();
        for (id, node) in tree.nodes() {
            if node.parent.is_none_or(|parent| open.contains(&parent)) {
                needed.push(id);
                if !(is_closed && there.contains(&id)) {
                    open.insert(id);
                }
            }
        }
        needed
    }

    async fn add_blobs(&mut self, tree: &Tree, needed: &[NodeId]) -> Result<()> {
        let mut blobs = Vec::new();
        for node in needed.iter().filter_map(|id| tree.get(*id)) {
            match &node.content {
                NodeContent::Blob => blobs.push((node.descriptor.clone(), node.role)),
                NodeContent::Opened(opened) => blobs.extend(self.sized(opened).await?),
                _ => {}
            }
        }
        blobs.retain(|(blob, _)| self.planned.0.insert(blob.digest.clone()));
        let steps = stream::iter(blobs).map(|(blob, role)| self.blob_step(blob, role));
        let steps: Vec<_> = steps.buffered(self.options.window.max(1)).try_collect().await?;
        self.plan.blobs.extend(steps);
        Ok(())
    }

    /// The layers of a Docker schema 1 manifest. It states no sizes: the origin is asked.
    async fn sized(&self, opened: &OpenedDocument) -> Result<Vec<(Descriptor, Role)>> {
        let Document::Schema1(old) = &opened.document.value else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for digest in old.layers.iter().collect::<BTreeSet<_>>() {
            found.push((self.from.stat(digest).await?, Role::Layer));
        }
        Ok(found)
    }

    async fn blob_step(&self, blob: Descriptor, role: Role) -> Result<BlobStep> {
        let action = if blob.urls.is_empty() || self.options.foreign {
            self.from.check(&blob).await?;
            self.to.plan_blob(self.from, &blob, self.options).await?
        } else {
            Action::LeaveOut
        };
        Ok(BlobStep { blob, role, action })
    }

    /// Adds the manifests of one root, behind those of the roots before.
    fn add_manifests(&mut self, mut steps: Vec<ManifestStep>) {
        let next = self.plan.manifests.last().map_or(0, |last| last.stage + 1);
        steps.retain(|step| {
            self.planned.1.insert(step.manifest.digest.clone()) || !step.tags.is_empty()
        });
        steps.sort_by_key(|step| step.stage);
        steps.iter_mut().for_each(|step| step.stage += next);
        self.plan.manifests.extend(steps);
    }
}

/// The step of a child manifest that was read.
fn child_step(tree: &Tree, id: NodeId) -> Option<(NodeId, ManifestStep)> {
    let node = tree.get(id).filter(|node| node.role == Role::Manifest)?;
    let NodeContent::Opened(opened) = &node.content else { return None };
    let manifest = Descriptor { data: None, ..node.descriptor.clone() };
    let (bytes, role, tags) = (opened.document.raw.clone(), Role::Manifest, Vec::new());
    Some((id, ManifestStep { manifest, bytes, role, action: Action::Send, tags, stage: 0 }))
}

fn is_same(found: &Descriptor, wanted: &Descriptor) -> bool {
    found.digest == wanted.digest && found.size == wanted.size
}
