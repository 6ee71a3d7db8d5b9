//! Creating an upload that may turn out not to be needed: the registry mounts the blob from another
//! repository, or opens a session (R111).

use super::{
    RemoteRegistry,
    exchange::{Call, UnreadAnswer},
    upload::RemoteUpload,
    upload_session::{UploadSession, blob_descriptor},
};
use crate::{
    error::{AnswerFault, ErrorKind, Missing, Operation, RefusedAddress, Result},
    oci::{Descriptor, Digest, RepositoryName},
    registry::{BlobUpload, Read},
    wire::{
        Endpoint,
        upload::{Upload, UploadError},
    },
};

/// The outcome of creating an upload; the third is an error.
pub enum CreatedUpload {
    /// The blob was mounted, and nothing is to be sent.
    Mounted(Box<Descriptor>),
    /// A session is open.
    Open(Box<dyn BlobUpload>),
}

/// A blob that another repository of the registry may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountFrom {
    /// The repository that may have it.
    pub repository: RepositoryName,
    /// The digest of the blob.
    pub digest: Digest,
    /// The size of the blob in bytes. Without it, the registry is asked after a mount.
    pub size: Option<u64>,
}

impl RemoteRegistry {
    /// Asks to mount a blob, and takes the session that the registry may open instead.
    pub(super) async fn create_upload(
        &self,
        repository: &RepositoryName,
        mount: &MountFrom,
        chunk_size: u64,
    ) -> Result<CreatedUpload> {
        let MountFrom { repository: from, digest, size } = mount;
        let (digest, from) = (digest.clone(), from.clone());
        let operation = Operation::MountBlob { digest: digest.clone(), from: from.clone() };
        let endpoint =
            Endpoint::MountBlob { repository: repository.clone(), digest: digest.clone(), from };
        let call = Call::new(operation, endpoint);
        let answer = self.core.expect(&call, self.core.request(&call)).await?;
        match answer.response.status {
            201 => self.mounted(&call, repository, &digest, *size).await,
            202 => self.opened(&call, &answer, repository, digest, chunk_size),
            _ => {
                let document = self.core.read(&call, answer).await?;
                let kind = ErrorKind::BadAnswer(AnswerFault::UploadUnclear);
                Err(self.core.unusable(&call, &document, kind))
            }
        }
    }

    async fn mounted(
        &self,
        call: &Call,
        repository: &RepositoryName,
        digest: &Digest,
        size: Option<u64>,
    ) -> Result<CreatedUpload> {
        if let Some(size) = size {
            return Ok(CreatedUpload::Mounted(Box::new(blob_descriptor(digest, size))));
        }
        let found = self.stat_blob(repository, digest).await?;
        let missing = || self.core.explain(call, None, ErrorKind::NotFound(Missing::Blob).into());
        found.map(|blob| CreatedUpload::Mounted(Box::new(blob))).ok_or_else(missing)
    }

    fn opened(
        &self,
        call: &Call,
        answer: &UnreadAnswer,
        repository: &RepositoryName,
        digest: Digest,
        chunk_size: u64,
    ) -> Result<CreatedUpload> {
        let UnreadAnswer { request, response } = answer;
        let machine = Upload::opened(&request.url, &response.headers, chunk_size);
        let machine = machine.map_err(|error| {
            let kind = match error {
                UploadError::BadLocation(error) => {
                    ErrorKind::Refused(RefusedAddress::UploadLocation(error))
                }
                _ => ErrorKind::HiddenHeader("Location"),
            };
            self.core.explain(call, Some(request), kind.into())
        })?;
        let operation = Operation::PushBlob(Some(digest));
        let (registry, repository) = (self.clone(), repository.clone());
        let session = UploadSession { registry, repository, machine, operation };
        Ok(CreatedUpload::Open(Box::new(RemoteUpload::new(session))))
    }
}
