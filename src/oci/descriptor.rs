//! Descriptors: how one document points at another (image-spec descriptor.md, R28).

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Digest, Issues, MediaType, Place, Platform, Severity};

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

const KNOWN: [&str; 8] =
    ["mediaType", "digest", "size", "urls", "annotations", "platform", "data", "artifactType"];

impl Descriptor {
    /// BuildKit's annotation that says what an entry without a platform is for.
    pub const REFERENCE_TYPE: &str = "vnd.docker.reference.type";
    /// BuildKit's annotation with the digest of the entry that it is about.
    pub const REFERENCE_DIGEST: &str = "vnd.docker.reference.digest";

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

    /// The annotation of this name; of a repeated one the last, as [`super::json::Node::get`] has it.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        let mut named = self.annotations.iter().rev().filter(|(key, _)| key == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// Whether this index entry is no image but BuildKit's statement about one: its platform is
    /// `unknown/unknown` and says nothing.
    pub fn is_attestation(&self) -> bool {
        self.annotation(Self::REFERENCE_TYPE) == Some("attestation-manifest")
    }

    /// The embedded content, where it has the stated size (R37). Its digest is still to be checked.
    pub fn embedded(&self) -> Option<&[u8]> {
        self.data.as_deref().filter(|data| data.len() as u64 == self.size)
    }

    /// Reads a descriptor. Without a digest there is none; a size that cannot be read becomes 0,
    /// and verifying will say so.
    pub fn read(place: &Place<'_>, issues: &mut Issues) -> Option<Self> {
        if !place.is_object(issues) {
            return None;
        }
        place.check_case(&KNOWN, issues);
        for key in ["mediaType", "digest", "size"] {
            if place.member(key).is_none() {
                place.report(Severity::Error, format!("has no {key}"), issues);
            }
        }
        let media_type = place.text_of("mediaType", issues).map(MediaType::new);
        Some(Self {
            digest: Digest::read(&place.member("digest")?, issues)?,
            media_type: media_type.unwrap_or(MediaType::OCTET_STREAM),
            size: place.size_of("size", issues).unwrap_or_default(),
            urls: place.texts_of("urls", issues),
            annotations: place.map_of("annotations", issues),
            platform: place.member("platform").and_then(|p| Platform::read_entry(&p, issues)),
            data: read_data(place, issues),
            artifact_type: place.text_of("artifactType", issues),
        })
    }

    /// Reads a list of descriptors; a bad one does not lose the others.
    pub fn read_list(place: &Place<'_>, key: &str, issues: &mut Issues) -> Vec<Self> {
        let Some(list) = place.member(key) else { return Vec::new() };
        let items: Vec<_> = list.items(issues).collect();
        items.iter().filter_map(|item| Self::read(item, issues)).collect()
    }
}

fn read_data(place: &Place<'_>, issues: &mut Issues) -> Option<Vec<u8>> {
    let data = place.member("data")?;
    let decoded = STANDARD.decode(data.text(issues)?);
    if decoded.is_err() {
        data.report(Severity::Error, "is not base64", issues);
    }
    decoded.ok()
}
