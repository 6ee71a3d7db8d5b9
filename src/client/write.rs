//! Writing to a remote registry: blobs whole, in chunks and mounted (R109 to R123), manifests (R124 to
//! R127).

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    RemoteRegistry,
    exchange::{Call, UnreadAnswer},
    push_blob::BlobPush,
    push_manifest::ManifestPush,
    upload::RemoteUpload,
    upload_session::{UploadBytes, UploadSession},
};
use crate::{
    content::verify::digest_of,
    error::{Error, ErrorKind, InputFault, Operation, Result},
    oci::{Descriptor, Digest, MediaType, RepositoryName, Tag},
    registry::{BlobSource, BlobUpload, Write},
    wire::{
        Endpoint, Url,
        upload::{self, Upload},
    },
};

#[async_trait(?Send)]
impl Write for RemoteRegistry {
    async fn push_blob(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        source: &dyn BlobSource,
    ) -> Result<Descriptor> {
        let push = BlobPush { registry: self, repository, blob, source };
        push.check().await?;
        push.run().await?;
        Ok(blob.clone())
    }

    async fn start_upload(
        &self,
        repository: &RepositoryName,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        let session = UploadSession::start(self, repository, None, chunk_size).await?;
        Ok(Box::new(RemoteUpload::new(session)))
    }

    /// By its location or by its name (R116).
    async fn resume_upload(
        &self,
        repository: &RepositoryName,
        location: &str,
        offset: Option<u64>,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        let location = self.upload_location(repository, location)?;
        let (machine, step) = Upload::resume(location, offset, chunk_size);
        let (registry, repository) = (self.clone(), repository.clone());
        let mut session =
            UploadSession { registry, repository, machine, operation: Operation::ResumeUpload };
        session.drive(step, &UploadBytes::Buffer(0, &Bytes::new())).await?;
        Ok(Box::new(RemoteUpload::new(session)))
    }

    /// Ends the upload that a registry may open instead of mounting (R119).
    async fn mount_blob(
        &self,
        repository: &RepositoryName,
        from: &RepositoryName,
        digest: &Digest,
    ) -> Result<bool> {
        let endpoint = Endpoint::MountBlob {
            repository: repository.clone(),
            digest: digest.clone(),
            from: from.clone(),
        };
        let operation = Operation::MountBlob { digest: digest.clone(), from: from.clone() };
        let call = Call::new(operation.clone(), endpoint);
        let answer = self.core.expect(&call, self.core.request(&call)).await?;
        if answer.response.status == 201 {
            return Ok(true);
        }
        let UnreadAnswer { request, response } = &answer;
        if let Ok(machine) = Upload::opened(&request.url, &response.headers, 0) {
            let (registry, repository) = (self.clone(), repository.clone());
            UploadSession { registry, repository, machine, operation }.cancel().await;
        }
        Ok(false)
    }

    async fn push_manifest(
        &self,
        repository: &RepositoryName,
        media_type: &MediaType,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        let size = bytes.len() as u64;
        let manifest = Descriptor::new(media_type.clone(), digest_of(&bytes), size);
        let push = ManifestPush { registry: self, repository, manifest: &manifest, bytes: &bytes };
        push.check_type()?;
        if !push.all(tags).await? {
            push.announce().await?;
        }
        Ok(manifest)
    }

    async fn push_manifest_as(
        &self,
        repository: &RepositoryName,
        manifest: &Descriptor,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        let size = bytes.len() as u64;
        let manifest = Descriptor { size, data: None, ..manifest.clone() };
        let push = ManifestPush { registry: self, repository, manifest: &manifest, bytes: &bytes };
        push.check_type()?;
        push.check_digest()?;
        if !push.under_digest(tags).await? {
            push.announce().await?;
        }
        Ok(manifest)
    }
}

impl RemoteRegistry {
    fn upload_location(&self, repository: &RepositoryName, location: &str) -> Result<Url> {
        let base = &self.core.connection.base;
        let bad = |fault| {
            let error = Error::new(ErrorKind::InvalidInput(fault));
            error.during(Operation::ResumeUpload, repository).on(self.name())
        };
        match location {
            "" => Err(bad(InputFault::NoLocation)),
            name if !name.contains('/') => Ok(upload::location_of_id(base, repository, name)),
            url => base.at("/v2/").join(url).map_err(|error| bad(InputFault::BadLocation(error))),
        }
    }
}
