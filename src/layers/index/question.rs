//! What can be asked about opened layers, and how a question passes between threads.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::{content::codec, oci::Digest};

/// Layers per image that a question can name; runtimes refuse images with more than 127.
const LAYERS_MAX: usize = 4_096;

/// What a question is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The layers of the image from the base up. Those that are not on the shelf are left out.
    #[serde(deserialize_with = "few_layers")]
    pub layers: Vec<Digest>,
    /// What this layer alone brings, by its place in the list; `None` for all merged.
    pub only: Option<u16>,
    /// Whether what a later layer removed is there too, marked. One layer alone always shows it.
    pub with_removed: bool,
}

/// A part of a list: what is on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The first row.
    pub offset: u64,
    /// How many.
    pub count: u32,
}

/// How a directory is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// By name, in the order of bytes.
    #[default]
    Name,
    /// Largest first; directories with all that is in them.
    Size,
}

/// A question about opened layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// Rows of the tree below a directory, with those directories opened that are named.
    Rows {
        /// What it is about.
        scope: Scope,
        /// The directory at the top; empty for the root.
        below: Vec<u8>,
        /// Directories that are open.
        open: Vec<Vec<u8>>,
        /// How directories are sorted.
        sort: Sort,
        /// Which rows.
        part: Part,
    },
    /// Paths that match a pattern (see [`crate::content::glob::Pattern`]).
    Find {
        /// What it is about.
        scope: Scope,
        /// The pattern.
        pattern: String,
        /// Which rows.
        part: Part,
    },
    /// Files, largest first.
    Largest {
        /// What it is about.
        scope: Scope,
        /// Which rows.
        part: Part,
    },
    /// Paths whose content no container sees, for a later layer replaced or removed it.
    Wasted {
        /// What it is about.
        scope: Scope,
        /// Which rows.
        part: Part,
    },
    /// Sums of each layer and of the whole.
    Summary(Scope),
    /// All about one path.
    Details {
        /// What it is about.
        scope: Scope,
        /// The path.
        path: Vec<u8>,
    },
    /// The packages that the image says it has.
    Packages {
        /// What it is about.
        scope: Scope,
        /// Part of the name; empty for all.
        filter: String,
        /// Which rows.
        part: Part,
    },
    /// Content that is at hand: kept with a layer's listing, or taken from the layer last.
    Content {
        /// The layer.
        layer: Digest,
        /// Where the content begins in the uncompressed layer.
        offset: u64,
    },
    /// What is in an archive whose content is at hand.
    Inside {
        /// The layer.
        layer: Digest,
        /// Where the archive begins in the uncompressed layer.
        offset: u64,
        /// Which members.
        part: Part,
    },
    /// The content of one member of an archive whose content is at hand.
    Member {
        /// The layer.
        layer: Digest,
        /// Where the archive begins in the uncompressed layer.
        offset: u64,
        /// The member's name as written.
        name: Vec<u8>,
    },
}

impl Question {
    /// The same question about another part of the list; unchanged where the answer is no list.
    #[must_use]
    pub fn with_part(mut self, wanted: Part) -> Self {
        match &mut self {
            Self::Rows { part, .. }
            | Self::Find { part, .. }
            | Self::Largest { part, .. }
            | Self::Wasted { part, .. }
            | Self::Packages { part, .. }
            | Self::Inside { part, .. } => *part = wanted,
            Self::Summary(_)
            | Self::Details { .. }
            | Self::Content { .. }
            | Self::Member { .. } => {}
        }
        self
    }

    /// Writes the question as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::to_bytes(self)
    }

    /// Reads the bytes of [`Question::to_bytes`]. Returns `None` if they are something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        codec::from_bytes(bytes)
    }
}

/// Reads the layers of a scope, which are no more than [`LAYERS_MAX`].
fn few_layers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Digest>, D::Error> {
    let layers = Vec::deserialize(from)?;
    if layers.len() > LAYERS_MAX {
        return Err(D::Error::custom("more layers than an image has"));
    }
    Ok(layers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::content::verify::digest_of;

    #[test]
    fn questions_come_back_as_they_were_asked() {
        let layers = vec![digest_of(b"a"), digest_of(b"b")];
        let scope = Scope { layers, only: Some(1), with_removed: true };
        let all = Scope { only: None, with_removed: false, ..scope.clone() };
        let part = Part { offset: 1 << 40, count: 7 };
        let path = b"etc/\xff".to_vec();
        let sort = Sort::Size;
        let open = vec![path.clone(), vec![]];
        let questions = [
            Question::Rows { scope: scope.clone(), below: path.clone(), open, sort, part },
            Question::Find { scope: all.clone(), pattern: "*.so".to_owned(), part },
            Question::Largest { scope: all.clone(), part },
            Question::Wasted { scope: all.clone(), part },
            Question::Summary(all.clone()),
            Question::Details { scope, path },
            Question::Packages { scope: all, filter: "ssl".to_owned(), part },
            Question::Content { layer: digest_of(b"a"), offset: 512 },
            Question::Inside { layer: digest_of(b"a"), offset: 512, part },
            Question::Member { layer: digest_of(b"a"), offset: 512, name: b"a/\xff".to_vec() },
        ];
        for question in questions {
            let bytes = question.to_bytes();
            assert_eq!(Question::from_bytes(&bytes), Some(question));
            // A prefix is never another question.
            for end in 0..bytes.len() {
                assert_eq!(Question::from_bytes(bytes.get(..end).unwrap()), None);
            }
        }
        assert_eq!(Question::from_bytes(&[99]), None);
        let many = Scope { layers: vec![digest_of(b"a"); LAYERS_MAX + 1], ..Scope::default() };
        assert_eq!(Question::from_bytes(&Question::Summary(many).to_bytes()), None);
    }
}
