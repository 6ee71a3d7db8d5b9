//! Referrers of a digest: their addresses, and the meaning of answers (R103 to R107).

use bytes::Bytes;

use crate::{
    caps,
    oci::{
        Descriptor, Digest, Document, MediaType, NodeKind, Tag,
        json::{self, Node},
        parse_document,
    },
};

/// The longest algorithm and the longest encoded part in a fallback tag, in characters.
const MAX_ALGORITHM: usize = 32;
const MAX_ENCODED: usize = 64;

/// Returns the tag that holds the referrers of a digest if there is no referrers API: the algorithm
/// cut to 32 characters, `-`, and the encoded part cut to 64. `-` replaces characters that a tag
/// cannot hold. Every digest has such a tag.
pub fn fallback_tag(subject: &Digest) -> Option<Tag> {
    let algorithm = subject.algorithm();
    let part =
        |text: &str, most: usize| -> String { text.chars().take(most).map(tag_char).collect() };
    let (name, encoded) =
        (part(algorithm.name(), MAX_ALGORITHM), part(subject.encoded(), MAX_ENCODED));
    format!("{name}-{encoded}").parse().ok()
}

fn tag_char(c: char) -> char {
    if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') { c } else { '-' }
}

/// The kinds of content that cosign keeps under a tag that is made from a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CosignKind {
    /// The tag that ends in `.sig`: signatures.
    Signature,
    /// The tag that ends in `.att`: attestations.
    Attestation,
    /// The tag that ends in `.sbom`: a list of components.
    Sbom,
}

impl CosignKind {
    /// All kinds, in the order of the requests.
    pub const ALL: [Self; 3] = [Self::Signature, Self::Attestation, Self::Sbom];

    /// Returns the end of the tag.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Signature => ".sig",
            Self::Attestation => ".att",
            Self::Sbom => ".sbom",
        }
    }
}

/// Returns the tag under which cosign keeps this kind for a digest: `sha256-<hex>.sig`.
pub fn cosign_tag(subject: &Digest, kind: CosignKind) -> Option<Tag> {
    let algorithm = subject.algorithm();
    format!("{}-{}{}", algorithm.name(), subject.encoded(), kind.suffix()).parse().ok()
}

/// Returns the digest in a cosign tag or a fallback tag, if the tag is one of these.
pub fn subject_of_tag(tag: &Tag) -> Option<(Digest, Option<CosignKind>)> {
    let text = tag.as_str();
    let kind = CosignKind::ALL.into_iter().find(|kind| text.ends_with(kind.suffix()));
    let stem = text.strip_suffix(kind.map_or("", CosignKind::suffix))?;
    let digest: Digest = stem.replacen('-', ":", 1).parse().ok()?;
    digest.algorithm().is_supported().then_some((digest, kind))
}

/// Returns a digest that no content has. A request for its referrers shows if there is an API
/// (R107).
pub fn probe_digest() -> Option<Digest> {
    format!("sha256:{}", "0".repeat(64)).parse().ok()
}

/// Returns the entries of an index. `None` if it has another content type or no list of manifests.
/// The body's own `mediaType` may be missing. `content_type` is `None` if it is missing or generic.
pub fn read_index(content_type: Option<&MediaType>, body: &Bytes) -> Option<Vec<Descriptor>> {
    if content_type.is_some_and(|found| *found != MediaType::OCI_INDEX) {
        return None;
    }
    match parse_document(body.clone(), content_type).value {
        Document::Index(index) => {
            let is_oci = index.media_type.is_none_or(|found| found == MediaType::OCI_INDEX);
            is_oci.then_some(index.manifests)
        }
        _ => None,
    }
}

/// The facts about the list of an answer that its readable entries do not show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFacts {
    /// The number of entries, those that cannot be read too; `None` if there is no `manifests`, which an
    /// index must have (image-spec image-index.md).
    pub stated: Option<usize>,
    /// True if `manifests` is something else than a list. `null` is an empty list in Go.
    pub is_broken: bool,
    /// The digests of entries that break the grammar of digests.
    pub unaddressable: Vec<String>,
    /// True if the answer is JSON to its end.
    pub is_sound: bool,
}

/// Reads these facts. The answer may have megabytes, so that it is read once for all of them.
pub fn list_facts(body: &Bytes) -> ListFacts {
    let parsed = json::parse(body.clone());
    let list = parsed.value.get("manifests");
    let is_list = |list: &Node| matches!(list.kind(), NodeKind::Array | NodeKind::Null);
    let entries = list.map_or(&[][..], Node::items);
    let digests = entries.iter().filter_map(|entry| entry.get("digest")?.as_str());
    let broken = digests.filter(|text| text.parse::<Digest>().is_err()).take(caps::REFERRERS);
    ListFacts {
        stated: list.map(|_| entries.len()),
        is_broken: !list.is_none_or(is_list),
        unaddressable: broken.map(|text| super::list::short_name(text.to_owned())).collect(),
        is_sound: parsed.is_sound(),
    }
}

/// Joins several lists. Each digest stays once, at its first place (R106).
pub fn merge<S: Clone>(lists: Vec<(Vec<Descriptor>, S)>) -> Vec<(Descriptor, S)> {
    let mut seen = std::collections::BTreeSet::new();
    let mut merged = Vec::new();
    for (descriptors, source) in lists {
        for descriptor in descriptors {
            if seen.insert(descriptor.digest.clone()) {
                merged.push((descriptor, source.clone()));
            }
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn digest(fill: &str) -> Digest {
        format!("sha256:{}", fill.repeat(64)).parse().unwrap()
    }

    fn index(fields: &str, artifact: &str) -> Bytes {
        let entry = format!(
            r#"{{"mediaType":"a/b","digest":"{}","size":1,"artifactType":"{artifact}"}}"#,
            digest("a")
        );
        Bytes::from(format!(r#"{{"schemaVersion":2{fields},"manifests":[{entry}]}}"#))
    }

    #[test]
    fn r105_fallback_tags() {
        let check = |digest: &str, expected: &str| {
            let tag = fallback_tag(&digest.parse().unwrap()).unwrap();
            assert_eq!(tag.as_str(), expected);
        };
        let (hex, long) = ("a".repeat(64), "b".repeat(128));
        check(&format!("sha256:{hex}"), &format!("sha256-{hex}"));
        check(&format!("sha512:{long}"), &format!("sha512-{}", "b".repeat(64)));
        check(
            "test+algorithm+using+algorithm+separators+and+lots+of+characters+to+excercise+overall+truncation\
             :alsoSome=InTheEncodedSectionToShowHyphenReplacementAndLotsAndLotsOfCharactersToExcerciseEncodedTruncation",
            "test-algorithm-using-algorithm-s-alsoSome-InTheEncodedSectionToShowHyphenReplacementAndLotsAndLot",
        );
    }

    #[test]
    fn cosign_tags_and_back() {
        let subject = digest("a");
        for kind in CosignKind::ALL {
            let tag = cosign_tag(&subject, kind).unwrap();
            assert!(tag.as_str().ends_with(kind.suffix()));
            assert_eq!(subject_of_tag(&tag), Some((subject.clone(), Some(kind))));
        }
        let tag = fallback_tag(&subject).unwrap();
        assert_eq!(subject_of_tag(&tag), Some((subject, None)));
        for text in ["latest", "sha256-abc", "1-2", "sha256"] {
            assert_eq!(subject_of_tag(&text.parse().unwrap()), None, "{text}");
        }
    }

    #[test]
    fn d03_an_index_without_media_type_is_an_index() {
        for content_type in [Some(MediaType::OCI_INDEX), None] {
            let found = read_index(content_type.as_ref(), &index("", "x"));
            assert_eq!(found.map(|list| list.len()), Some(1), "{content_type:?}");
        }
    }

    #[test]
    fn r105_what_is_no_index_has_no_entries() {
        let check = |content_type: Option<MediaType>, body: &str| {
            let body = Bytes::copy_from_slice(body.as_bytes());
            assert_eq!(read_index(content_type.as_ref(), &body), None, "{body:?}");
        };
        check(Some(MediaType::new("text/html")), "<html>");
        check(Some(MediaType::OCI_INDEX), "<html>");
        check(None, "{}");
        check(None, "");
        let list = format!(r#","mediaType":"{}""#, MediaType::DOCKER_LIST);
        assert_eq!(read_index(None, &index(&list, "x")), None);
    }

    #[test]
    fn r105_a_list_that_is_none_is_broken() {
        let check = |body: &'static str, expected: bool| {
            let facts = list_facts(&Bytes::from_static(body.as_bytes()));
            assert_eq!(facts.is_broken, expected, "{body}");
        };
        check(r#"{"schemaVersion":2,"manifests":"no"}"#, true);
        check(r#"{"manifests":{}}"#, true);
        check(r#"{"manifests":5}"#, true);
        check(r#"{"manifests":[]}"#, false);
        check(r#"{"manifests":null}"#, false);
        check("{}", false);
        check("<html>", false);
    }

    #[test]
    fn r106_lists_are_merged_by_digest() {
        let entry = |fill| Descriptor::new(MediaType::OCI_MANIFEST, digest(fill), 1);
        let merged =
            merge(vec![(vec![entry("a"), entry("b")], 1), (vec![entry("b"), entry("c")], 2)]);
        let found: Vec<_> = merged.iter().map(|(d, source)| (d.digest.short(), *source)).collect();
        assert_eq!(found, [("aaaaaaaaaaaa", 1), ("bbbbbbbbbbbb", 1), ("cccccccccccc", 2)]);
    }

    #[test]
    fn r107_the_probe_names_no_content() {
        assert_eq!(probe_digest().unwrap(), digest("0"));
    }
}
