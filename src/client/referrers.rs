//! Finding what refers to a digest: by the API, by the fallback tag, by cosign's tags (R103 to R107).

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::{
    exchange::{Call, Core, Document},
    html_page::html_page,
};
use crate::{
    error::{Error, ErrorKind, Missing, Operation, Result},
    oci::{self, Descriptor, Digest, ManifestRef, RepositoryName, Tag, json},
    registry::{Manifest, Referrers, ReferrersSource},
    wire::{
        Endpoint, fallback_index,
        headers::name,
        link::{self, NextLink},
        referrers::{self, CosignKind},
    },
};

/// The largest number of pages and items that are read: there are lists without an end.
const PAGES: usize = 1000;
const ITEMS: usize = 10_000;

/// The largest number of referrers without an artifact type that are looked into (R107).
const LOOKED_INTO: usize = 16;

impl Core {
    /// Tells whether the registry has a referrers API, asked for with a digest that nothing has (R107).
    pub(super) async fn has_referrers_api(&self, repository: &RepositoryName) -> Result<bool> {
        if let Some(known) = self.memory.referrers_api.get() {
            return Ok(known);
        }
        let Some(nothing) = referrers::probe_digest() else { return Ok(false) };
        ReferrersSearch::new(self, repository, &nothing).ask_api(None).await
    }

    /// Remembers that there is no API, unless the answer was about this one digest.
    fn forget_referrers_api(&self, error: &Error) {
        let about_digest = error.context.messages.iter().any(|m| m.code == "MANIFEST_UNKNOWN");
        if !about_digest {
            self.memory.referrers_api.set(Some(false));
        }
    }
}

/// A search for what refers to one digest, with what it found so far.
pub(super) struct ReferrersSearch<'a> {
    core: &'a Core,
    repository: &'a RepositoryName,
    subject: &'a Digest,
    items: Vec<(Descriptor, ReferrersSource)>,
    seen: BTreeSet<Digest>,
    may_be_incomplete: bool,
}

impl<'a> ReferrersSearch<'a> {
    /// Begins a search.
    pub(super) fn new(core: &'a Core, repository: &'a RepositoryName, subject: &'a Digest) -> Self {
        let (items, seen) = (Vec::new(), BTreeSet::new());
        Self { core, repository, subject, items, seen, may_be_incomplete: false }
    }

    /// Searches in all places, and keeps the referrers of one artifact type if one is given.
    pub(super) async fn run(mut self, artifact_type: Option<&str>) -> Result<Referrers> {
        if !self.ask_api(artifact_type).await? {
            self.read_fallback_tag().await?;
        }
        self.read_cosign_tags().await?;
        self.fill_types().await;
        // The header that says whether the registry filtered may be hidden; twice is harmless.
        self.items.retain(|(item, _)| {
            artifact_type.is_none_or(|wanted| item.artifact_type.as_deref() == Some(wanted))
        });
        Ok(Referrers { items: self.items, may_be_incomplete: self.may_be_incomplete })
    }

    /// Adds what the API lists; `false` if there is no API.
    async fn ask_api(&mut self, artifact_type: Option<&str>) -> Result<bool> {
        let core = self.core;
        if core.memory.referrers_api.get() == Some(false) {
            return Ok(false);
        }
        let call = referrers_call(self.repository, self.subject, artifact_type);
        let mut request = core.request(&call);
        for page in 0..PAGES {
            let answer = match core.expect(&call, request.clone()).await {
                Ok(answer) => answer,
                Err(error) if page == 0 && says_no_api(&error) => {
                    core.forget_referrers_api(&error);
                    return Ok(false);
                }
                Err(error) => return Err(error),
            };
            let document = core.read(&call, answer).await?;
            if !self.add_page(&document) {
                return Ok(false);
            }
            match link::next(&document.request.url, document.headers.all(name::LINK)) {
                NextLink::Next(url) if self.items.len() < ITEMS => {
                    request.url = core.connection.read_base().restore_prefix(url);
                }
                NextLink::None => return Ok(true),
                _ => break,
            }
        }
        self.may_be_incomplete = true;
        Ok(true)
    }

    /// Adds a page of the API's list; `false` if it is none: some registries without an API serve an
    /// HTML page under every path.
    fn add_page(&mut self, document: &Document) -> bool {
        let bytes = &document.bytes;
        // Cut on the way or encoded by a proxy; the entries that can be read are still shown.
        self.may_be_incomplete |=
            html_page(bytes).is_none() && !json::parse(bytes.clone()).is_sound();
        let entries = referrers::read_index(document.content_type().as_ref(), bytes);
        let Some(entries) = entries else { return false };
        self.core.memory.referrers_api.set(Some(true));
        self.add_all(entries, ReferrersSource::Api);
        true
    }

    async fn read_fallback_tag(&mut self) -> Result<()> {
        let Some(tag) = referrers::fallback_tag(self.subject) else { return Ok(()) };
        let Some(index) = self.tagged(&tag).await? else { return Ok(()) };
        let media_type = index.content_type.as_ref();
        if let Some(entries) = referrers::read_index(media_type, &index.bytes) {
            self.add_all(entries, ReferrersSource::FallbackTag);
        }
        Ok(())
    }

    async fn read_cosign_tags(&mut self) -> Result<()> {
        let kinds = CosignKind::ALL.into_iter();
        let tags: Vec<Tag> =
            kinds.filter_map(|kind| referrers::cosign_tag(self.subject, kind)).collect();
        for manifest in join_all(tags.iter().map(|tag| self.tagged(tag))).await {
            let Some(manifest) = manifest? else { continue };
            if !json::parse(manifest.bytes.clone()).is_sound() {
                self.may_be_incomplete = true;
                continue;
            }
            let entry = fallback_index::entry(&manifest.descriptor, &parse(&manifest));
            self.add(entry, ReferrersSource::CosignTag);
        }
        Ok(())
    }

    /// Reads a manifest by tag; `None` if there is none.
    async fn tagged(&self, tag: &Tag) -> Result<Option<Manifest>> {
        match self.core.artifact(self.repository, tag).await {
            Ok(manifest) => Ok(Some(manifest)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
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

    /// Adds a referrer, unless its digest is known.
    fn add(&mut self, entry: Descriptor, source: ReferrersSource) {
        if self.seen.insert(entry.digest.clone()) {
            self.items.push((entry, source));
        }
    }
}

fn referrers_call(
    repository: &RepositoryName,
    subject: &Digest,
    artifact_type: Option<&str>,
) -> Call {
    let endpoint = Endpoint::Referrers {
        repository: repository.clone(),
        digest: subject.clone(),
        artifact_type: artifact_type.map(str::to_owned),
    };
    Call::new(Operation::ListReferrers(subject.clone()), endpoint)
}

/// Tells whether there is no API: 404 says so, unless the repository is missing (R105).
fn says_no_api(error: &Error) -> bool {
    match error.context.status {
        Some(404) => error.kind != ErrorKind::NotFound(Missing::Repository) || !names_it(error),
        Some(400 | 405 | 501) => true,
        _ => false,
    }
}

fn names_it(error: &Error) -> bool {
    error.context.messages.iter().any(|message| message.code == "NAME_UNKNOWN")
}

fn parse(manifest: &Manifest) -> oci::Document {
    let media_type = Some(&manifest.descriptor.media_type);
    oci::parse_document(manifest.bytes.clone(), media_type).value
}
