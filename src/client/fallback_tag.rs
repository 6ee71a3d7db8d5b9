//! Keeping the fallback tag of referrers up to date (R127, R133).
//!
//! Reading and writing the tag are two requests, so the changes of one process are gathered: a
//! change that comes while another is on its way goes with the next.

use bytes::Bytes;

use super::{RemoteRegistry, memory::ReferrerChange};
use crate::{
    error::{AnswerFault, ErrorKind, InputFault, Operation, Result},
    oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag},
    registry::{Manifest, Read, Write},
    wire::{
        fallback_index::{self, IndexChange, NotAnIndex},
        referrers,
    },
};

impl RemoteRegistry {
    /// Adds a referrer of a subject to the index under the subject's fallback tag.
    pub(super) async fn add_referrer(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        entry: Descriptor,
    ) -> Result<()> {
        let change = ReferrerChange::Add(Box::new(entry));
        self.change_referrers(repository, subject, change).await
    }

    /// Removes a deleted referrer of a subject from the index under the subject's fallback tag.
    pub(super) async fn remove_referrer(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        deleted: &Digest,
    ) -> Result<()> {
        let change = ReferrerChange::Remove(deleted.clone());
        self.change_referrers(repository, subject, change).await
    }

    async fn change_referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        change: ReferrerChange,
    ) -> Result<()> {
        let Some(tag) = referrers::fallback_tag(subject) else { return Ok(()) };
        let apply = async |changes: Vec<_>| self.apply(repository, &tag, &changes).await;
        let key = (repository.clone(), tag.clone());
        let outcome = self.core.memory.fallback_tags.join(&key, change, apply).await;
        let gone = || Err(ErrorKind::InvalidInput(InputFault::UpdateDropped).into());
        outcome.unwrap_or_else(gone).map_err(|error| {
            let operation = Operation::PushManifest(Some(tag.clone().into()));
            error.during(operation, repository).on(self.name())
        })
    }

    async fn apply(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        changes: &[ReferrerChange],
    ) -> Result<()> {
        let current = match self.manifest(repository, &ManifestRef::Tag(tag.clone())).await {
            Ok(manifest) => Some(manifest),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        let changed = changed(current.as_ref(), changes).map_err(|NotAnIndex| {
            let (repository, tag) = (repository.clone(), tag.clone());
            ErrorKind::BadAnswer(AnswerFault::NotReferrers { repository, tag })
        })?;
        let Some(bytes) = changed else { return Ok(()) };
        // An index of referrers has no subject, so pushing it does not lead back to this function.
        let tags = std::slice::from_ref(tag);
        self.push_manifest(repository, &MediaType::OCI_INDEX, bytes, tags).await.map(drop)
    }
}

/// Returns the changed index; `None` if it stays as it is.
fn changed(
    current: Option<&Manifest>,
    changes: &[ReferrerChange],
) -> std::result::Result<Option<Bytes>, NotAnIndex> {
    let media_type = current.and_then(|manifest| manifest.content_type.clone());
    let mut bytes: Option<Bytes> = current.map(|manifest| manifest.bytes.clone());
    let before = bytes.clone();
    for change in changes {
        let changed = match (change, &bytes) {
            (ReferrerChange::Add(entry), None) => fallback_index::add(None, entry)?,
            (ReferrerChange::Add(entry), Some(bytes)) => {
                fallback_index::add(Some((media_type.as_ref(), bytes)), entry)?
            }
            (ReferrerChange::Remove(_), None) => IndexChange::Unchanged,
            (ReferrerChange::Remove(digest), Some(bytes)) => {
                fallback_index::remove(media_type.as_ref(), bytes, digest)?
            }
        };
        match changed {
            IndexChange::Unchanged => {}
            IndexChange::Push(index) | IndexChange::Empty(index) => bytes = Some(index),
        }
    }
    Ok(bytes.filter(|bytes| before.as_ref() != Some(bytes)))
}
