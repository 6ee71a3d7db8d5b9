//! A writer for a blob that another repository of the registry may have: mounted, or written (R111).

use super::Repository;
use crate::{
    client::{exchange::Call, upload::RemoteUpload, upload_session::UploadSession},
    error::{ErrorKind, Operation, Result},
    oci::{Descriptor, RepositoryName},
    registry::{BlobUpload, Write},
    wire::{Endpoint, upload::Upload},
};

/// The two good ends of beginning an upload by a mount. The third is an error.
pub enum StartedUpload {
    /// The blob is there already: the registry took it from the other repository.
    Mounted(Box<Descriptor>),
    /// The blob must be written.
    Open(Box<dyn BlobUpload>),
}

impl Repository {
    /// Mounts a blob from another repository, or goes on with the session that the registry opens
    /// instead. Registries that answer without a session are asked for one.
    pub(super) async fn start_or_mount(
        &self,
        from: &RepositoryName,
        blob: &Descriptor,
        chunk_size: u64,
    ) -> Result<StartedUpload> {
        let (core, digest) = (&self.registry.core, blob.digest.clone());
        let operation = Operation::MountBlob { digest: digest.clone(), from: from.clone() };
        let (repository, from) = (self.name.clone(), from.clone());
        let call = Call::new(operation.clone(), Endpoint::MountBlob { repository, digest, from });
        let answer = core.expect(&call, core.request(&call)).await?;
        let (url, response) = (&answer.request.url, &answer.response);
        match response.status {
            201 => return Ok(StartedUpload::Mounted(Box::new(blob.clone()))),
            202 => {}
            status => return Err(self.fail(operation, ErrorKind::Status(status))),
        }
        let Ok(machine) = Upload::opened(url, &response.headers, chunk_size) else {
            let upload = self.registry.start_upload(&self.name, chunk_size).await?;
            return Ok(StartedUpload::Open(upload));
        };
        let (registry, repository) = (self.registry.clone(), self.name.clone());
        let operation = Operation::PushBlob(Some(blob.digest.clone()));
        let session = UploadSession { registry, repository, machine, operation };
        Ok(StartedUpload::Open(Box::new(RemoteUpload::new(session))))
    }
}
