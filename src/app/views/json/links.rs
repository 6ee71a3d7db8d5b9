//! The targets of strings in a JSON document: digests, media types, references and web addresses.

use std::collections::BTreeMap;

use super::super::visible_text::is_deceptive;
use super::{
    scalars::string_value,
    token::{Lexed, NO_KEY, TokenKind, span},
};
use crate::oci::{Digest, Host, MediaType, Reference};

/// The target of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A manifest or index of the same repository, or content of which nothing more is known.
    Manifest(Digest),
    /// The configuration of this document.
    Config(Digest),
    /// A layer of this document, or the diff ID of one.
    Layer(Digest),
    /// Another image.
    Reference(Reference),
    /// A page on the web; the scheme is http or https.
    Web(String),
}

/// The keys whose value is always a reference.
const REFERENCE_KEYS: [&str; 5] = [
    "org.opencontainers.image.base.name",
    "docker-reference",
    "io.containerd.image.name",
    "image.name",
    "image",
];

/// The page that describes each media type.
const SPECIFICATIONS: [(&str, &str); 9] = [
    (
        "application/vnd.oci.image.index.",
        "https://github.com/opencontainers/image-spec/blob/main/image-index.md",
    ),
    (
        "application/vnd.oci.image.manifest.",
        "https://github.com/opencontainers/image-spec/blob/main/manifest.md",
    ),
    (
        "application/vnd.oci.image.config.",
        "https://github.com/opencontainers/image-spec/blob/main/config.md",
    ),
    (
        "application/vnd.oci.image.layer.",
        "https://github.com/opencontainers/image-spec/blob/main/layer.md",
    ),
    (
        "application/vnd.oci.",
        "https://github.com/opencontainers/image-spec/blob/main/media-types.md",
    ),
    (
        "application/vnd.docker.",
        "https://github.com/distribution/distribution/blob/main/docs/content/spec/manifest-v2-2.md",
    ),
    ("application/vnd.in-toto", "https://github.com/in-toto/attestation/blob/main/spec/README.md"),
    ("application/vnd.cncf.helm.", "https://helm.sh/docs/topics/registries/"),
    (
        "application/vnd.dev.cosign.",
        "https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md",
    ),
];

/// The register of media types that have no page of their own.
const REGISTERED: &str = "https://www.iana.org/assignments/media-types/media-types.xhtml";

/// The page that describes a media type.
pub fn specification(media_type: &str) -> &'static str {
    let found = SPECIFICATIONS.iter().find(|(prefix, _)| media_type.starts_with(prefix));
    found.map_or(REGISTERED, |(_, page)| page)
}

/// Returns true if a text may become a web link: http or https, with a host, and without characters
/// that a reader cannot see.
pub fn is_web_address(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let rest = match (lower.starts_with("https://"), lower.starts_with("http://")) {
        (true, _) => text.get(8..),
        (_, true) => text.get(7..),
        _ => None,
    };
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['))
        && !text.contains(|c: char| c.is_whitespace() || is_deceptive(c) || c == '\\')
}

/// The facts that the siblings of a digest state about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sibling {
    media_type: Option<u32>,
    base_name: Option<u32>,
}

/// Finds links in one lexed text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Linker {
    siblings: BTreeMap<u32, Sibling>,
}

impl Linker {
    /// Gathers what objects say about the digests in them.
    pub(super) fn new(lexed: &Lexed) -> Self {
        let mut siblings = BTreeMap::new();
        for facts in &lexed.facts {
            let (media_type, base_name) = (facts.media_type, facts.base_name);
            for index in &facts.strings {
                siblings.insert(*index, Sibling { media_type, base_name });
            }
        }
        Self { siblings }
    }

    /// Returns the target of a token, if it is a string with one.
    pub(super) fn target(&self, text: &str, lexed: &Lexed, index: u32) -> Option<Target> {
        let token = lexed.tokens.get(index as usize)?;
        let value = string_value(span(text, token)?);
        match token.kind {
            // Names of members: only annotations that are web addresses themselves.
            TokenKind::Key => is_web_address(&value).then(|| Target::Web(value.into_owned())),
            TokenKind::Text => {
                let key = name_of(text, lexed, token.key).unwrap_or_default();
                if let Ok(digest) = value.parse::<Digest>() {
                    return self.digest(text, lexed, index, &key, digest);
                }
                string_target(&key, &value)
            }
            _ => None,
        }
    }

    fn digest(
        &self,
        text: &str,
        lexed: &Lexed,
        index: u32,
        key: &str,
        digest: Digest,
    ) -> Option<Target> {
        let sibling = self.siblings.get(&index);
        if key == "org.opencontainers.image.base.digest"
            && let Some(base) = sibling.and_then(|s| text_of(text, lexed, s.base_name?))
            && let Ok(base) = base.parse::<Reference>()
        {
            return Some(Target::Reference(base.at_digest(digest)));
        }
        let media_type = sibling.and_then(|s| text_of(text, lexed, s.media_type?));
        let media_type = media_type.map(MediaType::new);
        if media_type.as_ref().is_some_and(MediaType::is_document) {
            return Some(Target::Manifest(digest));
        }
        let is_stated = media_type.is_some_and(|media_type| !media_type.is_generic());
        Some(match role_key(text, lexed, index).as_deref() {
            // A blob that an index lists has no page of its own.
            Some("manifests") if is_stated => return None,
            Some("config") => Target::Config(digest),
            Some("layers" | "fsLayers" | "blobs" | "diff_ids" | "layer_diff_id") => {
                Target::Layer(digest)
            }
            _ => Target::Manifest(digest),
        })
    }
}

/// The name that says what a digest is: its own key, or for `digest` and `blobSum` the key of the
/// object around it.
fn role_key(text: &str, lexed: &Lexed, index: u32) -> Option<String> {
    let token = lexed.tokens.get(index as usize)?;
    let own = name_of(text, lexed, token.key)?;
    match own.as_str() {
        "digest" | "blobSum" => name_of(text, lexed, lexed.tokens.get(token.key as usize)?.key),
        _ => Some(own),
    }
}

fn name_of(text: &str, lexed: &Lexed, key: u32) -> Option<String> {
    if key == NO_KEY {
        return None;
    }
    text_of(text, lexed, key)
}

fn text_of(text: &str, lexed: &Lexed, index: u32) -> Option<String> {
    let token = lexed.tokens.get(index as usize)?;
    Some(string_value(span(text, token)?).into_owned())
}

fn string_target(key: &str, value: &str) -> Option<Target> {
    if is_web_address(value) {
        return Some(Target::Web(value.to_owned()));
    }
    if is_media_type(key, value) {
        return Some(Target::Web(specification(value).to_owned()));
    }
    if REFERENCE_KEYS.contains(&key) || reads_as_reference(value) {
        return value.parse().ok().map(Target::Reference);
    }
    None
}

/// Returns true for `application/…` anywhere, and for each value under a name of media types.
fn is_media_type(key: &str, value: &str) -> bool {
    let well_formed = value.split_once('/').is_some_and(|(kind, rest)| {
        let part = |p: &str| {
            !p.is_empty()
                && p.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
        };
        part(kind) && part(rest)
    });
    well_formed
        && (matches!(key, "mediaType" | "artifactType" | "MediaType" | "payloadType")
            || value.starts_with("application/"))
}

/// A host that looks like one, a path, and a tag or digest: anything less reads as prose too often.
fn reads_as_reference(value: &str) -> bool {
    value.split_once('/').is_some_and(|(host, path)| {
        Host::is_host_like(host) && path.contains([':', '@']) && !path.contains("//")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::app::views::json::lexer::lex;

    const D: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn targets(text: &str) -> Vec<Target> {
        let lexed = lex(text).unwrap();
        let linker = Linker::new(&lexed);
        let count = u32::try_from(lexed.tokens.len()).unwrap();
        (0..count).filter_map(|index| linker.target(text, &lexed, index)).collect()
    }

    fn digest() -> Digest {
        D.parse().unwrap()
    }

    #[test]
    fn a_digest_leads_where_its_place_says() {
        let check = |text: String, expected: Target| {
            assert_eq!(targets(&text).last(), Some(&expected), "{text}");
        };
        check(format!(r#"{{"config":{{"digest":"{D}"}}}}"#), Target::Config(digest()));
        check(format!(r#"{{"layers":[{{"size":1,"digest":"{D}"}}]}}"#), Target::Layer(digest()));
        check(format!(r#"{{"fsLayers":[{{"blobSum":"{D}"}}]}}"#), Target::Layer(digest()));
        check(format!(r#"{{"rootfs":{{"diff_ids":["{D}"]}}}}"#), Target::Layer(digest()));
        check(format!(r#"{{"manifests":[{{"digest":"{D}"}}]}}"#), Target::Manifest(digest()));
        check(format!(r#"{{"a":"{D}"}}"#), Target::Manifest(digest()));
        let blob = r#""mediaType":"application/vnd.buildkit.cacheconfig.v0""#;
        let listed = targets(&format!(r#"{{"manifests":[{{{blob},"digest":"{D}"}}]}}"#));
        assert!(!listed.contains(&Target::Manifest(digest())), "{listed:?}");
        check(
            format!(r#"{{"layers":[{{"digest":"{D}","mediaType":"{}"}}]}}"#, MediaType::OCI_INDEX),
            Target::Web(specification(MediaType::OCI_INDEX.as_str()).to_owned()),
        );
        let nested = targets(&format!(
            r#"{{"layers":[{{"digest":"{D}","mediaType":"{}"}}]}}"#,
            MediaType::OCI_INDEX
        ));
        assert_eq!(nested.first(), Some(&Target::Manifest(digest())));
    }

    #[test]
    fn a_base_digest_leads_to_the_base_image() {
        let text = format!(
            r#"{{"org.opencontainers.image.base.digest":"{D}","org.opencontainers.image.base.name":"ghcr.io/a/b:1"}}"#
        );
        let base: Reference = "ghcr.io/a/b:1".parse().unwrap();
        assert_eq!(targets(&text)[0], Target::Reference(base.at_digest(digest())));
        assert_eq!(targets(&text)[1], Target::Reference(base));
    }

    #[test]
    fn strings_lead_to_pages_and_images_or_nowhere() {
        let check = |key: &str, value: &str, expected: Option<&str>| {
            let shown = string_target(key, value).map(|target| match target {
                Target::Web(page) => page,
                Target::Reference(reference) => reference.to_string(),
                other => format!("{other:?}"),
            });
            assert_eq!(shown.as_deref(), expected, "{key}: {value}");
        };
        check("url", "https://example.com/a?b#c", Some("https://example.com/a?b#c"));
        check("url", "HTTP://example.com", Some("HTTP://example.com"));
        check("url", "javascript:alert(1)", None);
        check("url", "https://", None);
        check("url", "https://a.example/\u{202e}gpj", None);
        check("url", "https://a.example/ x", None);
        check("url", "data:text/html,x", None);
        check("mediaType", "application/x-unknown", Some(REGISTERED));
        check("x", "application/vnd.oci.image.layer.v1.tar", Some(SPECIFICATIONS[3].1));
        check("x", "linux/amd64", None);
        check("org.opencontainers.image.base.name", "alpine:3", Some("alpine:3"));
        check("x", "ghcr.io/a/b:1", Some("ghcr.io/a/b:1"));
        check("x", "example.com/path", None);
        check("PATH", "/usr/bin:/bin", None);
    }
}
