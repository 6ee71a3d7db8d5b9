//! The name of a manifest in a request: a tag or a digest.

use std::{fmt, str::FromStr};

use super::{Digest, ReferenceError, Tag};

/// The name by which a manifest is requested.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ManifestRef {
    /// A tag, which may move to another manifest.
    Tag(Tag),
    /// The digest of the manifest's bytes.
    Digest(Digest),
}

impl ManifestRef {
    /// Returns the text as it stands in a URL.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Tag(tag) => tag.as_str(),
            Self::Digest(digest) => digest.as_str(),
        }
    }

    /// Returns the digest, if it is one.
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Tag(_) => None,
            Self::Digest(digest) => Some(digest),
        }
    }
}

impl fmt::Display for ManifestRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Tag> for ManifestRef {
    fn from(tag: Tag) -> Self {
        Self::Tag(tag)
    }
}

impl From<Digest> for ManifestRef {
    fn from(digest: Digest) -> Self {
        Self::Digest(digest)
    }
}

impl FromStr for ManifestRef {
    type Err = ReferenceError;

    /// Reads a text with a colon as a digest, because no tag may hold a colon.
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.contains(':') {
            text.parse().map(Self::Digest).map_err(ReferenceError::Digest)
        } else {
            text.parse().map(Self::Tag)
        }
    }
}
