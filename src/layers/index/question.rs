//! What can be asked about opened layers, and how a question passes between threads.

use crate::{
    content::pack::{Packer, Unpacker},
    oci::Digest,
};

/// Layers per image that a question can name; runtimes refuse images with more than 127.
const LAYERS_MAX: usize = 4_096;

/// What a question is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The layers of the image from the base up. Those that are not on the shelf are left out.
    pub layers: Vec<Digest>,
    /// What this layer alone brings, by its place in the list; `None` for all merged.
    pub only: Option<u16>,
    /// Whether what a later layer removed is there too, marked. One layer alone always shows it.
    pub with_removed: bool,
}

/// A part of a list: what is on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The first row.
    pub offset: u64,
    /// How many.
    pub count: u32,
}

/// How a directory is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By name, in the order of bytes.
    #[default]
    Name,
    /// Largest first; directories with all that is in them.
    Size,
}

/// A question about opened layers.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Packer::new();
        match self {
            Self::Rows { scope, below, open, sort, part } => {
                scope.write(out.number(0)).bytes(below).list(open, |out, path| out.bytes(path));
                part.write(out.flag(*sort == Sort::Size))
            }
            Self::Find { scope, pattern, part } => {
                part.write(scope.write(out.number(1)).text(pattern))
            }
            Self::Largest { scope, part } => part.write(scope.write(out.number(2))),
            Self::Wasted { scope, part } => part.write(scope.write(out.number(3))),
            Self::Summary(scope) => scope.write(out.number(4)),
            Self::Details { scope, path } => scope.write(out.number(5)).bytes(path),
            Self::Packages { scope, filter, part } => {
                part.write(scope.write(out.number(6)).text(filter))
            }
            Self::Content { layer, offset } => out.number(7).text(layer.as_str()).number(*offset),
            Self::Inside { layer, offset, part } => {
                part.write(out.number(8).text(layer.as_str()).number(*offset))
            }
            Self::Member { layer, offset, name } => {
                out.number(9).text(layer.as_str()).number(*offset).bytes(name)
            }
        };
        out.finish()
    }

    /// Reads what [`Question::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let from = &mut Unpacker::new(bytes);
        Some(match from.number()? {
            0 => Self::Rows {
                scope: Scope::read(from)?,
                below: from.owned()?,
                open: from.list(Unpacker::owned)?,
                sort: if from.flag()? { Sort::Size } else { Sort::Name },
                part: Part::read(from)?,
            },
            1 => Self::Find {
                scope: Scope::read(from)?,
                pattern: from.string()?,
                part: Part::read(from)?,
            },
            2 => Self::Largest { scope: Scope::read(from)?, part: Part::read(from)? },
            3 => Self::Wasted { scope: Scope::read(from)?, part: Part::read(from)? },
            4 => Self::Summary(Scope::read(from)?),
            5 => Self::Details { scope: Scope::read(from)?, path: from.owned()? },
            6 => Self::Packages {
                scope: Scope::read(from)?,
                filter: from.string()?,
                part: Part::read(from)?,
            },
            7 => Self::Content { layer: from.text()?.parse().ok()?, offset: from.number()? },
            8 => Self::Inside {
                layer: from.text()?.parse().ok()?,
                offset: from.number()?,
                part: Part::read(from)?,
            },
            9 => Self::Member {
                layer: from.text()?.parse().ok()?,
                offset: from.number()?,
                name: from.owned()?,
            },
            _ => return None,
        })
    }
}

impl Scope {
    fn write<'a>(&self, out: &'a mut Packer) -> &'a mut Packer {
        out.list(&self.layers, |out, layer| out.text(layer.as_str()));
        out.number(self.only.map_or(0, |layer| u64::from(layer) + 1)).flag(self.with_removed)
    }

    fn read(from: &mut Unpacker<'_>) -> Option<Self> {
        let layers = from.list(|from| from.text()?.parse().ok())?;
        let only = from.number()?.checked_sub(1).map(u16::try_from).transpose().ok()?;
        let scope = Self { layers, only, with_removed: from.flag()? };
        (scope.layers.len() <= LAYERS_MAX).then_some(scope)
    }
}

impl Part {
    fn write(self, out: &mut Packer) -> &mut Packer {
        out.number(self.offset).number(self.count.into())
    }

    fn read(from: &mut Unpacker<'_>) -> Option<Self> {
        Some(Self { offset: from.number()?, count: from.small()? })
    }
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
    }
}
