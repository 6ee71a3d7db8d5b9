//! The facts in a row of the tag table: the manifest of the tag, with its configuration if it is an
//! image, or one of its images if it is an index. It takes two requests at most, and no HEAD. The
//! cache behind the connection keeps content that several tags share.

use std::collections::BTreeSet;

use crate::{
    caps,
    error::Result,
    oci::{
        Descriptor, Document, ImageManifest, Index, ManifestRef, Platform, RepositoryName, Tag,
        Timestamp, parse_config, parse_document,
    },
    ops::read,
    registry::Source,
};

/// The annotation with the time of building.
const CREATED: &str = "org.opencontainers.image.created";

/// The facts about the content of a tag.
#[derive(Clone, Debug, PartialEq)]
pub struct TagSummary {
    /// The manifest or index, with the digest of its bytes computed here.
    pub descriptor: Descriptor,
    /// The compressed size of an image's layers and configuration, in bytes. For an index, the size
    /// of one of its images.
    pub size: Option<u64>,
    /// The platform of the image that the size belongs to, if the tag names an index.
    pub size_of: Option<Platform>,
    /// Platforms, attestations left out, each once.
    pub platforms: Vec<Platform>,
    /// The type of artifact, if it is no image.
    pub artifact_type: Option<String>,
    /// The time of creation, if the content states it.
    pub created: Option<Timestamp>,
}

/// Reads the content of a tag.
///
/// # Errors
///
/// As for [`crate::registry::Read::manifest`]. A configuration that cannot be read only leaves its
/// columns empty.
pub async fn tag_summary(
    registry: &dyn Source,
    repository: &RepositoryName,
    tag: Tag,
) -> Result<TagSummary> {
    let manifest = registry.manifest(repository, &ManifestRef::Tag(tag)).await?;
    let parsed = parse_document(manifest.bytes, manifest.content_type.as_ref());
    let mut summary = TagSummary {
        descriptor: manifest.descriptor,
        size: None,
        size_of: None,
        platforms: Vec::new(),
        artifact_type: None,
        created: None,
    };
    match parsed.value {
        Document::Index(index) => summary.take_index(registry, repository, &index).await,
        Document::Image(image) => summary.take_image(registry, repository, &image).await,
        Document::Schema1(_) | Document::Unknown(_) => {}
    }
    Ok(summary)
}

impl TagSummary {
    async fn take_index(
        &mut self,
        registry: &dyn Source,
        repository: &RepositoryName,
        index: &Index,
    ) {
        let images = index.manifests.iter().filter(|entry| entry.is_choice());
        let mut seen = BTreeSet::new();
        let platforms = images.filter_map(|entry| entry.platform.as_ref());
        let fresh = platforms.filter(|platform| !platform.is_unknown() && seen.insert(*platform));
        self.platforms = fresh.cloned().collect();
        self.artifact_type = index.true_type().map(str::to_owned);
        self.created = created(&index.annotations);
        let Some(entry) = example(index) else { return };
        self.created = self.created.or_else(|| created(&entry.annotations));
        let wanted = ManifestRef::Digest(entry.digest.clone());
        let Ok(manifest) = registry.manifest(repository, &wanted).await else { return };
        let parsed = parse_document(manifest.bytes, manifest.content_type.as_ref());
        if let Document::Image(image) = parsed.value {
            self.size = Some(weight(&image));
            self.size_of.clone_from(&entry.platform);
            self.created = self.created.or_else(|| created(&image.annotations));
        }
    }

    async fn take_image(
        &mut self,
        registry: &dyn Source,
        repository: &RepositoryName,
        image: &ImageManifest,
    ) {
        self.size = Some(weight(image));
        self.created = created(&image.annotations);
        self.artifact_type = image.true_type().map(str::to_owned);
        let Some(config) = image.config.as_ref().filter(|_| image.is_image()) else { return };
        if let Ok(bytes) =
            read::blob_of_any_size(registry, repository, config, caps::CONFIG_BYTES).await
        {
            let config = parse_config(bytes).value;
            self.created = config.created.or(self.created);
            // Cosign and others keep artifacts in images whose configuration names no platform.
            let is_named =
                !config.platform.os.is_empty() || !config.platform.architecture.is_empty();
            self.platforms = is_named.then_some(config.platform).into_iter().collect();
        }
    }
}

/// Returns the image of an index whose size represents the others: the one for linux/amd64, which
/// most indexes have, else the first.
fn example(index: &Index) -> Option<&Descriptor> {
    let images = || index.manifests.iter().filter(|entry| entry.is_choice());
    let is_usual = |entry: &&Descriptor| {
        let platform = entry.platform.as_ref();
        platform.is_some_and(|p| p.os == "linux" && p.architecture == "amd64")
    };
    images().find(is_usual).or_else(|| images().next())
}

/// Bytes of layers and configuration.
fn weight(image: &ImageManifest) -> u64 {
    let config = image.config.as_ref().map_or(0, |config| config.size);
    image.layers_size().saturating_add(config)
}

fn created(annotations: &[(String, String)]) -> Option<Timestamp> {
    let mut named = annotations.iter().rev().filter(|(name, _)| name == CREATED);
    named.next().and_then(|(_, value)| value.parse().ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::{
        app::{Place, ReadDepth, RegistryAddress, views::image::read_image},
        oci::{MediaType, Reference},
        sources::memory::MemoryRegistry,
        testing::recorder::run,
    };

    fn place() -> Place {
        let reference: Reference = "memory.example/a/b:v1".parse().unwrap();
        Place::new(RegistryAddress::new(reference.host.clone()), reference)
    }

    /// A tag of an image whose configuration has this many bytes.
    fn bench(bytes: usize) -> (MemoryRegistry, Place, Tag) {
        let memory = MemoryRegistry::new("memory");
        let place = place();
        let repository = &place.reference.repository;
        let beginning = r#"{"architecture":"amd64","os":"linux","created":"2020-01-02T03:04:05Z""#;
        let filling = "x".repeat(bytes - beginning.len() - r#","author":""}"#.len());
        let config = format!(r#"{beginning},"author":"{filling}"}}"#);
        let config = memory.add_blob(repository, MediaType::OCI_CONFIG, config);
        let manifest = format!(
            r#"{{"schemaVersion":2,"layers":[],"config":{{"mediaType":"{}","digest":"{}","size":{}}}}}"#,
            config.media_type.as_str(),
            config.digest,
            config.size
        );
        let tag: Tag = "v1".parse().unwrap();
        memory.add_manifest(repository, MediaType::OCI_MANIFEST, manifest, Some(&tag));
        (memory, place, tag)
    }

    #[test]
    fn cap_config_bytes_holds_for_a_row_and_for_the_view() {
        let check = |bytes: u64, is_read: bool| {
            let (memory, place, tag) = bench(usize::try_from(bytes).unwrap());
            let image = run(read_image(&memory, &place, ReadDepth::Config)).unwrap();
            assert_eq!(image.config().is_some(), is_read, "the view of {bytes} bytes");
            let row = run(tag_summary(&memory, &place.reference.repository, tag)).unwrap();
            assert_eq!(row.created.is_some(), is_read, "the row of {bytes} bytes");
            assert_eq!(row.platforms.len(), usize::from(is_read), "the row of {bytes} bytes");
        };
        check(1 << 10, true);
        check(6 << 20, true);
        check(caps::CONFIG_BYTES, true);
        check(caps::CONFIG_BYTES + 1, false);
    }
}
