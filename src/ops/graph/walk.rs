//! Walking an image level by level, with a window of requests. Verifying and every transfer read
//! images by this function.

use std::pin::pin;

use futures_util::{Stream, StreamExt, stream};
use litemap::LiteMap;

use super::{
    Documents, ImageLimits, ImageNode, NodeContent, NodeId, OpenedDocument, Role, Selection, Tree,
    children,
};
use crate::{
    error::Result,
    oci::{Descriptor, Digest, Document, parse_document},
    ops::progress::{Observer, Outcome},
    registry::Manifest,
};

/// The settings of a walk.
#[derive(Clone)]
pub struct WalkOptions {
    /// The part of the image that is read.
    pub limits: ImageLimits,
    /// The platforms that are read.
    pub selection: Selection,
    /// The number of requests at one time.
    pub window: usize,
    /// Receives an event for each manifest.
    pub observer: Observer,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self {
            limits: ImageLimits::default(),
            selection: Selection::All,
            window: 4,
            observer: Observer::silent(),
        }
    }
}

/// Reads the tree under a manifest. Never fails: a node that could not be read holds its error.
pub async fn walk(documents: &dyn Documents, root: Manifest, options: &WalkOptions) -> Tree {
    let mut growth = TreeBuilder::new(options);
    let mut level = growth.plant(root);
    while !level.is_empty() {
        let reading = stream::iter(level).map(|(id, descriptor)| async move {
            let reading = async {
                let read = documents.document(&descriptor).await;
                if let Ok(manifest) = &read {
                    came(&options.observer, &descriptor.digest, manifest);
                }
                read
            };
            (id, options.observer.track(&descriptor, Role::Manifest, reading, outcome).await)
        });
        level = growth.take_all(reading.buffered(options.window.max(1))).await;
    }
    growth.tree
}

/// Tells the bytes that came. A descriptor may state any other number.
fn came(observer: &Observer, digest: &Digest, manifest: &Manifest) {
    observer.progress(digest, manifest.bytes.len() as u64);
}

fn outcome(result: &Result<Manifest>) -> Outcome {
    match result {
        Ok(manifest) => Outcome::of_verification(&manifest.verification),
        Err(error) => Outcome::of_reading(error),
    }
}

/// A tree that grows.
struct TreeBuilder<'a> {
    options: &'a WalkOptions,
    tree: Tree,
    /// The node at which each manifest was first met.
    met: LiteMap<Digest, NodeId>,
    /// Bytes of manifests held.
    bytes: u64,
}

/// The manifests that are read next.
type Level = Vec<(NodeId, Descriptor)>;

impl<'a> TreeBuilder<'a> {
    fn new(options: &'a WalkOptions) -> Self {
        let tree = Tree { nodes: Vec::new(), cut: false };
        Self { options, tree, met: LiteMap::new(), bytes: 0 }
    }

    fn plant(&mut self, root: Manifest) -> Level {
        let descriptor = root.descriptor.clone();
        let digest = descriptor.digest.clone();
        self.options.observer.started(&descriptor, Role::Root);
        came(&self.options.observer, &digest, &root);
        let outcome = Outcome::of_verification(&root.verification);
        self.options.observer.finished(&digest, &outcome);
        let (children, content) = (Vec::new(), NodeContent::Cut);
        let node =
            ImageNode { descriptor, role: Role::Root, parent: None, depth: 0, children, content };
        let id = self.tree.push(node);
        self.met.insert(digest, id);
        self.take(id, Ok(root))
    }

    /// Takes in a level as it arrives. Once there is too much, no more is asked for.
    async fn take_all(&mut self, reading: impl Stream<Item = (NodeId, Result<Manifest>)>) -> Level {
        let mut reading = pin!(reading);
        let mut next = Level::new();
        while let Some((id, result)) = reading.next().await {
            next.extend(self.take(id, result));
            if self.bytes > self.options.limits.bytes {
                self.tree.cut = true;
                return Level::new();
            }
        }
        next
    }

    /// Takes in what was read of a node, and returns what is to be read under it.
    fn take(&mut self, id: NodeId, result: Result<Manifest>) -> Level {
        let manifest = match result {
            Ok(manifest) => manifest,
            Err(error) => {
                self.tree.set_content(id, NodeContent::Failed(error));
                return Level::new();
            }
        };
        let Manifest { bytes, content_type, verification, .. } = manifest;
        self.bytes += bytes.len() as u64;
        let document = parse_document(bytes, content_type.as_ref());
        let next = self.add_all(id, &document.value);
        let opened = OpenedDocument { document, verification, content_type };
        self.tree.set_content(id, NodeContent::Opened(Box::new(opened)));
        next
    }

    /// Adds the children of a document. A child without a size is left out: nothing tells its bytes
    /// from others.
    fn add_all(&mut self, parent: NodeId, document: &Document) -> Level {
        let selected = match document {
            Document::Index(index) => self.options.selection.of(&index.manifests),
            _ => Vec::new(),
        };
        // The children of an index are its entries.
        let selected = selected.into_iter().chain(std::iter::repeat(true));
        let children = children(document).into_iter().zip(selected);
        let mut next = Level::new();
        for (child, is_selected) in children.filter(|(child, _)| child.has_size) {
            if self.tree.nodes.len() >= self.options.limits.nodes {
                self.tree.cut = true;
                break;
            }
            next.extend(self.add(parent, child.role, &child.descriptor, is_selected));
        }
        next
    }

    /// Adds a child; returns it if it is to be opened.
    fn add(
        &mut self,
        parent: NodeId,
        role: Role,
        descriptor: &Descriptor,
        is_selected: bool,
    ) -> Option<(NodeId, Descriptor)> {
        let depth = self.tree.get(parent).map_or(0, |node| node.depth) + 1;
        let is_too_deep = depth > self.options.limits.depth;
        let content = match self.met.get(&descriptor.digest) {
            _ if !is_selected && role == Role::Blob => NodeContent::NotSelected,
            _ if role != Role::Manifest => NodeContent::Blob,
            Some(first) => NodeContent::Repeated(*first),
            None if !is_selected => NodeContent::NotSelected,
            // A node that is still to be read counts as cut.
            None => NodeContent::Cut,
        };
        let is_open = content == NodeContent::Cut;
        self.tree.cut |= is_open && is_too_deep;
        let (descriptor, parent, children) = (descriptor.clone(), Some(parent), Vec::new());
        let to_open = (is_open && !is_too_deep).then(|| descriptor.clone());
        let id = self.tree.push(ImageNode { descriptor, role, parent, depth, children, content });
        let descriptor = to_open?;
        self.met.insert(descriptor.digest.clone(), id);
        Some((id, descriptor))
    }
}
