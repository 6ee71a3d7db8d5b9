//! The store of one instance: ferro's metadata, and blobs of our own that may have a wrong digest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use bytes::Bytes;
use ferro_blob_store::{BlobStore, BlobStoreError, Digest, DigestAlgo};
use ferro_oci_server::{InMemoryRegistryMeta, Reference, RegistryMeta};

use crate::manifest::Manifest;
use crate::pattern::Pattern;

/// Ferro's manifests, tags and referrers, and our own blobs with the repositories that have them.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) meta: Arc<InMemoryRegistryMeta>,
    pub(crate) blobs: Arc<Blobs>,
    members: RwLock<BTreeSet<(String, String)>>,
    patterns: RwLock<BTreeMap<String, Pattern>>,
}

impl Store {
    /// Makes a blob a member of a repository.
    pub(crate) fn link(&self, repository: &str, digest: &str) {
        write(&self.members).insert((repository.into(), digest.into()));
    }

    /// Takes a blob out of a repository. Returns true if it was in there.
    pub(crate) fn unlink(&self, repository: &str, digest: &str) -> bool {
        write(&self.members).remove(&(repository.into(), digest.into()))
    }

    /// Returns true if a repository has a blob.
    pub(crate) fn has(&self, repository: &str, digest: &str) -> bool {
        read(&self.members).contains(&(repository.into(), digest.into()))
    }

    /// Returns true if anything was ever pushed to a repository.
    pub(crate) async fn knows(&self, repository: &str) -> bool {
        let all = self.meta.list_repositories(None, None).await.unwrap_or_default();
        all.iter().any(|name| name == repository)
    }

    /// Stores a blob under a digest, which may be wrong.
    pub(crate) fn put_blob(&self, repository: &str, digest: &str, bytes: Bytes) {
        if let Ok(parsed) = digest.parse::<Digest>() {
            self.blobs.put_unchecked(&parsed, bytes);
        }
        self.link(repository, digest);
    }

    /// Stores a blob that is generated while it is read.
    pub(crate) fn put_pattern(&self, repository: &str, digest: &str, pattern: Pattern) {
        write(&self.patterns).insert(digest.into(), pattern);
        self.link(repository, digest);
    }

    /// Returns the generated blob of a digest.
    pub(crate) fn pattern(&self, digest: &str) -> Option<Pattern> {
        read(&self.patterns).get(digest).copied()
    }

    /// Returns the bytes of a blob.
    pub(crate) async fn blob(&self, digest: &str) -> Option<Bytes> {
        self.blobs.get(&digest.parse().ok()?).await.ok()
    }

    /// Stores a manifest under its digest and these tags, and checks nothing.
    pub(crate) async fn put_manifest(&self, repository: &str, tags: &[&str], manifest: &Manifest) {
        let Ok(digest) = manifest.digest.parse::<Digest>() else { return };
        let by_digest = std::iter::once(Reference::Digest(digest.clone()));
        let by_tag = tags.iter().map(|tag| Reference::Tag((*tag).to_owned()));
        for (reference, referrer) in by_digest
            .chain(by_tag)
            .zip(std::iter::once(manifest.referrer.clone()).chain(std::iter::repeat(None)))
        {
            let body = manifest.bytes.clone();
            let put = self.meta.put_manifest_with_referrer(
                repository,
                &reference,
                &digest,
                &manifest.media_type,
                body,
                referrer,
            );
            // Metadata in memory cannot fail. It only reports failures of a mirror on disk.
            let _ = put.await;
        }
    }
}

/// Blobs in memory. `put` checks the digest. `put_unchecked` stores seeds with a wrong digest.
#[derive(Debug, Default)]
pub(crate) struct Blobs(RwLock<BTreeMap<String, Bytes>>);

impl Blobs {
    fn put_unchecked(&self, digest: &Digest, bytes: Bytes) {
        write(&self.0).insert(digest.to_string(), bytes);
    }
}

#[async_trait]
impl BlobStore for Blobs {
    async fn put(&self, digest: &Digest, bytes: Bytes) -> ferro_blob_store::Result<()> {
        let computed = match digest.algo() {
            DigestAlgo::Sha256 => Digest::sha256_of(&bytes),
            DigestAlgo::Sha512 => Digest::sha512_of(&bytes),
            _ => return Err(BlobStoreError::NotFound(format!("no hash for {digest}"))),
        };
        if computed != *digest {
            let (expected, computed) = (digest.to_string(), computed.to_string());
            return Err(BlobStoreError::DigestMismatch { expected, computed });
        }
        self.put_unchecked(&computed, bytes);
        Ok(())
    }

    async fn get(&self, digest: &Digest) -> ferro_blob_store::Result<Bytes> {
        let key = digest.to_string();
        read(&self.0).get(&key).cloned().ok_or(BlobStoreError::NotFound(key))
    }

    async fn contains(&self, digest: &Digest) -> ferro_blob_store::Result<bool> {
        Ok(read(&self.0).contains_key(&digest.to_string()))
    }

    async fn delete(&self, digest: &Digest) -> ferro_blob_store::Result<()> {
        write(&self.0).remove(&digest.to_string());
        Ok(())
    }

    async fn list(&self) -> ferro_blob_store::Result<Vec<Digest>> {
        Ok(read(&self.0).keys().filter_map(|key| key.parse().ok()).collect())
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
