//! The nodes of the tree of a reference: what they are, and how far they were read.

use std::rc::Rc;

use crate::{
    app::{
        LayerAddress,
        views::{object::Object, platform_choice::Difference, sizes::Blobs},
    },
    error::Error,
    oci::{Descriptor, Platform},
    registry::{Referrers, ReferrersSource},
};

/// The role of a node for the one above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The object that the address names.
    Root,
    /// An entry of an index for a platform.
    Platform(Platform),
    /// An entry of an index without a platform.
    Entry,
    /// A statement by BuildKit about the entry above.
    Attestation,
    /// The same about a digest that is not in the index.
    StrayAttestation(Option<String>),
    /// An entry of an index that is no manifest: it is read under `/blobs/`.
    Blob,
    /// The configuration.
    Config,
    /// A layer, counted from 1.
    Layer(usize),
    /// Something that refers to the node above, and where that was found.
    Referrer(ReferrersSource),
}

/// The progress of reading a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Not asked for: this view does not need the bytes.
    NotAsked,
    /// On its way.
    Loading,
    /// Read.
    Ready(Rc<Object>),
    /// Reading it failed.
    Failed(Rc<Error>),
}

/// The reason why the content below a node is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It stands further up already.
    Cycle,
    /// It is too deep.
    Depth,
    /// There are too many nodes.
    Nodes,
}

/// The referrers of a node.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Referring {
    /// The node is closed, and its document was never wanted.
    #[default]
    NotAsked,
    /// Being asked.
    Loading,
    /// Found.
    Ready {
        /// Those that were found.
        nodes: Vec<TreeNode>,
        /// True if there may be more.
        may_be_incomplete: bool,
        /// The list itself, which says how it was made.
        list: Rc<Referrers>,
    },
    /// Reading them failed.
    Failed(Rc<Error>),
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeNode {
    /// The role for the node above.
    pub role: Role,
    /// The pointer to it.
    pub descriptor: Descriptor,
    /// The name of a layer in an address.
    pub address: Option<LayerAddress>,
    /// The facts that tell it from other entries for its platform.
    pub differs: Vec<Difference>,
    /// Its size in bytes; `None` if nothing says it (Docker schema 1).
    pub size: Option<u64>,
    /// The progress of reading it.
    pub reading: Reading,
    /// The type of artifact, from the pointer or the document.
    pub artifact_type: Option<String>,
    /// The parts of the object.
    pub children: Vec<TreeNode>,
    /// The referrers; only manifests and indexes have some.
    pub referring: Referring,
    /// The reason why the content below is not shown.
    pub cut: Option<Cut>,
    /// Size of all below it, each digest once.
    pub total: Blobs,
}

impl TreeNode {
    /// Returns the stated size and that of the bytes that came, if a descriptor led to the document
    /// and they differ.
    pub fn wrong_size(&self) -> Option<(u64, u64)> {
        let Reading::Ready(object) = &self.reading else { return None };
        let (stated, actual) = (self.descriptor.size, object.document.raw.len() as u64);
        (self.role != Role::Root && stated != actual).then_some((stated, actual))
    }

    /// Returns true for a manifest or index, which can be opened.
    pub fn is_document(&self) -> bool {
        !matches!(self.role, Role::Config | Role::Layer(_) | Role::Blob)
    }
}
