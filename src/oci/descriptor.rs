//! Descriptors: pointers from one document to another (image-spec descriptor.md, R28).

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Digest, DocumentFault, Issues, JsonCursor, MediaType, Platform, Severity};

/// Annotations in the order of the document. A name may repeat.
pub type Annotations = Vec<(String, String)>;

/// A pointer to content: its type, its digest and its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The stated type of the content.
    pub media_type: MediaType,
    /// The digest of the exact bytes.
    pub digest: Digest,
    /// The size of the content in bytes.
    pub size: u64,
    /// Other places that hold the bytes (foreign layers). No credential is sent there.
    pub urls: Vec<String>,
    /// Annotations, in document order.
    pub annotations: Annotations,
    /// The platform of an entry of an index.
    pub platform: Option<Platform>,
    /// The content itself, decoded from base64. It is not yet compared with size and digest (R37).
    pub data: Option<Vec<u8>>,
    /// The type of the artifact.
    pub artifact_type: Option<String>,
}

/// Content that a descriptor describes (R28).
pub trait Describe {
    /// Returns the descriptor by which a document lists this.
    fn descriptor(&self) -> &Descriptor;
}

impl Describe for Descriptor {
    fn descriptor(&self) -> &Descriptor {
        self
    }
}

const KNOWN: [&str; 8] =
    ["mediaType", "digest", "size", "urls", "annotations", "platform", "data", "artifactType"];

impl Descriptor {
    /// BuildKit's annotation with the purpose of an entry without a platform.
    pub const REFERENCE_TYPE: &str = "vnd.docker.reference.type";
    /// BuildKit's annotation with the digest of the entry that it is about.
    pub const REFERENCE_DIGEST: &str = "vnd.docker.reference.digest";

    /// The annotation with which podman and skopeo mark an image whose layers are zstd.
    pub const ZSTD: &str = "io.github.containers.compression.zstd";

    /// Makes a descriptor of only its three required parts.
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

    /// Returns the annotation of this name. If the name repeats, it is the last one, as in
    /// [`super::json::Node::get`].
    pub fn annotation(&self, name: &str) -> Option<&str> {
        let mut named = self.annotations.iter().rev().filter(|(key, _)| key == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// Returns true if this index entry is no image, but BuildKit's statement about an image. Its
    /// platform is then `unknown/unknown`.
    pub fn is_attestation(&self) -> bool {
        self.annotation(Self::REFERENCE_TYPE) == Some("attestation-manifest")
    }

    /// Returns true if this entry of an index points at a manifest or another index. A build cache
    /// lists blobs in its index (BuildKit). Of an entry that states no type, or for a platform no exact
    /// one, a manifest is meant: it stands in `manifests`.
    pub fn is_document(&self) -> bool {
        let is_unstated = self.media_type.essence().is_empty()
            || self.media_type.is_generic() && self.platform.is_some();
        self.media_type.is_document() || is_unstated
    }

    /// Returns true if this index entry can be chosen as an image: it is no blob and no statement
    /// about another entry.
    pub fn is_choice(&self) -> bool {
        self.is_document() && !self.is_attestation()
    }

    /// Returns the embedded content if it has the stated size (R37). The caller must still check
    /// the digest.
    pub fn embedded(&self) -> Option<&[u8]> {
        self.data.as_deref().filter(|data| data.len() as u64 == self.size)
    }

    /// Reads a descriptor. Returns `None` if there is no digest. A size that cannot be read becomes
    /// 0, and a verification then reports a mismatch.
    pub fn read(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Option<Self> {
        if !cursor.is_object(issues) {
            return None;
        }
        cursor.check_case(&KNOWN, issues);
        cursor.require(&["mediaType", "digest", "size"], issues);
        let media_type = cursor.type_of("mediaType", issues).map(MediaType::new);
        check_type(cursor, "mediaType", issues);
        check_type(cursor, "artifactType", issues);
        check_urls(cursor, issues);
        Some(Self {
            digest: cursor.member("digest")?.digest(issues)?,
            media_type: media_type.unwrap_or(MediaType::MISSING),
            size: cursor.size_of("size", issues).unwrap_or_default(),
            urls: cursor.texts_of("urls", issues),
            annotations: cursor.map_of("annotations", issues),
            platform: cursor.member("platform").and_then(|p| Platform::read_entry(&p, issues)),
            data: read_data(cursor, issues),
            artifact_type: cursor.type_of("artifactType", issues),
        })
    }

    /// Reads a list of descriptors. A broken one is left out, and the others stay.
    pub fn read_list(cursor: &JsonCursor<'_>, key: &str, issues: &mut Issues) -> Vec<Self> {
        let Some(list) = cursor.member(key) else { return Vec::new() };
        let items: Vec<_> = list.items(issues).collect();
        items.iter().filter_map(|item| Self::read(item, issues)).collect()
    }
}

/// Reports a type that is not `type/subtype` (descriptor.md, RFC 6838). An empty `artifactType`
/// counts as a missing one.
fn check_type(cursor: &JsonCursor<'_>, key: &str, issues: &mut Issues) {
    let Some(member) = cursor.member(key) else { return };
    let text = member.node().as_str().filter(|text| !text.is_empty() || key == "mediaType");
    if text.is_some_and(|text| !MediaType::new(text).is_well_formed()) {
        member.report(Severity::Error, DocumentFault::NotAMediaType, issues);
    }
}

/// Reports URLs that are not absolute: scheme, colon, rest (descriptor.md).
fn check_urls(cursor: &JsonCursor<'_>, issues: &mut Issues) {
    let Some(list) = cursor.member("urls") else { return };
    let is_absolute = |url: &str| {
        url.split_once("://").is_some_and(|(scheme, rest)| {
            !scheme.is_empty()
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric())
                && !rest.is_empty()
        })
    };
    let items: Vec<_> = list.items(&mut Issues::default()).collect();
    for item in
        items.iter().filter(|item| item.node().as_str().is_some_and(|url| !is_absolute(url)))
    {
        item.report(Severity::Error, DocumentFault::NotAnAbsoluteUrl, issues);
    }
}

fn read_data(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Option<Vec<u8>> {
    let data = cursor.member("data")?;
    let decoded = STANDARD.decode(data.text(issues)?);
    if decoded.is_err() {
        data.report(Severity::Error, DocumentFault::NotBase64, issues);
    }
    decoded.ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::oci::{NodeKind, json};

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn read(text: String) -> (Option<Descriptor>, Vec<(String, DocumentFault)>) {
        let parsed = json::parse(text.into());
        let mut issues = Issues::default();
        let descriptor = Descriptor::read(&JsonCursor::root(&parsed.value), &mut issues);
        let told = issues.into_vec().into_iter().map(|issue| (issue.pointer, issue.fault));
        (descriptor, told.collect())
    }

    #[test]
    fn a_media_type_that_is_missing_stays_missing() {
        let text = format!(r#"{{"digest":"{DIGEST}","size":7}}"#);
        let (descriptor, issues) = read(text.clone());
        let descriptor = descriptor.unwrap();
        assert_eq!(issues, [(String::new(), DocumentFault::Missing("mediaType"))]);
        assert_eq!(descriptor.media_type, MediaType::MISSING);
        assert_eq!(descriptor.to_node().to_string(), text);
    }

    #[test]
    fn r028_absent_members_are_not_written_and_unknown_ones_are_tolerated() {
        let text =
            format!(r#"{{"mediaType":"a/b","digest":"{DIGEST}","size":9223372036854775807}}"#);
        let (descriptor, issues) = read(text.clone());
        assert_eq!(issues, []);
        assert_eq!(descriptor.unwrap().to_node().to_string(), text);
        let (descriptor, issues) = read(text.replace("\"size\"", "\"new\":[{}],\"size\""));
        assert_eq!(issues, []);
        assert_eq!(descriptor.unwrap().descriptor().size, i64::MAX as u64);
    }

    #[test]
    fn r028_every_member_survives_writing_and_reading() {
        let text = format!(
            r#"{{"mediaType":"a/b","digest":"{DIGEST}","size":3,"urls":["https://example.com/x"],"annotations":{{"a":"1","b":"2"}},"data":"YWJj","platform":{{"architecture":"arm","os":"linux","os.version":"1","os.features":["f"],"variant":"v7"}},"artifactType":"c/d"}}"#
        );
        let (descriptor, issues) = read(text.clone());
        assert_eq!(issues, []);
        let descriptor = descriptor.unwrap();
        assert_eq!(descriptor.embedded(), Some(&b"abc"[..]));
        assert_eq!(descriptor.to_node().to_string(), text);
    }

    #[test]
    fn r037_embedded_data_of_another_length_is_not_used() {
        let (descriptor, _) =
            read(format!(r#"{{"mediaType":"a/b","digest":"{DIGEST}","size":4,"data":"YWJj"}}"#));
        assert_eq!(descriptor.unwrap().embedded(), None);
    }

    #[test]
    fn what_is_wrong_is_told_and_the_rest_is_read() {
        use DocumentFault::{Missing, WrongKind};
        let check = |text: &str, size: Option<u64>, expected: &[(&str, DocumentFault)]| {
            let (descriptor, issues) = read(text.replace("DIGEST", DIGEST));
            assert_eq!(descriptor.map(|descriptor| descriptor.size), size, "{text}");
            let issues: Vec<_> = issues.iter().map(|(at, fault)| (at.as_str(), fault)).collect();
            let expected: Vec<_> = expected.iter().map(|(at, fault)| (*at, fault)).collect();
            assert_eq!(issues, expected, "{text}");
        };
        let not_an_object = |found| WrongKind { found, expected: NodeKind::Object };
        check(
            r#"{"mediaType":"a/b","digest":"DIGEST","size":-1}"#,
            Some(0),
            &[("/size", DocumentFault::BelowZero(-1))],
        );
        check(r#"{"digest":"DIGEST","size":1}"#, Some(1), &[("", Missing("mediaType"))]);
        check(r#"{"mediaType":"a/b","size":1}"#, None, &[("", Missing("digest"))]);
        check("[]", None, &[("", not_an_object(NodeKind::Array))]);
        check(
            r#"{"mediaType":"a","digest":"DIGEST","size":1,"urls":["x"],"data":"!","platform":1}"#,
            Some(1),
            &[
                ("/mediaType", DocumentFault::NotAMediaType),
                ("/urls/0", DocumentFault::NotAnAbsoluteUrl),
                ("/platform", not_an_object(NodeKind::Number)),
                ("/data", DocumentFault::NotBase64),
            ],
        );
    }
}
