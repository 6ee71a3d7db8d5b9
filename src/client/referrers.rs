//! Finding what refers to a digest: by the API, by the fallback tag, by cosign's tags (R103 to R107).

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::{
    exchange::Core,
    referrers_api::{ApiAnswer, ApiList, names_it},
};
use crate::{
    caps,
    error::{Error, Result},
    oci::{self, Descriptor, Digest, ManifestRef, RepositoryName, Tag, json},
    registry::{Manifest, Referrers, ReferrersApi, ReferrersSource},
    wire::{
        fallback_index,
        referrers::{self, CosignKind},
    },
};

/// The largest number of referrers without an artifact type that are looked into (R107).
const LOOKED_INTO: usize = 16;

/// A search for what refers to one digest, with what it found so far.
pub(super) struct ReferrersSearch<'a> {
    core: &'a Core,
    repository: &'a RepositoryName,
    subject: &'a Digest,
    items: Vec<(Descriptor, ReferrersSource)>,
    unaddressable: Vec<String>,
    may_be_incomplete: bool,
    seen: BTreeSet<Digest>,
    unread: Vec<(Tag, Error)>,
    /// Set if a tag was found, or is missing in a repository that is there.
    is_known: bool,
}

impl<'a> ReferrersSearch<'a> {
    /// Begins a search.
    pub(super) fn new(core: &'a Core, repository: &'a RepositoryName, subject: &'a Digest) -> Self {
        Self {
            core,
            repository,
            subject,
            items: Vec::new(),
            unaddressable: Vec::new(),
            may_be_incomplete: false,
            seen: BTreeSet::new(),
            unread: Vec::new(),
            is_known: false,
        }
    }

    /// Searches in all places, and keeps the referrers of one artifact type if one is given.
    pub(super) async fn run(mut self, artifact_type: Option<&str>) -> Result<Referrers> {
        let (core, repository) = (self.core, self.repository);
        let list = core.ask_referrers_api(repository, self.subject, artifact_type).await;
        let ApiList { said, entries, unaddressable, may_be_incomplete } = list;
        self.unaddressable = unaddressable;
        self.may_be_incomplete = may_be_incomplete;
        self.add_all(entries, ReferrersSource::Api);
        if !matches!(said, ApiAnswer::Listed) {
            self.read_fallback_tag().await;
        }
        self.read_cosign_tags().await;
        let api = self.settle(said)?;
        // Only where a filter needs it does a page look into entries before they are opened.
        if artifact_type.is_some() || !self.core.is_page {
            self.fill_types().await;
        }
        // The header that says whether the registry filtered may be hidden; twice is harmless.
        self.items.retain(|(item, _)| {
            artifact_type.is_none_or(|wanted| item.artifact_type.as_deref() == Some(wanted))
        });
        let may_be_incomplete = self.may_be_incomplete
            || !self.unread.is_empty()
            || !self.unaddressable.is_empty()
            || matches!(api, ReferrersApi::Refused(_));
        let Self { items, unaddressable, unread, .. } = self;
        Ok(Referrers { items, unaddressable, may_be_incomplete, api, unread })
    }

    /// Decides what the API's answer means beside what the tags showed.
    fn settle(&self, said: ApiAnswer) -> Result<ReferrersApi> {
        let nothing_answered = !self.is_known && self.items.is_empty();
        match said {
            ApiAnswer::Listed => Ok(ReferrersApi::Listed),
            ApiAnswer::Without(ReferrersApi::Refused(error)) if nothing_answered => Err(*error),
            ApiAnswer::Refused(error) if nothing_answered => Err(error),
            ApiAnswer::Without(api) => Ok(api),
            ApiAnswer::Absent { .. } => Ok(ReferrersApi::Absent),
            ApiAnswer::NoRepository(_) if self.is_known => {
                self.core.learn_api(&ApiAnswer::Absent { is_for_all: true });
                Ok(ReferrersApi::Absent)
            }
            ApiAnswer::Unreadable(_) if self.core.memory.answered.get() => {
                self.core.learn_api(&said);
                Ok(ReferrersApi::Unreadable)
            }
            ApiAnswer::Refused(error) => Ok(ReferrersApi::Refused(Box::new(error))),
            ApiAnswer::NoRepository(error) | ApiAnswer::Unreadable(error) => Err(error),
        }
    }

    async fn read_fallback_tag(&mut self) {
        let Some(tag) = referrers::fallback_tag(self.subject) else { return };
        let Some(index) = self.tagged(&[tag]).await.pop() else { return };
        let facts = referrers::list_facts(&index.bytes);
        self.may_be_incomplete |= !facts.is_sound;
        let media_type = index.content_type.as_ref();
        if let Some(entries) = referrers::read_index(media_type, &index.bytes) {
            let read = entries.len() + facts.unaddressable.len();
            self.may_be_incomplete |= read < facts.stated.unwrap_or_default();
            self.unaddressable.extend(facts.unaddressable);
            self.add_all(entries, ReferrersSource::FallbackTag);
        }
    }

    /// Reads the tags of cosign, but for those that the whole list of tags is known to lack.
    async fn read_cosign_tags(&mut self) {
        let (core, repository) = (self.core, self.repository);
        let kinds = CosignKind::ALL.into_iter();
        let tags: Vec<Tag> = kinds
            .filter_map(|kind| referrers::cosign_tag(self.subject, kind))
            .filter(|tag| !core.memory.tags.lacks(repository, tag))
            .collect();
        for manifest in self.tagged(&tags).await {
            if !json::parse(manifest.bytes.clone()).is_sound() {
                self.may_be_incomplete = true;
                continue;
            }
            let entry = fallback_index::entry(&manifest.descriptor, &parse(&manifest));
            self.add(entry, ReferrersSource::CosignTag);
        }
    }

    /// Reads manifests by tag: those that are there. Tags that cannot be read are noted.
    async fn tagged(&mut self, tags: &[Tag]) -> Vec<Manifest> {
        let (core, repository) = (self.core, self.repository);
        let reading = tags.iter().map(|tag| core.artifact(repository, tag));
        let mut found = Vec::new();
        for (tag, read) in tags.iter().zip(join_all(reading).await) {
            match read {
                Ok(manifest) => {
                    self.is_known = true;
                    found.push(manifest);
                }
                Err(error) if error.is_not_found() => self.is_known |= !names_it(&error),
                Err(error) => self.unread.push((tag.clone(), error)),
            }
        }
        found
    }

    /// Looks into referrers whose type was left out. Those that cannot be read stay without one.
    async fn fill_types(&mut self) {
        let (core, repository) = (self.core, self.repository);
        let nameless = self
            .items
            .iter_mut()
            .filter(|(item, _)| item.artifact_type.is_none() && item.media_type.is_manifest());
        let lookups = nameless.take(LOOKED_INTO).map(|(item, _)| async move {
            let reference = ManifestRef::Digest(item.digest.clone());
            let read = core.manifest_verified(repository, &reference, Some(&item.digest)).await;
            if let Ok(manifest) = read {
                item.artifact_type = fallback_index::entry(item, &parse(&manifest)).artifact_type;
            }
        });
        join_all(lookups).await;
    }

    fn add_all(&mut self, entries: Vec<Descriptor>, source: ReferrersSource) {
        for entry in entries {
            self.add(entry, source);
        }
    }

    /// Adds a referrer, unless its digest is known or the list is full.
    fn add(&mut self, entry: Descriptor, source: ReferrersSource) {
        if self.seen.contains(&entry.digest) {
            return;
        }
        if self.items.len() >= caps::REFERRERS {
            self.may_be_incomplete = true;
            return;
        }
        self.seen.insert(entry.digest.clone());
        self.items.push((entry, source));
    }
}

fn parse(manifest: &Manifest) -> oci::Document {
    let media_type = Some(&manifest.descriptor.media_type);
    oci::parse_document(manifest.bytes.clone(), media_type).value
}
