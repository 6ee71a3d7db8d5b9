//! Media types: the exact text, and what the well-known ones mean.

use std::{borrow::Cow, fmt};

/// A media type without parameters, kept exactly as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(Cow<'static, str>);

impl MediaType {
    /// OCI image index.
    pub const OCI_INDEX: Self = Self::fixed("application/vnd.oci.image.index.v1+json");
    /// OCI image manifest.
    pub const OCI_MANIFEST: Self = Self::fixed("application/vnd.oci.image.manifest.v1+json");
    /// OCI image configuration.
    pub const OCI_CONFIG: Self = Self::fixed("application/vnd.oci.image.config.v1+json");
    /// The empty JSON object `{}` used where a descriptor is needed and there is nothing to say.
    pub const OCI_EMPTY: Self = Self::fixed("application/vnd.oci.empty.v1+json");
    /// The withdrawn OCI artifact manifest.
    pub const OCI_ARTIFACT: Self = Self::fixed("application/vnd.oci.artifact.manifest.v1+json");
    /// Docker manifest list.
    pub const DOCKER_LIST: Self =
        Self::fixed("application/vnd.docker.distribution.manifest.list.v2+json");
    /// Docker schema 2 manifest.
    pub const DOCKER_MANIFEST: Self =
        Self::fixed("application/vnd.docker.distribution.manifest.v2+json");
    /// Docker image configuration.
    pub const DOCKER_CONFIG: Self = Self::fixed("application/vnd.docker.container.image.v1+json");
    /// Docker schema 1 manifest.
    pub const DOCKER_V1: Self = Self::fixed("application/vnd.docker.distribution.manifest.v1+json");
    /// Docker schema 1 manifest with a signature.
    pub const DOCKER_V1_SIGNED: Self =
        Self::fixed("application/vnd.docker.distribution.manifest.v1+prettyjws");
    /// Bytes of which nothing more is known.
    pub const OCTET_STREAM: Self = Self::fixed("application/octet-stream");

    const fn fixed(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// Takes the text as it stands in a document, without any check.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Cow::Owned(text.into()))
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An OCI index or a Docker manifest list.
    pub fn is_index(&self) -> bool {
        *self == Self::OCI_INDEX || *self == Self::DOCKER_LIST
    }

    /// An OCI or Docker schema 2 image manifest.
    pub fn is_manifest(&self) -> bool {
        *self == Self::OCI_MANIFEST || *self == Self::DOCKER_MANIFEST
    }

    /// Docker schema 1, signed or not.
    pub fn is_schema1(&self) -> bool {
        *self == Self::DOCKER_V1 || *self == Self::DOCKER_V1_SIGNED
    }

    /// An OCI or Docker image configuration.
    pub fn is_image_config(&self) -> bool {
        *self == Self::OCI_CONFIG || *self == Self::DOCKER_CONFIG
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
