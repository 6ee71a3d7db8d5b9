//! Making an index for any reference, as the tools of Docker Official Images do: one entry for each
//! image, each with a name, a normalised platform and an architecture label (R143 to R151).

use bytes::Bytes;

use super::{
    lookup::{self, Lookup, Prefer},
    read,
};
use crate::{
    caps,
    error::{AnswerFault, ErrorKind, Limitation, Operation, Result},
    oci::{
        Annotations, Descriptor, Digest, Document, Index, MediaType, Parsed, Platform, Reference,
        guess_media_type,
        json::{self, Node},
        parse_config, parse_document,
    },
    registry::{Manifest, ManifestRef, Read},
};

/// The annotation with the architecture's name among Docker Official Images (R149).
pub const ARCHITECTURE: &str = "com.docker.official-images.bashbrew.arch";
/// The annotation with the reference that leads to an object (R145).
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// Makes the index. If the reference stands for nothing, that is a value with its reason (R143).
///
/// # Errors
/// `Unsupported` for anything but an image or an index, `BadAnswer` for an index that cannot be
/// read whole, and errors of reading.
pub async fn synthesize_index(source: &dyn Read, reference: &Reference) -> Result<Lookup<Index>> {
    let manifest = match lookup::manifest(source, reference, Prefer::Digest).await? {
        Lookup::Found(manifest) => manifest,
        Lookup::Absent(absence) => return Ok(Lookup::Absent(absence)),
    };
    let mut index = read_index(&manifest).map_err(|error| {
        let asked = ManifestRef::Digest(manifest.descriptor.digest.clone());
        let error = error.during(Operation::ReadManifest(asked), &reference.repository);
        error.on(reference.host.as_str())
    })?;
    drop_repeated(&mut index.manifests);
    for entry in &mut index.manifests {
        complete(source, reference, entry).await?;
    }
    index.manifests = label(index.manifests);
    set(&mut index.annotations, REF_NAME, name(reference, &manifest.descriptor.digest));
    Ok(Lookup::Found(index))
}

/// The index itself, or one made of the one image (R143, R144).
fn read_index(manifest: &Manifest) -> Result<Index> {
    let tree = json::parse(manifest.bytes.clone());
    let media_type = match &manifest.content_type {
        Some(sent) => Some(sent.clone()),
        None => guess_media_type(&tree.value),
    };
    match media_type {
        Some(media_type) if media_type.is_manifest() => {
            Ok(index_of_one(Descriptor { media_type, ..manifest.descriptor.clone() }))
        }
        Some(media_type) if media_type.is_index() => {
            parse_index(&tree, &media_type, &manifest.bytes)
        }
        other => Err(ErrorKind::Unsupported(Limitation::NoIndexOf(other)).into()),
    }
}

fn index_of_one(image: Descriptor) -> Index {
    let media_type = Some(type_by_entry(Some(&image)));
    Index { media_type, manifests: vec![image], ..Index::default() }
}

/// The media type of an index without one, by its first entry (R144).
fn type_by_entry(first: Option<&Descriptor>) -> MediaType {
    match first {
        Some(entry) if entry.media_type == MediaType::DOCKER_MANIFEST => MediaType::DOCKER_LIST,
        _ => MediaType::OCI_INDEX,
    }
}

fn parse_index(tree: &Parsed<Node>, media_type: &MediaType, raw: &Bytes) -> Result<Index> {
    if let Some(issue) = tree.issues.first() {
        return bad_answer(AnswerFault::BrokenIndex(issue.pointer.clone()));
    }
    check_version(&tree.value)?;
    let parsed = parse_document(raw.clone(), Some(media_type));
    let Document::Index(mut index) = parsed.value else {
        return bad_answer(AnswerFault::NotAnIndex);
    };
    if index.manifests.len() != tree.value.get("manifests").map_or(0, |list| list.items().len()) {
        let broken = parsed.issues.iter().find(|issue| issue.pointer.starts_with("/manifests/"));
        let pointer = broken.map_or_else(String::new, |issue| issue.pointer.clone());
        return bad_answer(AnswerFault::BrokenEntry(pointer));
    }
    let stated = index.media_type.take().filter(|stated| !stated.as_str().is_empty());
    let stated = stated.unwrap_or_else(|| type_by_entry(index.manifests.first()));
    if !stated.is_index() {
        return bad_answer(AnswerFault::OtherType(stated));
    }
    Ok(Index { media_type: Some(stated), ..index })
}

/// Accepts version 2, no version, and the 0 of programs that forget to set it (R144).
fn check_version(tree: &Node) -> Result<()> {
    match tree.get("schemaVersion") {
        None | Some(Node::Null) => Ok(()),
        Some(version) if matches!(version.as_u64(), Some(0 | 2)) => Ok(()),
        Some(_) => bad_answer(AnswerFault::SchemaVersion),
    }
}

fn bad_answer<T>(fault: AnswerFault) -> Result<T> {
    Err(ErrorKind::BadAnswer(fault).into())
}

/// Keeps the first of the entries with one digest (R146).
fn drop_repeated(entries: &mut Vec<Descriptor>) {
    let mut seen = std::collections::BTreeSet::new();
    entries.retain(|entry| seen.insert(entry.digest.clone()));
}

/// Gives an entry its name and its normalised platform, and removes its embedded content.
async fn complete(source: &dyn Read, reference: &Reference, entry: &mut Descriptor) -> Result<()> {
    if !entry.platform.as_ref().is_some_and(is_complete) {
        entry.platform = platform_of(source, reference, entry).await?;
    }
    entry.platform = entry.platform.as_ref().map(Platform::normalized);
    entry.data = None;
    set(&mut entry.annotations, REF_NAME, name(reference, &entry.digest));
    Ok(())
}

fn is_complete(platform: &Platform) -> bool {
    !platform.os.is_empty() && !platform.architecture.is_empty()
}

/// Reads the platform from the configuration of an image. Anything else has none (R147).
async fn platform_of(
    source: &dyn Read,
    reference: &Reference,
    entry: &Descriptor,
) -> Result<Option<Platform>> {
    if !entry.media_type.is_manifest() {
        return Ok(None);
    }
    let manifest = read::manifest(source, &reference.repository, entry).await?;
    let Document::Image(image) = parse_document(manifest.bytes, Some(&entry.media_type)).value
    else {
        return Ok(None);
    };
    let Some(config) = image.config.filter(|config| config.media_type.is_image_config()) else {
        return Ok(None);
    };
    let raw = read::blob(source, &reference.repository, &config, caps::CONFIG_BYTES).await?;
    Ok(Some(parse_config(raw).value.platform).filter(is_complete))
}

/// Sets the architecture labels. An attestation takes the label of its subject. It is removed if the
/// subject is unknown, has no label, or comes later (R149, R150).
fn label(entries: Vec<Descriptor>) -> Vec<Descriptor> {
    let mut kept: Vec<Descriptor> = Vec::with_capacity(entries.len());
    for mut entry in entries {
        entry.annotations.retain(|(key, _)| key != ARCHITECTURE);
        let label = if entry.is_attestation() {
            let subject = entry.annotation(Descriptor::REFERENCE_DIGEST).unwrap_or_default();
            let subject = kept.iter().find(|earlier| earlier.digest.as_str() == subject);
            let Some(label) = subject.and_then(|subject| subject.annotation(ARCHITECTURE)) else {
                continue;
            };
            Some(label.to_owned())
        } else {
            entry.platform.as_ref().and_then(architecture_label).map(str::to_owned)
        };
        entry.annotations.extend(label.map(|label| (ARCHITECTURE.to_owned(), label)));
        kept.push(entry);
    }
    kept
}

/// Returns the name of a normalised platform among Docker Official Images (R149).
pub fn architecture_label(platform: &Platform) -> Option<&'static str> {
    let variant = platform.variant.as_deref().unwrap_or_default();
    Some(match (platform.os.as_str(), platform.architecture.as_str(), variant) {
        ("linux", "amd64", "") => "amd64",
        ("linux", "arm", "v5") => "arm32v5",
        ("linux", "arm", "v6") => "arm32v6",
        ("linux", "arm", "v7") => "arm32v7",
        ("linux", "arm64", "v8") => "arm64v8",
        ("linux", "386", "") => "i386",
        ("linux", "mips64le", "") => "mips64le",
        ("linux", "ppc64le", "") => "ppc64le",
        ("linux", "riscv64", "") => "riscv64",
        ("linux", "s390x", "") => "s390x",
        ("windows", "amd64", "") => "windows-amd64",
        _ => return None,
    })
}

/// The reference that was asked for, bound to an object's digest; its tag is kept (R145).
fn name(reference: &Reference, digest: &Digest) -> String {
    Reference { digest: Some(digest.clone()), ..reference.clone() }.to_string()
}

fn set(annotations: &mut Annotations, key: &str, value: String) {
    annotations.retain(|(name, _)| name != key);
    annotations.push((key.to_owned(), value));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::{sources::memory::MemoryRegistry, testing::recorder::run};

    const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

    /// Makes the index of `test/it:tag`, which is this manifest.
    fn outcome(
        memory: &MemoryRegistry,
        media_type: MediaType,
        body: String,
    ) -> Result<Lookup<Index>> {
        let reference: Reference = "memory.test/test/it:tag".parse().unwrap();
        memory.add_manifest(&reference.repository, media_type, body, reference.tag.as_ref());
        run(synthesize_index(memory, &reference))
    }

    fn index(entries: &str) -> Index {
        let body = format!(r#"{{"schemaVersion":2,"manifests":[{entries}]}}"#);
        let memory = MemoryRegistry::new("memory.test");
        outcome(&memory, MediaType::OCI_INDEX, body).unwrap().required().unwrap()
    }

    fn entry(n: u8, more: &str) -> String {
        format!(r#"{{"mediaType":"{OCI}","digest":"sha256:{n:064}","size":7{more}}}"#)
    }

    const AMD64: &str = r#","platform":{"os":"linux","architecture":"amd64"}"#;

    fn attestation(n: u8, subject: u8) -> String {
        entry(
            n,
            &format!(
                r#","platform":{{"os":"unknown","architecture":"unknown"}},"annotations":{{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"sha256:{subject:064}"}}"#
            ),
        )
    }

    #[test]
    fn r143_absence_is_a_value_and_other_types_are_refused() {
        let memory = MemoryRegistry::new("memory.test");
        let reference: Reference = "memory.test/not/there:tag".parse().unwrap();
        let found = run(synthesize_index(&memory, &reference)).unwrap();
        assert!(matches!(found, Lookup::Absent(_)));
        let error = outcome(&memory, MediaType::new("a/b"), "{}".to_owned()).unwrap_err();
        assert!(error.to_string().contains(" on memory.test: "), "{error}");
        assert_eq!(
            error.kind,
            ErrorKind::Unsupported(Limitation::NoIndexOf(Some(MediaType::new("a/b"))))
        );
    }

    #[test]
    fn r143_an_image_becomes_an_index_of_one() {
        let check = |media_type: MediaType, expected: MediaType| {
            let memory = MemoryRegistry::new("memory.test");
            let body = r#"{"schemaVersion":2,"layers":[]}"#.to_owned();
            let index = outcome(&memory, media_type.clone(), body).unwrap().required().unwrap();
            assert_eq!(index.media_type, Some(expected));
            assert_eq!(index.manifests.len(), 1);
            assert_eq!(index.manifests[0].media_type, media_type);
            let name = index.manifests[0].annotation(REF_NAME).unwrap();
            assert_eq!(name, format!("memory.test/test/it:tag@{}", index.manifests[0].digest));
        };
        check(MediaType::OCI_MANIFEST, MediaType::OCI_INDEX);
        check(MediaType::DOCKER_MANIFEST, MediaType::DOCKER_LIST);
    }

    #[test]
    fn r144_versions_and_types_of_an_index_are_checked() {
        let check = |body: &str, expected: Option<MediaType>| {
            let memory = MemoryRegistry::new("memory.test");
            let outcome = outcome(&memory, MediaType::OCI_INDEX, body.to_owned());
            match expected {
                Some(_) => {
                    assert_eq!(outcome.unwrap().required().unwrap().media_type, expected, "{body}")
                }
                None => {
                    assert!(matches!(outcome.unwrap_err().kind, ErrorKind::BadAnswer(_)), "{body}")
                }
            }
        };
        let docker = entry(1, AMD64).replace(OCI, MediaType::DOCKER_MANIFEST.as_str());
        check(r#"{"manifests":[]}"#, Some(MediaType::OCI_INDEX));
        check(r#"{"schemaVersion":0,"mediaType":"","manifests":[]}"#, Some(MediaType::OCI_INDEX));
        check(
            &format!(r#"{{"schemaVersion":2,"manifests":[{docker}]}}"#),
            Some(MediaType::DOCKER_LIST),
        );
        check(r#"{"schemaVersion":1,"manifests":[]}"#, None);
        check(r#"{"schemaVersion":2,"mediaType":"a/b","manifests":[]}"#, None);
        check(r#"{"schemaVersion":2,"manifests":[{"size":1}]}"#, None);
        check(r#"{"schemaVersion":2,"manifests":[]} x"#, None);
    }

    #[test]
    fn r145_r146_r151_entries_are_named_once_and_stripped() {
        let index = index(
            &[
                entry(1, &format!(r#"{AMD64},"data":"e30=","annotations":{{"{REF_NAME}":"old"}}"#)),
                entry(2, AMD64),
                entry(1, r#","platform":{"os":"linux","architecture":"s390x"}"#),
            ]
            .join(","),
        );
        assert_eq!(index.manifests.len(), 2);
        let first = &index.manifests[0];
        assert_eq!(first.data, None);
        assert_eq!(first.annotation(ARCHITECTURE), Some("amd64"));
        let named = first.annotations.iter().filter(|(key, _)| key == REF_NAME).count();
        assert_eq!(named, 1);
        assert!(index.annotations[0].1.starts_with("memory.test/test/it:tag@sha256:"));
    }

    #[test]
    fn r147_a_missing_platform_comes_from_the_configuration() {
        let memory = MemoryRegistry::new("memory.test");
        let repository = "test/it".parse().unwrap();
        let config =
            r#"{"os":"Linux","architecture":"aarch64","rootfs":{"type":"layers","diff_ids":[]}}"#;
        let config = memory.add_blob(&repository, MediaType::OCI_CONFIG, config);
        let other = memory.add_blob(&repository, MediaType::new("a/config"), "{}");
        let manifest = |config: &Descriptor| {
            let config = config.to_node();
            let body = format!(r#"{{"schemaVersion":2,"config":{config},"layers":[]}}"#);
            memory.add_manifest(&repository, MediaType::OCI_MANIFEST, body, None)
        };
        let entries: Vec<String> = [manifest(&config), manifest(&other)]
            .iter()
            .map(|entry| entry.to_node().to_string())
            .collect();
        let nested = entry(3, "").replace(OCI, MediaType::OCI_INDEX.as_str());
        let body = format!(r#"{{"schemaVersion":2,"manifests":[{},{nested}]}}"#, entries.join(","));
        let index = outcome(&memory, MediaType::OCI_INDEX, body).unwrap().required().unwrap();
        let platforms: Vec<_> = index
            .manifests
            .iter()
            .map(|entry| entry.platform.as_ref().map(ToString::to_string))
            .collect();
        assert_eq!(platforms, [Some("linux/arm64/v8".to_owned()), None, None]);
        assert_eq!(index.manifests[0].annotation(ARCHITECTURE), Some("arm64v8"));
        assert_eq!(index.manifests[1].annotation(ARCHITECTURE), None);
    }

    #[test]
    fn r149_upstream_labels_are_replaced() {
        let arm = r#","platform":{"os":"linux","architecture":"arm","variant":"v9"}"#;
        let index =
            index(&entry(1, &format!(r#"{arm},"annotations":{{"{ARCHITECTURE}":"amd64"}}"#)));
        assert_eq!(index.manifests[0].annotation(ARCHITECTURE), None);
    }

    #[test]
    fn r150_attestations_follow_their_image_or_go() {
        let plan9 = entry(5, r#","platform":{"os":"plan9","architecture":"amd64"}"#);
        let index = index(
            &[
                attestation(2, 3), // comes before its image
                entry(1, AMD64),
                entry(3, AMD64),
                attestation(4, 1),
                plan9,
                attestation(6, 5), // of an image without a label
                attestation(7, 9), // of nothing
            ]
            .join(","),
        );
        let kept: Vec<_> = index.manifests.iter().map(|entry| entry.digest.encoded()).collect();
        assert_eq!(kept, [1, 3, 4, 5].map(|n| format!("{n:064}")));
        assert_eq!(index.manifests[2].annotation(ARCHITECTURE), Some("amd64"));
    }
}
