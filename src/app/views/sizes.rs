//! Sizes of trees: compressed, as they are stored and transferred, each digest counted once.

use litemap::LiteMap;

use crate::oci::Digest;

/// Distinct contents and their sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blobs {
    sizes: LiteMap<Digest, u64>,
    /// Bytes if each mention counts.
    pub mentioned: u64,
    /// True if a part is missing: not read yet, or of unknown size.
    pub is_partial: bool,
}

impl Blobs {
    /// Bytes, each digest once.
    pub fn bytes(&self) -> u64 {
        self.sizes.values().fold(0, |sum, size| sum.saturating_add(*size))
    }

    /// Returns true if there is no blob.
    pub fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Number of distinct contents.
    pub fn count(&self) -> usize {
        self.sizes.len()
    }

    /// Bytes that are mentioned more than once.
    pub fn shared(&self) -> u64 {
        self.mentioned.saturating_sub(self.bytes())
    }

    /// Counts blobs, of which `None` is a size that is not known, and those of other trees. They are sorted once:
    /// adding thousands of trees one by one would move each digest thousands of times.
    pub(super) fn of<'a>(
        own: impl Iterator<Item = (&'a Digest, Option<u64>)>,
        others: impl Iterator<Item = &'a Self>,
    ) -> Self {
        let (mut all, mut mentioned, mut is_partial) = (Vec::new(), 0_u64, false);
        for (digest, size) in own {
            mentioned = mentioned.saturating_add(size.unwrap_or_default());
            is_partial |= size.is_none();
            all.extend(size.map(|size| (digest.clone(), size)));
        }
        for other in others {
            mentioned = mentioned.saturating_add(other.mentioned);
            is_partial |= other.is_partial;
            all.extend(other.sizes.iter().map(|(digest, size)| (digest.clone(), *size)));
        }
        Self { sizes: all.into_iter().collect(), mentioned, is_partial }
    }
}
