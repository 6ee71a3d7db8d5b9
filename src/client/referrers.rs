//! What refers to a digest: by the API, by the fallback tag, by cosign's tags (R103 to R107).

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::{
    body,
    exchange::{Call, Core},
};
use crate::{
    error::{Error, ErrorKind, Missing, Result},
    oci::{self, Descriptor, Digest, ManifestRef, RepositoryName, Tag, json},
    registry::{Manifest, Referrers, ReferrersSource},
    wire::{
        Endpoint,
        headers::name,
        link::{self, NextLink},
        referrers::{self, CosignKind},
        upkeep,
    },
};

/// The most pages and items that are read: lists without an end have been seen.
const PAGES: usize = 1000;
const ITEMS: usize = 10_000;

/// Entries without an artifact type that are looked at one by one (R107).
const LOOKED_AT: usize = 16;

impl Core {
    pub(super) async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        let mut found = Found::default();
        if !self.ask_api(repository, subject, artifact_type, &mut found).await? {
            self.read_fallback_tag(repository, subject, &mut found).await?;
        }
        self.read_cosign_tags(repository, subject, &mut found).await?;
        self.fill_types(repository, &mut found).await;
        // Whether the registry filtered is said in a header that may be hidden; twice is harmless.
        found.items.retain(|(item, _)| {
            artifact_type.is_none_or(|wanted| item.artifact_type.as_deref() == Some(wanted))
        });
        Ok(Referrers { items: found.items, may_be_incomplete: found.may_be_incomplete })
    }

    /// Whether the registry has a referrers API, asked for with a digest that nothing has (R107).
    pub(super) async fn has_referrers_api(&self, repository: &RepositoryName) -> Result<bool> {
        if let Some(known) = self.memory.referrers_api.get() {
            return Ok(known);
        }
        let Some(nothing) = referrers::probe_digest() else { return Ok(false) };
        self.ask_api(repository, &nothing, None, &mut Found::default()).await
    }

    /// Whether there is an API; what it lists is added.
    async fn ask_api(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
        found: &mut Found,
    ) -> Result<bool> {
        if self.memory.referrers_api.get() == Some(false) {
            return Ok(false);
        }
        let call = referrers_call(repository, subject, artifact_type);
        let mut request = self.request(&call);
        for page in 0..PAGES {
            let answer = match self.expect(&call, request.clone()).await {
                Ok(answer) => answer,
                Err(error) if page == 0 && says_no_api(&error) => {
                    self.forget_api(&error);
                    return Ok(false);
                }
                Err(error) => return Err(error),
            };
            let document = self.read(&call, answer).await?;
            let content_type = document.content_type();
            let entries = referrers::read_index(content_type.as_ref(), &document.bytes);
            // Cut on the way or encoded by a proxy; the entries that can be read are still shown.
            let is_page = body::is_page(&document).is_some();
            found.may_be_incomplete |= !is_page && !json::parse(document.bytes.clone()).is_sound();
            // Some registries without an API serve a page under every path.
            let Some(entries) = entries else { return Ok(false) };
            self.memory.referrers_api.set(Some(true));
            found.add_all(entries, ReferrersSource::Api);
            let fields = document.headers.all(name::LINK);
            match link::next(&document.request.url, fields) {
                NextLink::Next(url) if found.items.len() < ITEMS => {
                    request.url = self.connection.read_base().restore_prefix(url);
                }
                NextLink::None => return Ok(true),
                _ => break,
            }
        }
        found.may_be_incomplete = true;
        Ok(true)
    }

    /// Remembers that there is no API, unless the answer was about this one digest.
    fn forget_api(&self, error: &Error) {
        let about_digest = error.context.messages.iter().any(|m| m.code == "MANIFEST_UNKNOWN");
        if !about_digest {
            self.memory.referrers_api.set(Some(false));
        }
    }

    async fn read_fallback_tag(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        found: &mut Found,
    ) -> Result<()> {
        let Some(tag) = referrers::fallback_tag(subject) else { return Ok(()) };
        let Some(index) = self.tagged(repository, &tag).await? else { return Ok(()) };
        let media_type = index.content_type.as_ref();
        if let Some(entries) = referrers::read_index(media_type, &index.bytes) {
            found.add_all(entries, ReferrersSource::FallbackTag);
        }
        Ok(())
    }

    async fn read_cosign_tags(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        found: &mut Found,
    ) -> Result<()> {
        let kinds = CosignKind::ALL.into_iter();
        let tags: Vec<Tag> =
            kinds.filter_map(|kind| referrers::cosign_tag(subject, kind)).collect();
        for manifest in join_all(tags.iter().map(|tag| self.tagged(repository, tag))).await {
            let Some(manifest) = manifest? else { continue };
            if !json::parse(manifest.bytes.clone()).is_sound() {
                found.may_be_incomplete = true;
                continue;
            }
            let entry = upkeep::entry(&manifest.descriptor, &parse(&manifest));
            found.add(entry, ReferrersSource::CosignTag);
        }
        Ok(())
    }

    /// A manifest by tag; `None` where there is none.
    async fn tagged(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<Manifest>> {
        match self.artifact(repository, tag).await {
            Ok(manifest) => Ok(Some(manifest)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Looks at entries whose type was left out. What cannot be read stays without one.
    async fn fill_types(&self, repository: &RepositoryName, found: &mut Found) {
        let nameless = found
            .items
            .iter_mut()
            .filter(|(item, _)| item.artifact_type.is_none() && item.media_type.is_manifest());
        let lookups = nameless.take(LOOKED_AT).map(|(item, _)| async move {
            let reference = ManifestRef::Digest(item.digest.clone());
            if let Ok(manifest) = self.manifest(repository, &reference).await {
                item.artifact_type = upkeep::entry(item, &parse(&manifest)).artifact_type;
            }
        });
        join_all(lookups).await;
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
    Call::new(format!("list what refers to {subject} in {repository}"), endpoint)
}

/// 404 means that there is no API, unless it is the repository that is missing (R105).
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

/// Referrers found so far, each digest once.
#[derive(Default)]
struct Found {
    items: Vec<(Descriptor, ReferrersSource)>,
    seen: BTreeSet<Digest>,
    may_be_incomplete: bool,
}

impl Found {
    fn add_all(&mut self, entries: Vec<Descriptor>, source: ReferrersSource) {
        for entry in entries {
            self.add(entry, source);
        }
    }

    fn add(&mut self, entry: Descriptor, source: ReferrersSource) {
        if self.seen.insert(entry.digest.clone()) {
            self.items.push((entry, source));
        }
    }
}
