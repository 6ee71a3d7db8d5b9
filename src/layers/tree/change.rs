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
    /// Boxed: a pointer with a length would make every node larger.
    #[allow(clippy::box_collection)]
    More(Box<Vec<Change>>),
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
            Some(_) => self.push(change),
            None => *self = Self::One(change),
        }
    }

    /// Adds a change behind others. Room grows by half: in the mean each is copied a few times, however many
    /// layers there are.
    fn push(&mut self, change: Change) {
        if let Self::One(first) = *self {
            *self = Self::More(Box::new(vec![first, change]));
        } else if let Self::More(changes) = self {
            if changes.len() == changes.capacity() {
                changes.reserve_exact(changes.len() / 2 + 1);
            }
            changes.push(change);
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
