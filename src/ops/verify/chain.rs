//! The comparisons beside the digests: media types with content, the configuration with the layers,
//! the layers with their diff IDs.

use std::collections::BTreeSet;

use litemap::LiteMap;

use crate::{
    content::sniff,
    layers::findings::Findings,
    oci::{Compression, Descriptor, Digest, Document, ImageConfig, MediaType},
    ops::{
        graph::{NodeContent, NodeId, OpenedDocument, Tree},
        progress::{Mismatch, Outcome, Role, UnverifiedReason},
    },
};

/// The subject of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The media type of a descriptor with that of the document.
    MediaType,
    /// The compression that a layer's media type names with its bytes.
    Compression,
    /// The number of diff IDs with the number of layers.
    LayerCount,
    /// The number of history entries that made a layer with the number of layers.
    History,
    /// The digest of an uncompressed layer with the configuration's diff ID.
    DiffId,
}

impl About {
    /// Returns its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::MediaType => "mediaType",
            Self::Compression => "compression",
            Self::LayerCount => "layerCount",
            Self::History => "history",
            Self::DiffId => "diffId",
        }
    }
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The object.
    pub subject: Digest,
    /// The subject of the comparison.
    pub about: About,
    /// The result.
    pub outcome: Outcome,
}

/// Configurations by the digest of their bytes.
pub(super) type Configs = LiteMap<Digest, ImageConfig>;

/// The findings about blobs, by digest.
pub(super) type BlobFindings = LiteMap<Digest, Findings>;

/// An image as a manifest of the tree describes it.
struct Image<'a> {
    manifest: &'a Digest,
    config: &'a ImageConfig,
    layers: Vec<&'a Descriptor>,
}

/// The diff IDs of layers. If several images state one for a layer, the first counts.
pub(super) fn diff_ids(tree: &Tree, configs: &Configs) -> LiteMap<Digest, Digest> {
    let mut wanted = LiteMap::new();
    for image in images(tree, configs) {
        for (layer, diff_id) in image.layers.iter().zip(&image.config.diff_ids) {
            wanted.entry(layer.digest.clone()).or_insert_with(|| diff_id.clone());
        }
    }
    wanted
}

/// Makes all comparisons, in the tree's order. A comparison that several images share is made once.
pub(super) fn checks(tree: &Tree, configs: &Configs, found: &BlobFindings) -> Vec<Check> {
    let mut all = Checks::default();
    // Nothing points at the root: no descriptor states a type for it.
    for (_, node) in tree.nodes().filter(|(_, node)| node.parent.is_some()) {
        if let NodeContent::Opened(opened) = &node.content {
            all.media_type(&node.descriptor, opened);
        }
    }
    for image in images(tree, configs) {
        all.counts(&image);
        for (at, layer) in image.layers.iter().enumerate() {
            all.compression(layer, found.get(&layer.digest));
            if let Some(diff_id) = image.config.diff_ids.get(at) {
                all.diff_id(layer, diff_id, found.get(&layer.digest));
            }
        }
    }
    all.list
}

/// The images of the tree whose configuration was read. The empty configuration of an artifact
/// states nothing about its layers.
fn images<'a>(tree: &'a Tree, configs: &'a Configs) -> impl Iterator<Item = Image<'a>> {
    tree.nodes().filter_map(|(id, node)| {
        let NodeContent::Opened(opened) = &node.content else { return None };
        let Document::Image(_) = &opened.document.value else { return None };
        let of_role = |role| descriptors(tree, id, role);
        let config = of_role(Role::Config).next().and_then(|config| configs.get(&config.digest))?;
        let layers: Vec<_> = of_role(Role::Layer).collect();
        let says_something =
            !config.diff_ids.is_empty() || layers.iter().any(|layer| layer.media_type.is_layer());
        says_something.then_some(Image { manifest: &node.descriptor.digest, config, layers })
    })
}

fn descriptors(tree: &Tree, id: NodeId, role: Role) -> impl Iterator<Item = &Descriptor> {
    let children = tree.children(id).filter(move |(_, child)| child.role == role);
    children.map(|(_, child)| &child.descriptor)
}

#[derive(Default)]
struct Checks {
    list: Vec<Check>,
    seen: BTreeSet<(Digest, About, String)>,
}

impl Checks {
    fn add(&mut self, subject: &Digest, about: About, expected: &str, outcome: Outcome) {
        if self.seen.insert((subject.clone(), about, expected.to_owned())) {
            self.list.push(Check { subject: subject.clone(), about, outcome });
        }
    }

    fn compare(&mut self, subject: &Digest, about: About, expected: &str, actual: &str) {
        let outcome = match expected == actual {
            true => Outcome::Verified,
            false => Outcome::Mismatch(Mismatch::Claim {
                expected: expected.to_owned(),
                actual: actual.to_owned(),
            }),
        };
        self.add(subject, about, expected, outcome);
    }

    fn media_type(&mut self, descriptor: &Descriptor, opened: &OpenedDocument) {
        let own = declared(&opened.document.value).or(opened.content_type.as_ref());
        if let Some(own) = own {
            // Neither case nor parameters are a difference (RFC 6838, 4.2).
            let expected = descriptor.media_type.as_str();
            let actual = if own.is(&descriptor.media_type) { expected } else { own.as_str() };
            self.compare(&descriptor.digest, About::MediaType, expected, actual);
        }
    }

    fn counts(&mut self, image: &Image<'_>) {
        let (config, expected) = (image.config, image.layers.len());
        if config.diff_ids.is_empty() && expected > 0 {
            let why = Outcome::NotVerified(UnverifiedReason::NoDiffIds);
            self.add(image.manifest, About::LayerCount, "", why);
        } else {
            self.compare_layers(image, About::LayerCount, expected, config.diff_ids.len());
        }
        let steps = config.history.iter().filter(|step| !step.empty_layer).count();
        if config.history.is_empty() {
            let why = Outcome::NotVerified(UnverifiedReason::NoHistory);
            self.add(image.manifest, About::History, "", why);
        } else {
            self.compare_layers(image, About::History, expected, steps);
        }
    }

    fn compare_layers(&mut self, image: &Image<'_>, about: About, expected: usize, actual: usize) {
        let outcome = match expected == actual {
            true => Outcome::Verified,
            false => Outcome::Mismatch(Mismatch::Layers { expected, actual }),
        };
        self.add(image.manifest, about, &expected.to_string(), outcome);
    }

    fn compression(&mut self, layer: &Descriptor, found: Option<&Findings>) {
        // The compression of encrypted bytes cannot be seen.
        let claimed = layer.media_type.compression().filter(|_| !layer.media_type.is_encrypted());
        // No bytes at all show no compression: that is an empty layer (moby/moby#18226).
        let found = found.filter(|found| found.verdict.has_digest() && found.size > 0);
        if let (Some(claimed), Some(actual)) = (claimed, found.and_then(|found| found.compression))
        {
            let claimed = match claimed {
                Compression::Uncompressed => sniff::Compression::None,
                Compression::Gzip => sniff::Compression::Gzip,
                Compression::Zstd => sniff::Compression::Zstd,
            };
            self.compare(&layer.digest, About::Compression, claimed.name(), actual.name());
        }
    }

    fn diff_id(&mut self, layer: &Descriptor, expected: &Digest, found: Option<&Findings>) {
        let not = Outcome::NotVerified;
        let outcome = match found {
            _ if layer.media_type.is_encrypted() => not(UnverifiedReason::Encrypted),
            None => not(UnverifiedReason::NotRead),
            Some(found) if found.came_unpacked(Some(expected)) => Outcome::Verified,
            Some(found) if found.verdict.is_mismatch() => not(match found.encoding {
                Some(_) => UnverifiedReason::TransportEncoding(false),
                None => UnverifiedReason::WrongBytes,
            }),
            Some(found) => match &found.diff_id {
                Some(actual) if actual == expected => Outcome::Verified,
                Some(actual) if actual.algorithm() == expected.algorithm() => {
                    let (expected, actual) = (expected.clone(), actual.clone());
                    Outcome::Mismatch(Mismatch::Digest { expected, actual })
                }
                Some(_) => not(UnverifiedReason::OtherAlgorithm),
                None => not(match &found.problem {
                    Some(problem) => UnverifiedReason::Decoding(problem.clone()),
                    None => UnverifiedReason::NotToItsEnd,
                }),
            },
        };
        self.add(&layer.digest, About::DiffId, expected.as_str(), outcome);
    }
}

/// The `mediaType` that a document gives itself.
fn declared(document: &Document) -> Option<&MediaType> {
    match document {
        Document::Image(image) => image.media_type.as_ref(),
        Document::Index(index) => index.media_type.as_ref(),
        Document::Schema1(_) => None,
        Document::Unknown(unknown) => unknown.media_type.as_ref(),
    }
}
