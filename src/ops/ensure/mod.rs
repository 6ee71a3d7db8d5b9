//! Making sure that something is in a repository (R121, R123, R128).
//!
//! What is there already is not sent. Bytes go as they came, never re-serialised.

mod gate;

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::{StreamExt, TryStreamExt, stream};

use gate::Gates;

use super::{
    copy::copy_blob,
    lookup::{self, Prefer},
    progress::{Observer, Outcome, Role},
};
use crate::{
    content::verify::{digest_of, digest_with},
    error::{Error, ErrorKind, Result},
    oci::{
        Descriptor, Digest, Document, Host, MediaType, Reference, RepositoryName, Tag,
        parse_document,
    },
    registry::{BlobSource, ManifestRef, SharedRegistry},
};

/// A repository of a registry.
#[derive(Clone)]
pub struct Place {
    /// The registry's name: two places of one name can mount from each other.
    pub host: Host,
    /// The registry.
    pub registry: SharedRegistry,
    /// The repository in it.
    pub repository: RepositoryName,
}

impl Place {
    /// A reference in this place.
    pub fn reference(&self, tag: Option<Tag>, digest: Option<Digest>) -> Reference {
        let (host, repository) = (self.host.clone(), self.repository.clone());
        Reference { host, repository, tag, digest }
    }
}

/// Where the children of a manifest are copied from, where the target lacks them.
#[derive(Clone, Default)]
pub struct Sources {
    /// Places of single child manifests.
    pub by_digest: BTreeMap<Digest, Place>,
    /// The place of all others; without one, the target itself.
    pub fallback: Option<Place>,
}

impl Sources {
    /// All children come from one place.
    pub fn from(place: Place) -> Self {
        Self { by_digest: BTreeMap::new(), fallback: Some(place) }
    }

    fn place_of(&self, digest: &Digest, target: &Place) -> Place {
        self.by_digest.get(digest).or(self.fallback.as_ref()).unwrap_or(target).clone()
    }
}

/// How to send.
#[derive(Clone)]
pub struct Options {
    /// Blobs larger than this many bytes are asked for before they are sent; smaller ones are sent
    /// without asking (R121).
    pub ask_above: u64,
    /// Whether a manifest is sent first and its children only where the registry then misses
    /// something (R128). Otherwise children go first, whatever the registry checks (R130).
    pub manifest_first: bool,
    /// Whether layers that have other places to be read from are copied too (R130).
    pub foreign: bool,
    /// Images of an index, and blobs of an image, under way at one time.
    pub window: usize,
    /// Whether [`super::copy::copy`] takes along what refers to the image.
    pub referrers: bool,
    /// Levels of child manifests.
    pub depth: usize,
    /// Who is told.
    pub observer: Observer,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ask_above: 65_535,
            manifest_first: true,
            foreign: false,
            window: 4,
            referrers: false,
            depth: 32,
            observer: Observer::silent(),
        }
    }
}

/// Makes sure that a blob is there. The content is not touched where it is there already.
///
/// # Errors
/// As for [`crate::registry::Write::push_blob`].
pub async fn ensure_blob(
    to: &Place,
    blob: &Descriptor,
    content: &dyn BlobSource,
    options: &Options,
) -> Result<Outcome> {
    if is_there(to, blob, options).await? {
        return Ok(Outcome::AlreadyThere);
    }
    to.registry.push_blob(&to.repository, blob, content).await?;
    Ok(Outcome::Transferred)
}

/// Pushes bytes as a blob, and says how to point at them (R123).
///
/// # Errors
/// As for [`crate::registry::Write::push_blob`].
pub async fn put_bytes(to: &Place, media_type: MediaType, bytes: Bytes) -> Result<Descriptor> {
    let descriptor = Descriptor::new(media_type, digest_of(&bytes), bytes.len() as u64);
    to.registry.push_blob(&to.repository, &descriptor, &bytes).await?;
    Ok(descriptor)
}

/// Whether a blob is there with the right size. Small ones are not asked for (R121).
pub(super) async fn is_there(to: &Place, blob: &Descriptor, options: &Options) -> Result<bool> {
    if blob.size <= options.ask_above {
        return Ok(false);
    }
    let found = to.registry.stat_blob(&to.repository, &blob.digest).await?;
    Ok(found.is_some_and(|found| found.size == blob.size))
}

/// What a manifest is to be reachable by. With neither, by its digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The tag.
    pub tag: Option<Tag>,
    /// The digest that its bytes must have.
    pub digest: Option<Digest>,
}

/// Makes sure that a manifest is there, with all it points at (R128).
///
/// # Errors
/// `DigestMismatch` where the bytes do not have the target's digest; `BlobUnknown` where a child is
/// nowhere to be found; as for [`crate::registry::Write::push_manifest`].
pub async fn ensure_manifest(
    to: &Place,
    target: &Target,
    media_type: &MediaType,
    bytes: Bytes,
    sources: &Sources,
    options: &Options,
) -> Result<Descriptor> {
    let job = Job { to, options, gates: Gates::default() };
    job.ensure(target, media_type, bytes, sources, 0).await
}

/// One call of [`ensure_manifest`], with what it has done.
struct Job<'a> {
    to: &'a Place,
    options: &'a Options,
    gates: Gates,
}

impl Job<'_> {
    async fn ensure(
        &self,
        target: &Target,
        media_type: &MediaType,
        bytes: Bytes,
        sources: &Sources,
        depth: usize,
    ) -> Result<Descriptor> {
        let digest = digest_for(&bytes, target)?;
        let wanted = Descriptor::new(media_type.clone(), digest, bytes.len() as u64);
        let role = if depth == 0 { Role::Root } else { Role::Manifest };
        self.options.observer.started(&wanted, role);
        let result = self.ensure_wanted(&wanted, target, bytes, sources, depth).await;
        let outcome = match &result {
            Ok(outcome) => outcome.clone(),
            Err(error) => Outcome::Failed(error.clone()),
        };
        self.options.observer.finished(&wanted.digest, &outcome);
        result.map(|_| wanted)
    }

    async fn ensure_wanted(
        &self,
        wanted: &Descriptor,
        target: &Target,
        bytes: Bytes,
        sources: &Sources,
        depth: usize,
    ) -> Result<Outcome> {
        if self.has_manifest(wanted, target).await? {
            return Ok(Outcome::AlreadyThere);
        }
        if self.options.manifest_first {
            match self.put(wanted, target, bytes.clone()).await {
                Err(error) if misses_something(&error) => {}
                done => return done,
            }
        }
        self.ensure_children(wanted, bytes.clone(), sources, depth).await?;
        self.put(wanted, target, bytes).await
    }

    /// By tag where there is one, whatever the digest: a moved tag is to be moved back.
    async fn has_manifest(&self, wanted: &Descriptor, target: &Target) -> Result<bool> {
        let asked = match &target.tag {
            Some(tag) => ManifestRef::Tag(tag.clone()),
            None => ManifestRef::Digest(wanted.digest.clone()),
        };
        match self.to.registry.resolve(&self.to.repository, &asked).await {
            Ok(found) => Ok(found.digest == wanted.digest && found.size == wanted.size),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn put(&self, wanted: &Descriptor, target: &Target, bytes: Bytes) -> Result<Outcome> {
        let tags = target.tag.as_slice();
        let Place { registry, repository, .. } = self.to;
        let pushed = registry.push_manifest(repository, &wanted.media_type, bytes, tags).await?;
        // The registry's digest may be of another algorithm than the one that was asked for.
        if pushed.digest.algorithm() == wanted.digest.algorithm() && pushed.digest != wanted.digest
        {
            let (expected, actual) = (wanted.digest.clone(), pushed.digest);
            return Err(ErrorKind::DigestMismatch { expected, actual }.into());
        }
        Ok(Outcome::Transferred)
    }

    /// Blobs, then child manifests (R130).
    async fn ensure_children(
        &self,
        parent: &Descriptor,
        bytes: Bytes,
        sources: &Sources,
        depth: usize,
    ) -> Result<()> {
        if depth >= self.options.depth {
            let what = format!("manifests nest more than {depth} levels deep");
            return Err(ErrorKind::InvalidInput(what).into());
        }
        let document = parse_document(bytes, Some(&parent.media_type)).value;
        let from = sources.fallback.as_ref().unwrap_or(self.to);
        self.ensure_blobs(from, &document).await?;
        // Nested indexes one after another, so that nobody waits for an index that waits for him;
        // then images, some at a time.
        let children = manifests_of(&document).iter();
        let (indexes, images): (Vec<_>, Vec<_>) =
            children.partition(|child| child.media_type.is_index());
        for child in indexes {
            self.ensure_child(child, sources, depth + 1).await?;
        }
        let images = stream::iter(images).map(|child| self.ensure_child(child, sources, depth + 1));
        images.buffer_unordered(self.options.window.max(1)).try_collect::<()>().await
    }

    async fn ensure_blobs(&self, from: &Place, document: &Document) -> Result<()> {
        let copying = stream::iter(blobs_of(document)).map(|(blob, role)| async move {
            let (gate, is_first) = self.gates.of(&blob.digest);
            if is_first {
                self.ensure_one_blob(from, blob, role).await?;
                gate.open();
            }
            // Another image of the same index may be at it: its manifest must not be sent before.
            gate.passed().await;
            Ok(())
        });
        copying.buffer_unordered(self.options.window.max(1)).try_collect::<()>().await
    }

    async fn ensure_one_blob(&self, from: &Place, blob: &Descriptor, role: Role) -> Result<()> {
        let Options { observer, foreign, .. } = self.options;
        observer.started(blob, role);
        let result = if blob.urls.is_empty() || *foreign {
            copy_blob(from, self.to, blob, self.options).await
        } else {
            Ok(Outcome::Skipped("a foreign layer, to be read from its own places".to_owned()))
        };
        let outcome = result.as_ref().map_or_else(|e| Outcome::Failed(e.clone()), Clone::clone);
        observer.finished(&blob.digest, &outcome);
        result.map(|_| ())
    }

    /// Boxed, since manifests nest.
    fn ensure_child<'b>(
        &'b self,
        child: &'b Descriptor,
        sources: &'b Sources,
        depth: usize,
    ) -> LocalBoxFuture<'b, Result<()>> {
        Box::pin(async move {
            if !self.gates.of(&child.digest).1 {
                return Ok(());
            }
            let from = sources.place_of(&child.digest, self.to);
            let reference = from.reference(None, Some(child.digest.clone()));
            let found = lookup::manifest(&*from.registry, &reference, Prefer::Digest).await?;
            let found = found.found().ok_or_else(|| missing(&child.digest))?;
            let target = Target { tag: None, digest: Some(child.digest.clone()) };
            let by_digest = sources.by_digest.clone();
            let below = Sources { by_digest, fallback: Some(from) };
            let media_type = found.descriptor.media_type;
            self.ensure(&target, &media_type, found.bytes, &below, depth).await?;
            Ok(())
        })
    }
}

fn missing(digest: &Digest) -> Error {
    ErrorKind::BlobUnknown(Some(digest.clone())).into()
}

/// The digest of some bytes, by the algorithm of the target's digest, which it must equal.
fn digest_for(bytes: &Bytes, target: &Target) -> Result<Digest> {
    let Some(expected) = &target.digest else { return Ok(digest_of(bytes)) };
    match digest_with(&expected.algorithm(), bytes) {
        Some(actual) if actual == *expected => Ok(actual),
        Some(actual) => {
            Err(ErrorKind::DigestMismatch { expected: expected.clone(), actual }.into())
        }
        None => Err(ErrorKind::UnsupportedDigest(expected.clone()).into()),
    }
}

/// Whether a registry may have refused a manifest for want of what it points at. Registries differ
/// in what they answer then, so any complaint about the content counts; being told to log in, to go
/// away or to slow down does not.
fn misses_something(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::BlobUnknown(_)
            | ErrorKind::NotFound(_)
            | ErrorKind::Rejected
            | ErrorKind::Status(400..=499)
    )
}

fn manifests_of(document: &Document) -> &[Descriptor] {
    match document {
        Document::Index(index) => &index.manifests,
        Document::Unknown(unknown) => &unknown.children.manifests,
        Document::Image(_) | Document::Schema1(_) => &[],
    }
}

fn blobs_of(document: &Document) -> Vec<(&Descriptor, Role)> {
    let (config, layers) = match document {
        Document::Image(image) => (&image.config, &image.layers),
        Document::Unknown(unknown) => (&unknown.children.config, &unknown.children.layers),
        Document::Index(_) | Document::Schema1(_) => return Vec::new(),
    };
    let layers = layers.iter().map(|layer| (layer, Role::Layer));
    config.iter().map(|config| (config, Role::Config)).chain(layers).collect()
}

#[cfg(test)]
mod tests;
