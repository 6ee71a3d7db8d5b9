//! Changes that layers make to a path.

use serde::{Deserialize, Serialize};

/// The kind of a change to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It was there, and is another now.
    Changed,
    /// It was there, and is not any more.
    Removed,
}

impl ChangeKind {
    /// Returns the sum of two changes by one layer: only their outcome counts.
    fn and_then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Removed, Self::Added) => Self::Changed,
            (Self::Added, Self::Changed) => Self::Added,
            (_, next) => next,
        }
    }
}

/// A change that one layer made to one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The layer, counted from the base.
    pub layer: u16,
    /// The kind of the change.
    pub kind: ChangeKind,
    /// Bytes of content that the layer brings for the path.
    pub size: u64,
}

/// The changes that layers made to a path, from the base up. Most paths are changed once: that
/// takes no memory of its own.
#[derive(Clone, Debug, Default)]
pub(super) enum Changes {
    #[default]
    None,
    One(Change),
    More(Box<[Change]>),
}

impl Changes {
    pub(super) fn as_slice(&self) -> &[Change] {
        match self {
            Self::None => &[],
            Self::One(change) => std::slice::from_ref(change),
            Self::More(changes) => changes,
        }
    }

    /// Notes the change of a layer. The layer is not below those of the changes noted before.
    pub(super) fn note(&mut self, change: Change) {
        match self.last_mut() {
            Some(last) if last.layer == change.layer => {
                // A path that comes twice in a layer brings the bytes of both.
                let size = last.size.saturating_add(change.size);
                *last = Change { kind: last.kind.and_then(change.kind), size, ..change };
            }
            Some(_) => {
                let changes = self.as_slice().iter().copied().chain([change]);
                *self = Self::More(changes.collect());
            }
            None => *self = Self::One(change),
        }
    }

    fn last_mut(&mut self) -> Option<&mut Change> {
        match self {
            Self::None => None,
            Self::One(change) => Some(change),
            Self::More(changes) => changes.last_mut(),
        }
    }
}
