//! Walking a tree, level by level, with a window of requests.

use std::pin::pin;

use litemap::LiteMap;

use futures_util::{Stream, StreamExt, stream};

use super::{Content, Node, NodeId, Opened, Role, Tree};
use crate::{
    error::Result,
    oci::{Descriptor, Digest, Document, Index, Platform, RepositoryName, parse_document},
    ops::{
        progress::{Observer, Outcome},
        read,
    },
    registry::{Manifest, Read},
};

/// How much of a tree is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps from the root.
    pub depth: usize,
    /// Nodes in all.
    pub nodes: usize,
    /// Bytes of manifests in all: they stay in memory.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 32, nodes: 10_000, bytes: 64 * 1024 * 1024 }
    }
}

/// Which entries of indexes are opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    #[default]
    All,
    /// Those that satisfy one of these platforms, with their attestations, and nested indexes.
    Platforms(Vec<Platform>),
}

/// How to walk.
#[derive(Clone)]
pub struct Options {
    /// How much is read.
    pub limits: Limits,
    /// Which platforms.
    pub selection: Selection,
    /// Requests under way at one time.
    pub window: usize,
    /// Whether content that descriptors carry is used in place of a request (R37). A verification
    /// asks the source all the same.
    pub use_embedded: bool,
    /// Who is told about manifests as they are read.
    pub observer: Observer,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            selection: Selection::All,
            window: 4,
            use_embedded: true,
            observer: Observer::silent(),
        }
    }
}

/// Reads the tree under a manifest. Never fails: what could not be read says so in its place.
pub async fn walk(
    source: &dyn Read,
    repository: &RepositoryName,
    root: Manifest,
    options: &Options,
) -> Tree {
    let mut walk = Walk::new(options);
    let mut level = walk.plant(root);
    while !level.is_empty() {
        let reading = stream::iter(level).map(|(id, descriptor)| async move {
            (id, open(source, repository, &descriptor, options).await)
        });
        level = walk.take_all(reading.buffered(options.window.max(1))).await;
    }
    walk.tree
}

/// Reads one manifest, and tells.
async fn open(
    source: &dyn Read,
    repository: &RepositoryName,
    descriptor: &Descriptor,
    options: &Options,
) -> Result<Manifest> {
    let Options { observer, use_embedded, .. } = options;
    observer.started(descriptor, Role::Manifest);
    let result = if *use_embedded {
        read::manifest(source, repository, descriptor).await
    } else {
        read::fetched_manifest(source, repository, descriptor).await
    };
    observer.finished(&descriptor.digest, &outcome(&result));
    result
}

fn outcome(result: &Result<Manifest>) -> Outcome {
    match result {
        Ok(manifest) => Outcome::of_verification(&manifest.verification),
        Err(error) => Outcome::of_reading(error),
    }
}

/// A tree that grows.
struct Walk<'a> {
    options: &'a Options,
    tree: Tree,
    /// Where each manifest was first met.
    met: LiteMap<Digest, NodeId>,
    /// Bytes of manifests held.
    bytes: u64,
}

/// What is to be read next.
type Level = Vec<(NodeId, Descriptor)>;

impl<'a> Walk<'a> {
    fn new(options: &'a Options) -> Self {
        Self {
            options,
            tree: Tree { nodes: Vec::new(), cut: false },
            met: LiteMap::new(),
            bytes: 0,
        }
    }

    fn plant(&mut self, root: Manifest) -> Level {
        let descriptor = root.descriptor.clone();
        let (observer, digest) = (&self.options.observer, descriptor.digest.clone());
        observer.started(&descriptor, Role::Root);
        observer.finished(&digest, &Outcome::of_verification(&root.verification));
        let id = self.tree.push(Node {
            descriptor,
            role: Role::Root,
            parent: None,
            depth: 0,
            children: Vec::new(),
            content: Content::Cut,
        });
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

    /// Takes in what was read of a node, and says what is to be read under it.
    fn take(&mut self, id: NodeId, result: Result<Manifest>) -> Level {
        let manifest = match result {
            Ok(manifest) => manifest,
            Err(error) => {
                self.tree.set_content(id, Content::Failed(error));
                return Level::new();
            }
        };
        let Manifest { bytes, content_type, verification, .. } = manifest;
        self.bytes += bytes.len() as u64;
        let document = parse_document(bytes, content_type.as_ref());
        let children = children(&document.value, &self.options.selection);
        let opened = Opened { document, verification, content_type };
        self.tree.set_content(id, Content::Opened(Box::new(opened)));
        children.into_iter().filter_map(|child| self.add(id, child)).collect()
    }

    /// Adds a child; gives it back where it is to be opened.
    fn add(&mut self, parent: NodeId, child: Child) -> Option<(NodeId, Descriptor)> {
        let Limits { depth: deepest, nodes: most, .. } = self.options.limits;
        if self.tree.nodes.len() >= most {
            self.tree.cut = true;
            return None;
        }
        let depth = self.tree.get(parent).map_or(0, |node| node.depth) + 1;
        let content = self.content_of(&child, depth > deepest);
        let (parent, role) = (Some(parent), child.role);
        let children = Vec::new();
        let to_open = (role == Role::Manifest && content == Content::Cut && depth <= deepest)
            .then(|| child.descriptor.clone());
        let node = Node { descriptor: child.descriptor, role, parent, depth, children, content };
        let id = self.tree.push(node);
        let descriptor = to_open?;
        self.met.insert(descriptor.digest.clone(), id);
        Some((id, descriptor))
    }

    /// What can be said of a child before it is read; what is still to be read counts as cut.
    fn content_of(&mut self, child: &Child, too_deep: bool) -> Content {
        if child.role != Role::Manifest {
            return Content::Blob;
        }
        if let Some(first) = self.met.get(&child.descriptor.digest) {
            return Content::Repeated(*first);
        }
        if !child.selected {
            return Content::NotSelected;
        }
        self.tree.cut |= too_deep;
        Content::Cut
    }
}

/// Something that a document points at.
struct Child {
    descriptor: Descriptor,
    role: Role,
    selected: bool,
}

fn children(document: &Document, selection: &Selection) -> Vec<Child> {
    let child = |descriptor: &Descriptor, role, selected| Child {
        descriptor: descriptor.clone(),
        role,
        selected,
    };
    let blobs = |config: &Option<Descriptor>, layers: &[Descriptor]| -> Vec<Child> {
        let config = config.iter().map(|config| child(config, Role::Config, true));
        config.chain(layers.iter().map(|layer| child(layer, Role::Layer, true))).collect()
    };
    match document {
        Document::Index(index) => {
            let entries = index.manifests.iter();
            entries.map(|entry| child(entry, Role::Manifest, selection.has(index, entry))).collect()
        }
        Document::Image(image) => blobs(&image.config, &image.layers),
        Document::Unknown(unknown) => {
            let found = &unknown.children;
            let manifests = found.manifests.iter().map(|entry| child(entry, Role::Manifest, true));
            manifests.chain(blobs(&found.config, &found.layers)).collect()
        }
        // Its layers have digests and no sizes: they are no descriptors.
        Document::Schema1(_) => Vec::new(),
    }
}

impl Selection {
    pub(in crate::ops) fn has(&self, index: &Index, entry: &Descriptor) -> bool {
        let Self::Platforms(wanted) = self else { return true };
        let subject = index.attested_by(entry).unwrap_or(entry);
        match &subject.platform {
            Some(platform) => {
                let platform = platform.normalized();
                wanted.iter().any(|wanted| platform.satisfies(&wanted.normalized()))
            }
            None => entry.media_type.is_index(),
        }
    }
}
