//! Descriptors: how one document points at another (image-spec descriptor.md, R28).

use super::{Digest, MediaType, Platform};

/// Annotations in the order in which they stand in the document; a name may repeat there.
pub type Annotations = Vec<(String, String)>;

/// A pointer to content: what it is, which bytes, how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// What the content is said to be.
    pub media_type: MediaType,
    /// Digest of the exact bytes.
    pub digest: Digest,
    /// Size of the content in bytes.
    pub size: u64,
    /// Other places that hold the bytes (foreign layers). Never fetched with a credential.
    pub urls: Vec<String>,
    /// Annotations, in document order.
    pub annotations: Annotations,
    /// The platform, for entries of an index.
    pub platform: Option<Platform>,
    /// The content itself, decoded from base64, not yet compared with size and digest (R37).
    pub data: Option<Vec<u8>>,
    /// Type of the artifact that the content is.
    pub artifact_type: Option<String>,
}

impl Descriptor {
    /// A descriptor with only its three required parts.
    pub fn new(media_type: MediaType, digest: Digest, size: u64) -> Self {
        Self {
            media_type,
            digest,
            size,
            urls: Vec::new(),
            annotations: Vec::new(),
            platform: None,
            data: None,
            artifact_type: None,
        }
    }

    /// The first annotation of this name.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
