//! The questions about opened layers.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::{caps, content::codec, oci::Digest};

/// The subject of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The layers of the image from the base up. Layers that were not read are left out.
    #[serde(deserialize_with = "few_layers")]
    pub layers: Vec<Digest>,
    /// The place in the list of the one layer that is asked about; `None` for all merged.
    pub only: Option<u16>,
    /// `true` to show removed paths too, marked. One layer alone always shows them.
    pub with_removed: bool,
}

/// A part of a list: what is on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowRange {
    /// The first row.
    pub offset: u64,
    /// The number of rows.
    pub count: u32,
}

/// The order of a directory.
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
        /// The subject.
        scope: Scope,
        /// The directory at the top; empty for the root.
        below: Vec<u8>,
        /// Directories that are open.
        open: Vec<Vec<u8>>,
        /// The order of directories.
        sort: Sort,
        /// The rows that are wanted.
        part: RowRange,
    },
    /// Paths that match a pattern (see [`crate::content::glob::Pattern`]).
    Find {
        /// The subject.
        scope: Scope,
        /// The text to find in names, or a glob.
        pattern: String,
        /// The rows that are wanted.
        part: RowRange,
    },
    /// Files, largest first.
    Largest {
        /// The subject.
        scope: Scope,
        /// The rows that are wanted.
        part: RowRange,
    },
    /// Paths whose content no container sees, because a later layer replaced or removed it.
    Wasted {
        /// The subject.
        scope: Scope,
        /// The rows that are wanted.
        part: RowRange,
    },
    /// Sums of each layer and of the whole.
    Summary(Scope),
    /// All about one path.
    Details {
        /// The subject.
        scope: Scope,
        /// The path from the root, without a slash in front.
        path: Vec<u8>,
    },
    /// The packages that the image says it has.
    Packages {
        /// The subject.
        scope: Scope,
        /// A part of the name; empty for all.
        filter: String,
        /// The rows that are wanted.
        part: RowRange,
    },
    /// Content that is at hand: kept with a layer's listing, or the last file that was extracted.
    Content {
        /// The digest of the layer that holds the entry.
        layer: Digest,
        /// The offset of the content in the uncompressed layer.
        offset: u64,
    },
    /// The members of an archive whose content is at hand.
    ArchiveListing {
        /// The digest of the layer that holds the entry.
        layer: Digest,
        /// The offset of the archive in the uncompressed layer.
        offset: u64,
        /// The members that are wanted.
        part: RowRange,
    },
    /// The content of one member of an archive whose content is at hand.
    ArchiveMember {
        /// The digest of the layer that holds the entry.
        layer: Digest,
        /// The offset of the archive in the uncompressed layer.
        offset: u64,
        /// The member's name as written.
        name: Vec<u8>,
    },
}

impl Question {
    /// Returns the same question about other rows; unchanged if the answer is no list.
    #[must_use]
    pub fn with_part(mut self, wanted: RowRange) -> Self {
        match &mut self {
            Self::Rows { part, .. }
            | Self::Find { part, .. }
            | Self::Largest { part, .. }
            | Self::Wasted { part, .. }
            | Self::Packages { part, .. }
            | Self::ArchiveListing { part, .. } => *part = wanted,
            Self::Summary(_)
            | Self::Details { .. }
            | Self::Content { .. }
            | Self::ArchiveMember { .. } => {}
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

/// Reads the layers of a scope, which are no more than [`caps::IMAGE_LAYERS`].
fn few_layers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Digest>, D::Error> {
    let layers = Vec::deserialize(from)?;
    if layers.len() > caps::IMAGE_LAYERS {
        return Err(D::Error::custom(caps::IMAGE_LAYERS));
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
        let part = RowRange { offset: 1 << 40, count: 7 };
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
            Question::ArchiveListing { layer: digest_of(b"a"), offset: 512, part },
            Question::ArchiveMember {
                layer: digest_of(b"a"),
                offset: 512,
                name: b"a/\xff".to_vec(),
            },
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
    }

    #[test]
    fn cap_image_layers_refuses_a_question_about_more() {
        let read = |count: usize| {
            let layers = vec![digest_of(b"a"); count];
            let question = Question::Summary(Scope { layers, ..Scope::default() });
            Question::from_bytes(&question.to_bytes()) == Some(question)
        };
        assert!(read(caps::IMAGE_LAYERS));
        assert!(!read(caps::IMAGE_LAYERS + 1));
    }
}
