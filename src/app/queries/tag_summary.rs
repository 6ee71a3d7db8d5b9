//! What a row of the tag table says: the manifest that the tag stands for, and for an image its
//! configuration. Two requests at most, none of them HEAD; the cache behind the connection keeps
//! what several tags share.

use crate::{
    app::views::image::read_small_blob,
    oci::{
        Descriptor, Document, ImageManifest, Index, ManifestRef, Platform, RepositoryName, Tag,
        Timestamp, parse_config, parse_document,
    },
    registry::{Result, Source},
};

/// A configuration larger than this, in bytes, is not read for a row.
const MAX_CONFIG: u64 = 4 << 20;

/// The annotation with the time of building.
const CREATED: &str = "org.opencontainers.image.created";

/// What a tag stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct TagSummary {
    /// The manifest or index, with the digest of its bytes computed here.
    pub descriptor: Descriptor,
    /// What an image's layers and configuration weigh in bytes, compressed; unknown for an index,
    /// whose children are not read for a row.
    pub size: Option<u64>,
    /// Platforms, attestations left out, each once.
    pub platforms: Vec<Platform>,
    /// What it is where it is no image.
    pub artifact_type: Option<String>,
    /// When it was made, where it says so.
    pub created: Option<Timestamp>,
}

/// Reads what a tag stands for.
///
/// # Errors
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
        platforms: Vec::new(),
        artifact_type: None,
        created: None,
    };
    match parsed.value {
        Document::Index(index) => summary.take_index(&index),
        Document::Image(image) => summary.take_image(registry, repository, &image).await,
        Document::Schema1(_) | Document::Unknown(_) => {}
    }
    Ok(summary)
}

impl TagSummary {
    fn take_index(&mut self, index: &Index) {
        let images = index.manifests.iter().filter(|entry| !entry.is_attestation());
        for platform in images.filter_map(|entry| entry.platform.as_ref()) {
            if !self.platforms.contains(platform) && !platform.is_unknown() {
                self.platforms.push(platform.clone());
            }
        }
        self.artifact_type = index.true_type().map(str::to_owned);
        self.created = created(&index.annotations);
    }

    async fn take_image(
        &mut self,
        registry: &dyn Source,
        repository: &RepositoryName,
        image: &ImageManifest,
    ) {
        let config = image.config.as_ref();
        let config_size = config.map_or(0, |config| config.size);
        self.size = Some(image.layers_size().saturating_add(config_size));
        self.created = created(&image.annotations);
        self.artifact_type = image.true_type().map(str::to_owned);
        let Some(config) = config.filter(|_| image.is_image()) else { return };
        if let Ok(bytes) = read_small_blob(registry, repository, config, MAX_CONFIG).await {
            let config = parse_config(bytes).value;
            self.created = config.created.or(self.created);
            // Cosign and others keep artifacts in images whose configuration names no platform.
            let is_named =
                !config.platform.os.is_empty() || !config.platform.architecture.is_empty();
            self.platforms = is_named.then_some(config.platform).into_iter().collect();
        }
    }
}

fn created(annotations: &[(String, String)]) -> Option<Timestamp> {
    let mut named = annotations.iter().rev().filter(|(name, _)| name == CREATED);
    named.next().and_then(|(_, value)| value.parse().ok())
}
