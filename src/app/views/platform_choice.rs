//! The image of an index that a view shows. None is chosen silently: if the address names no
//! platform and there are several, the page asks.

use litemap::LiteMap;

use crate::oci::{Descriptor, Digest, Document, Index, Platform};

/// The facts that a choice shows beside its digest.
const MOST_FACTS: usize = 3;

/// An entry of an index that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The entry as it stands in an address: the platform; the digest if there is no platform, or
    /// if another entry has the same one.
    pub name: String,
    /// The entry.
    pub descriptor: Descriptor,
    /// The facts that tell it from the entries of the same platform; empty if there are none.
    pub differs: Vec<Difference>,
}

/// A fact about one of several entries for a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Features that the operating system must have.
    Features(Vec<String>),
    /// Features that the processor must have.
    ProcessorFeatures(Vec<String>),
    /// Its layers are compressed by zstd, as podman and skopeo mark it.
    Zstd,
    /// The type of artifact that the entry states.
    ArtifactType(String),
    /// The name and value of an annotation that the others do not have.
    Annotation(String, String),
    /// The digest, in case that no other fact is enough.
    Digest(Digest),
}

/// The choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// The document is no index: nothing to choose.
    Itself,
    /// An entry of the index was picked, by the address or by the default.
    Entry(Box<Choice>),
    /// Nothing yet.
    Open,
    /// The address names a platform that the index does not have.
    NoSuch(String),
}

/// The entries of an index that are images: blobs and attestations are not. An entry that stands
/// there twice is one choice.
pub fn choices(index: &Index) -> Vec<Choice> {
    let entries = index.manifests.iter().filter(|entry| entry.is_choice());
    let mut named: Vec<_> = entries
        .enumerate()
        .map(|(at, entry)| (platform(entry), &entry.digest, at, entry))
        .collect();
    named.sort_unstable_by(|one, next| (&one.0, one.1, one.2).cmp(&(&next.0, next.1, next.2)));
    named.dedup_by(|(name, digest, ..), (kept, first, ..)| (name, digest) == (kept, first));
    let mut choices = Vec::with_capacity(named.len());
    for alike in named.chunk_by(|(one, ..), (next, ..)| one == next) {
        let entries: Vec<&Descriptor> = alike.iter().map(|(.., entry)| *entry).collect();
        let common = CommonFacts::of(&entries);
        choices.extend(alike.iter().map(|(name, digest, at, entry)| {
            let name = name.clone().filter(|_| entries.len() == 1);
            let (name, differs) =
                (name.unwrap_or_else(|| digest.to_string()), common.differences(entry));
            (*at, Choice { name, descriptor: (*entry).clone(), differs })
        }));
    }
    choices.sort_unstable_by_key(|(at, _)| *at);
    choices.into_iter().map(|(_, choice)| choice).collect()
}

/// The facts that tell each entry from others of its platform, by digest.
pub fn twins(index: &Index) -> LiteMap<Digest, Vec<Difference>> {
    let choices = choices(index).into_iter().filter(|choice| !choice.differs.is_empty());
    choices.map(|choice| (choice.descriptor.digest, choice.differs)).collect()
}

/// The platform of an entry as it stands in an address.
fn platform(entry: &Descriptor) -> Option<String> {
    entry.platform.as_ref().filter(|platform| !platform.os.is_empty()).map(Platform::to_string)
}

/// The facts that all entries of one platform have. Each is compared with these, and not with all others.
struct CommonFacts<'a> {
    /// The entries are one, and nothing is to be told apart.
    is_one: bool,
    features: Option<&'a [String]>,
    processor: Option<&'a [String]>,
    artifact_type: Option<Option<&'a str>>,
    annotations: LiteMap<&'a str, &'a str>,
}

impl<'a> CommonFacts<'a> {
    fn of(entries: &[&'a Descriptor]) -> Self {
        let mut annotations: LiteMap<&str, &str> = LiteMap::new();
        for (at, entry) in entries.iter().enumerate() {
            let own = entry.annotations.iter().map(|(name, value)| (&**name, &**value)).collect();
            if at == 0 {
                annotations = own;
            } else {
                annotations.retain(|name, value| own.get(name) == Some(value));
            }
        }
        Self {
            is_one: entries.len() == 1,
            features: same(entries.iter().map(|entry| features(entry).0)),
            processor: same(entries.iter().map(|entry| features(entry).1)),
            artifact_type: same(entries.iter().map(|entry| entry.artifact_type.as_deref())),
            annotations,
        }
    }

    /// Returns what an entry has and not all others of its platform have.
    fn differences(&self, entry: &Descriptor) -> Vec<Difference> {
        if self.is_one {
            return Vec::new();
        }
        let own = |own: &[String], common: Option<&[String]>| {
            Some(own.to_vec()).filter(|own| common.is_none() && !own.is_empty())
        };
        let (system, processor) = features(entry);
        let system = own(system, self.features).map(Difference::Features);
        let processor = own(processor, self.processor).map(Difference::ProcessorFeatures);
        let kind = entry.artifact_type.clone().filter(|_| self.artifact_type.is_none());
        let is_own = |name: &str, value: &str| self.annotations.get(name) != Some(&value);
        let annotations = entry.annotations.iter().filter(|(name, value)| is_own(name, value));
        let annotations = annotations.map(|(name, value)| match (name.as_str(), value.as_str()) {
            (Descriptor::ZSTD, "true") => Difference::Zstd,
            _ => Difference::Annotation(name.clone(), value.clone()),
        });
        let facts = system.into_iter().chain(processor);
        let facts =
            facts.chain(kind.map(Difference::ArtifactType)).chain(annotations).take(MOST_FACTS);
        facts.chain([Difference::Digest(entry.digest.clone())]).collect()
    }
}

/// Returns the value that all have.
fn same<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// The features of the system and of the processor that an entry wants.
fn features(entry: &Descriptor) -> (&[String], &[String]) {
    let platform = entry.platform.as_ref();
    platform.map_or((&[], &[]), |platform| (&*platform.os_features, &*platform.features))
}

/// Chooses an entry by name, or the only one there is.
pub fn choose(document: &Document, wanted: Option<&str>) -> Chosen {
    let Document::Index(index) = document else { return Chosen::Itself };
    let choices = choices(index);
    let found = match wanted {
        Some(wanted) => {
            let ranked =
                choices.into_iter().filter_map(|choice| Some((rank(&choice, wanted)?, choice)));
            ranked.min_by_key(|(rank, _)| *rank).map(|(_, choice)| choice)
        }
        None if choices.len() > 1 => return Chosen::Open,
        None => choices.into_iter().next(),
    };
    match (found, wanted) {
        (Some(choice), _) => Chosen::Entry(Box::new(choice)),
        (None, wanted) => Chosen::NoSuch(wanted.unwrap_or_default().to_owned()),
    }
}

/// Rates a choice under a name of an address: best is the same name, then its digest, the same text
/// of the platform (of several, the first), the same platform by the usual reading (`arm64` is
/// `arm64/v8`). `None` if it is another.
fn rank(choice: &Choice, wanted: &str) -> Option<u8> {
    let entry = &choice.descriptor;
    let is_alike = |platform: &Platform| {
        wanted.parse::<Platform>().is_ok_and(|it| {
            let features = platform.features.clone();
            Platform { features, ..it.normalized() } == platform.normalized()
        })
    };
    match () {
        () if choice.name == wanted => Some(0),
        () if entry.digest.as_str() == wanted => Some(1),
        () if platform(entry).as_deref() == Some(wanted) => Some(2),
        () if entry.platform.as_ref().is_some_and(is_alike) => Some(3),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::oci::{MediaType, parse_document};

    /// An index of entries: the number of the digest, the platform, and more members.
    fn index(entries: &[(usize, &str, &str)]) -> Document {
        let entry = |(n, platform, more): &(usize, &str, &str)| {
            let mut parts = platform.split('/');
            let (os, machine) = (parts.next().unwrap(), parts.next().unwrap_or_default());
            let variant =
                parts.next().map(|it| format!(r#","variant":"{it}""#)).unwrap_or_default();
            format!(
                r#"{{"mediaType":"{}","digest":"sha256:{n:064x}","size":1,"platform":{{"os":"{os}","architecture":"{machine}"{variant}{more}}}}}"#,
                MediaType::OCI_MANIFEST
            )
        };
        let entries: Vec<_> = entries.iter().map(entry).collect();
        let text = format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, entries.join(","));
        parse_document(text.into(), Some(&MediaType::OCI_INDEX)).value
    }

    fn choices_of(document: &Document) -> Vec<Choice> {
        let Document::Index(index) = document else { panic!("no index") };
        choices(index)
    }

    fn digest(n: usize) -> Digest {
        format!("sha256:{n:064x}").parse().unwrap()
    }

    const ZSTD: &str = r#"},"annotations":{"io.github.containers.compression.zstd":"true","a":"b""#;

    #[test]
    fn each_entry_has_an_address_of_its_own() {
        let two = index(&[
            (1, "linux/amd64", r#"},"annotations":{"a":"b""#),
            (2, "linux/amd64", ZSTD),
            (3, "linux/arm64", ""),
            (4, "windows/amd64", r#","os.version":"10.0.1""#),
            (5, "windows/amd64", r#","os.version":"10.0.2","os.features":["win32k"]"#),
            (6, "linux/riscv64", r#","os.features":["x"]"#),
            (7, "linux/riscv64", ""),
            (8, "linux/s390x", r#","features":["sse4"]"#),
            (9, "linux/s390x", ""),
        ]);
        let choices = choices_of(&two);
        let names: Vec<_> = choices.iter().map(|choice| choice.name.as_str()).collect();
        let by_digest = [1, 2, 6, 7, 8, 9].map(|n| digest(n).to_string());
        assert_eq!(
            names,
            [
                by_digest[0].as_str(),
                &by_digest[1],
                "linux/arm64",
                "windows/amd64 (10.0.1)",
                "windows/amd64 (10.0.2)",
                &by_digest[2],
                &by_digest[3],
                &by_digest[4],
                &by_digest[5],
            ]
        );
        for choice in &choices {
            let chosen = choose(&two, Some(&choice.name));
            assert_eq!(chosen, Chosen::Entry(Box::new(choice.clone())), "{}", choice.name);
        }
        assert_eq!(choices[0].differs, [Difference::Digest(digest(1))]);
        assert_eq!(choices[1].differs, [Difference::Zstd, Difference::Digest(digest(2))]);
        assert_eq!(choices[2].differs, []);
        let features = Difference::Features(vec!["x".to_owned()]);
        assert_eq!(choices[5].differs, [features, Difference::Digest(digest(6))]);
        let features = Difference::ProcessorFeatures(vec!["sse4".to_owned()]);
        assert_eq!(choices[7].differs, [features, Difference::Digest(digest(8))]);
        let Document::Index(index) = &two else { panic!("no index") };
        let twins = twins(index);
        for choice in &choices {
            let differs = Some(&choice.differs).filter(|differs| !differs.is_empty());
            assert_eq!(twins.get(&choice.descriptor.digest), differs, "{}", choice.name);
        }
    }

    #[test]
    fn old_addresses_find_the_first_of_a_platform() {
        let check = |entries: &[(usize, &str, &str)], wanted: &str, expected: Option<usize>| {
            let found = match choose(&index(entries), Some(wanted)) {
                Chosen::Entry(choice) => Some(choice.descriptor.digest),
                _ => None,
            };
            assert_eq!(found, expected.map(digest), "{wanted}");
        };
        let twice = [(1, "linux/amd64", ""), (2, "linux/amd64", ZSTD)];
        check(&twice, "linux/amd64", Some(1));
        check(&twice, digest(2).as_str(), Some(2));
        check(&twice, digest(3).as_str(), None);
        check(&twice, "linux/arm64", None);
        // The same text comes before the same meaning.
        let arm = [(1, "linux/arm64/v8", ""), (2, "linux/arm64", "")];
        check(&arm, "linux/arm64", Some(2));
        check(&arm, "linux/arm64/v8", Some(1));
        check(&arm[..1], "linux/arm64", Some(1));
    }

    #[test]
    fn an_entry_that_stands_there_twice_is_one_choice() {
        let twice = [(1, "linux/amd64", ""), (1, "linux/amd64", ""), (1, "linux/386", "")];
        let choices = choices_of(&index(&twice));
        let names: Vec<_> = choices.iter().map(|choice| choice.name.as_str()).collect();
        assert_eq!(names, ["linux/amd64", "linux/386"]);
    }

    #[test]
    fn an_index_without_images_asks_for_no_choice() {
        assert_eq!(choose(&index(&[]), None), Chosen::NoSuch(String::new()));
        let text = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{}","size":1}}]}}"#,
            digest(1)
        );
        let cache = parse_document(text.into(), Some(&MediaType::OCI_INDEX)).value;
        assert_eq!(choices_of(&cache), []);
        assert_eq!(choose(&cache, None), Chosen::NoSuch(String::new()));
    }

    /// All entries are of one platform, and each has what another has not.
    #[test]
    fn very_many_entries_of_one_platform_are_told_apart_in_one_go() {
        let many = 20_000;
        let own = |n: usize| format!(r#"}},"annotations":{{"number":"{n}""#);
        let more: Vec<String> = (0..many).map(own).collect();
        let entries: Vec<_> = (0..many).map(|n| (n, "linux/amd64", more[n].as_str())).collect();
        let document = index_of_descriptors(&entries);
        let choices = choices(&document);
        assert_eq!(choices.len(), many);
        let expected = Difference::Annotation("number".to_owned(), "19999".to_owned());
        assert_eq!(choices[19_999].differs, [expected, Difference::Digest(digest(19_999))]);
        assert_eq!(twins(&document).len(), many);
    }

    /// Two entries share all of very many annotations but one.
    #[test]
    fn very_many_annotations_are_compared_in_one_go() {
        let shared: Vec<_> = (0..200_000).map(|n| (format!("a{n}"), "v".to_owned())).collect();
        let entry = |n: usize| {
            let mut entry = Descriptor::new(MediaType::OCI_MANIFEST, digest(n), 1);
            entry.platform = Some("linux/amd64".parse().unwrap());
            entry.annotations.clone_from(&shared);
            entry.annotations.push(("own".to_owned(), n.to_string()));
            entry
        };
        let (one, other) = (entry(1), entry(2));
        let common = CommonFacts::of(&[&one, &other]);
        let own = Difference::Annotation("own".to_owned(), "1".to_owned());
        assert_eq!(common.differences(&one), [own, Difference::Digest(digest(1))]);
    }

    /// An index of more entries than a document may have values.
    fn index_of_descriptors(entries: &[(usize, &str, &str)]) -> Index {
        let mut all = Vec::new();
        for part in entries.chunks(1_000) {
            let Document::Index(part) = index(part) else { panic!("no index") };
            all.extend(part.manifests);
        }
        let Document::Index(empty) = index(&[]) else { panic!("no index") };
        Index { manifests: all, ..empty }
    }
}
