//! Writing to memory, with the checks that a registry makes.

use async_trait::async_trait;
use bytes::Bytes;

use super::{Holdings, MemoryRegistry, upload::Upload};
use crate::{
    content::verify::{digest_of, verify},
    error::{Error, ErrorKind, Operation, Result},
    oci::{
        Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag, document::parse_document,
    },
    registry::{BlobSource, BlobUpload, Write},
};

#[async_trait(?Send)]
impl Write for MemoryRegistry {
    async fn push_blob(
        &self,
        repository: &RepositoryName,
        descriptor: &Descriptor,
        source: &dyn BlobSource,
    ) -> Result<Descriptor> {
        let operation = Operation::PushBlob(Some(descriptor.digest.clone()));
        let pushed = match source.slice(0, source.size()).await {
            Ok(bytes) => self.store_blob(repository, &descriptor.digest, bytes).map_err(Error::new),
            Err(error) => Err(error),
        };
        pushed.map_err(|error| error.during(operation, repository).on(&self.name))?;
        Ok(descriptor.clone())
    }

    async fn start_upload(
        &self,
        repository: &RepositoryName,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        let session = self.state.borrow_mut().open_upload();
        Ok(Box::new(Upload::new(self.clone(), repository.clone(), session, chunk_size)))
    }

    async fn resume_upload(
        &self,
        repository: &RepositoryName,
        location: &str,
        offset: Option<u64>,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        let fail = |kind| self.error(kind, Operation::ResumeUpload, repository);
        let session = location
            .parse()
            .map_err(|_| fail(ErrorKind::UploadUnknown { location: Some(location.to_owned()) }))?;
        let upload = Upload::new(self.clone(), repository.clone(), session, chunk_size);
        let stored = upload.stored().map_err(fail)?;
        match offset {
            Some(offset) if offset != stored => Err(fail(ErrorKind::InvalidRange {
                location: Some(location.to_owned()),
                stored: Some(stored),
                size: None,
            })),
            _ => Ok(Box::new(upload)),
        }
    }

    async fn mount_blob(
        &self,
        repository: &RepositoryName,
        from: &RepositoryName,
        digest: &Digest,
    ) -> Result<bool> {
        let mut state = self.state.borrow_mut();
        let held = state.blob(from, digest).is_ok();
        if held {
            state.repository(repository).blobs.insert(digest.clone());
        }
        Ok(held)
    }

    async fn push_manifest(
        &self,
        repository: &RepositoryName,
        media_type: &MediaType,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        let missing = self.state.borrow().missing(repository, media_type, &bytes);
        if let Some(digest) = missing {
            let kind = ErrorKind::BlobUnknown(Some(digest));
            let by_digest = || digest_of(&bytes).into();
            let reference = Some(tags.first().map_or_else(by_digest, |tag| tag.clone().into()));
            return Err(self.error(kind, Operation::PushManifest(reference), repository));
        }
        let descriptor = self.add_manifest(repository, media_type.clone(), bytes, None);
        tags.iter().for_each(|tag| self.add_tag(repository, tag, &descriptor.digest));
        Ok(descriptor)
    }

    async fn push_manifest_as(
        &self,
        repository: &RepositoryName,
        manifest: &Descriptor,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        verify(&bytes, &manifest.digest, None).require_verified().map_err(|kind| {
            let reference = ManifestRef::Digest(manifest.digest.clone());
            self.error(kind, Operation::PushManifest(Some(reference)), repository)
        })?;
        let pushed =
            self.push_manifest(repository, &manifest.media_type, bytes.clone(), tags).await?;
        if pushed.digest == manifest.digest {
            return Ok(pushed);
        }
        let own = Descriptor { digest: manifest.digest.clone(), ..pushed };
        self.add_manifest_as(repository, &own, bytes);
        Ok(own)
    }
}

impl MemoryRegistry {
    /// Holds a blob whose digest is right.
    pub(super) fn store_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
        bytes: Bytes,
    ) -> std::result::Result<(), ErrorKind> {
        verify(&bytes, digest, None).require_verified()?;
        self.add_blob_as(repository, digest, bytes);
        Ok(())
    }
}

impl Holdings {
    fn open_upload(&mut self) -> u64 {
        let session = self.next_upload;
        self.next_upload += 1;
        self.uploads.insert(session, Vec::new());
        session
    }

    /// Returns the first digest that a manifest names and the repository does not hold. Layers that
    /// are kept elsewhere (foreign layers) need not be here.
    fn missing(
        &self,
        repository: &RepositoryName,
        media_type: &MediaType,
        bytes: &Bytes,
    ) -> Option<Digest> {
        let held = self.repositories.get(repository);
        let document = parse_document(bytes.clone(), Some(media_type)).value;
        let own = document.references().into_iter().filter(|found| found.urls.is_empty());
        own.map(|found| found.digest.clone()).find(|digest| {
            !held.is_some_and(|held| {
                held.blobs.contains(digest) || held.manifests.contains_key(digest)
            })
        })
    }
}
