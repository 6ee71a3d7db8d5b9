//! The tree under a reference: index, nested indexes, manifests, configurations and layers.
//!
//! An error about a child is a value in the tree. Manifests are read level by level; blobs are not
//! read. Hostile trees are cut: by depth, by number of nodes, and each digest is opened once.

mod children;
mod documents;
mod limits;
mod selection;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    error::Error,
    oci::{Descriptor, Digest, Document, MediaType, Parsed, Platform},
    registry::Verification,
};

pub use super::progress::Role;
pub use children::{Child, children};
pub use documents::{Documents, InRepository};
pub use limits::ImageLimits;
pub use selection::Selection;
pub use walk::{WalkOptions, walk};

/// A node's place in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(usize);

/// The objects under a reference. A parent stands before its children, level by level.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    nodes: Vec<ImageNode>,
    cut: bool,
}

/// One object in the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageNode {
    /// The pointer of the parent; for the root, its own digest and size.
    pub descriptor: Descriptor,
    /// Its part in the image.
    pub role: Role,
    /// The node that points at it; `None` for the root.
    pub parent: Option<NodeId>,
    /// Steps from the root.
    pub depth: usize,
    /// The nodes that it points at, in document order.
    pub children: Vec<NodeId>,
    /// The result of reading it.
    pub content: NodeContent,
}

/// The result of reading a node.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeContent {
    /// A manifest or index.
    Opened(Box<OpenedDocument>),
    /// A configuration, layer or other blob: the tree does not read blobs.
    Blob,
    /// A repetition: its children stand at the first node of this digest.
    Repeated(NodeId),
    /// Not read: its platform was not asked for.
    NotSelected,
    /// Not read: beyond a limit of the walk.
    Cut,
    /// Reading it failed.
    Failed(Error),
}

/// A document that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedDocument {
    /// The parsed document, with its bytes and its issues.
    pub document: Parsed<Document>,
    /// The result of checking the bytes.
    pub verification: Verification,
    /// Media type of the answer.
    pub content_type: Option<MediaType>,
}

impl Tree {
    /// Returns the document where the traversal began.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// Returns a node of this tree.
    pub fn get(&self, id: NodeId) -> Option<&ImageNode> {
        self.nodes.get(id.0)
    }

    /// Returns the nodes in the order in which they were found, the root first.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &ImageNode)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId(index), node))
    }

    /// Returns the nodes that a node points at, in document order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = (NodeId, &ImageNode)> {
        let children = self.get(id).map(|node| node.children.as_slice()).unwrap_or_default();
        children.iter().filter_map(|child| Some((*child, self.get(*child)?)))
    }

    /// Returns true if something was left out because of a limit.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Returns the platform of a node: its own, or that of the nearest node above it.
    pub fn platform(&self, id: NodeId) -> Option<&Platform> {
        let mut node = self.get(id)?;
        loop {
            if let Some(platform) = &node.descriptor.platform {
                return Some(platform);
            }
            node = self.get(node.parent?)?;
        }
    }

    /// Returns the document of a node that was opened.
    pub fn document(&self, id: NodeId) -> Option<&Document> {
        match &self.get(id)?.content {
            NodeContent::Opened(opened) => Some(&opened.document.value),
            _ => None,
        }
    }

    /// Returns the sum of the sizes under a node and of its own, in bytes, as the descriptors state
    /// them. Each digest counts once.
    pub fn size(&self, id: NodeId) -> u64 {
        let mut seen = BTreeSet::new();
        self.add_size(id, &mut seen)
    }

    fn add_size<'a>(&'a self, id: NodeId, seen: &mut BTreeSet<&'a Digest>) -> u64 {
        let Some(node) = self.get(id) else { return 0 };
        let target = match node.content {
            NodeContent::Repeated(first) => first,
            _ => id,
        };
        let own =
            if seen.insert(&node.descriptor.digest) { node.descriptor.size } else { return 0 };
        // The walk's depth limit bounds this recursion.
        self.children(target)
            .fold(own, |sum, (child, _)| sum.saturating_add(self.add_size(child, seen)))
    }

    /// Returns the levels of manifests under each manifest, so that children can go before parents.
    /// `None` if there are more than `most`: documents whose digests cannot be checked may even point
    /// at each other in a circle.
    pub fn heights(&self, most: usize) -> Option<BTreeMap<NodeId, usize>> {
        let mut known = BTreeMap::new();
        self.add_height(self.root(), most, &mut known)?;
        Some(known)
    }

    fn add_height(
        &self,
        id: NodeId,
        room: usize,
        known: &mut BTreeMap<NodeId, usize>,
    ) -> Option<usize> {
        if let Some(height) = known.get(&id) {
            return Some(*height);
        }
        let mut height = 0;
        for (child, node) in self.children(id).filter(|(_, node)| node.role == Role::Manifest) {
            let child = match node.content {
                NodeContent::Repeated(first) => first,
                _ => child,
            };
            height = height.max(self.add_height(child, room.checked_sub(1)?, known)? + 1);
        }
        known.insert(id, height);
        Some(height)
    }

    fn push(&mut self, node: ImageNode) -> NodeId {
        let id = NodeId(self.nodes.len());
        if let Some(parent) = node.parent.and_then(|parent| self.nodes.get_mut(parent.0)) {
            parent.children.push(id);
        }
        self.nodes.push(node);
        id
    }

    fn set_content(&mut self, id: NodeId, content: NodeContent) {
        if let Some(node) = self.nodes.get_mut(id.0) {
            node.content = content;
        }
    }
}

#[cfg(test)]
mod tests;
