//! The contents of the cache: three maps, without any I/O (R86 to R93).

use std::time::Duration;

use litemap::LiteMap;

use bytes::Bytes;

use super::CacheLimits;
use crate::{
    oci::{Descriptor, Digest, MediaType, RepositoryName, Tag},
    registry::{Manifest, ManifestRef, Verification},
};

/// The memory that an entry costs besides its bytes, roughly, in bytes.
const OVERHEAD: u64 = 512;

/// A digest may be there as a manifest and not as a blob, and the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ContentKind {
    Manifest,
    Blob,
}

/// Content by digest, shared between repositories.
struct CachedContent {
    descriptor: Descriptor,
    content_type: Option<MediaType>,
    bytes: Option<Bytes>,
    last_use: u64,
}

impl CachedContent {
    /// Merges this answer with the one before. Bytes that are kept stay (R90). The answer for a
    /// manifest gives its media type, that for a blob does not.
    fn over(self, before: Self, kind: ContentKind) -> Self {
        let bytes = before.bytes.or(self.bytes);
        match kind {
            ContentKind::Manifest => Self { bytes, ..self },
            ContentKind::Blob => Self { bytes, last_use: self.last_use, ..before },
        }
    }
}

/// The digest of a tag, and the time at which it was asked for.
struct Tagged {
    digest: Digest,
    verification: Verification,
    asked: Duration,
}

pub(super) struct Contents {
    limits: CacheLimits,
    content: LiteMap<Digest, CachedContent>,
    /// The repositories in which each digest is known to be. Kept only as long as its content.
    existence: LiteMap<Digest, LiteMap<(ContentKind, RepositoryName), ()>>,
    tags: LiteMap<(RepositoryName, Tag), Tagged>,
    /// Least recently used first.
    order: LiteMap<u64, Digest>,
    uses: u64,
    held: u64,
    /// Grows with each write, delete and clearing: answers to earlier questions are not recorded.
    pub(super) generation: u64,
}

impl Contents {
    pub(super) fn new(limits: CacheLimits) -> Self {
        Self {
            limits,
            content: LiteMap::new(),
            existence: LiteMap::new(),
            tags: LiteMap::new(),
            order: LiteMap::new(),
            uses: 0,
            held: 0,
            generation: 0,
        }
    }

    /// Returns a manifest with its bytes: by digest if it is known to be in this repository (R88), by
    /// tag as long as the answer is fresh (R89).
    pub(super) fn manifest(
        &mut self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        now: Duration,
    ) -> Option<Manifest> {
        let (digest, verification) = self.known(repository, reference, now)?;
        let content = self.content.get(&digest)?;
        let manifest = Manifest {
            descriptor: content.descriptor.clone(),
            bytes: content.bytes.clone()?,
            content_type: content.content_type.clone(),
            verification,
        };
        self.touch(&digest);
        Some(manifest)
    }

    /// Returns the descriptor of a tag or digest (R90).
    pub(super) fn resolved(
        &mut self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        now: Duration,
    ) -> Option<Descriptor> {
        let (digest, _) = self.known(repository, reference, now)?;
        let descriptor = self.content.get(&digest)?.descriptor.clone();
        self.touch(&digest);
        Some(descriptor)
    }

    /// Returns the descriptor and, if they are kept, the bytes of a blob of this repository.
    pub(super) fn blob(
        &mut self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Option<(Descriptor, Option<Bytes>)> {
        if !self.exists(ContentKind::Blob, repository, digest) {
            return None;
        }
        let content = self.content.get(digest)?;
        let found = (content.descriptor.clone(), content.bytes.clone());
        self.touch(digest);
        Some(found)
    }

    /// Records content and that it is in this repository (R88 to R91).
    pub(super) fn record(
        &mut self,
        kind: ContentKind,
        repository: &RepositoryName,
        descriptor: &Descriptor,
        bytes: Option<&Bytes>,
    ) {
        let bytes = bytes.filter(|bytes| bytes.len() as u64 <= self.limits.object_bytes);
        // An own copy: these bytes may be a small part of a large buffer.
        let bytes = bytes.map(|bytes| Bytes::copy_from_slice(bytes));
        let last_use = self.next_use(&descriptor.digest);
        let content_type = Some(descriptor.media_type.clone());
        let new = CachedContent { descriptor: descriptor.clone(), content_type, bytes, last_use };
        let content = match self.remove(&descriptor.digest) {
            Some(before) => new.over(before, kind),
            None => new,
        };
        self.held += OVERHEAD + length(content.bytes.as_ref());
        self.content.insert(descriptor.digest.clone(), content);
        let places = self.existence.entry(descriptor.digest.clone()).or_default();
        places.insert((kind, repository.clone()), ());
        self.evict();
    }

    /// Records the media type with which a manifest was sent.
    pub(super) fn record_content_type(&mut self, digest: &Digest, sent: Option<&MediaType>) {
        if let Some(content) = self.content.get_mut(digest) {
            content.content_type = sent.cloned();
        }
    }

    /// Records the digest of a tag.
    pub(super) fn record_tag(
        &mut self,
        repository: &RepositoryName,
        tag: &Tag,
        digest: &Digest,
        verification: Verification,
        now: Duration,
    ) {
        let fresh_for = self.limits.tag_age;
        if self.tags.len() >= self.limits.tags {
            self.tags.retain(|_, tagged| now.saturating_sub(tagged.asked) < fresh_for);
        }
        if self.tags.len() < self.limits.tags {
            let tagged = Tagged { digest: digest.clone(), verification, asked: now };
            self.tags.insert((repository.clone(), tag.clone()), tagged);
        }
    }

    /// Records that a mounted blob is in this repository too, if its content is known (R91).
    pub(super) fn record_mount(&mut self, repository: &RepositoryName, digest: &Digest) {
        if let Some(places) = self.existence.get_mut(digest) {
            places.insert((ContentKind::Blob, repository.clone()), ());
        }
    }

    /// Forgets a tag, or a manifest of this repository with the tags that stand for it.
    pub(super) fn forget_manifest(&mut self, repository: &RepositoryName, reference: &ManifestRef) {
        self.generation += 1;
        match reference {
            ManifestRef::Tag(tag) => {
                self.tags.remove(&(repository.clone(), tag.clone()));
            }
            ManifestRef::Digest(digest) => {
                self.forget(ContentKind::Manifest, repository, digest);
                self.tags
                    .retain(|(place, _), tagged| place != repository || tagged.digest != *digest);
            }
        }
    }

    /// Forgets that a blob is in this repository.
    pub(super) fn forget_blob(&mut self, repository: &RepositoryName, digest: &Digest) {
        self.generation += 1;
        self.forget(ContentKind::Blob, repository, digest);
    }

    /// Forgets the tags of a repository.
    pub(super) fn forget_tags(&mut self, repository: &RepositoryName) {
        self.generation += 1;
        self.tags.retain(|(place, _), _| place != repository);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        let generation = self.generation + 1;
        *self = Self { generation, ..Self::new(self.limits) };
    }

    /// Returns the bytes held, with the cost of the entries.
    pub(super) fn held(&self) -> u64 {
        self.held
    }

    /// Returns the largest object whose bytes are kept, in bytes.
    pub(super) fn object_bytes(&self) -> u64 {
        self.limits.object_bytes
    }

    fn forget(&mut self, kind: ContentKind, repository: &RepositoryName, digest: &Digest) {
        if let Some(places) = self.existence.get_mut(digest) {
            places.remove(&(kind, repository.clone()));
        }
    }

    fn exists(&self, kind: ContentKind, repository: &RepositoryName, digest: &Digest) -> bool {
        let places = self.existence.get(digest);
        places.is_some_and(|places| places.contains_key(&(kind, repository.clone())))
    }

    fn known(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        now: Duration,
    ) -> Option<(Digest, Verification)> {
        match reference {
            ManifestRef::Digest(digest) => self
                .exists(ContentKind::Manifest, repository, digest)
                .then(|| (digest.clone(), Verification::Verified)),
            ManifestRef::Tag(tag) => {
                let tagged = self.tags.get(&(repository.clone(), tag.clone()))?;
                let fresh = now.saturating_sub(tagged.asked) < self.limits.tag_age;
                fresh.then(|| (tagged.digest.clone(), tagged.verification.clone()))
            }
        }
    }

    fn next_use(&mut self, digest: &Digest) -> u64 {
        self.uses += 1;
        self.order.insert(self.uses, digest.clone());
        self.uses
    }

    fn touch(&mut self, digest: &Digest) {
        let last_use = self.next_use(digest);
        if let Some(content) = self.content.get_mut(digest) {
            self.order.remove(&content.last_use);
            content.last_use = last_use;
        }
    }

    fn remove(&mut self, digest: &Digest) -> Option<CachedContent> {
        let content = self.content.remove(digest)?;
        self.order.remove(&content.last_use);
        self.held = self.held.saturating_sub(OVERHEAD + length(content.bytes.as_ref()));
        Some(content)
    }

    fn evict(&mut self) {
        while self.held > self.limits.total_bytes {
            let Some((first, _)) = self.order.first() else { return };
            let first = *first;
            let Some(oldest) = self.order.remove(&first) else { return };
            self.remove(&oldest);
            self.existence.remove(&oldest);
        }
    }
}

fn length(bytes: Option<&Bytes>) -> u64 {
    bytes.map_or(0, |bytes| bytes.len() as u64)
}
