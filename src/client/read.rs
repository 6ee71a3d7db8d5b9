//! Reading a remote registry: manifests, descriptors, and blobs whole or in part (R29, R30, R74 to
//! R85).

use std::rc::Rc;

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    RemoteRegistry,
    download::{Download, blob_call, embedded},
    exchange::Call,
};
use crate::{
    content::verify::Verifier,
    error::{ErrorKind, Operation, Result},
    oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName},
    registry::{BlobStream, ByteRange, Manifest, Read},
    wire::{Endpoint, headers::name},
};

#[async_trait(?Send)]
impl Read for RemoteRegistry {
    fn source_name(&self) -> &str {
        self.name()
    }

    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Manifest> {
        self.core.manifest_verified(repository, reference, reference.digest()).await
    }

    /// By HEAD, and by GET where the digest of a HEAD answer cannot be read (R30, R75).
    async fn resolve(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Descriptor> {
        let head_may_help = reference.digest().is_some() || !self.core.memory.digest_hidden.get();
        if head_may_help && let Some(found) = self.core.head_manifest(repository, reference).await?
        {
            return Ok(found);
        }
        Ok(self.manifest(repository, reference).await?.descriptor)
    }

    /// Counts and hashes the blob (R80, R81). Embedded data spares the request (R37).
    async fn blob(&self, repository: &RepositoryName, blob: &Descriptor) -> Result<BlobStream> {
        self.blob_by_digest(repository, blob, blob.size).await
    }

    async fn blob_by_digest(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        most: u64,
    ) -> Result<BlobStream> {
        if let Some(data) = embedded(blob) {
            return Ok(BlobStream::of_bytes(data));
        }
        let core = Rc::clone(&self.core);
        let mut download = Download::open(core, repository, blob, 0..blob.size, most).await?;
        let verifier = Verifier::new(&blob.digest, Some(blob.size));
        download.verifier = Some(verifier.reading_up_to(most));
        let (size, encoding) = (Some(blob.size), download.encoding());
        Ok(BlobStream { size, encoding, chunks: download.into_chunks() })
    }

    /// A part cannot be verified (R82, R83).
    async fn blob_range(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        range: ByteRange,
    ) -> Result<BlobStream> {
        let length = range.length.unwrap_or(u64::MAX);
        let end = range.start.saturating_add(length).min(blob.size);
        let wanted = range.start..end;
        if wanted.start > wanted.end {
            let kind = ErrorKind::invalid_range(Some(blob.size));
            return Err(self.core.explain(&blob_call(repository, blob), None, kind.into()));
        }
        if wanted.is_empty() {
            return Ok(BlobStream::of_bytes(Bytes::new()));
        }
        let size = Some(wanted.end - wanted.start);
        let core = Rc::clone(&self.core);
        let download = Download::open(core, repository, blob, wanted, blob.size).await?;
        let encoding = download.encoding();
        Ok(BlobStream { size, encoding, chunks: download.into_chunks() })
    }

    /// Never needed to learn the size of what a descriptor names: storage behind a registry may
    /// refuse HEAD.
    async fn stat_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        let core = &self.core;
        let endpoint =
            Endpoint::StatBlob { repository: repository.clone(), digest: digest.clone() };
        let call = Call::new(Operation::FindBlob(digest.clone()), endpoint);
        let answer = match core.expect(&call, core.request(&call)).await {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let stated = answer.response.headers.get(name::DOCKER_CONTENT_DIGEST);
        let stated = stated.and_then(|text| text.parse::<Digest>().ok());
        let size = answer.response.content_length();
        let document = core.read(&call, answer).await?;
        match (stated, size) {
            (Some(stated), _) if stated.algorithm() == digest.algorithm() && stated != *digest => {
                let kind = ErrorKind::DigestMismatch { expected: digest.clone(), actual: stated };
                Err(core.unusable(&call, &document, kind))
            }
            (_, Some(size)) => {
                Ok(Some(Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), size)))
            }
            (_, None) => {
                Err(core.unusable(&call, &document, ErrorKind::HiddenHeader("Content-Length")))
            }
        }
    }
}
