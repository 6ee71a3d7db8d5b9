//! Keeping the fallback tag of referrers up to date (R127, R133).
//!
//! Reading and writing the tag are two requests, so updates from one process are gathered: whoever
//! comes while one is on its way joins the next.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_channel::oneshot;

use super::exchange::Core;
use crate::{
    error::{ErrorKind, Result},
    oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag},
    registry::Manifest,
    wire::{
        referrers,
        upkeep::{self, NotAnIndex, Upkeep},
    },
};

/// What happens to the list.
pub(super) enum Change {
    Add(Box<Descriptor>),
    Remove(Digest),
}

type Key = (RepositoryName, Tag);

/// A change, and who is told what came of it.
type Waiter = (Change, oneshot::Sender<Result<()>>);

/// Changes that wait, by list; a list that is there is being worked on.
#[derive(Default)]
pub(super) struct Waiting(BTreeMap<Key, Vec<Waiter>>);

impl Core {
    pub(super) async fn add_referrer(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        entry: Descriptor,
    ) -> Result<()> {
        self.change_referrers(repository, subject, Change::Add(Box::new(entry))).await
    }

    pub(super) async fn remove_referrer(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        deleted: &Digest,
    ) -> Result<()> {
        self.change_referrers(repository, subject, Change::Remove(deleted.clone())).await
    }

    async fn change_referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        change: Change,
    ) -> Result<()> {
        let Some(tag) = referrers::fallback_tag(subject) else { return Ok(()) };
        let key = (repository.clone(), tag);
        let (tell, told) = oneshot::channel();
        let is_busy = {
            let mut waiting = self.memory.referrers.borrow_mut();
            let is_busy = waiting.0.contains_key(&key);
            waiting.0.entry(key.clone()).or_default().push((change, tell));
            is_busy
        };
        if !is_busy {
            self.work_off(&key).await;
        }
        let gone = || ErrorKind::InvalidInput("the update was given up half-way".to_owned()).into();
        told.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Applies all changes that wait, until none is left.
    async fn work_off(&self, key: &Key) {
        let done = ForgetOnDrop { core: self, key };
        loop {
            let batch = {
                let mut waiting = self.memory.referrers.borrow_mut();
                waiting.0.get_mut(key).map(std::mem::take).unwrap_or_default()
            };
            if batch.is_empty() {
                drop(done);
                return;
            }
            let (changes, tells): (Vec<Change>, Vec<_>) = batch.into_iter().unzip();
            let outcome = self.apply(&key.0, &key.1, &changes).await;
            for tell in tells {
                // Whoever is gone does not want to know.
                let _ = tell.send(outcome.clone());
            }
        }
    }

    async fn apply(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        changes: &[Change],
    ) -> Result<()> {
        let reference = ManifestRef::Tag(tag.clone());
        let current = match self.manifest(repository, &reference).await {
            Ok(manifest) => Some(manifest),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        let changed = changed(current.as_ref(), changes).map_err(|NotAnIndex| {
            let what = format!("{repository}:{tag} is no index of referrers, and is left as it is");
            ErrorKind::BadAnswer(what)
        })?;
        let Some(bytes) = changed else { return Ok(()) };
        // An index has no subject of its own here, so this does not come back to where we are.
        let tags = std::slice::from_ref(tag);
        Box::pin(self.push_manifest(repository, &MediaType::OCI_INDEX, &bytes, tags))
            .await
            .map(drop)
    }
}

/// What the index becomes; `None` where it stays.
fn changed(
    current: Option<&Manifest>,
    changes: &[Change],
) -> std::result::Result<Option<Bytes>, NotAnIndex> {
    let media_type = current.and_then(|manifest| manifest.content_type.clone());
    let mut bytes: Option<Bytes> = current.map(|manifest| manifest.bytes.clone());
    let before = bytes.clone();
    for change in changes {
        let upkeep = match (change, &bytes) {
            (Change::Add(entry), None) => upkeep::add(None, entry)?,
            (Change::Add(entry), Some(bytes)) => {
                upkeep::add(Some((media_type.as_ref(), bytes)), entry)?
            }
            (Change::Remove(_), None) => Upkeep::Unchanged,
            (Change::Remove(digest), Some(bytes)) => {
                upkeep::remove(media_type.as_ref(), bytes, digest)?
            }
        };
        match upkeep {
            Upkeep::Unchanged => {}
            Upkeep::Push(changed) | Upkeep::Empty(changed) => bytes = Some(changed),
        }
    }
    Ok(bytes.filter(|bytes| before.as_ref() != Some(bytes)))
}

/// Ends the work on a list, also when whoever did it was given up; those who waited are told.
struct ForgetOnDrop<'a> {
    core: &'a Core,
    key: &'a Key,
}

impl Drop for ForgetOnDrop<'_> {
    fn drop(&mut self) {
        self.core.memory.referrers.borrow_mut().0.remove(self.key);
    }
}
