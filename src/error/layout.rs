//! The faults of image layouts and archives of images.

use std::fmt;

use crate::oci::Digest;

/// A fault of an image layout, of a `docker save` archive, or of the tar archive that holds one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayoutFault {
    /// The archive is compressed as a whole, so that no part of it can be read by itself.
    Compressed,
    /// The file is no tar archive.
    NotTar,
    /// The archive has more entries than this, or names that are too long.
    TooManyEntries(u64),
    /// The entry at this path cannot be read as a file.
    NotReadable(String, Unreadable),
    /// The file at this path was not found before the archive ends within an entry.
    CutShort(String),
    /// The file at this path was not found before a part of the archive that is broken.
    Broken(String),
    /// The archive holds neither an OCI layout nor the `manifest.json` of `docker save`.
    NoLayout,
    /// The `oci-layout` file names no version that is known.
    UnknownVersion,
    /// There is an `index.json` and no `oci-layout` beside it. It is read all the same.
    NoMarker,
    /// `index.json` states a size that the file of an entry does not have.
    EntrySize {
        /// The digest of the entry.
        digest: Digest,
        /// The size in `index.json`, in bytes.
        stated: u64,
        /// The size of the file, in bytes.
        actual: u64,
    },
    /// `index.json` is no list of manifests.
    NotAnIndex,
    /// `manifest.json` is no list of images.
    NotAListOfImages,
    /// The layout gives a tag to several digests.
    AmbiguousTag {
        /// The tag, as the layout writes it.
        tag: String,
        /// The number of digests.
        digests: u64,
    },
    /// `manifest.json` lists another number of layers than the image's configuration.
    LayerCount {
        /// The number in `manifest.json`.
        listed: u64,
        /// The number in the configuration.
        configured: u64,
    },
    /// `manifest.json` names a file at a path that may lead out of the layout.
    PathOutside(String),
    /// `manifest.json` names a file that is missing.
    FileMissing(String),
}

/// The reason why an entry of a tar archive cannot be read as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreadable {
    /// It is a sparse file.
    Sparse,
    /// It is no file.
    NotAFile,
    /// It is a link to a file that is not there.
    DanglingLink,
    /// It is a link that leads out of the archive.
    LinkOutside,
    /// It is the first of too many links.
    EndlessLink,
}

impl fmt::Display for LayoutFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compressed => f.write_str("the archive is compressed as a whole"),
            Self::NotTar => f.write_str("no tar archive"),
            Self::TooManyEntries(limit) => write!(f, "more than {limit} entries"),
            Self::NotReadable(path, reason) => write!(f, "{path} {reason}"),
            Self::CutShort(path) => write!(f, "{path} not found before the archive is cut short"),
            Self::Broken(path) => write!(f, "{path} not found before the archive is broken"),
            Self::NoLayout => f.write_str("neither an OCI layout nor an archive of docker save"),
            Self::UnknownVersion => f.write_str("unknown version in oci-layout"),
            Self::NoMarker => f.write_str("no oci-layout beside index.json"),
            Self::EntrySize { digest, stated, actual } => {
                write!(f, "index.json says {stated} bytes of {digest}, which has {actual}")
            }
            Self::NotAnIndex => f.write_str("index.json is no list of manifests"),
            Self::NotAListOfImages => f.write_str("manifest.json is no list of images"),
            Self::AmbiguousTag { tag, digests } => write!(f, "{tag} names {digests} digests"),
            Self::LayerCount { listed, configured } => {
                write!(f, "{listed} layers in manifest.json, {configured} in the configuration")
            }
            Self::PathOutside(path) => write!(f, "manifest.json names {path}, outside the layout"),
            Self::FileMissing(path) => write!(f, "manifest.json names {path}, which is missing"),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sparse => "is a sparse file",
            Self::NotAFile => "is no file",
            Self::DanglingLink => "is a link to a missing file",
            Self::LinkOutside => "is a link out of the archive",
            Self::EndlessLink => "is the first of too many links",
        })
    }
}
