//! Media types: the exact text, and the meaning of well-known ones.

use std::{borrow::Cow, fmt};

/// The compression of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compression {
    /// Not compressed: a bare tar.
    Uncompressed,
    /// Gzip (RFC 1952), with one member or many.
    Gzip,
    /// Zstandard (RFC 8878).
    Zstd,
}

/// A media type, kept exactly as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(Cow<'static, str>);

impl MediaType {
    /// The image index of image-spec 1.0.
    pub const OCI_INDEX: Self = Self::fixed("application/vnd.oci.image.index.v1+json");
    /// The image manifest of image-spec 1.0.
    pub const OCI_MANIFEST: Self = Self::fixed("application/vnd.oci.image.manifest.v1+json");
    /// OCI image configuration.
    pub const OCI_CONFIG: Self = Self::fixed("application/vnd.oci.image.config.v1+json");
    /// The empty JSON object `{}`. It stands where a descriptor is required and has no content.
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
    /// Stands for a media type that is missing.
    pub const MISSING: Self = Self::fixed("");
    /// Bytes of an unknown type.
    pub const OCTET_STREAM: Self = Self::fixed("application/octet-stream");

    const fn fixed(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// Takes the text as it stands in a document, without any check.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Cow::Owned(text.into()))
    }

    /// Returns the text as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the media type of a `Content-Type`, without its parameters (R31). Returns `None` if it
    /// is malformed.
    pub fn from_header(value: &str) -> Option<Self> {
        let essence = value.split(';').next().unwrap_or_default().trim();
        let media_type = Self::new(essence.to_ascii_lowercase());
        media_type.is_well_formed().then_some(media_type)
    }

    /// Returns the type without parameters.
    pub fn essence(&self) -> &str {
        self.0.split(';').next().unwrap_or_default().trim()
    }

    /// Returns true if both are the same type: neither case nor parameters count (RFC 6838, 4.2).
    pub fn is(&self, other: &Self) -> bool {
        self.essence().eq_ignore_ascii_case(other.essence())
    }

    /// Returns true if the text is `type/subtype` as RFC 6838, 4.2 defines it.
    pub fn is_well_formed(&self) -> bool {
        let names = self.essence().split_once('/');
        names.is_some_and(|(kind, subtype)| is_restricted_name(kind) && is_restricted_name(subtype))
    }

    /// Returns true for an OCI index and a Docker manifest list.
    pub fn is_index(&self) -> bool {
        self.is(&Self::OCI_INDEX) || self.is(&Self::DOCKER_LIST)
    }

    /// Returns true for an OCI and a Docker schema 2 image manifest.
    pub fn is_manifest(&self) -> bool {
        self.is(&Self::OCI_MANIFEST) || self.is(&Self::DOCKER_MANIFEST)
    }

    /// Returns true for Docker schema 1, signed or not.
    pub fn is_schema1(&self) -> bool {
        self.is(&Self::DOCKER_V1) || self.is(&Self::DOCKER_V1_SIGNED)
    }

    /// Returns true for a type of which a registry serves the content under `/manifests/`. As in
    /// containerd, every other type is one of blobs, also if it is unknown.
    pub fn is_document(&self) -> bool {
        self.is_index() || self.is_manifest() || self.is_schema1() || self.is(&Self::OCI_ARTIFACT)
    }

    /// Returns true for the types that stand where no exact one is known.
    pub fn is_generic(&self) -> bool {
        let names = ["", "application/octet-stream", "application/json", "text/plain"];
        names.iter().any(|name| self.essence().eq_ignore_ascii_case(name))
    }

    /// Returns true for an OCI and a Docker image configuration.
    pub fn is_image_config(&self) -> bool {
        self.is(&Self::OCI_CONFIG) || self.is(&Self::DOCKER_CONFIG)
    }

    /// Returns true for a layer of a file system: a tar, compressed or not, encrypted or not.
    pub fn is_layer(&self) -> bool {
        LAYERS.iter().any(|stem| self.begins_with(stem))
    }

    /// Returns true for a layer whose bytes may lie in other places (Docker's foreign layers, OCI's
    /// non-distributable ones). It is copied only if the caller asks for it (R130).
    pub fn is_foreign(&self) -> bool {
        self.begins_with(NONDISTRIBUTABLE) || self.begins_with(FOREIGN)
    }

    fn begins_with(&self, stem: &str) -> bool {
        let start = self.essence().get(..stem.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(stem))
    }

    /// Returns true for a layer that `ocicrypt` encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.0.ends_with("+encrypted")
    }

    /// Returns the compression that the type's name suggests. The content decides.
    pub fn compression(&self) -> Option<Compression> {
        let name = self.essence();
        let name = name.strip_suffix("+encrypted").unwrap_or(name);
        match name.rsplit(['+', '.']).next() {
            Some("gzip" | "gz") => Some(Compression::Gzip),
            Some("zstd" | "zst") => Some(Compression::Zstd),
            Some("tar") => Some(Compression::Uncompressed),
            _ => None,
        }
    }
}

const NONDISTRIBUTABLE: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar";
const FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar";
const LAYERS: [&str; 4] = [
    "application/vnd.oci.image.layer.v1.tar",
    NONDISTRIBUTABLE,
    "application/vnd.docker.image.rootfs.diff.tar",
    FOREIGN,
];

/// Returns true for 1 to 127 allowed characters, the first a letter or digit (RFC 6838, 4.2).
fn is_restricted_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
    name.len() <= 127
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && name.bytes().all(allowed)
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn r031_parameters_of_a_content_type_are_dropped() {
        let check = |header: &str, expected: Option<&str>| {
            let media_type = MediaType::from_header(header);
            assert_eq!(media_type.as_ref().map(MediaType::as_str), expected, "{header}");
        };
        check("application/json; charset=utf-8", Some("application/json"));
        check("  Application/JSON ;x", Some("application/json"));
        check(
            "application/vnd.oci.image.index.v1+json",
            Some("application/vnd.oci.image.index.v1+json"),
        );
        check("", None);
        check("application", None);
        check("a/b/c", None);
        check(".foo/bar", None);
        check("text/pl ain", None);
    }

    #[test]
    fn neither_case_nor_parameters_count() {
        for known in [
            MediaType::OCI_INDEX,
            MediaType::DOCKER_LIST,
            MediaType::OCI_MANIFEST,
            MediaType::DOCKER_MANIFEST,
            MediaType::DOCKER_V1_SIGNED,
            MediaType::OCI_ARTIFACT,
            MediaType::OCI_CONFIG,
            MediaType::OCTET_STREAM,
            MediaType::new("application/x"),
        ] {
            let facts = |it: &MediaType| {
                let documents = (it.is_document(), it.is_index(), it.is_manifest());
                (documents, it.is_schema1(), it.is_image_config(), it.is_generic())
            };
            let upper = known.as_str().to_ascii_uppercase();
            for text in [upper.clone(), upper + " ; charset=utf-8", format!(" {known};x=y")] {
                let other = MediaType::new(text);
                assert!(other.is(&known) && known.is(&other), "{other}");
                assert_eq!(facts(&other), facts(&known), "{other}");
                assert!(!other.is(&MediaType::OCI_EMPTY), "{other}");
            }
        }
        let mixed = MediaType::new("Application/Vnd.OCI.Image.Manifest.v1+json; charset=utf-8");
        assert!(mixed.is_manifest() && mixed.is_well_formed());
    }

    #[test]
    fn layers_are_known_by_their_name() {
        let check = |text: &str, layer, foreign, compression| {
            let media_type = MediaType::new(text);
            assert_eq!(media_type.is_layer(), layer, "{text}");
            assert_eq!(media_type.is_foreign(), foreign, "{text}");
            assert_eq!(media_type.compression(), compression, "{text}");
        };
        let (tar, gzip, zstd) =
            (Some(Compression::Uncompressed), Some(Compression::Gzip), Some(Compression::Zstd));
        check("application/vnd.oci.image.layer.v1.tar", true, false, tar);
        check("application/vnd.oci.image.layer.v1.tar+gzip", true, false, gzip);
        check("application/vnd.oci.image.layer.v1.tar+zstd", true, false, zstd);
        check("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", true, false, gzip);
        check("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", true, true, zstd);
        check("application/vnd.docker.image.rootfs.diff.tar.gzip", true, false, gzip);
        check("application/vnd.docker.image.rootfs.foreign.diff.tar", true, true, tar);
        check("Application/vnd.OCI.image.layer.v1.tar+gzip; x=y", true, false, gzip);
        check("application/vnd.cncf.helm.chart.content.v1.tar+gzip", false, false, gzip);
        check("application/vnd.oci.image.config.v1+json", false, false, None);
    }
}
