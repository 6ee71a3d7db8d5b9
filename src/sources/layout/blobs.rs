//! Finding content by its digest: in `blobs/`, among the files of `docker save`, or made here.

use bytes::Bytes;

use super::{
    files::{FilePath, Files},
    index::LayoutIndex,
    made::Held,
    saved::SavedImages,
    source::{Contents, Layout},
    tar,
};
use crate::{
    caps,
    error::{LayoutFault, Result},
    oci::{Digest, Document, RepositoryName, parse_document},
};

/// Entries of an `index.json` that are looked into for a subject or a configuration (M7).
pub(super) const LOOKED_INTO: usize = 64;

impl<F: Files> Layout<F> {
    /// Opens what has a digest. Only if it is not under `blobs/` are the images of `docker save`
    /// looked at, all of which may have to be read for it.
    pub(super) async fn found<T>(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
        open: impl AsyncFn(Held) -> Result<T>,
    ) -> Result<T> {
        let folder = self.folder(repository);
        if let Some(held) = self.made(&folder, digest) {
            return open(held).await;
        }
        let path = FilePath::lasting(folder.clone() + &tar::path_of(digest));
        let error = match open(Held::File(path)).await {
            Err(error) if error.is_not_found() => error,
            outcome => return outcome,
        };
        let made = match self.read_contents(&folder).await {
            Ok(Contents::Saved(saved)) => self.make_all(&folder, &saved).await,
            Ok(Contents::Oci(_)) => Ok(()),
            Err(error) => Err(error),
        };
        match (self.made(&folder, digest), made) {
            (Some(held), _) => open(held).await,
            (None, Err(why)) if !why.is_not_found() => Err(why),
            (None, _) => Err(error),
        }
    }

    /// Returns the faults of a layout that hinder no reading: that it has no `oci-layout`, and sizes in its
    /// `index.json` that its files do not have, of the first 64 entries.
    ///
    /// # Errors
    /// Those of reading the layout.
    pub async fn remarks(&self, repository: &RepositoryName) -> Result<Vec<LayoutFault>> {
        let contents = self.contents(repository).await?;
        let folder = self.folder(repository);
        let is_unmarked = self.learnt.unmarked.borrow().contains(&folder);
        let mut remarks: Vec<_> =
            is_unmarked.then_some(LayoutFault::NoMarker).into_iter().collect();
        let Contents::Oci(index) = contents else { return Ok(remarks) };
        for entry in index.entries.iter().take(LOOKED_INTO) {
            let path = FilePath::lasting(folder.clone() + &tar::path_of(&entry.digest));
            // A file that is not there is told when it is read.
            let Ok(actual) = self.files.size(&path).await else { continue };
            if actual != entry.size {
                let (digest, stated) = (entry.digest.clone(), entry.size);
                remarks.push(LayoutFault::EntrySize { digest, stated, actual });
            }
        }
        Ok(remarks)
    }

    /// Reads a whole manifest, unverified.
    pub(super) async fn manifest_bytes(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Bytes> {
        let read = async |held| match held {
            Held::Bytes(bytes) => Ok(bytes),
            Held::File(path) => self.files.read(&path, caps::MANIFEST_BYTES).await,
        };
        self.found(repository, digest, read).await
    }

    /// Gives entries without a name the names that `manifest.json` has for their configuration.
    pub(super) async fn complete_names(
        &self,
        folder: &str,
        index: &mut LayoutIndex,
        saved: &SavedImages,
    ) {
        let unnamed = index.unnamed();
        index.names.has_others |= unnamed.len() > LOOKED_INTO;
        for (at, entry) in unnamed.into_iter().take(LOOKED_INTO) {
            let path = FilePath::lasting(format!("{folder}{}", tar::path_of(&entry.digest)));
            let Ok(raw) = self.files.read(&path, caps::MANIFEST_BYTES).await else { continue };
            let document = parse_document(raw, Some(&entry.media_type)).value;
            let Document::Image(image) = document else { continue };
            let Some(config) = image.config else { continue };
            let config = tar::path_of(&config.digest);
            for name in saved.names_of(&config) {
                index.names.add(Some(name), at);
            }
        }
    }
}
