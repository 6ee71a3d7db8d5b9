//! Images and indexes with all they point at, to be added by one call (R159).

use bytes::Bytes;
use serde_json::{Value, json};

use crate::digest::digest_of;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// An image or an index, with its blobs and children.
#[derive(Clone, Debug)]
pub struct Object {
    pub(crate) media_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) blobs: Vec<Bytes>,
    pub(crate) children: Vec<Object>,
    platform: Option<Value>,
}

impl Object {
    /// An OCI image of this configuration and these layers (gzipped tars), base first.
    #[must_use]
    pub fn image(
        config: impl Into<Bytes>,
        layers: impl IntoIterator<Item = impl Into<Bytes>>,
    ) -> Self {
        let config: Bytes = config.into();
        let layers: Vec<Bytes> = layers.into_iter().map(Into::into).collect();
        let listed: Vec<Value> = layers.iter().map(|layer| entry(LAYER, layer)).collect();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "config": entry(CONFIG, &config),
            "layers": listed,
        });
        let blobs = std::iter::once(config).chain(layers).collect();
        Self { blobs, ..Self::raw(IMAGE, manifest.to_string()) }
    }

    /// An OCI index of these children, which are images or further indexes.
    #[must_use]
    pub fn index(children: impl IntoIterator<Item = Self>) -> Self {
        let children: Vec<Self> = children.into_iter().collect();
        let listed: Vec<Value> = children.iter().map(Self::entry).collect();
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": listed });
        Self { children, ..Self::raw(INDEX, index.to_string()) }
    }

    /// A manifest with exactly these bytes, of any media type. What it points at is added by
    /// [`Object::with_blob`] and [`Object::with_child`].
    #[must_use]
    pub fn raw(media_type: &str, bytes: impl Into<Bytes>) -> Self {
        let (blobs, children, platform) = (Vec::new(), Vec::new(), None);
        Self { media_type: media_type.into(), bytes: bytes.into(), blobs, children, platform }
    }

    /// Adds a blob beside the manifest, which does not change.
    #[must_use]
    pub fn with_blob(mut self, bytes: impl Into<Bytes>) -> Self {
        self.blobs.push(bytes.into());
        self
    }

    /// Adds a child beside the manifest, which does not change.
    #[must_use]
    pub fn with_child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Sets the platform under which an index lists it.
    #[must_use]
    pub fn for_platform(mut self, os: &str, architecture: &str) -> Self {
        self.platform = Some(json!({ "os": os, "architecture": architecture }));
        self
    }

    /// Returns the digest of its manifest.
    #[must_use]
    pub fn digest(&self) -> String {
        digest_of(&self.bytes)
    }

    fn entry(&self) -> Value {
        let mut entry = entry(&self.media_type, &self.bytes);
        if let (Some(platform), Some(fields)) = (&self.platform, entry.as_object_mut()) {
            fields.insert("platform".into(), platform.clone());
        }
        entry
    }
}

fn entry(media_type: &str, bytes: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": digest_of(bytes), "size": bytes.len() })
}

/// Checks the name of a repository by the grammar of the distribution specification.
pub(crate) fn is_repository(name: &str) -> bool {
    let is_part = |part: &str| {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let words = part.split(is_plain).filter(|between| !between.is_empty());
        let mut separators = words;
        part.starts_with(is_plain)
            && part.ends_with(is_plain)
            && separators.all(|s| matches!(s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
    };
    name.len() <= 255 && name.split('/').all(is_part)
}

/// Checks a tag by the grammar of the distribution specification.
pub(crate) fn is_tag(tag: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128
        && tag.starts_with(is_word)
        && tag.chars().all(|c| is_word(c) || matches!(c, '.' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r159_names_are_checked_by_the_grammar() {
        for (name, expected) in [
            ("a", true),
            ("a/b-c/d__e.f_g--h", true),
            ("", false),
            ("a//b", false),
            ("/a", false),
            ("A", false),
            ("a..b", false),
            ("a___b", false),
            ("-a", false),
            ("a/", false),
            ("a:b", false),
        ] {
            assert_eq!(is_repository(name), expected, "{name}");
        }
        assert!(is_repository(&"a".repeat(255)) && !is_repository(&"a".repeat(256)));
        for (tag, expected) in [
            ("v1", true),
            ("_A.b-c", true),
            ("", false),
            (".a", false),
            ("a/b", false),
            ("ä", false),
        ] {
            assert_eq!(is_tag(tag), expected, "{tag}");
        }
        assert!(is_tag(&"a".repeat(128)) && !is_tag(&"a".repeat(129)));
    }
}
