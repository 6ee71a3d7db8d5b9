//! The tree of a reference: index, platforms, manifest, configuration and layers, with what refers
//! to them. A pure function of the documents that were read so far. It names those that it needs next.
//!
//! Bounded for any documents: no node stands below itself, none deeper than
//! [`caps::IMAGE_DEPTH`], and there are at most [`caps::IMAGE_OBJECTS`]. What a document points at is taken from
//! [`children`], as in every other traversal.

mod node;

use std::rc::Rc;

use litemap::LiteMap;

pub use node::{Cut, Reading, Referring, Role, TreeNode};

use super::{
    object::{Object, Objects, Want},
    platform_choice::{Chosen, Difference, choose, twins},
    sizes::Blobs,
};
use crate::{
    app::{LayerAddress, Loadable},
    caps,
    oci::{Descriptor, Digest, Document, sorted_texts::SortedTexts},
    ops::graph::{self, Child, children},
    registry::Referrers,
};

/// A tree, and the objects that would complete it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// The object that the address names.
    pub root: TreeNode,
    /// Entries of the root that are left out because another platform is chosen.
    pub left_out: usize,
    /// The objects to ask for next, the most useful first.
    pub wanted: Vec<Want>,
}

/// The documents whose referrers are asked for without a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Those of the root.
    Root,
    /// Those of the root and of its entries. A referrer's own are asked for when it is opened.
    All,
}

/// Builds the tree below `root`. With a platform only that entry of an index and what is about it.
pub fn build(root: &Rc<Object>, objects: &Objects, platform: Option<&str>, follow: Follow) -> Tree {
    let chosen = platform.map(|wanted| choose(&root.document.value, Some(wanted)));
    let mut builder = Builder::new(objects, chosen, follow);
    let mut node = builder.node(Role::Root, &root.descriptor);
    builder.fill(&mut node, root);
    node.referring = builder.referring(&node);
    Tree { root: node, left_out: builder.left_out, wanted: builder.wanted }
}

struct Builder<'a> {
    objects: &'a Objects,
    /// The one entry of the root that is shown, if the address names one.
    chosen: Option<Chosen>,
    follow: Follow,
    /// Digests from the root down to here.
    path: Vec<Digest>,
    nodes: usize,
    /// Nodes were left out, for there are too many.
    is_full: bool,
    left_out: usize,
    wanted: Vec<Want>,
}

impl<'a> Builder<'a> {
    fn new(objects: &'a Objects, chosen: Option<Chosen>, follow: Follow) -> Self {
        let (path, wanted) = (Vec::new(), Vec::new());
        Self { objects, chosen, follow, path, nodes: 0, is_full: false, left_out: 0, wanted }
    }

    /// A node with nothing below.
    fn node(&mut self, role: Role, descriptor: &Descriptor) -> TreeNode {
        self.nodes += 1;
        TreeNode {
            role,
            size: Some(descriptor.size),
            artifact_type: descriptor.artifact_type.clone(),
            descriptor: descriptor.clone(),
            address: None,
            differs: Vec::new(),
            reading: Reading::NotAsked,
            children: Vec::new(),
            referring: Referring::NotAsked,
            cut: None,
            total: Blobs::default(),
        }
    }

    /// The node of an entry: a document, or a blob by its media type.
    fn entry(&mut self, role: Role, descriptor: &Descriptor) -> TreeNode {
        match descriptor.is_document() {
            true => self.document(role, descriptor),
            false => self.node(Role::Blob, descriptor),
        }
    }

    /// A manifest or index below another, with all that was read of it.
    fn document(&mut self, role: Role, descriptor: &Descriptor) -> TreeNode {
        let mut node = self.node(role, descriptor);
        node.cut = self.cut(&descriptor.digest);
        if node.cut.is_some() {
            return node;
        }
        match self.objects.manifest(&descriptor.digest) {
            None => self.want(&node),
            Some(Loadable::Loading(_)) => node.reading = Reading::Loading,
            Some(Loadable::Failed(error, _)) => node.reading = Reading::Failed(Rc::clone(error)),
            Some(Loadable::Ready(object)) => self.fill(&mut node, &Rc::clone(object)),
        }
        node.referring = self.referring(&node);
        node
    }

    /// Images and nested indexes are read without being asked for; attestations and referrers only
    /// when they are opened.
    fn want(&mut self, node: &TreeNode) {
        let is_statement =
            matches!(node.role, Role::Attestation | Role::StrayAttestation(_) | Role::Referrer(_));
        if !is_statement {
            self.wanted.push(Want::Manifest(Box::new(node.descriptor.clone())));
        }
    }

    fn cut(&self, digest: &Digest) -> Option<Cut> {
        match () {
            () if self.path.contains(digest) => Some(Cut::Cycle),
            () if self.path.len() > caps::IMAGE_DEPTH => Some(Cut::Depth),
            () => None,
        }
    }

    /// Returns true if one more node fits, and notes that something is left out otherwise.
    fn has_room(&mut self) -> bool {
        self.is_full |= self.nodes >= caps::IMAGE_OBJECTS;
        !self.is_full
    }

    fn fill(&mut self, node: &mut TreeNode, object: &Rc<Object>) {
        node.reading = Reading::Ready(Rc::clone(object));
        node.size = Some(object.document.raw.len() as u64);
        // The document knows better than the pointer: servers put an image configuration there.
        if let Some(stated) = object.artifact_type() {
            node.artifact_type = Some(stated.to_owned());
        }
        self.path.push(node.descriptor.digest.clone());
        let document = &object.document.value;
        node.children = match document {
            Document::Index(index) => self.entries(&children(document), &twins(index)),
            _ => self.contents(&children(document)),
        };
        self.path.pop();
        if self.is_full {
            node.cut = Some(Cut::Nodes);
        }
        node.total = blobs_of(node);
    }

    /// The entries of an index, attestations below what they are about.
    fn entries(&mut self, children: &[Child<'_>], twins: &Twins) -> Vec<TreeNode> {
        let (about, images): (Vec<&Descriptor>, Vec<&Descriptor>) =
            children.iter().map(|child| &*child.descriptor).partition(|e| e.is_attestation());
        let subjects = about.iter().map(|entry| subject_of(entry).unwrap_or_default());
        let subjects = SortedTexts::of(subjects);
        // Attestations by what they are about, each group in the order of the index.
        let mut groups: LiteMap<&str, &[(&str, usize)]> =
            subjects.groups().filter_map(|group| Some((group.first()?.0, group))).collect();
        let statement = |(_, at): &(&str, usize)| about.get(*at).copied();
        let mut nodes = Vec::new();
        for entry in images {
            let group = groups.get_mut(entry.digest.as_str()).map(std::mem::take);
            let group = group.unwrap_or_default().iter().filter_map(statement);
            if !self.is_chosen(entry) {
                self.left_out += 1;
                continue;
            }
            if !self.has_room() {
                break;
            }
            let mut node = self.entry(entry_role(entry), entry);
            node.differs = twins.get(&entry.digest).cloned().unwrap_or_default();
            self.statements(&Role::Attestation, group, &mut node.children);
            nodes.push(node);
        }
        for group in groups.values() {
            let role = group.first().map(|(subject, _)| Some(*subject).filter(|it| !it.is_empty()));
            let role = Role::StrayAttestation(role.flatten().map(str::to_owned));
            self.statements(&role, group.iter().filter_map(statement), &mut nodes);
        }
        nodes
    }

    /// Adds attestations, as many as there is room for.
    fn statements<'e>(
        &mut self,
        role: &Role,
        entries: impl Iterator<Item = &'e Descriptor>,
        nodes: &mut Vec<TreeNode>,
    ) {
        for entry in entries {
            if !self.has_room() {
                return;
            }
            nodes.push(self.document(role.clone(), entry));
        }
    }

    /// Only entries of the root are chosen from.
    fn is_chosen(&self, entry: &Descriptor) -> bool {
        self.path.len() > 1
            || match &self.chosen {
                Some(Chosen::Entry(choice)) => choice.descriptor == *entry,
                Some(Chosen::NoSuch(_)) => false,
                Some(Chosen::Itself | Chosen::Open) | None => true,
            }
    }

    /// Adds the children of any other document, in its order, and counts the layers.
    fn contents(&mut self, children: &[Child<'_>]) -> Vec<TreeNode> {
        let mut nodes = Vec::new();
        let layers = children.iter().filter(|child| child.role == graph::Role::Layer);
        let mut addresses =
            LayerAddress::of_all(layers.map(|child| child.descriptor.digest.clone()).collect())
                .into_iter();
        let mut layers = 0;
        for Child { role, descriptor, has_size } in children {
            if !self.has_room() {
                break;
            }
            let mut node = match role {
                graph::Role::Root | graph::Role::Manifest => {
                    self.document(entry_role(descriptor), descriptor)
                }
                graph::Role::Blob => self.node(Role::Blob, descriptor),
                graph::Role::Config => self.node(Role::Config, descriptor),
                graph::Role::Layer => {
                    layers += 1;
                    let address = addresses.next();
                    TreeNode { address, ..self.node(Role::Layer(layers), descriptor) }
                }
            };
            node.size = node.size.filter(|_| *has_size);
            nodes.push(node);
        }
        nodes
    }

    fn referring(&mut self, node: &TreeNode) -> Referring {
        let digest = &node.descriptor.digest;
        match self.objects.referrers(digest) {
            None => {
                let follows = match self.follow {
                    Follow::Root => node.role == Role::Root,
                    Follow::All => {
                        matches!(node.role, Role::Root | Role::Platform(_) | Role::Entry)
                    }
                };
                if follows {
                    self.wanted.push(Want::Referrers(digest.clone()));
                }
                Referring::NotAsked
            }
            Some(Loadable::Loading(_)) => Referring::Loading,
            Some(Loadable::Failed(error, _)) => Referring::Failed(Rc::clone(error)),
            Some(Loadable::Ready(found)) => self.referrers(digest, &Rc::clone(found)),
        }
    }

    fn referrers(&mut self, subject: &Digest, found: &Rc<Referrers>) -> Referring {
        self.path.push(subject.clone());
        let node = |(item, source): &(Descriptor, _)| {
            self.has_room().then(|| self.entry(Role::Referrer(*source), item))
        };
        let nodes: Vec<_> = found.items.iter().map_while(node).collect();
        self.path.pop();
        let may_be_incomplete = found.may_be_incomplete || nodes.len() < found.items.len();
        Referring::Ready { nodes, may_be_incomplete, list: Rc::clone(found) }
    }
}

/// Holds the facts that tell entries of one platform apart, by digest.
type Twins = LiteMap<Digest, Vec<Difference>>;

fn entry_role(entry: &Descriptor) -> Role {
    match &entry.platform {
        Some(platform) => Role::Platform(platform.clone()),
        None => Role::Entry,
    }
}

fn subject_of(attestation: &Descriptor) -> Option<&str> {
    attestation.annotation(Descriptor::REFERENCE_DIGEST)
}

/// Returns the blobs below a node: the configuration and layers of an image, or all images of an
/// index with their manifests. Attestations below an image are left out.
fn blobs_of(node: &TreeNode) -> Blobs {
    let children = || node.children.iter().filter(|child| child.role != Role::Attestation);
    let documents = children().filter(|child| child.is_document()).map(|child| &child.total);
    let own = children().map(|child| (&child.descriptor.digest, child.size));
    let mut blobs = Blobs::of(own, documents);
    for child in children() {
        if child.is_document() {
            let counted = matches!(child.reading, Reading::Ready(_));
            let is_statement = matches!(child.role, Role::StrayAttestation(_));
            blobs.is_partial |= !counted && !is_statement && child.cut.is_none();
        }
    }
    blobs
}

#[cfg(test)]
mod tests;
