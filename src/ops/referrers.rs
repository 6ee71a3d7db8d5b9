//! The referrers of an object, and the referrers of those: signatures of SBOMs, and so on.
//!
//! Artifact types are the true ones: if a list gives none, or only “an image”, the manifest is read.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};

use super::{graph::ImageLimits, read};
use crate::{
    error::{Error, Result},
    oci::{Descriptor, Digest, Document, ImageManifest, MediaType, RepositoryName, parse_document},
    registry::{ReferrersSource, Source},
};

/// The referrers of one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReferrersTree {
    /// The referrers, in the order in which the source gave them.
    pub items: Vec<Referrer>,
    /// True if more may exist that cannot be asked for.
    pub may_be_incomplete: bool,
    /// The error, if the list could not be read.
    pub failure: Option<Error>,
    /// The reason, if the list was not asked for.
    pub left_out: Option<LeftOut>,
}

/// The reason for not asking for a list of referrers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// The object stands elsewhere in the tree: a cycle, or two ways to the same object.
    Repeated,
    /// It lies beyond a limit.
    Limit,
}

/// A referrer of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Referrer {
    /// The pointer in the list.
    pub descriptor: Descriptor,
    /// The list that it was found in.
    pub source: ReferrersSource,
    /// Its artifact type, else the media type of its content.
    pub artifact_type: Option<String>,
    /// The error, if its manifest was needed to know the type and could not be read.
    pub failure: Option<Error>,
    /// Its own referrers.
    pub referrers: ReferrersTree,
}

/// Reads the referrers of a digest, and theirs, level by level, with `window` requests at one time.
///
/// # Errors
/// As for [`crate::registry::List::referrers`] on the digest itself; further down, failures are
/// values.
pub async fn referrers(
    source: &dyn Source,
    repository: &RepositoryName,
    subject: &Digest,
    limits: ImageLimits,
    window: usize,
) -> Result<ReferrersTree> {
    let mut walk = ReferrersReader {
        source,
        repository,
        limits,
        window: window.max(1),
        nodes: 0,
        met: BTreeSet::new(),
    };
    walk.met.insert(subject.clone());
    let mut tree = walk.list(subject).await?;
    walk.descend(&mut tree).await;
    Ok(tree)
}

struct ReferrersReader<'a> {
    source: &'a dyn Source,
    repository: &'a RepositoryName,
    limits: ImageLimits,
    window: usize,
    nodes: usize,
    met: BTreeSet<Digest>,
}

impl ReferrersReader<'_> {
    /// Goes down level by level. The levels are found by walking the tree from its root each time:
    /// that is as deep as the limit, and no list is asked for twice.
    async fn descend(&mut self, tree: &mut ReferrersTree) {
        for depth in 1..=self.limits.depth {
            let mut level = Vec::new();
            collect_level(tree, depth, &mut level);
            let open: Vec<_> =
                level.into_iter().filter_map(|referrer| self.admit(referrer)).collect();
            if open.is_empty() {
                return;
            }
            let this = &*self;
            let reading = stream::iter(open).map(|referrer| async move {
                let listed = this.list(&referrer.descriptor.digest).await;
                referrer.referrers = listed.unwrap_or_else(|error| ReferrersTree {
                    failure: Some(error),
                    ..ReferrersTree::default()
                });
            });
            reading.buffer_unordered(self.window).collect::<()>().await;
        }
        let mut level = Vec::new();
        collect_level(tree, self.limits.depth + 1, &mut level);
        for referrer in level {
            referrer.referrers.left_out = Some(LeftOut::Limit);
        }
    }

    /// Returns the referrer if its own referrers are to be asked for.
    fn admit<'b>(&mut self, referrer: &'b mut Referrer) -> Option<&'b mut Referrer> {
        self.nodes += 1;
        let left_out = if self.nodes > self.limits.nodes {
            Some(LeftOut::Limit)
        } else if !self.met.insert(referrer.descriptor.digest.clone()) {
            Some(LeftOut::Repeated)
        } else {
            None
        };
        referrer.referrers.left_out = left_out;
        left_out.is_none().then_some(referrer)
    }

    /// The referrers of one digest, with true types.
    async fn list(&self, subject: &Digest) -> Result<ReferrersTree> {
        let listed = self.source.referrers(self.repository, subject, None).await?;
        let room = self.limits.nodes.saturating_sub(self.nodes);
        let is_cut = listed.items.len() > room;
        let items = stream::iter(listed.items.into_iter().take(room))
            .map(|(descriptor, source)| self.describe(descriptor, source))
            .buffered(self.window)
            .collect()
            .await;
        let may_be_incomplete = listed.may_be_incomplete || is_cut;
        Ok(ReferrersTree { items, may_be_incomplete, ..ReferrersTree::default() })
    }

    async fn describe(&self, descriptor: Descriptor, source: ReferrersSource) -> Referrer {
        let stated = descriptor.artifact_type.clone().filter(|stated| !says_nothing(stated));
        let (artifact_type, failure) = match stated {
            Some(stated) => (Some(stated), None),
            None => match self.read_type(&descriptor).await {
                Ok(found) => (found.or_else(|| descriptor.artifact_type.clone()), None),
                Err(error) => (descriptor.artifact_type.clone(), Some(error)),
            },
        };
        Referrer { descriptor, source, artifact_type, failure, referrers: ReferrersTree::default() }
    }

    async fn read_type(&self, descriptor: &Descriptor) -> Result<Option<String>> {
        let manifest = read::manifest(self.source, self.repository, descriptor).await?;
        let document = parse_document(manifest.bytes, manifest.content_type.as_ref());
        Ok(match document.value {
            Document::Image(image) => true_type(&image),
            Document::Index(index) => index.artifact_type,
            Document::Schema1(_) | Document::Unknown(_) => None,
        })
    }
}

/// Recognises types without information: that of any image, and that of the empty object.
fn says_nothing(text: &str) -> bool {
    let media_type = MediaType::new(text);
    media_type.is_image_config() || media_type == MediaType::OCI_EMPTY || text.is_empty()
}

/// The type of an artifact: its own, else that of its configuration, else that of its first layer.
/// Cosign's signatures before the referrers API have an image configuration, and their type in the
/// layer.
fn true_type(image: &ImageManifest) -> Option<String> {
    let config = image.config.iter().map(|config| config.media_type.as_str());
    let layers = image.layers.iter().map(|layer| layer.media_type.as_str());
    let stated = image.artifact_type.as_deref().into_iter();
    stated.chain(config).chain(layers).find(|text| !says_nothing(text)).map(str::to_owned)
}

/// The referrers at a depth, the first level being 1.
fn collect_level<'a>(tree: &'a mut ReferrersTree, depth: usize, level: &mut Vec<&'a mut Referrer>) {
    for referrer in &mut tree.items {
        if depth <= 1 {
            level.push(referrer);
        } else {
            collect_level(&mut referrer.referrers, depth - 1, level);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::rc::Rc;

    use super::*;
    use crate::{
        error::ErrorKind,
        testing::{
            images::{Images, place},
            recorder::{Recorder, run},
        },
    };

    const SBOM: &str = "application/spdx+json";

    fn read(
        images: &Images,
        subject: &Descriptor,
        limits: ImageLimits,
    ) -> (ReferrersTree, Recorder) {
        let recorder = Recorder::new(Rc::new(images.memory.clone()));
        let tree = run(referrers(&recorder, &place(), &subject.digest, limits, 4)).unwrap();
        (tree, recorder)
    }

    /// Types, indented by depth.
    fn outline(tree: &ReferrersTree) -> Vec<String> {
        fn add(tree: &ReferrersTree, depth: usize, lines: &mut Vec<String>) {
            for item in &tree.items {
                let kind = item.artifact_type.as_deref().unwrap_or("nothing known");
                let state = match (&item.referrers.left_out, &item.referrers.failure) {
                    (Some(left_out), _) => format!(" {left_out:?}"),
                    (None, Some(_)) => " failed".to_owned(),
                    (None, None) => String::new(),
                };
                lines.push(format!("{}{kind}{state}", "  ".repeat(depth)));
                add(&item.referrers, depth + 1, lines);
            }
        }
        let mut lines = Vec::new();
        add(tree, 0, &mut lines);
        lines.sort_by_key(|line| (line.starts_with(' '), line.clone()));
        lines
    }

    fn layer(images: &Images, media_type: &str) -> Descriptor {
        images.blob(MediaType::new(media_type), media_type)
    }

    #[test]
    fn r103_a_signature_of_an_sbom_hangs_on_the_sbom() {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one"]);
        let sbom = images.artifact(&image, Some(SBOM), layer(&images, "text/x"));
        images.artifact(&sbom, Some("application/x.signature"), layer(&images, "text/y"));
        let (tree, _) = read(&images, &image, ImageLimits::default());
        assert_eq!(outline(&tree), [SBOM, "  application/x.signature"]);
        assert_eq!(tree.items[0].source, ReferrersSource::Api);
    }

    #[test]
    fn r107_types_that_say_nothing_are_read_from_the_manifest() {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one"]);
        let cosign = "application/vnd.dev.cosign.simplesigning.v1+json";
        images.artifact(&image, None, layer(&images, cosign));
        images.artifact(&image, Some(SBOM), layer(&images, "text/x"));
        let (tree, recorder) = read(&images, &image, ImageLimits::default());
        assert_eq!(outline(&tree), [SBOM, cosign]);
        assert_eq!(recorder.count("manifest"), 1, "only where the list does not say");
    }

    #[test]
    fn no_referrers_is_an_empty_tree() {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one"]);
        let (tree, recorder) = read(&images, &image, ImageLimits::default());
        assert_eq!(tree, ReferrersTree::default());
        assert_eq!(recorder.take().len(), 1);
    }

    #[test]
    fn deep_chains_and_long_lists_stop_at_their_limits() {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one"]);
        let mut subject = image.clone();
        for _ in 0..6 {
            subject = images.artifact(&subject, Some(SBOM), layer(&images, "text/x"));
        }
        let (tree, recorder) =
            read(&images, &image, ImageLimits { depth: 3, ..ImageLimits::default() });
        let deepest = outline(&tree).into_iter().max_by_key(|line| line.find(SBOM)).unwrap();
        assert_eq!(deepest, format!("      {SBOM} Limit"));
        assert_eq!(recorder.count("referrers"), 4);

        for i in 0..20 {
            images.artifact(&image, Some(&format!("application/x.{i}")), layer(&images, "text/x"));
        }
        let (tree, recorder) =
            read(&images, &image, ImageLimits { nodes: 5, ..ImageLimits::default() });
        assert_eq!((tree.items.len(), tree.may_be_incomplete), (5, true));
        assert!(recorder.count("referrers") <= 6);
    }

    #[test]
    fn a_source_that_lists_in_circles_ends() {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one"]);
        let sbom = images.artifact(&image, Some(SBOM), layer(&images, "text/x"));
        // Bytes under another digest: the source says that the SBOM refers to itself.
        let about_itself =
            images.artifact(&sbom, Some("application/x.loop"), layer(&images, "text/y"));
        let bytes = images.memory.bytes(&about_itself.digest).unwrap();
        images.memory.add_manifest_as(&place(), &sbom, bytes);
        let (tree, _) = read(&images, &sbom, ImageLimits::default());
        assert!(outline(&tree).iter().any(|line| line.ends_with("Repeated")), "{tree:?}");
    }

    #[test]
    fn a_list_that_fails_further_down_is_a_value() {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one"]);
        let sbom = images.artifact(&image, Some(SBOM), layer(&images, "text/x"));
        let recorder = Recorder::new(Rc::new(images.memory));
        recorder.fail_next(&format!("referrers a/b {}", sbom.digest), ErrorKind::Unavailable);
        let tree = run(referrers(&recorder, &place(), &image.digest, ImageLimits::default(), 4));
        assert_eq!(outline(&tree.unwrap()), [format!("{SBOM} failed")]);
        recorder.fail_next("referrers", ErrorKind::Denied);
        let tree = run(referrers(&recorder, &place(), &image.digest, ImageLimits::default(), 4));
        assert!(tree.unwrap_err().is_denied(), "the first list is the answer");
    }
}
