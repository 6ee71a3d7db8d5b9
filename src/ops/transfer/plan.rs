//! A plan of a transfer, as a value: what is sent where, what is there, and what is overwritten.

use std::fmt;

use bytes::Bytes;

use crate::{
    oci::{Descriptor, Digest, Tag},
    ops::progress::Role,
};

/// The work of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The object is sent.
    Send,
    /// The first bytes are there; the others are sent.
    Resume {
        /// Bytes that are there.
        held: u64,
    },
    /// The registry takes the blob from another repository of its own. If it refuses, the blob is
    /// sent.
    Mount,
    /// Nothing: the object is there.
    Keep,
    /// Nothing: the layer has other places to be read from.
    LeaveOut,
}

/// The step of a configuration or layer.
#[derive(Clone, Debug, PartialEq)]
pub struct BlobStep {
    /// The blob that has to be at the target.
    pub blob: Descriptor,
    /// Its part in the image.
    pub role: Role,
    /// The work.
    pub action: Action,
}

/// The step of a manifest or index.
#[derive(Clone, Debug, PartialEq)]
pub struct ManifestStep {
    /// The manifest that has to be at the target, after all that it points at.
    pub manifest: Descriptor,
    /// Its exact bytes.
    pub bytes: Bytes,
    /// Its part in the image.
    pub role: Role,
    /// The work.
    pub action: Action,
    /// The tags that it gets.
    pub tags: Vec<PlannedTag>,
    /// Steps of one stage run side by side, after those of the stages before.
    pub stage: usize,
}

/// A tag that a manifest gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedTag {
    /// The tag that is set with the manifest.
    pub tag: Tag,
    /// The digest that it stands for now.
    pub before: Option<Digest>,
}

/// The steps of a transfer. Making one writes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The name of the target.
    pub target: String,
    /// The blobs, each once, in the order in which they are sent.
    pub blobs: Vec<BlobStep>,
    /// The manifests, each once, children before parents.
    pub manifests: Vec<ManifestStep>,
}

impl Plan {
    /// Returns the sum of the bytes that are sent. A mount that is refused adds to it.
    pub fn bytes(&self) -> u64 {
        let blobs = self.blobs.iter().map(|step| sent(step.action, &step.blob));
        let manifests = self.manifests.iter().map(|step| sent(step.action, &step.manifest));
        blobs.chain(manifests).fold(0, u64::saturating_add)
    }

    /// Returns the tags that stand for something else now, with that digest.
    pub fn overwritten(&self) -> impl Iterator<Item = (&Tag, &Digest)> {
        self.manifests.iter().flat_map(|step| {
            let tags = step.tags.iter().filter_map(|tag| Some((&tag.tag, tag.before.as_ref()?)));
            tags.filter(|(_, before)| **before != step.manifest.digest)
        })
    }
}

fn sent(action: Action, object: &Descriptor) -> u64 {
    match action {
        Action::Send => object.size,
        Action::Resume { held } => object.size.saturating_sub(held),
        Action::Mount | Action::Keep | Action::LeaveOut => 0,
    }
}

/// A line for each step: the action, the digest, the size in bytes, and the tags with what they
/// stand for now.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, blobs, manifests } = self;
        writeln!(f, "{} bytes to {target}", self.bytes())?;
        for BlobStep { blob, action, .. } in blobs {
            writeln!(f, "{action} {} {}", blob.digest, blob.size)?;
        }
        for ManifestStep { manifest, action, tags, .. } in manifests {
            write!(f, "{action} {} {}", manifest.digest, manifest.size)?;
            for PlannedTag { tag, before } in tags {
                let before = before.as_ref().map_or("nothing", Digest::as_str);
                write!(f, " {tag} (now {before})")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Send => "send",
            Self::Resume { .. } => "resume",
            Self::Mount => "mount",
            Self::Keep => "keep",
            Self::LeaveOut => "leave out",
        })
    }
}
